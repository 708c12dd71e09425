"""Languages as the web names them (BCP 47): `zh-Hans`, `en`; and a day as people write it in them."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from functools import cache

_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")
LANGUAGE = re.compile(
    r"(?:ar|bg|bn|ca|cn|cs|da|de|el|en|es|fa|fi|fr|he|hi|hu|it|ja|jp|ko|nb|nl|pl|pt|ro|ru|sk|sr|sv|th|tr|tw|uk|vi|zh)"
    r"(?:[-_][A-Za-z]{2,4})?", re.IGNORECASE)
"""What a name of a file or folder says when it is that of a translation: `en`, `zh-CN`, and `cn` and `jp` as well."""
_TRADITIONAL_REGIONS = frozenset({"tw", "hk", "mo"})
_SPOKEN = frozenset({"en", "ja", "ko", "de", "fr", "es", "pt", "ru"})
_DAYS = {"de": "{day}. {month} {year}", "es": "{day} de {month} de {year}", "pt": "{day} de {month} de {year}",
         "ru": "{day} {month} {year} г."}
_MONTHS = {
    "en": "January February March April May June July August September October November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "ru": "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
    "pl": "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia",
    "uk": "січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня",
    "id": "Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember",
}

# What people call a language, in English and in itself; one name, one language.
_NAMES = {
    "ar": "Arabic, العربية", "bg": "Bulgarian, Български", "ca": "Catalan, Català", "cs": "Czech, Čeština, Česky",
    "da": "Danish, Dansk", "de": "German, Deutsch", "el": "Greek, Ελληνικά", "en": "English, 英语, 英語, 英文",
    "en-GB": "British English", "en-US": "American English", "es": "Spanish, Español, Castellano",
    "fa": "Persian, Farsi, فارسی", "fi": "Finnish, Suomi", "fr": "French, Français", "he": "Hebrew, עברית",
    "hi": "Hindi, हिन्दी", "hu": "Hungarian, Magyar", "id": "Indonesian, Bahasa Indonesia", "it": "Italian, Italiano",
    "ja": "Japanese, 日本語, 日语, 日語, 日文", "ko": "Korean, 한국어, 韩语, 韓語, 韩文, 韓文",
    "nl": "Dutch, Nederlands",
    "no": "Norwegian, Norsk", "pl": "Polish, Polski", "pt": "Portuguese, Português", "pt-BR": "Brazilian Portuguese",
    "ro": "Romanian, Română", "ru": "Russian, Русский", "sk": "Slovak, Slovenčina", "sr": "Serbian, Српски, Srpski",
    "sv": "Swedish, Svenska", "th": "Thai, ไทย", "tr": "Turkish, Türkçe", "uk": "Ukrainian, Українська",
    "vi": "Vietnamese, Tiếng Việt", "yue": "Cantonese, 粵語, 粤语", "zh": "Chinese, Mandarin, 中文, 汉语, 漢語",
    "zh-Hans": "Simplified Chinese, Chinese (Simplified), 简体中文, 簡體中文, 简体",
    "zh-Hant": "Traditional Chinese, Chinese (Traditional), 繁體中文, 繁体中文, 繁體, 正體中文",
}


def language_tag(text: str) -> str:
    """A tag as settings, texts and tables have it, `zh_CN` as `zh-CN`; "" for what has not the shape of one.

    Every registered language has two letters or three (BCP 47 section 2.1); what is longer is a word, as "English".
    """
    tag = text.strip().replace("_", "-")
    return tag if _TAG.fullmatch(tag) else ""


def named_language(text: str) -> str:
    """The tag of a language that somebody names, by its tag or in words: "English", "中文"; "" where it is none."""
    return language_tag(text) or _by_name().get(_folded(text), "")


def _folded(name: str) -> str:
    """A name however it is written: capitals, accents and the width of blanks aside."""
    plain = (c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    return " ".join("".join(plain).casefold().split())


@cache
def _by_name() -> dict[str, str]:
    """Made when it is first asked for: every command loads this file, and few meet such a name."""
    return {_folded(name): tag for tag, names in _NAMES.items() for name in names.split(", ")}


def month_named(word: str) -> int:
    """The month, from 1, that a word is in a language whose months we know, accents aside; 0 for any other word."""
    return _by_month().get(_folded(word), 0)


@cache
def month_names() -> frozenset[str]:
    """The months in all languages whose months we know, in small letters."""
    return frozenset(name.lower() for names in _MONTHS.values() for name in names.split())


@cache
def _by_month() -> dict[str, int]:
    """Made when it is first asked for, as above."""
    return {_folded(name): month for names in _MONTHS.values() for month, name in enumerate(names.split(), 1)}


def primary(language: str) -> str:
    """The language that a tag begins with, in lower case: `en` of `en-GB`."""
    return language.lower().replace("_", "-").partition("-")[0]


def han_script(language: str) -> str:
    """How Chinese is written by this tag, `Hans` or `Hant`: as it says, else as its region does; "" for no Chinese."""
    first, *others = language.lower().replace("_", "-").split("-")
    if first not in ("zh", "yue"):
        return ""
    named = next((part for part in others if part in ("hans", "hant")), "")
    return (named or ("hant" if _TRADITIONAL_REGIONS.intersection(others) else "hans")).capitalize()


def spoken(language: str) -> str:
    """The language of our own words for a tag: `zh-Hans`, `zh-Hant`, `en`, `ja`, `fr` of `fr-CA`; "" where none are."""
    if script := han_script(language):
        return f"zh-{script}"
    return primary(language) if primary(language) in _SPOKEN else ""


def voice(language: str) -> str:
    """The language that we speak to a reader of this tag, as `lang` has it: `spoken` of it, else English."""
    return spoken(language) or "en"


def long_date(day: date, language: str) -> str:
    """The day as a reader of that language writes it: "24 March 2024", "24. März 2024", "2024年3月24日"."""
    if han_script(language) or primary(language) == "ja":
        return f"{day.year}年{day.month}月{day.day}日"
    if primary(language) == "ko":
        return f"{day.year}년 {day.month}월 {day.day}일"
    told = voice(language)
    number = "1er" if told == "fr" and day.day == 1 else str(day.day)
    return _DAYS.get(told, "{day} {month} {year}").format(
        day=number, month=_MONTHS[told].split()[day.month - 1], year=day.year)
