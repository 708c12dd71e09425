"""The text of an issue as its author wrote it, with code, formulas and comments blanked out, and each find's place.

Rules ask about prose; what stands in code is an example, and in a formula brackets and stars are its own.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate

from markdown_it.token import Token

from pipeline.checking.rules import RULES
from pipeline.errors import Problem
from pipeline.issues.markdown.formulas import without_formulas

_TICKS = re.compile(r"`+")
_PARAGRAPH = re.compile(r"(?:^[^\S\n]*+[^\n]+(?:\n|\Z))+", re.MULTILINE)
_LONG = 1_000
_CONTEXT = 8  # characters around a mark by which it is found again
_VISIBLE = re.compile(r"[^\n]")
_CODE = ("fence", "code_block")
_RAW_CODE = re.compile(r"<(pre|code)[>\s]")
_BETWEEN_TAGS = re.compile(r"(?<=>)[^<]+")


class Source:
    """One issue's Markdown. `line` is where `body` begins in the file, from 1.

    `below_static` says where the issues are beside static files (see feeds.addresses.source_path).
    """

    def __init__(
        self, path: str, body: str, line: int, tokens: Sequence[Token], below_static: str | None = None,
    ) -> None:
        self.path = path
        self.below_static = below_static
        self.body = body
        self.prose = prose(body, tokens)
        self._line = line
        self._starts = [0, *accumulate(len(text) + 1 for text in body.split("\n"))]

    def find(self, pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
        """Every match in prose."""
        return pattern.finditer(self.prose)

    def problem(self, rule: str, at: int | None, message: str, remedy: str) -> Problem:
        """A finding at an offset in the body; None means the whole issue."""
        line, column = self.place(at) if at is not None else (None, None)
        return Problem(self.path, message, remedy, line, column, rule, RULES[rule].severity)

    def place(self, at: int) -> tuple[int, int]:
        """The line of the file and the column, both from 1, of an offset in the body."""
        row = self.row(at)
        return self._line + row, at - self._starts[row] + 1

    def row(self, at: int) -> int:
        """The row of the body, counted from 0, of an offset in it."""
        return bisect_right(self._starts, at) - 1

    def line_at(self, at: int) -> str:
        """The line of prose around an offset in the body; "" if it is longer than a remark."""
        row = self.row(at)
        first, last = self.offset_of_row(row), self.offset_of_row(row + 1)
        return self.prose[first:last] if last - first < _LONG else ""

    def place_of(self, mark: str, text: str, block: Sequence[int]) -> int | None:
        """Where a mark stands in the rows of a block, of which `text` is shown; None if its author escaped it."""
        first, last = self.offset_of_row(block[0]), self.offset_of_row(block[1])
        at = text.find(mark)
        before, behind = text[max(0, at - _CONTEXT):at], text[at + len(mark):at + len(mark) + _CONTEXT]
        for left, right in ((before, behind), (before, ""), ("", behind), ("", "")):
            pattern = re.compile(f"{_as_typed(left)}({_as_typed(mark)}){_as_typed(right)}")
            if found := pattern.search(self.prose, first, last):
                return None if "\\" in found[1] else found.start(1)
        return None

    def offset(self, line: int) -> int:
        """Where a line of the file begins in the body."""
        return self.offset_of_row(line - self._line)

    def offset_of_row(self, row: int) -> int:
        """Where a row of the body, counted from 0 as in `Token.map`, begins; its end for one behind it."""
        return min(self._starts[min(max(row, 0), len(self._starts) - 1)], len(self.body))


def _as_typed(shown: str) -> str:
    """A pattern for some text, any character of which its author may have escaped."""
    return "".join([rf"\\?{re.escape(char)}" for char in shown])


def prose(body: str, tokens: Sequence[Token]) -> str:
    """The body with every character of code, formulas and comments a space, so that offsets stay."""
    lines = body.split("\n")
    for token in tokens:
        if token.type in _CODE and token.map:
            for row in range(token.map[0], min(token.map[1], len(lines))):
                lines[row] = " " * len(lines[row])
    text = "\n".join(lines)
    text = _without_comments(text)
    text = _PARAGRAPH.sub(lambda found: _without_spans(found[0]), text) if "`" in text else text
    return without_formulas(_without_raw_code(text))


def _without_comments(text: str) -> str:
    """HTML comments blanked, in one walk: what is opened and never closed is no comment."""
    pieces, at = [], 0
    while (start := text.find("<!--", at)) >= 0 and (end := text.find("-->", start + 4)) >= 0:
        pieces += [text[at:start], _VISIBLE.sub(" ", text[start:end + 3])]
        at = end + 3
    return "".join([*pieces, text[at:]])


def _without_raw_code(text: str) -> str:
    """What stands between `<pre>` and `</pre>` blanked, but for other tags: links in it count."""
    small = text.lower()
    if len(small) != len(text):  # of a letter such as İ, which is two small ones
        return text
    pieces, at = [], 0
    while (found := _RAW_CODE.search(small, at)) and (end := small.find(f"</{found[1]}>", found.end())) >= 0:
        pieces += [text[at:found.start()], _BETWEEN_TAGS.sub(_blank, text[found.start():end])]
        at = end
    return "".join([*pieces, text[at:]])


def _blank(found: re.Match[str]) -> str:
    return _VISIBLE.sub(" ", found[0])


def _without_spans(paragraph: str) -> str:
    """Code spans blanked: a run of backticks closes at the next run of its length (CommonMark 0.31.2, 6.1)."""
    runs = [(found.start(), found.end()) for found in _TICKS.finditer(paragraph)]
    if len(runs) < 2:
        return paragraph
    closing = _next_of_same_length(runs)
    pieces, at, index = [], 0, 0
    while index < len(runs):
        start, partner = runs[index][0], closing[index]
        if partner is None:
            index += 1
            continue
        end = runs[partner][1]
        pieces += [paragraph[at:start], _VISIBLE.sub(" ", paragraph[start:end])]
        at, index = end, partner + 1
    return "".join([*pieces, paragraph[at:]])


def _next_of_same_length(runs: Sequence[tuple[int, int]]) -> list[int | None]:
    """For each run the next one as long, in one walk from the end: a megabyte of backticks stays linear."""
    latest: dict[int, int] = {}
    found: list[int | None] = [None] * len(runs)
    for index in range(len(runs) - 1, -1, -1):
        length = runs[index][1] - runs[index][0]
        found[index] = latest.get(length)
        latest[length] = index
    return found
