"""Words in the cells of tables: in mail a column keeps them whole where there is room for that.

A mail lets every word break anywhere, so that nothing is wider than a telephone; in a table that would take years and
names apart while the widest column has room to spare. So columns are measured by their longest word, and as many as
fit keep theirs, the narrowest first: a `whole` column everywhere, a `roomy` one where the mail is as wide as it can be.
Where that leaves too little for the others the table is `crowded`: set smaller, and only numbers stay whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import unescape

from pipeline.issues.cjk import is_east_asian, is_solid
from pipeline.issues.html.grids import GUTTER, TAG
from pipeline.issues.html.media import attributes_of, with_attributes

_MARKUP = re.compile(r"<(br|p|li)?[^>]*>")
_PHONE = 280                 # pixels of the text on the narrowest telephone, 320 wide
_LETTER, _HAN = 9.5, 15.0    # pixels of one in a cell; generous, for fonts differ
_LEAST = 56                  # of a column whose words may break: a number still fits
_FAIR = 120                  # of such a column beside those that keep theirs, for more than a word a line


@dataclass(slots=True)
class _Table:
    """The opening tag of a table as a match, and its cells by row: each the match of its own and what is in it."""

    opening: re.Match[str]
    rows: list[list[tuple[re.Match[str], str]]] = field(default_factory=list)
    measurable: bool = True


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
    """The tables whose cells hold nothing but words. One with pictures, tables or spans is not measurable."""
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
        elif tag["name"] == "img" or "span=" in tag["attributes"]:
            open_tables[-1].measurable = False
        elif tag["name"] == "tr" and not tag["closing"]:
            open_tables[-1].rows.append([])
        elif tag["name"] != "tr" and not tag["closing"]:
            cell = tag
        elif tag["name"] != "tr" and cell and open_tables[-1].rows:
            open_tables[-1].rows[-1].append((cell, html[cell.end() : tag.start()]))


def _mark(table: _Table, column: int, classes: dict[int, str]) -> None:
    """Notes the class of each tag that gets one, by where it stands."""
    measures = [[_measured(cell) for cell in cells] for cells in _columns(table)]
    if sum(max(line for _, line in cells) + GUTTER for cells in measures) <= _PHONE:
        return                                             # nothing in it has to break
    widths = [max(word for word, _ in cells) + GUTTER for cells in measures]
    whole, roomy = _fitting(widths, _PHONE), _fitting(widths, column)
    if len(whole) == len(widths):
        classes[table.opening.start()] = "whole"
        return
    rest = column - sum(widths[at] for at in roomy)
    if len(roomy) == len(widths):
        classes[table.opening.start()] = "roomy"
        roomy = whole
    elif rest < _FAIR * (len(widths) - len(roomy)):
        classes[table.opening.start()] = "crowded"
        whole, roomy = set(), {at for at, width in enumerate(widths) if width <= _LEAST}
    for row in table.rows:
        for at, (cell, _) in enumerate(row):
            if at in roomy:
                classes[cell.start()] = "whole" if at in whole else "roomy"


def _columns(table: _Table) -> list[list[str]]:
    count = max(map(len, table.rows))
    return [[row[at][1] for row in table.rows if at < len(row)] for at in range(count)]


def _measured(cell: str) -> tuple[float, float]:
    """Pixels of the longest stretch that has no place to break, and of all words on one line.

    Chinese may break beside any character, Korean not.
    """
    longest = run = line = 0.0
    for character in unescape(_MARKUP.sub(lambda tag: " " if tag[1] else "", cell)):
        size = _HAN if is_east_asian(character) else _LETTER
        line += size
        run = 0.0 if character.isspace() or is_solid(character) else run + size
        longest = max(longest, run, 2 * size if is_solid(character) else 0.0)    # a mark stays with its character
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
