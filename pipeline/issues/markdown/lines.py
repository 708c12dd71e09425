"""Lines of the source as the block parser sees them."""

from __future__ import annotations

from markdown_it.rules_block import StateBlock


def line_of(state: StateBlock, line: int) -> str:
    """The text of a line, without the indent that its block has taken."""
    return state.src[state.bMarks[line] + state.tShift[line]:state.eMarks[line]]
