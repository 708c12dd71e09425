"""Which characters are Chinese or Japanese writing: for line breaks, emphasis and where a bare address ends.

Hangul counts as East Asian for measuring a text, but Korean separates words by spaces, so its lines
are never joined without one.
"""

from __future__ import annotations

import re

_HAN = "\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_KANA = "\u3041-\u30ff\u31f0-\u31ff\uff66-\uff9f"
_BOPOMOFO = "\u3100-\u312f\u31a0-\u31bf"
_HANGUL = "\u1100-\u11ff\u3131-\u318e\uac00-\ud7af"
_MARKS = "\u3000-\u3004\u3008-\u3020\u3030-\u303f\uff01-\uff65\uffe0-\uffe6"

LETTERS = _HAN + _KANA + _BOPOMOFO
"""Letters as the inside of a character class."""

CLOSE_MARKS = "。，、；：！？）】》」』〉〕〗〙〛”’…—～｡､"
"""Marks that end a phrase; curly quotes and dashes are shared with other scripts."""

# Patterns of so many letters take a millisecond each to compile: those that few issues need wait for the first.
_SOLID = f"[{LETTERS}{_MARKS}]"
_ANY = f"[{LETTERS}{_HANGUL}{_MARKS}]"
_WIDE_MARK = f"[{_MARKS}]"
_LETTERS = re.compile(f"[{LETTERS}{_HANGUL}]+")
_WORD = re.compile(r"[^\W\d_]{2,}")


def count_letters(text: str) -> int:
    """How many East Asian letters there are."""
    return sum(map(len, _LETTERS.findall(text)))


def count_words(text: str) -> int:
    """How many words of other scripts there are (two letters or more)."""
    return len(_WORD.findall(_LETTERS.sub(" ", text)))


def is_solid(char: str) -> bool:
    """Is this a character beside which Chinese and Japanese set no space?"""
    return re.match(_SOLID, char) is not None


def is_east_asian(char: str) -> bool:
    """Is this an East Asian letter or full-width mark?"""
    return re.match(_ANY, char) is not None


def is_wide_mark(char: str) -> bool:
    """Is this a mark that only East Asian text uses?"""
    return re.match(_WIDE_MARK, char) is not None
