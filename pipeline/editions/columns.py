"""Lines of plain text measured as a terminal shows them: a Chinese character is two columns wide.

Breaks follow the spirit of UAX 14: at spaces and beside wide characters, but Korean has spaces, no line begins with
closing punctuation or ends with an opening one, and an address in angle brackets is never broken.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from unicodedata import category, east_asian_width

COLUMNS = 74

_ADDRESS = re.compile(r"<(?:[A-Za-z][A-Za-z0-9+.-]*:|AVVISO-HOLE-)[^<>\s]*>")
_WHOLE = re.compile(r"[!-~]+|.", re.DOTALL)  # what no rule parts: ASCII between spaces, else one character
_NOT_FIRST = frozenset(
    "!%),.:;?]}¢°·’”†‡›℃∶…‥—–、。〃〆々〉》」』】〕〗〙〛〞ゝゞーァィゥェォッャュョ﹚﹜！＂％＇），．：；？］｝～｠"
)
_NOT_LAST = frozenset("$([{£¥‘“〈《「『【〔〖〘〝﹙﹛＄（．［｛￡￥｟")
_KOREAN = re.compile("[\u1100-\u11ff\u3131-\u318e\uac00-\ud7a3]")
_JOINED = re.compile("[\u1160-\u11ff]")  # vowels and last consonants of a syllable typed in parts, as macOS keeps names
_JOINERS = "\u200d\ufe0e\ufe0f\u20e3" + "".join(chr(c) for c in range(0x1F3FB, 0x1F400))


def columns(text: str) -> int:
    """How many columns the text takes. Marks that combine take none; ambiguous characters take one."""
    return sum(map(_column, text)) if not text.isascii() else len(text)


def wrap(text: str, width: int = COLUMNS) -> list[str]:
    """The text in lines of at most `width` columns; `\\n` ends a line. Only what can't be broken is longer.

    Runs of space count as one, and none is left at a line's end; ideographic space is kept.
    """
    return [line for paragraph in text.split("\n") for line in _wrap_line(paragraph, width)]


def _wrap_line(text: str, width: int) -> Iterator[str]:
    line, used = "", 0
    for space, chunk in _chunks(text):
        taken = columns(chunk)
        gap = columns(space) if line else 0
        if line and used + gap + taken > width:
            yield line
            line, used, gap = "", 0, 0
        lead = space if line or ("\u3000" in space and not used) else ""
        line += lead + chunk
        used += columns(lead) + taken
    yield line


def _chunks(text: str) -> Iterator[tuple[str, str]]:
    """Pairs of the space before and a stretch that no break may enter."""
    space, chunk = "", ""
    for token in _tokens(text):
        if token.isspace():
            if chunk:
                yield space, chunk
                space, chunk = "", ""
            space += token if "\u3000" in token else " "
        elif chunk and _may_break(chunk, token):
            yield space, chunk
            space, chunk = "", token
        else:
            chunk += token
    if chunk:
        yield space, chunk


def _tokens(text: str) -> Iterator[str]:
    """Addresses, spaces, wide characters with what joins them, and words of anything else."""
    position = 0
    for address in _ADDRESS.finditer(text):
        yield from _words(text[position : address.start()])
        yield address[0]
        position = address.end()
    yield from _words(text[position:])


def _words(text: str) -> Iterator[str]:
    word = ""
    for piece in _WHOLE.findall(text):
        if word and _parted(word[-1], piece[0]):
            yield word
            word = piece
        else:
            word += piece
    if word:
        yield word


def _parted(one: str, other: str) -> bool:
    kinds = _kind(one), _kind(other)
    if kinds[1] != "space" and (other in _JOINERS or one == "\u200d" or not _column(other)):
        return False
    return kinds[0] != kinds[1] or kinds[0] == "wide"


@lru_cache(maxsize=8192)
def _kind(character: str) -> str:
    if character.isspace() and character != "\u00a0":
        return "space"
    return "wide" if east_asian_width(character) in "WF" and not _KOREAN.match(character) else "word"


@lru_cache(maxsize=8192)
def _column(character: str) -> int:
    if category(character) in ("Mn", "Me", "Cf", "Cc") or _JOINED.match(character):
        return 0
    return 2 if east_asian_width(character) in "WF" else 1


def _may_break(before: str, after: str) -> bool:
    """Whether a line may end between two tokens that no space parts."""
    return before[-1] not in _NOT_LAST and after[0] not in _NOT_FIRST
