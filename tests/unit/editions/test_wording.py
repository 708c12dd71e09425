"""What a mail says in its own voice."""

from __future__ import annotations

import string

import pytest

from pipeline.editions.wording import wording

LANGUAGES = ("en", "zh-Hans", "zh-Hant")


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_says_everything_with_the_same_fields(language: str) -> None:
    def fields(words: dict[str, str]) -> dict[str, set[str | None]]:
        return {key: {found[1] for found in string.Formatter().parse(text)} - {None} for key, text in words.items()}

    assert fields(dict(wording(language))) == fields(dict(wording("en")))


@pytest.mark.parametrize(("language", "unsubscribe"), [
    ("zh", "退订"), ("zh-CN", "退订"), ("zh_TW", "取消訂閱"), ("zh-Hant", "取消訂閱"), ("en-GB", "Unsubscribe"),
    ("fr", "Unsubscribe"), ("", "Unsubscribe"),
])
def test_the_way_out_is_named_in_the_readers_language(language: str, unsubscribe: str) -> None:
    assert wording(language)["unsubscribe"] == unsubscribe
