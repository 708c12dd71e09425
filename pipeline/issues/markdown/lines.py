"""Lines of the source as the block parser sees them, and Markdown that is put in their place."""

from __future__ import annotations

from markdown_it.ruler import RuleOptionsType
from markdown_it.rules_block import StateBlock

ENDS_WORDS: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote"]}
"""Of a rule whose first line ends a paragraph and a quotation, as a heading does."""

ENDS_ITEMS: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote", "list"]}
"""Of one that ends the item of a list as well, as a fence does."""


def line_of(state: StateBlock, line: int) -> str:
    """The text of a line, without the indent that its block has taken."""
    return state.src[state.bMarks[line] + state.tShift[line]:state.eMarks[line]]


def begins_with(state: StateBlock, line: int, marks: str | tuple[str, ...]) -> bool:
    """Whether a line begins with one of these; it is not copied for that."""
    return state.src.startswith(marks, state.bMarks[line] + state.tShift[line])


def is_outside(state: StateBlock, line: int) -> bool:
    """Whether a line has words and stands too far left to belong to the block that is read."""
    return state.sCount[line] < state.blkIndent and not state.isEmpty(line)


def read_inside(state: StateBlock, kind: str, first: int, end: int, *, indent: int = 0) -> None:
    """Reads the blocks from a line to before `end` as those within a block of this kind, which are indented so far."""
    around = state.parentType, state.lineMax, state.blkIndent
    state.parentType, state.lineMax, state.blkIndent = kind, end, state.blkIndent + indent
    state.md.block.tokenize(state, first, end)
    state.parentType, state.lineMax, state.blkIndent = around


def push_markdown(state: StateBlock, markdown: str, first: int, end: int) -> None:
    """Adds the blocks of a piece of Markdown, which stand on the lines from `first` to before `end`."""
    begin = len(state.tokens)
    state.md.block.parse(markdown, state.md, state.env, state.tokens)
    for token in state.tokens[begin:]:
        token.map = [first, end] if token.map else None
