"""What is taken for a language, wherever somebody names one."""

from __future__ import annotations

from datetime import date

import pytest

from pipeline.language import _NAMES, _by_name, han_script, language_tag, long_date, named_language, spoken, voice


@pytest.mark.parametrize(("given", "tag"), [
    ("en", "en"), ("zh-Hans", "zh-Hans"), ("zh_CN", "zh-CN"), (" yue_Hant_HK ", "yue-Hant-HK"), ("de-1996", "de-1996"),
    ("", ""), ("English", ""), ("中文", ""), ("en-", ""), ("zh CN", ""), ("e", ""),
])
def test_language_tag(given: str, tag: str) -> None:
    assert language_tag(given) == tag


@pytest.mark.parametrize(("given", "tag"), [
    ("zh_CN", "zh-CN"), ("English", "en"), ("ENGLISH ", "en"), ("Chinese", "zh"), ("中文", "zh"),
    ("简体中文", "zh-Hans"), ("Traditional  Chinese", "zh-Hant"), ("Français", "fr"), ("Francais", "fr"),
    ("русский", "ru"), ("日本語", "ja"), ("英文", "en"), ("英語", "en"), ("日文", "ja"), ("韩文", "ko"),
    ("한국어", "ko"), ("Brazilian Portuguese", "pt-BR"), ("Swiss", ""), ("Klingon", ""), ("en-", ""), ("", ""),
])
def test_language_named_in_words(given: str, tag: str) -> None:
    assert named_language(given) == tag


def test_no_name_is_that_of_two_languages() -> None:
    assert len(_by_name()) == sum(len(names.split(", ")) for names in _NAMES.values())


@pytest.mark.parametrize(("tag", "script"), [
    ("zh", "Hans"), ("zh_CN", "Hans"), ("zh-TW", "Hant"), ("zh-Hant", "Hant"), ("yue-HK", "Hant"), ("en-HK", ""),
    ("", ""),
    ("zh-Hans-HK", "Hans"),  # as it says, whatever is usual in its region
])
def test_script_of_chinese(tag: str, script: str) -> None:
    assert han_script(tag) == script


@pytest.mark.parametrize(("language", "text"), [
    ("en", "2 March 2026"), ("it", "2 March 2026"), ("fr-CA", "2 mars 2026"), ("de", "2. März 2026"),
    ("es", "2 de marzo de 2026"), ("pt_BR", "2 de março de 2026"), ("ru", "2 марта 2026 г."),
    ("zh-Hans", "2026年3月2日"), ("zh_TW", "2026年3月2日"),
    ("ja-JP", "2026年3月2日"), ("ko", "2026년 3월 2일")])
def test_a_day_is_written_as_the_language_writes_it(language: str, text: str) -> None:
    assert long_date(date(2026, 3, 2), language) == text


def test_the_first_of_a_month_is_an_ordinal_in_french() -> None:
    assert [long_date(date(2026, 5, 1), tag) for tag in ("fr", "de")] == ["1er mai 2026", "1. Mai 2026"]


@pytest.mark.parametrize(("language", "own"), [
    ("zh_TW", "zh-Hant"), ("zh", "zh-Hans"), ("ja-JP", "ja"), ("FR", "fr"), ("en-GB", "en"), ("it", ""), ("", "")])
def test_we_have_words_in_some_languages(language: str, own: str) -> None:
    assert spoken(language) == own


@pytest.mark.parametrize(("language", "voiced"), [
    ("zh-Hans", "zh-Hans"), ("zh_CN", "zh-Hans"), ("zh-TW", "zh-Hant"), ("en-GB", "en"), ("it", "en"), ("", "en"),
    ("ja", "ja"), ("pt-BR", "pt")])
def test_who_reads_a_language_that_we_do_not_speak_is_spoken_to_in_english(language: str, voiced: str) -> None:
    assert voice(language) == voiced
