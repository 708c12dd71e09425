"""Lines of the source as the block parser sees them, and Markdown that is put in their place."""

from __future__ import annotations

from markdown_it.rules_block import StateBlock


def line_of(state: StateBlock, line: int) -> str:
    """The text of a line, without the indent that its block has taken."""
    return state.src[state.bMarks[line] + state.tShift[line]:state.eMarks[line]]


def push_markdown(state: StateBlock, markdown: str, first: int, end: int) -> None:
    """Adds the blocks of a piece of Markdown, which stand on the lines from `first` to before `end`."""
    begin = len(state.tokens)
    state.md.block.parse(markdown, state.md, state.env, state.tokens)
    for token in state.tokens[begin:]:
        token.map = [first, end] if token.map else None
