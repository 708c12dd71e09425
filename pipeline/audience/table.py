"""Rows out of the bytes that a spreadsheet or another system wrote, one record at a time.

Excel alone writes UTF-8 with a mark, UTF-16 with tabs, and the machine's own code page with semicolons.
One broken line costs that line: a quote that is never closed does not swallow the rows after it.
Memory stays small whatever the file is.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter, deque
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from pipeline.amounts import counted

MAX_LINE = 65_536  # characters of one line
MAX_LINES = 50     # lines that one record may span, by line breaks inside quotes
TITLE_LINES = 10   # so far below the first line a header is looked for

SEPARATORS = (",;\t", "，；")  # the second two from a keyboard for Chinese, where none of the first parts anything

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_SEPARATOR_LINE = re.compile(r'"?sep=(.)"?\s*')  # Excel's own first line
_LOST = re.compile("[\ud800-\udfff]")  # a byte that could not be decoded
_HIGH_BYTES = re.compile(rb"[\x80-\xff]+")

# What a spreadsheet would run instead of show (OWASP, CSV injection), at the start of a cell, or behind a
# mark that another spreadsheet takes for a separator.
_FORMULA = re.compile("(^|[,;\t|])('*)(?=[=+\\-@\t\r＝＋－＠])")


@dataclass(frozen=True, slots=True)
class Record:
    """The cells of one row. `line` is the first of its lines in the file, from 1."""

    line: int
    cells: list[str]


@dataclass(frozen=True, slots=True)
class Damage:
    """A line that is no row."""

    line: int
    message: str
    remedy: str


def read_table(
    stream: BinaryIO, is_header: Callable[[list[str]], bool] = bool
) -> Generator[Record | Damage, None, None]:
    """All rows, the header first; empty lines are no rows. The stream must be able to go back to its start.

    `is_header` knows a header by its cells: above one may stand the title of the sheet.
    """
    encoding = encoding_of(stream)
    errors = "replace" if encoding.startswith("utf-16") else "surrogateescape"  # its units are no single bytes
    text = io.TextIOWrapper(stream, encoding, errors=errors, newline="")
    try:
        lines = _Lines(text.readline)
        header, separator = _header(lines, is_header)
        if header is not None:
            yield header
            yield from _records(lines, separator, width=len(header.cells) if isinstance(header, Record) else None)
    finally:
        text.detach()  # the stream is the caller's to close


def encoding_of(stream: BinaryIO) -> str:
    """UTF-8, UTF-16, GB18030 or Windows-1252, by the mark or by what most lines look like; rewinds the stream."""
    stream.seek(0)
    start = stream.read(1024)
    stream.seek(0)
    marked = next((name for mark, name in _MARKS if start.startswith(mark)), "")
    if marked or (marked := _unmarked_utf16(start)):
        return marked
    votes = Counter({"utf-8": 0})
    while line := stream.readline(MAX_LINE):
        if not line.isascii():
            votes[_likely_encoding(line)] += 1
    stream.seek(0)
    return votes.most_common(1)[0][0]


def guard(cell: str) -> str:
    """A cell that no spreadsheet runs: an apostrophe goes before what would start a formula."""
    return _FORMULA.sub(r"\1'\2", cell)


def unguard(cell: str) -> str:
    """The cell as it was before `guard`."""
    return _FORMULA.sub(lambda found: found[1] + found[2][1:], cell)


class _Lines:
    """Lines with their numbers; some can be given back. A line over MAX_LINE comes as ""."""

    def __init__(self, readline: Callable[[int], str]) -> None:
        self._readline = readline
        self._ahead: deque[str] = deque()
        self.number = 0  # of the line last taken

    def take(self) -> str | None:
        """The next line with its end, or None at the end of the file."""
        line = self._ahead.popleft() if self._ahead else self._read()
        if line is not None:
            self.number += 1
        return line

    def give_back(self, lines: list[str]) -> None:
        """These will be taken again, in this order."""
        self._ahead.extendleft(reversed(lines))
        self.number -= len(lines)

    def _read(self) -> str | None:
        line = self._readline(MAX_LINE + 1)
        if len(line) <= MAX_LINE:
            return line or None
        while line and not line.endswith(("\n", "\r")):
            line = self._readline(MAX_LINE + 1)
        return ""


def _header(lines: _Lines, is_header: Callable[[list[str]], bool]) -> tuple[Record | Damage | None, str]:
    """The first row, and what parts its cells; a title above the header is passed over."""
    separator = _separator(lines)
    first = next(_records(lines, separator, width=None), None)
    if first is None or (isinstance(first, Record) and is_header(first.cells)):
        return first, separator
    passed: list[str] = []
    while len(passed) < TITLE_LINES and (line := lines.take()) is not None:
        below = next((mark for marks in SEPARATORS for mark in marks if is_header(_cells([line], mark))), None)
        if below:
            lines.give_back([line])
            return next(_records(lines, below, width=None), None), below
        passed.append(line)
    lines.give_back(passed)
    return first, separator


def _separator(lines: _Lines) -> str:
    """What parts the cells, by the first line that says something; that line is taken again as the header."""
    line = lines.take()
    while line is not None and not line.strip():
        line = lines.take()
    said = _SEPARATOR_LINE.fullmatch(line or "")
    if said:
        return said[1]
    if line is not None:
        lines.give_back([line])
    cells = {mark: len(_cells([line or ""], mark)) for marks in SEPARATORS for mark in marks}
    best = [max(marks, key=cells.__getitem__) for marks in SEPARATORS]
    return next((mark for mark in best if cells[mark] > 1), best[0])


def _records(lines: _Lines, separator: str, *, width: int | None) -> Iterator[Record | Damage]:
    """Records from here to the end; `width` is how many cells the header has."""
    while (line := lines.take()) is not None:
        record = _record(line, lines, separator, width)
        if isinstance(record, Damage) or any(cell.strip() for cell in record.cells):
            yield record


def _record(first: str, lines: _Lines, separator: str, width: int | None) -> Record | Damage:
    """The record that begins with this line. What is not one costs this line only: all others are given back."""
    number, taken = lines.number, [first]
    try:
        cells = next(csv.reader(_supply(taken, lines), delimiter=separator, strict=True))
        fits = len(taken) == 1 or width in (None, len(cells))
    except csv.Error:
        cells, fits = [], False
    if not fits:
        lines.give_back(taken[1:])
        cells, taken = _cells([first], separator), [first]
        fits = width == len(cells) and first.count('"') % 2 == 0  # a stray pair inside a cell loses nothing
    return _checked(Record(number, cells), "".join(taken), fits=fits, width=width)


def _supply(taken: list[str], lines: _Lines) -> Iterator[str]:
    """The lines of a record as the reader asks for them: no more than a record may have."""
    yield taken[0]
    while len(taken) < MAX_LINES and (more := lines.take()) is not None:
        taken.append(more)
        yield more


def _cells(lines: Iterable[str], separator: str) -> list[str]:
    """What an easy-going reader makes of them."""
    return next(csv.reader(lines, delimiter=separator), [])


def _checked(record: Record, text: str, *, fits: bool, width: int | None) -> Record | Damage:
    if not text:
        return Damage(record.line, f"the line is longer than {MAX_LINE} characters", "shorten it")
    if not fits:
        return Damage(record.line, "a quotation mark is opened and not closed", 'close it, or write "" for one inside')
    if not text.isascii() and _LOST.search(text):
        return Damage(record.line, "the line is not in the encoding of the others", "save the file as UTF-8")
    if width is not None and any(cell.strip() for cell in record.cells[width:]):
        return Damage(record.line, f"the row has {counted(len(record.cells), 'cell')}, the header {width}",
                      "put quotation marks around a cell that holds the separator")
    return record


def _unmarked_utf16(start: bytes) -> str:
    """UTF-16 without a mark shows in the zeros beside what is ASCII, such as addresses."""
    for name, zeros in (("utf-16-le", start[1::2]), ("utf-16-be", start[::2])):
        if zeros.count(0) > len(start) // 8:
            return name
    return ""


def _likely_encoding(line: bytes) -> str:
    """For one line: UTF-8 if it is that; GB18030 if its high bytes come in pairs; else the Western code page."""
    try:
        line.decode("utf-8")
        return "utf-8"
    except UnicodeDecodeError:
        pass
    try:
        line.decode("gb18030")
    except UnicodeDecodeError:
        return "cp1252"
    return "cp1252" if any(len(run) % 2 for run in _HIGH_BYTES.findall(line)) else "gb18030"
