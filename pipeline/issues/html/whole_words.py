"""Words in the cells of tables: in mail a column keeps them whole where there is room for that.

A mail lets every word break anywhere, so that nothing is wider than a telephone; in a table that would take years and
names apart while the widest column has room to spare. So columns are measured by their longest word, and as many as
fit keep theirs, the narrowest first: a `whole` column everywhere, a `roomy` one where the mail is as wide as it can be.
Where that leaves too little for the others the table is `crowded`: set smaller, and only numbers stay whole.
A head of a few Han characters is a word too, and `short` in a column that is whole everywhere: 名 above 字 is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import unescape
from itertools import chain

from pipeline.issues.cjk import is_east_asian, is_solid
from pipeline.issues.html.grids import GUTTER, TAG
from pipeline.issues.html.media import attributes_of, with_attributes

_MARKUP = re.compile(r"<(br|p|li)?[^>]*>")
PHONE = 280                  # pixels of the text on the narrowest telephone, 320 wide
_LETTER, _HAN = 9.5, 15.0    # pixels of one in a cell; generous, for fonts differ
_SHORT = 5 * _HAN            # of the longest stretch in a head that stays together
_LEAST = 56                  # of a column whose words may break: a number still fits
_FAIR = 120                  # of such a column beside those that keep theirs, for more than a word a line
_SPAN = re.compile(r' (?P<way>col|row)span="(?P<count>[1-9]\d{0,2})"')
_MOST = 64                   # columns of a table that is measured


@dataclass(frozen=True, slots=True)
class _Cell:
    """An opening tag, what is in the cell, and the columns that it takes, counted from 0."""

    opening: re.Match[str]
    inside: str
    columns: range

    def is_short(self) -> bool:
        """Whether it is a head of a few Han characters, which stay together."""
        return (self.opening["name"] == "th" and any(map(is_solid, self.inside))
                and _measured(self.inside, together=True)[0] <= _SHORT)


@dataclass(slots=True)
class _Table:
    """The opening tag of a table as a match, and its cells by row.

    `taken` says of columns for how many rows a cell above takes them, the present one among these.
    """

    opening: re.Match[str]
    rows: list[list[_Cell]] = field(default_factory=list)
    measurable: bool = True
    taken: dict[int, int] = field(default_factory=dict)

    def add_row(self) -> None:
        self.rows.append([])
        self.taken = {at: rows - 1 for at, rows in self.taken.items() if rows > 1}

    def add_cell(self, opening: re.Match[str], inside: str) -> None:
        """Adds one to the last row, in the first columns behind the others that no cell above takes."""
        row, spans = self.rows[-1], {span["way"]: int(span["count"]) for span in _SPAN.finditer(opening["attributes"])}
        at = row[-1].columns.stop if row else 0
        while at in self.taken:
            at += 1
        if at + spans.get("col", 1) > _MOST:
            self.measurable = False
            return
        row.append(_Cell(opening, inside, range(at, at + spans.get("col", 1))))
        if (rows := spans.get("row", 1)) > 1:
            self.taken |= dict.fromkeys(row[-1].columns, rows)


def keep_words(html: str, column: int) -> str:
    """Cleaned HTML in which tables, or cells of them, are `whole`, `roomy` or `crowded`. `column` is in CSS pixels."""
    if "<table" not in html:
        return html
    classes: dict[int, str] = {}
    for table in _tables(html):
        if table.measurable and any(table.rows):
            _mark(table, column, classes)
    return TAG.sub(lambda tag: _classed(tag, classes.get(tag.start(), "")), html)


def _tables(html: str) -> Iterator[_Table]:
    """The tables whose cells hold nothing but words. One with pictures or tables is not measurable, nor one of very
    many columns."""
    open_tables: list[_Table] = []
    cell: re.Match[str] | None = None
    for tag in TAG.finditer(html):
        if tag["name"] == "table" and not tag["closing"]:
            for outer in open_tables:
                outer.measurable = False
            open_tables.append(_Table(tag))
        elif not open_tables:
            continue
        elif tag["name"] == "table":
            yield open_tables.pop()
        elif tag["name"] == "img":
            open_tables[-1].measurable = False
        elif tag["name"] == "tr" and not tag["closing"]:
            open_tables[-1].add_row()
        elif tag["name"] != "tr" and not tag["closing"]:
            cell = tag
        elif tag["name"] != "tr" and cell and open_tables[-1].rows:
            open_tables[-1].add_cell(cell, html[cell.end() : tag.start()])


def _mark(table: _Table, column: int, classes: dict[int, str]) -> None:
    """Notes the class of each tag that gets one, by where it stands."""
    lines, widths = _measures(table)
    if sum(lines) <= PHONE:
        return                                             # nothing in it has to break
    whole, roomy = _fitting(widths, PHONE), _fitting(widths, column)
    cells = list(chain.from_iterable(table.rows))
    if len(whole) == len(widths):
        classes[table.opening.start()] = "whole"
        classes |= {cell.opening.start(): "short" for cell in cells if cell.is_short()}
        return
    rest = column - sum(widths[at] for at in roomy)
    if len(roomy) == len(widths):
        classes[table.opening.start()] = "roomy"
        roomy = whole
    elif rest < _FAIR * (len(widths) - len(roomy)):
        classes[table.opening.start()] = "crowded"
        whole, roomy = set(), {at for at, width in enumerate(widths) if width <= _LEAST}
    for cell in cells:
        if whole.issuperset(cell.columns):
            classes[cell.opening.start()] = "whole short" if cell.is_short() else "whole"
        elif roomy.issuperset(cell.columns):
            classes[cell.opening.start()] = "roomy"


def _measures(table: _Table) -> tuple[list[float], list[float]]:
    """Pixels of each column with all words of a cell on one line, and with the longest word whole."""
    cells = sorted(chain.from_iterable(table.rows), key=lambda cell: len(cell.columns))
    count = max(cell.columns.stop for cell in cells)
    lines, words = [float(GUTTER)] * count, [float(GUTTER)] * count
    for cell in cells:                                     # those of several columns last: they widen the last one
        word, line = _measured(cell.inside, together=cell.is_short())
        for widths, own in ((lines, line), (words, word)):
            widths[cell.columns[-1]] += max(0.0, own + GUTTER - sum(widths[at] for at in cell.columns))
    return lines, words


def _measured(cell: str, *, together: bool) -> tuple[float, float]:
    """Pixels of the longest stretch that has no place to break, and of all words on one line.

    Chinese may break beside any character, unless its words stay `together`; Korean not.
    """
    longest = run = line = 0.0
    for character in unescape(_MARKUP.sub(lambda tag: " " if tag[1] else "", cell)):
        size = _HAN if is_east_asian(character) else _LETTER
        line += size
        parted = is_solid(character) and not together
        run = 0.0 if character.isspace() or parted else run + size
        longest = max(longest, run, 2 * size if parted else 0.0)                 # a mark stays with its character
    return longest, line


def _fitting(widths: Sequence[float], room: int) -> set[int]:
    """The columns that can keep their words in so many pixels, narrowest first; the others are left the least."""
    taken = sum(min(width, _LEAST) for width in widths)
    found: set[int] = set()
    for at in sorted(range(len(widths)), key=widths.__getitem__):
        taken += max(0.0, widths[at] - _LEAST)
        if taken > room:
            break
        found.add(at)
    return found


def _classed(tag: re.Match[str], name: str) -> str:
    if not name:
        return tag[0]
    own = attributes_of(tag["attributes"])
    return with_attributes(tag["name"], {**own, "class": f'{own.get("class", "")} {name}'.strip()})
