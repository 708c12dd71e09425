"""Lists of terms and what is said of each, as pandoc, kramdown, Hugo and PHP Markdown Extra have them: lines that begin
with `: ` below a line with the term. The plugin of mdit-py-plugins takes a laughing `: )`, a `~` and the item of a list
below for parts of one.
"""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock

from pipeline.issues.markdown.lines import ENDS_WORDS, line_of

_SAID = re.compile(r":[ \t]++(?=.*\w)")  # `: )` laughs
_RULE = "definitions"


def use_definitions(parser: MarkdownIt) -> None:
    """Adds the rule; what is said of a term ends where the next begins."""
    parser.block.ruler.before("paragraph", _RULE, _definitions, ENDS_WORDS)


def _definitions(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    if state.is_code_block(start_line):
        return False
    if silent:
        return state.ddIndent >= 0 and _SAID.match(line_of(state, start_line)) is not None
    said = _said_below(state, start_line, end_line)
    if said is None:
        return False
    opening = state.push("dl_open", "dl", 1)
    term: int | None = start_line
    while term is not None and said is not None:
        _push_term(state, term)
        while said is not None:
            _push_said(state, said, end_line)
            said = state.line if _is_said(state, state.line, end_line) else None
        term = state.line if _may_be_term(state, state.line, end_line) else None
        said = _said_below(state, term, end_line) if term is not None else None
    state.push("dl_close", "dl", -1)
    opening.map = [start_line, state.line]
    return True


def _is_said(state: StateBlock, line: int, last: int) -> bool:
    return line < last and state.sCount[line] >= state.blkIndent and _SAID.match(line_of(state, line)) is not None


def _said_below(state: StateBlock, term: int, last: int) -> int | None:
    """The line below a term, or behind one empty line, that says something of it; None if none does."""
    at = term + 1
    if at < last and state.isEmpty(at):
        at += 1
    return at if _is_said(state, at, last) else None


def _may_be_term(state: StateBlock, line: int, last: int) -> bool:
    """Whether a line is words, and nothing else begins there."""
    if line >= last or state.isEmpty(line) or state.sCount[line] < state.blkIndent or state.is_code_block(line):
        return False
    return not any(rule(state, line, last, True) for rule in state.md.block.ruler.getRules("paragraph"))


def _push_term(state: StateBlock, line: int) -> None:
    state.push("dt_open", "dt", 1).map = [line, line + 1]
    words = state.push("inline", "", 0)
    words.map, words.content, words.children = [line, line + 1], line_of(state, line).strip(), []
    state.push("dt_close", "dt", -1)


def _push_said(state: StateBlock, line: int, last: int) -> None:
    """What is said of a term, with whatever is indented below; one paragraph alone needs no space around it."""
    mark = _SAID.match(line_of(state, line))
    width = mark.end() if mark else 0
    opening = state.push("dd_open", "dd", 1)
    begin = len(state.tokens)
    before = state.blkIndent, state.ddIndent, state.tShift[line], state.sCount[line], state.parentType
    state.blkIndent = state.ddIndent = state.sCount[line] + 2
    state.tShift[line] += width
    state.sCount[line] += width
    state.parentType = _RULE
    state.md.block.tokenize(state, line, last)
    state.blkIndent, state.ddIndent, state.tShift[line], state.sCount[line], state.parentType = before
    if [token.type for token in state.tokens[begin:]] == ["paragraph_open", "inline", "paragraph_close"]:
        state.tokens[begin].hidden = state.tokens[-1].hidden = True
    opening.map = [line, state.line]
    state.push("dd_close", "dd", -1)
