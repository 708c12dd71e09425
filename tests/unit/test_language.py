"""What is taken for a language, wherever somebody names one."""

from __future__ import annotations

from datetime import date

import pytest

from pipeline.language import han_script, language_tag, long_date


@pytest.mark.parametrize(("given", "tag"), [
    ("en", "en"), ("zh-Hans", "zh-Hans"), ("zh_CN", "zh-CN"), (" yue_Hant_HK ", "yue-Hant-HK"), ("de-1996", "de-1996"),
    ("", ""), ("English", ""), ("中文", ""), ("en-", ""), ("zh CN", ""), ("e", ""),
])
def test_language_tag(given: str, tag: str) -> None:
    assert language_tag(given) == tag


@pytest.mark.parametrize(("tag", "script"), [
    ("zh", "Hans"), ("zh_CN", "Hans"), ("zh-TW", "Hant"), ("zh-Hant", "Hant"), ("yue-HK", "Hant"), ("en-HK", ""),
    ("", ""),
    ("zh-Hans-HK", "Hans"),  # as it says, whatever is usual in its region
])
def test_script_of_chinese(tag: str, script: str) -> None:
    assert han_script(tag) == script


@pytest.mark.parametrize(("language", "text"), [
    ("en", "2 March 2026"), ("fr", "2 March 2026"), ("zh-Hans", "2026年3月2日"), ("zh_TW", "2026年3月2日"),
    ("ja-JP", "2026年3月2日"), ("ko", "2026년 3월 2일")])
def test_a_day_is_written_as_the_language_writes_it(language: str, text: str) -> None:
    assert long_date(date(2026, 3, 2), language) == text
