"""What the end of a line means: a line break, a space, or nothing between two Chinese characters.

Chinese authors end a line where they want it to end; English ones where the editor's window does.
`auto` looks at the words: breaks in East Asian paragraphs and before lines that begin like a list
item are kept, others are spaces. `hard` keeps all of them, `soft` none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from markdown_it.token import Token

from pipeline.issues.cjk import count_letters, count_words, is_solid
from pipeline.issues.markdown.rawhtml import is_player

Breaks = Literal["auto", "hard", "soft"]

_ADDRESS = re.compile(r"https?://[!-~]+")
# A bullet that Markdown does not know, an emoji, a circled or a Chinese number, and words: the line is meant as one.
_ITEM = re.compile(
    "\\s*(?:[•·‣⁃◦●○■□▪▫◆◇►▶▷▸→➤➢➜※\u2460-\u24ff\u2600-\u27bf\u2b00-\u2bff\u2300-\u23ff\u3220-\u3229"
    "\U0001f000-\U0001faff]|\\d{1,3}[、．)）]|[（(]\\d{1,3}[)）]|[一二三四五六七八九十]{1,3}、)(?=.*\\w)")
# An item, or somebody who speaks, where more than one line begins so; Markdown's own are too deep for a list here.
_DASHED = re.compile(r"\s*[–—―*+-]\s")
_WRAPPED_COLUMNS = 60
"""Editors wrap beyond this; a shorter line in a Chinese issue was ended by its author."""


@dataclass(frozen=True, slots=True)
class _Line:
    """One line of a paragraph: its words without addresses, whether it is only tags, pictures or players, and whether
    its author ended it with `<br>`."""

    text: str
    width: int
    only_tags: bool
    only_images: bool
    only_media: bool
    is_ended: bool


def settle_breaks(tokens: Sequence[Token], mode: Breaks, language: str) -> None:
    """Turns each `softbreak` into a `hardbreak`, leaves it, or takes it out between two solid characters."""
    broken = [token for token in tokens if any(child.type == "softbreak" for child in token.children or ())]
    if not broken:
        return
    asian = is_mostly_asian(" ".join(_text(token.children) for token in tokens if token.children), language)
    for token in broken:
        token.children = list(_settled(token.children or (), mode, asian))


def has_own_mark(line: str) -> bool:
    """Whether a line begins with a bullet, an emoji or a number that its author typed."""
    return _ITEM.match(line) is not None


def is_mostly_asian(text: str, language: str) -> bool:
    """Has the text at least as many East Asian letters as other words? Without either, its language tells."""
    letters, words = count_letters(text), count_words(text)
    return letters >= words if letters + words else language.partition("-")[0] in ("zh", "ja", "ko", "yue")


def _settled(children: Sequence[Token], mode: Breaks, asian_issue: bool) -> Iterator[Token]:
    lines = [_line(part) for part in _lines(children)]
    text = " ".join(line.text for line in lines)
    wordless = not count_letters(text) + count_words(text)
    asian = asian_issue if wordless else is_mostly_asian(text, "")
    items = (_ITEM, _DASHED) if sum(1 for line in lines if _DASHED.match(line.text)) > 1 else (_ITEM,)
    number = 0
    before: _Line | None = None       # the last line with something to see that no break has ended yet
    for at, child in enumerate(children):
        if child.type not in ("softbreak", "hardbreak"):
            yield child
            continue
        before = before if lines[number].only_tags else lines[number]
        number += 1
        if child.type == "hardbreak":
            before = None
            yield child
        elif before is None or before.is_ended or lines[number].only_tags:
            yield child
        elif mode == "hard" or (mode == "auto" and _ends(before, lines[number], items, asian, asian_issue)):
            yield Token("hardbreak", "br", 0, level=child.level)
        elif not (is_solid(_edge(children, at, -1)) and is_solid(_edge(children, at, 1))):
            yield child


def _ends(
    line: _Line, following: _Line, items: Sequence[re.Pattern[str]], asian: bool, asian_issue: bool,
) -> bool:
    """Did the author mean the line to end here?"""
    if line.only_media or following.only_media:
        return True
    if line.only_images and following.only_images:
        return False
    is_item = any(item.match(following.text) for item in items)
    return asian or is_item or (asian_issue and line.width < _WRAPPED_COLUMNS)


def _lines(children: Sequence[Token]) -> Iterator[list[Token]]:
    line: list[Token] = []
    for child in children:
        if child.type in ("softbreak", "hardbreak"):
            yield line
            line = []
        else:
            line.append(child)
    yield line


def _line(part: Sequence[Token]) -> _Line:
    shown = [child for child in part if child.type == "image" or (child.nesting == 0 and child.content.strip())]
    plain = "".join(child.content for child in part if child.type in ("text", "code_inline"))
    return _Line(
        _ADDRESS.sub("", plain), len(plain),
        only_tags=all(child.type == "html_inline" and child.content != "<br>" and not is_player(child)
                      for child in shown),
        only_images=bool(shown) and all(child.type == "image" for child in shown),
        only_media=bool(shown) and all(is_player(child) for child in shown),
        is_ended=bool(shown) and shown[-1].type == "html_inline" and shown[-1].content == "<br>")


def _text(children: Sequence[Token] | None) -> str:
    return _ADDRESS.sub("", " ".join(child.content for child in children or () if child.type == "text"))


def _edge(children: Sequence[Token], at: int, step: int) -> str:
    """The visible character before (-1) or after (1) the token at `at`; a space if something else stands there."""
    at += step
    while 0 <= at < len(children):
        child = children[at]
        if child.type == "text" and child.content:
            return child.content[-1 if step < 0 else 0]
        if child.nesting == 0 and child.type != "text":
            return " "
        at += step
    return " "
