"""What a mail says in its own voice."""

from __future__ import annotations

import string
from datetime import date

import pytest

from pipeline.editions.wording import long_date, wording

LANGUAGES = ("en", "zh-Hans", "zh-Hant")


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_says_everything_with_the_same_fields(language: str) -> None:
    def fields(words: dict[str, str]) -> dict[str, set[str | None]]:
        """The fields of each sentence; months have names in English only."""
        return {key: {found[1] for found in string.Formatter().parse(text)} - {None, "month", "month_name"}
                for key, text in words.items()}

    assert fields(dict(wording(language))) == fields(dict(wording("en")))


@pytest.mark.parametrize(("language", "unsubscribe"), [
    ("zh", "退订"), ("zh-CN", "退订"), ("zh_TW", "取消訂閱"), ("zh-Hant", "取消訂閱"), ("en-GB", "Unsubscribe"),
    ("fr", "Unsubscribe"), ("", "Unsubscribe"),
])
def test_the_way_out_is_named_in_the_readers_language(language: str, unsubscribe: str) -> None:
    assert wording(language)["unsubscribe"] == unsubscribe


@pytest.mark.parametrize(("language", "text"), [
    ("en", "2 March 2026"), ("zh-Hans", "2026年3月2日"), ("zh-TW", "2026年3月2日")])
def test_a_day_is_written_as_the_language_writes_it(language: str, text: str) -> None:
    assert long_date(date(2026, 3, 2), language) == text
