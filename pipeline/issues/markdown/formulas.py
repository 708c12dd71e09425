"""Formulas in TeX stay as they were typed: `$…$` and `$$…$$` in a line, `$$` around lines of their own.

No mail program sets them, and Markdown would take their backslashes, and their stars and underscores for emphasis.
"""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline

from pipeline.issues.markdown.lines import line_of

# Of two prices, what lies between has no sign of TeX, or is a link, or ends at a space; or a figure follows.
_FORMULA = re.compile(
    r"(?<!\$)(?:\$\$[^$`<]{1,2000}\$\$"
    r"|\$(?=[^\s$])(?=[^$]{0,400}[\\^_{])(?:\\\$|[^$`<\n]){1,400}(?<![\s\\])\$(?!\d))(?!\$)")
_NO_FORMULA = re.compile(r"\]\(|://")
MAX_LINES = 200  # of one formula


def use_formulas(parser: MarkdownIt) -> None:
    """Adds the rules, before those that would read what is inside."""
    parser.block.ruler.before("fence", "formula", _block, {"alt": ["paragraph", "reference", "blockquote", "list"]})
    parser.inline.ruler.before("escape", "formula", _inline)


def _inline(state: StateInline, silent: bool) -> bool:
    match = _FORMULA.match(state.src, state.pos, state.posMax) if state.src[state.pos] == "$" else None
    if match is None or _NO_FORMULA.search(match[0]):
        return False
    if not silent:
        state.pending += match[0]
    state.pos = match.end()
    return True


def _block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Lines between two `$$` are a block of code, as those of a fence are."""
    last = None if state.is_code_block(start) else _last_line(state, start, end)
    if last is None:
        return False
    if not silent:
        typed = state.getLines(start, last + 1, state.sCount[start], keepLastLF=False)
        token = state.push("fence", "code", 0)
        token.info, token.markup, token.map = "tex", "$$", [start, last + 1]
        token.content = typed.strip()[2:-2].strip("\n") + "\n"
        state.line = last + 1
    return True


def _last_line(state: StateBlock, start: int, end: int) -> int | None:
    """That of the formula which begins here; None where none does, or it is not alone on its lines."""
    first = line_of(state, start).rstrip()
    if not first.startswith("$$") or first.startswith("$$$"):
        return None
    for at in range(start, min(end, start + MAX_LINES)):
        text = first[2:] if at == start else line_of(state, at).rstrip()
        if "$$" in text:
            return at if text.index("$$") == len(text) - 2 else None
        if at > start and (not text or state.sCount[at] < state.blkIndent):
            return None
    return None
