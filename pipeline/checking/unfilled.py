"""What nobody filled in: marks of a site generator or a mailing program, and words that hold a place."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.checking.source import Source
from pipeline.errors import Problem, shorten
from pipeline.issues.markdown.fillings import FILLED, RAW, TITLE
from pipeline.issues.markdown.generators import is_left_out
from pipeline.issues.markdown.marks import opening, pair_among_words, read_marks
from pipeline.issues.markdown.markwords import among_words
from pipeline.issues.markdown.mdx import WITH_VALUES
from pipeline.issues.markdown.programs import is_program, loop_end

_MARK = re.compile(
    r"(?<!\\)(?:\{\{[^{}\n]{0,120}\}\}|\{%[^%\n]{0,120}%\}|\*\|[A-Z][A-Z0-9_:]{0,40}\|\*|<%=?[^%\n]{0,120}%>"
    r"|%%[a-z_]{1,40}%%)")
_PLACEHOLDERS = re.compile(
    r"\bLINK_HERE\b|\blorem ipsum dolor\b|\bTKTK\b|(?<!\S)\[?(?:TODO|TBD|FIXME)\]?[:：]|待补充|此处插入"
    r"|:contentReference\[[^\]\n]{1,40}\]|【\d+(?::\d+)?†[^】\n]{0,60}】|\[cite(?:_start|: ?\d[\d, ]*)\]",
    re.IGNORECASE)
_DATA = re.compile(r' data-[a-z-]+="[^"]*"')  # notes in a tag for programs
_WITHIN = re.compile(r"\A(?:[ \t]*(?:[-*+>]|\d{1,9}[.)])(?=[ \t]))+")  # a list or quote whose line begins behind it
_BEFORE_AN_ADDRESS = (*"(\"'}", "]:")


def find_unfilled(source: Source) -> Iterator[Problem]:
    """Everything of this kind that readers see, or are led nowhere by."""
    for found in source.find(_PLACEHOLDERS):
        yield source.problem("placeholder-text", found.start(), f'"{found[0].strip()}" looks unfinished',
                             "write what belongs here")
    yield from _templates(source)


def _templates(source: Source) -> Iterator[Problem]:
    text = _without_programs(source.prose)
    understood = _Understood(source, text)
    for found in _MARK.finditer(text):
        if understood.covers(found):
            continue
        before = source.prose[max(0, found.start() - 10):found.start()]
        if before.removesuffix("mailto:").rstrip("<").endswith(("](", 'href="')):
            yield source.problem("template-text", found.start(), f"{shorten(found[0])} leads nowhere: nothing fills it",
                                 "write the address itself")
            continue
        yield source.problem("template-text", found.start(), f"{shorten(found[0])} is shown as typed: nothing fills it",
                             "put it in backticks if readers should see it, else remove it")


def _without_programs(text: str) -> str:
    """Prose with what tags say to programs, and values that are code, blanked out."""
    text = _DATA.sub(_blank, text) if " data-" in text else text
    return WITH_VALUES.sub(_blank, text) if "={{" in text else text


def _blank(found: re.Match[str]) -> str:
    return " " * len(found[0])


class _Understood:
    """The marks that were done or left out. They are asked for from the top down: what opens says what may close."""

    def __init__(self, source: Source, text: str) -> None:
        self._source = source
        self._text = text
        self._lines = source.prose.split("\n")
        self._alone: dict[int, bool] = {}  # whether a row holds nothing but what was done or left out
        self._closers = set[str]()  # names of marks that close what a line opened
        self._closers_of_pairs = set[str]()  # beside these, words may stand on their line
        self._done = 0  # where the last mark among words ended
        self._closing = set[int]()  # where marks among words are closed

    def covers(self, found: re.Match[str]) -> bool:
        """Whether this one was, and readers do not see it."""
        at, row = found.start(), self._source.row(found.start())
        if row not in self._alone:
            self._read_line(row)
        self._read_among_words(at)
        return (self._alone[row] or at < self._done or at in self._closing or self._closes(found[0], self._lines[row])
                or _is_filled(self._source.prose[max(0, at - 4):at].rstrip(" "), found[0]))

    def _read_line(self, row: int) -> None:
        line = _WITHIN.sub("", self._lines[row])
        self._alone[row] = is_left_out(line)
        if self._alone[row] and (mark := opening(line.strip())):
            closers = {f"/{mark.name}", "end" if mark.rest.startswith("(") else f"end{mark.name}"}
            self._closers |= closers
            self._closers_of_pairs |= closers if mark.is_paired else set()
        if is_program(line.lstrip()):
            last = row + loop_end(self._lines[other] for other in range(row, len(self._lines)))
            self._alone |= dict.fromkeys(range(row, last), True)

    def _read_among_words(self, at: int) -> None:
        if mark := among_words(self._text, at, len(self._text)):
            self._done = at + len(mark.typed)
        elif pair := pair_among_words(self._text, at, len(self._text)):
            self._done = at + len(pair[0].typed)
            self._closing.add(pair[1].start())

    def _closes(self, mark: str, line: str) -> bool:
        names = {one.name for one in read_marks(mark) or ()}
        return bool(names & (self._closers if line.rstrip().endswith(mark) else self._closers_of_pairs))


def _is_filled(before: str, mark: str) -> bool:
    """Whether this mark is understood where it stands: raw text, a title's name, or the beginning of an address."""
    return RAW.fullmatch(mark) is not None or (before.endswith("#") and TITLE.fullmatch(mark) is not None) or (
        before.endswith(_BEFORE_AN_ADDRESS) and FILLED.match(mark) is not None)
