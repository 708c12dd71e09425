"""A table as plain text: columns in line where they fit, else one record for each row."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from pipeline.editions.columns import columns, wrap

_GAP = "  "

Row = Sequence[str]


def table_lines(header: Row, rows: Sequence[Row], colon: str, width: int) -> list[str]:
    """The table's lines. Cells are one line each; a row may be shorter or longer than the header."""
    widths = [max(map(columns, cells)) for cells in zip_longest(header, *rows, fillvalue="")]
    if sum(widths) + len(_GAP) * (len(widths) - 1) <= width:
        return _aligned(header, rows, widths)
    return _records(header, rows, colon, width)


def _aligned(header: Row, rows: Sequence[Row], widths: Sequence[int]) -> list[str]:
    rule = ["-" * width for width in widths]
    head = [header, rule] if any(header) else []
    return [
        _GAP.join(cell + " " * (width - columns(cell)) for cell, width in zip(row, widths, strict=False)).rstrip()
        for row in [*head, *rows]
    ]


def _records(header: Row, rows: Sequence[Row], colon: str, width: int) -> list[str]:
    lines: list[str] = []
    filled = [row for row in rows if any(row)]
    for row in filled or [header]:
        lines += [""] if lines else []
        for name, cell in zip_longest(header if filled else [], row, fillvalue=""):
            if cell:
                lines += wrap(f"{name}{colon}{cell}" if name else cell, width)
    return lines
