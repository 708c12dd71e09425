"""Characters nobody sees: they break search, comparison and subjects, and come with text that was pasted."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from pipeline.checking.source import Source
from pipeline.errors import Problem

# Zero width space and joiners of words, soft hyphen, marks of direction, Hangul fillers, tag characters. Left alone:
# ZWJ and ZWNJ, which emoji, Persian and Indian scripts need, and NBSP, which is seen.
INVISIBLE = re.compile("[\u00ad\u115f\u1160\u17b4\u17b5\u180e\u200b\u2060-\u2064\u206a-\u206f\ufeff\uffa0]")
_DIRECTION = re.compile("[\u202a-\u202e\u2066-\u2069\u061c\u200e\u200f]")
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_REPLACEMENT = re.compile("\ufffd+")
# Each program has its own: bullets of a word processor, marks of sources of a chat program, an apple.
_PRIVATE = re.compile("[\ue000-\uf8ff](?:[^\\s\ue000-\uf8ff]{0,60}[\ue000-\uf8ff]){0,20}")
# Letters of UTF-8 that a program read as Windows-1252 or GBK, and then saved: quotes and dashes, é, a mark of Chinese.
# In capitals, `«AMANHÃ»`, it is a letter.
_MISREAD = re.compile(
    "\u00e2\u20ac[\u0080-\u00ff\u0152-\u0178\u02c6-\u2122]|(?<![A-Z\u00c0-\u00de])\u00c3[\u00a0-\u00bf]"
    "|\u00ef\u00bc[\u0080-\u00bf\u0152-\u2122]|锟斤拷")
RUN = re.compile(f"(?:{INVISIBLE.pattern}|{_DIRECTION.pattern})+")


def find_characters(source: Source, title: str) -> Iterator[Problem]:
    """Runs of invisible characters, marks of a wrong encoding and characters of one program, in prose and title."""
    keep = runs_right_to_left(source.body + title)
    for found in source.find(RUN):
        if remove_invisible(found[0], keep_direction=keep) != found[0]:
            yield source.problem("invisible", found.start(), f"{_name(found[0])} is here, and nobody sees it",
                                 "remove it; `avviso check --fix` does")
    if remove_invisible(title, keep_direction=keep) != title:
        yield source.problem("invisible", None, "the title has a character that nobody sees",
                             "remove it; `avviso check --fix` does")
    for found in source.find(_REPLACEMENT):
        yield source.problem("replacement-character", found.start(), "� stands where letters were lost",
                             "write them again, and save the file as UTF-8")
    for found in source.find(_MISREAD):
        yield source.problem("replacement-character", found.start(),
                             f"{found[0]} is what a wrong encoding made of a letter or mark",
                             "write it again, and save the file as UTF-8")
    for found in source.find(_PRIVATE):
        yield source.problem("replacement-character", found.start(),
                             f"U+{ord(found[0][0]):04X} is known to one program only, and shows as a box elsewhere",
                             "write what it stood for, or remove it with what belongs to it")


def runs_right_to_left(text: str) -> bool:
    """Is there anything in `text` that marks of direction may be needed for?"""
    return _RIGHT_TO_LEFT.search(text) is not None


def remove_invisible(text: str, *, keep_direction: bool) -> str:
    """`text` without them, but for marks of direction where these are to stay."""
    text = INVISIBLE.sub("", text)
    return text if keep_direction else _DIRECTION.sub("", text)


def _name(run: str) -> str:
    first = run[0]
    name = f"U+{ord(first):04X} {unicodedata.name(first, 'a character without a name').lower()}"
    return name if len(run) == 1 else f"{name} and {len(run) - 1} more"
