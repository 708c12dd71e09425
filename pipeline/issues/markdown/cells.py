"""Rows of a table that have more cells than its head: the library drops the words of those that are too many.

Most come from a bar that the author did not mean as a border: `a|b` in code, or in an address.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from markdown_it.rules_block import StateBlock
from markdown_it.token import Token

from pipeline.issues.markdown.lines import line_of

_BORDER = re.compile(r"(?<!\\)\|")
_BORDER_OR_CODE = re.compile(r"(?P<code>(?P<ticks>`+)(?!`).*?(?<!`)(?P=ticks)(?!`))|(?<!\\)\|")


def mend_rows(state: StateBlock, first: int) -> None:
    """Fills the rows among the tokens from `first` on anew where their lines say more than is in them."""
    cells: list[Token] = []
    row: Token | None = None
    for token in state.tokens[first:]:
        if token.type == "tr_open":
            row, cells = token, []
        elif token.type == "inline":
            cells.append(token)
        elif token.type == "tr_close" and row and row.map:
            _mend(line_of(state, row.map[0]), cells)


def _mend(line: str, cells: list[Token]) -> None:
    plain = _split(line, [match.start() for match in _BORDER.finditer(line)])
    if len(plain) <= len(cells):
        return
    whole = _split(line, list(_borders(line)))
    last = len(cells) - 1
    texts = [*whole[:last], "|".join(whole[last:])]
    for cell, text in zip(cells, texts, strict=False):
        cell.content = text.strip().replace("\\|", "|")


def _borders(line: str) -> Iterator[int]:
    """Where the bars outside code stand."""
    return (match.start() for match in _BORDER_OR_CODE.finditer(line) if not match["code"])


def _split(line: str, borders: list[int]) -> list[str]:
    """The cells between the borders; those at the ends of the line enclose it."""
    starts, ends = [0, *(at + 1 for at in borders)], [*borders, len(line)]
    found = [line[start:end] for start, end in zip(starts, ends, strict=True)]
    if found and not found[0].strip():
        del found[0]
    if found and not found[-1].strip():
        del found[-1]
    return found
