"""Pictures in the cells of tables: each gets its share of the column, so that words beside them keep their room.

Without a width, Outlook prints a picture in its natural size, and the others give it all the room there is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from pipeline.issues.html.media import attributes_of, with_attributes

TAG = re.compile(r"<(?P<closing>/?)(?P<name>table|tr|t[dh]|img)(?P<attributes>(?: [^ =>]+=\"[^\"]*\")*)>")
ROOM = "room"
"""An attribute of our own that no author's picture can have: the pixels that one may take."""
GUTTER = 16                  # pixels left and right in a cell, as inline.css has them
_PICTURES = 60               # percent of a row for its pictures, where it has words too


@dataclass(slots=True)
class _Cell:
    """The opening tag of a cell, and those of the pictures in it, as matches."""

    opening: re.Match[str]
    images: list[re.Match[str]] = field(default_factory=list)


def share_rows(html: str, column: int) -> str:
    """Cleaned HTML in which pictures in tables know their ROOM, and cells that hold one how much of the row is theirs.

    `column` is in CSS pixels.
    """
    if "<img" not in html or "<td" not in html:
        return html
    widths: dict[int, str] = {}
    rows: list[list[_Cell]] = []
    for tag in TAG.finditer(html):
        if tag["name"] == "table":
            rows = [*rows, []] if not tag["closing"] else _settled(rows, widths, column)[:-1]
        elif tag["name"] == "tr":
            _settled(rows, widths, column)
        elif not rows or tag["closing"]:
            continue
        elif tag["name"] == "img" and rows[-1]:
            rows[-1][-1].images.append(tag)
        elif tag["name"] != "img":
            rows[-1].append(_Cell(tag))
    return TAG.sub(lambda tag: widths.get(tag.start(), tag[0]), html)


def _settled(rows: list[list[_Cell]], widths: dict[int, str], column: int) -> list[list[_Cell]]:
    """The open tables, the row of the innermost one shared out and begun anew."""
    if rows:
        cells, rows[-1] = rows[-1], []
        pictured = [cell for cell in cells if cell.images]
        whole = 100 if len(pictured) == len(cells) else _PICTURES
        for cell in pictured:
            share = whole // len(pictured)
            _widen(cell, share, max(1, column * share // 100 - GUTTER), widths)
    return rows


def _widen(cell: _Cell, share: int, pixels: int, widths: dict[int, str]) -> None:
    own = {**attributes_of(cell.opening["attributes"]), "width": f"{share}%"}
    widths[cell.opening.start()] = with_attributes(cell.opening["name"], own)
    for image in cell.images:
        own = {**attributes_of(image["attributes"]), ROOM: str(pixels)}
        widths[image.start()] = with_attributes("img", own)
