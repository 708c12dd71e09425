"""What a mail says in its own voice."""

from __future__ import annotations

import string

import pytest

from pipeline.editions.wording import wording
from pipeline.web.wording import LANGUAGES
from pipeline.web.wording import wording as page_wording


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_says_everything_with_the_same_fields(language: str) -> None:
    def fields(words: dict[str, str]) -> dict[str, set[str | None]]:
        return {key: {found[1] for found in string.Formatter().parse(text)} - {None} for key, text in words.items()}

    for words in (wording, page_wording):
        assert fields(dict(words(language))) == fields(dict(words("en")))


@pytest.mark.parametrize("language", [tag for tag in LANGUAGES if tag != "en"])
def test_no_language_borrows_a_sentence_from_english(language: str) -> None:
    borrowed = {key for words in (wording, page_wording)
                for key, text in words(language).items() if " " in text.strip() and text == words("en")[key]}

    assert borrowed <= {"colon", "of_list"}


@pytest.mark.parametrize(("language", "unsubscribe"), [
    ("zh", "退订"), ("zh-CN", "退订"), ("zh_TW", "取消訂閱"), ("zh-Hant", "取消訂閱"), ("en-GB", "Unsubscribe"),
    ("it", "Unsubscribe"), ("", "Unsubscribe"), ("ja", "購読を解除する"), ("ko-KR", "구독 해지"),
    ("de-AT", "Abbestellen"),
    ("fr", "Se désabonner"), ("es", "Darse de baja"), ("pt-BR", "Cancelar a assinatura"), ("ru", "Отписаться"),
])
def test_the_way_out_is_named_in_the_readers_language(language: str, unsubscribe: str) -> None:
    assert wording(language)["unsubscribe"] == unsubscribe
