"""A link whose words are spread over paragraphs, as what was exported from HTML has it: a bracket, an empty line, a
picture or a title, an empty line, and `](https://example.com/)`.

Markdown knows no such link; its brackets and its address would be shown as words.
"""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock

from pipeline.issues.markdown.lines import line_of

_OPENS = re.compile(r"(?:[^`]*[^!\\`])?\[[^\[\]`]*")
_ENDS = re.compile(r"[^\[\]`]*\]\((?:https?://|/)[^\s()]*(?:\([^\s()]*\)[^\s()]*)*\)")
_PICTURE = re.compile(r"!\[[^\[\]]*\]\([^()\s]*\)")
_OTHER = re.compile(r"[\[\]`]|^(?:#{1,6}\s|[>|<~])")  # which no words of a link have
_MAX_LINES = 20


def use_spread_links(parser: MarkdownIt) -> None:
    """Adds the rule before that of paragraphs."""
    parser.block.ruler.before("paragraph", "spread_link", _spread)


def _spread(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    first = line_of(state, start)
    if silent or first.count("[") <= first.count("]") or not _OPENS.fullmatch(_PICTURE.sub("", first)):
        return False
    last = _last_line(state, start, end)
    if last is None:
        return False
    lines = " ".join(filter(None, (line_of(state, at).strip() for at in range(start, last + 1))))
    state.push("paragraph_open", "p", 1).map = [start, last + 1]
    inline = state.push("inline", "", 0)
    inline.map, inline.children = [start, last + 1], []
    inline.content = lines.replace("[ ", "[", 1).replace(" ](", "](")
    state.push("paragraph_close", "p", -1)
    state.line = last + 1
    return True


def _last_line(state: StateBlock, start: int, end: int) -> int | None:
    """That which ends the link begun on the line of `start`; None where an empty line is not its next, or others than
    words and pictures come before its end."""
    if start + 1 >= end or not state.isEmpty(start + 1):
        return None
    for at in range(start + 2, min(end, start + _MAX_LINES)):
        line = "" if state.isEmpty(at) else _PICTURE.sub("", line_of(state, at))
        if line and state.sCount[at] < state.blkIndent:
            return None
        if _ENDS.match(line):
            return at
        if _OTHER.search(line):
            return None
    return None
