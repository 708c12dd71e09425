"""What is taken for a language, wherever somebody names one."""

from __future__ import annotations

import pytest

from pipeline.language import language_tag


@pytest.mark.parametrize(("given", "tag"), [
    ("en", "en"), ("zh-Hans", "zh-Hans"), ("zh_CN", "zh-CN"), (" yue_Hant_HK ", "yue-Hant-HK"), ("de-1996", "de-1996"),
    ("", ""), ("English", ""), ("中文", ""), ("en-", ""), ("zh CN", ""), ("e", ""),
])
def test_language_tag(given: str, tag: str) -> None:
    assert language_tag(given) == tag
