"""Tables that the library does not know, or not whole.

Where a row has more cells than the head it drops the words of those that are too many; most come from a bar that the
author did not mean as a border: `a|b` in code, or in an address. kramdown, which Jekyll has, needs no head, and knows
lines such as `|----+----|`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from markdown_it.rules_block import StateBlock
from markdown_it.token import Token

from pipeline.issues.markdown.lines import line_of, push_markdown

_BORDER = re.compile(r"(?<!\\)\|")
_BORDER_OR_CODE = re.compile(r"(?P<code>(?P<ticks>`+)(?!`).*?(?<!`)(?P=ticks)(?!`))|(?<!\\)\|")

_ROW = re.compile(r"\|(?=.*[^\s|:+-]).*\|\s*")
_RULE = re.compile(r"\|[\s|:+-]*-[\s|:+-]*\|\s*")


def end_of_rows(state: StateBlock, first: int, last: int) -> int:
    """The line behind those that begin with a bar; `first` where other words follow at once."""
    at = next((at for at in range(first, last) if not line_of(state, at).startswith("|")), last)
    ends = at == last or state.sCount[at] < state.blkIndent or line_of(state, at).startswith("{:")
    return at if ends or state.isEmpty(at) else first


def push_kramdown(state: StateBlock, first: int, last: int, max_columns: int) -> bool:
    """Adds a table as kramdown knows it, whose lines all begin and end with a bar: several rows of as many cells, with
    a head or without. Whether there is one."""
    lines = [line_of(state, at) for at in range(first, last)]
    rows = [line for line in lines if _ROW.fullmatch(line)]
    widths = {len(list(_borders(line))) - 1 for line in rows}
    if len(rows) < 2 or len(widths) != 1 or not all(_ROW.fullmatch(line) or _RULE.fullmatch(line) for line in lines):
        return False
    columns = widths.pop()
    if not 1 < columns <= max_columns:
        return False
    has_head = any(_RULE.fullmatch(line) for line in lines[1:2])
    head = rows.pop(0) if has_head else "|" + " |" * columns
    begin = len(state.tokens)
    push_markdown(state, "\n".join((head, "|" + "-|" * columns, *rows)), first, last)
    if not has_head:
        del state.tokens[begin + 1:begin + 1 + _length_of_head(state.tokens[begin + 1:])]
    return True


def _length_of_head(tokens: list[Token]) -> int:
    return next((at + 1 for at, token in enumerate(tokens) if token.type == "thead_close"), 0)


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
