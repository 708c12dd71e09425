"""Words in the cells of tables: in mail a column keeps them whole where there is room for that.

A mail lets every word break anywhere, so that nothing is wider than a telephone; in a table that would take years and
names apart while the widest column has room to spare. So columns are measured by their longest word, and as many as
fit keep theirs, the narrowest first: a `whole` column everywhere, a `roomy` one where the mail is as wide as it can be.
Where that leaves too little for the others the table is `crowded`: set smaller, and `roomy` if all words fit so, else
only numbers stay whole.
On a telephone a `snug` table keeps its words with less space beside them, a `tight` one in smaller type, and the others
`scroll`. Only `endless` cells break there: an address would push all else out of sight.
A head of a few Han characters is a word too, and `short` in a column that is whole everywhere: 名 above 字 is none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from html import unescape
from itertools import chain
from typing import NamedTuple

from pipeline.issues.cjk import is_east_asian, is_solid
from pipeline.issues.html.grids import GUTTER, TAG
from pipeline.issues.html.media import attributes_of, with_attributes

_MARKUP = re.compile(r"<(br|p|li)?[^>]*>")
_CODE = re.compile(r"<code>[^<]*")
_WORD = re.compile(r"[\S\u00a0\u2007\u202f]+")  # no line ends at these spaces, as in the French `1 234 €`
_HYPHEN = re.compile(r"-(?=[^\W\d_])")
PHONE = 280                  # pixels of the text on the narrowest telephone, 320 wide
_USUAL_PHONE = 320           # on one of 360
_ENDLESS = 24                # characters of a word that may break wherever it has to
_LEAST = 56                  # of a column whose words may break: a number still fits
_FAIR = 120                  # of such a column beside those that keep theirs, for more than a word a line
_SPAN = re.compile(r' (?P<way>col|row)span="(?P<count>[1-9]\d{0,2})"')
_MOST = 64                   # columns of a table that is measured


class _Stretch(NamedTuple):
    """Characters that no line parts, by how wide they are."""

    letters: int = 0
    capitals: int = 0
    han: int = 0


@dataclass(frozen=True, slots=True)
class _Cell:
    """An opening tag, the columns that the cell takes, counted from 0, and its words, apart and on one line.

    A short one is a head of a few Han characters, which stay together.
    """

    opening: re.Match[str]
    columns: range
    words: frozenset[_Stretch]
    line: _Stretch
    is_short: bool


@dataclass(frozen=True, slots=True)
class _Type:
    """Pixels of one character in a cell, generous, for fonts differ; and of what is left and right of the words."""

    letter: float
    capital: float
    han: float
    gutter: int

    def width(self, stretch: _Stretch) -> float:
        return stretch.letters * self.letter + stretch.capitals * self.capital + stretch.han * self.han

    def longest(self, words: Iterable[_Stretch]) -> float:
        return max(map(self.width, words), default=0.0)

    def kept(self, words: Iterable[_Stretch]) -> float:
        """The longest of those that do not break."""
        return max((_FAIR if _is_endless(word) else self.width(word) for word in words), default=0.0)


_NORMAL = _Type(letter=9.5, capital=9.5, han=15.0, gutter=GUTTER)
_SMALL = _Type(letter=6.6, capital=8.4, han=12.0, gutter=6)
_ON_PHONES = {"snug": _Type(letter=8.3, capital=10.5, han=15.0, gutter=10), "tight": _SMALL}  # as head.css has them
_SHORT = 5 * _NORMAL.han     # of the longest stretch in a head that stays together


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
        row.append(_cell(opening, inside, range(at, at + spans.get("col", 1))))
        if (rows := spans.get("row", 1)) > 1:
            self.taken |= dict.fromkeys(row[-1].columns, rows)


def keep_words(html: str, column: int) -> str:
    """Cleaned HTML in which tables, or cells of them, have the classes above. `column` is in CSS pixels."""
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
        elif tag["name"] != "tr" and cell and open_tables[-1].rows and open_tables[-1].measurable:
            open_tables[-1].add_cell(cell, html[cell.end() : tag.start()])


def _mark(table: _Table, column: int, classes: dict[int, str]) -> None:
    """Notes the class of each tag that gets one, by where it stands."""
    cells = list(chain.from_iterable(table.rows))
    if sum(_columns(cells, GUTTER, lambda cell: _NORMAL.width(cell.line))) <= PHONE:
        return                                             # nothing in it has to break
    widths = _by_words(cells, _NORMAL)
    whole, roomy = _fitting(widths, PHONE), _fitting(widths, column)
    if len(whole) == len(widths):
        classes[table.opening.start()] = "whole"
        classes |= {cell.opening.start(): "short" for cell in cells if cell.is_short}
        return
    rest = column - sum(widths[at] for at in roomy)
    name = ""
    if len(roomy) == len(widths):
        name, roomy = "roomy", whole
    elif rest < _FAIR * (len(widths) - len(roomy)):
        fits = sum(_by_words(cells, _SMALL)) <= column
        name, whole = "crowded roomy" if fits else "crowded", set()
        roomy = {at for at, width in enumerate(widths) if width <= _LEAST}
    classes[table.opening.start()] = f"{name} {_on_phone(cells)}".strip()
    for cell in cells:
        if whole.issuperset(cell.columns):
            classes[cell.opening.start()] = "whole short" if cell.is_short else "whole"
        elif roomy.issuperset(cell.columns):
            classes[cell.opening.start()] = "roomy"
        if any(map(_is_endless, cell.words)):
            classes[cell.opening.start()] = f"{classes.get(cell.opening.start(), '')} endless".strip()


def _by_words(cells: Sequence[_Cell], size: _Type) -> list[float]:
    """Pixels of each column with its longest word whole."""
    return _columns(cells, size.gutter, lambda cell: size.longest(cell.words))


def _on_phone(cells: Sequence[_Cell]) -> str:
    """How the words stay whole on a usual telephone."""
    def width(size: _Type) -> float:
        return sum(_columns(cells, size.gutter, lambda cell: size.kept(cell.words)))

    return next((name for name, size in _ON_PHONES.items() if width(size) <= _USUAL_PHONE), "scroll")


def _is_endless(word: _Stretch) -> bool:
    return sum(word) > _ENDLESS


def _columns(cells: Sequence[_Cell], gutter: int, width: Callable[[_Cell], float]) -> list[float]:
    """Pixels of each column that the widths of its cells ask for. Cells of several widen the last of these."""
    found = [float(gutter)] * max(cell.columns.stop for cell in cells)
    for cell in sorted(cells, key=lambda cell: len(cell.columns)):
        found[cell.columns[-1]] += max(0.0, width(cell) + gutter - sum(found[at] for at in cell.columns))
    return found


def _cell(opening: re.Match[str], inside: str, columns: range) -> _Cell:
    wide = _CODE.sub(lambda code: code[0].upper(), inside)  # its letters are as wide as capitals
    text = unescape(_MARKUP.sub(lambda tag: " " if tag[1] else "", wide))
    is_short = (opening["name"] == "th" and not text.isascii() and any(map(is_solid, text))
                and _NORMAL.longest(map(_stretch, _WORD.findall(text))) <= _SHORT)
    words = map(_stretch, _WORD.findall(text)) if is_short else _stretches(text)
    return _Cell(opening, columns, frozenset(words), _stretch(text), is_short)


def _stretches(text: str) -> Iterator[_Stretch]:
    """What stays together. Chinese may break beside any character, Korean not.

    A hyphen ends a stretch before a letter, but not before a digit: a date stays whole.
    """
    for word in _WORD.findall(_HYPHEN.sub("- ", text)):
        run = ""
        for character in () if word.isascii() else word:
            if is_solid(character):
                yield _stretch(run)
                yield _Stretch(han=2)                      # a mark stays with its character
                run = ""
            else:
                run += character
        yield _stretch(word if word.isascii() else run)


def _stretch(text: str) -> _Stretch:
    capitals = 0 if text.islower() else sum(map(str.isupper, text))
    han = 0 if text.isascii() else sum(map(is_east_asian, text))
    return _Stretch(len(text) - capitals - han, capitals, han)


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
    keys = {"tabindex": "0"} if tag["name"] == "table" and name != "whole" else {}  # with which it is scrolled
    return with_attributes(tag["name"], {**own, "class": f'{own.get("class", "")} {name}'.strip(), **keys})
