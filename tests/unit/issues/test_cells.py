"""A row that says more than the head has columns loses no word."""

from __future__ import annotations

import pytest

from pipeline.issues.document import parse

HEAD = "| a | b |\n|---|---|\n"


def cells(row: str, head: str = HEAD) -> list[str]:
    """The cells of the one row below the head, as HTML."""
    body = parse(head + row).clean.partition("<tbody>")[2]
    return [cell.partition(">")[2].partition("</td>")[0] for cell in body.split("<td")[1:]]


@pytest.mark.parametrize(("row", "expected"), [
    ("| c | d |", ["c", "d"]),
    ("| c |", ["c", ""]),
    ("| c | d | e | f |", ["c", "d | e | f"]),
    ("c | d | e", ["c", "d | e"]),
    ("| `x|y` | d |", ["<code>x|y</code>", "d"]),
    ("| ``x|`|y`` | d |", ["<code>x|`|y</code>", "d"]),
    ("| `x\\|y` | d |", ["<code>x|y</code>", "d"]),
    ("| c | [d](https://example.com/d|e) |", ["c", '<a href="https://example.com/d%7Ce">d</a>']),
    ("| `c | d` |", ["`c", "d`"]),  # as many cells as the head: the author's borders stand
    ("| ` | d | *e* |", ["`", "d | <em>e</em>"]),
])
def test_cells_of_a_row(row: str, expected: list[str]) -> None:
    assert cells(row) == expected


def test_a_row_in_a_quotation_is_mended_too() -> None:
    assert "<td>d | e</td>" in parse("> | a | b |\n> |---|---|\n> | c | d | e |").clean
