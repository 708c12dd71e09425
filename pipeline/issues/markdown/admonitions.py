"""Admonitions as MkDocs and Python-Markdown have them are alerts like GitHub's own.

One begins with `!!! tip "A title"`, or with `???` where it unfolds there; its words are what is indented by four below.
"""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock

from pipeline.issues.markdown.callouts import NEAREST
from pipeline.issues.markdown.containers import open_alert
from pipeline.issues.markdown.lines import ENDS_ITEMS, begins_with, line_of, read_inside
from pipeline.issues.markdown.patience import MAX_NESTING

# Other words than MkDocs' own are classes where a title in quotes stands behind them; else they are the author's.
_OPENING = re.compile(
    r"(?:!!!|\?\?\?\+?)[ \t]+(?P<kind>[A-Za-z][\w-]{1,30})(?:(?:[ \t]+(?:inline|end|left|right)){0,2}"
    r"|(?:[ \t]+[a-z][\w-]{0,30}){0,4}[ \t]+\"(?P<title>[^\"]{0,300})\")[ \t]*")
_MARKS = ("!!!", "???")
INDENT = 4
"""By how many columns what belongs to a line of MkDocs' marks is indented."""


def use_admonitions(parser: MarkdownIt) -> None:
    """Adds the rule; an admonition ends a paragraph, as a fence does."""
    parser.block.ruler.before("fence", "admonition", _admonition, ENDS_ITEMS)


def _admonition(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    if not begins_with(state, start_line, _MARKS):
        return False
    found = _OPENING.fullmatch(line_of(state, start_line))
    if found is None or state.is_code_block(start_line) or state.level >= MAX_NESTING:
        return False
    kind = found["kind"].lower()
    end = end_of_indented(state, start_line + 1, end_line)
    if found["title"] is None and all(map(state.isEmpty, range(start_line + 1, end))):
        return False  # "!!! wow": only a title or a body tells one from an exclamation
    if silent:
        return True
    open_alert(state, kind if kind in NEAREST else "note", (found["title"] or "").strip(), [start_line, end])
    read_inside(state, "admonition", start_line + 1, end, indent=INDENT)
    state.push("alert_close", "div", -1)
    state.line = end
    return True


def end_of_indented(state: StateBlock, line: int, last: int) -> int:
    """The first line that is not empty and not indented far enough to belong to the mark above."""
    for at in range(line, last):
        if state.sCount[at] < state.blkIndent + INDENT and not state.isEmpty(at):
            return at
    return last
