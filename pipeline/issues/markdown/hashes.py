"""Headings whose marks stand right at their words, `##墨水`, or before a full-width space, `##　墨水`.

GitHub took them for headings until 2017, and many editors do to this day. CommonMark wants a space, because of
`#hashtags` and `#5`; so one mark alone is never enough.
"""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock

from pipeline.issues.markdown.lines import line_of

_MARKED = re.compile(
    r"(?P<marks>#{1,6})[\u3000\u00a0]+(?=\S)"
    r"|(?P<glued>#{2,6})(?=[^\W_]|[\[*`“「『《【（(]|!\[|[\u2600-\u27bf\U0001f000-\U0001faff])")


def use_glued_headings(parser: MarkdownIt) -> None:
    """Adds the rule behind the parser's own, which takes what CommonMark knows."""
    parser.block.ruler.after(
        "heading", "glued_heading", _glued_heading, {"alt": ["paragraph", "reference", "blockquote"]})


def _glued_heading(state: StateBlock, start_line: int, _end_line: int, silent: bool) -> bool:
    if state.is_code_block(start_line):
        return False
    line = line_of(state, start_line)
    found = _MARKED.match(line)
    if found is None:
        return False
    if not silent:
        _push(state, found["marks"] or found["glued"], line[found.end():].strip(), start_line)
    return True


def _push(state: StateBlock, marks: str, words: str, line: int) -> None:
    state.line = line + 1
    tag, place = f"h{len(marks)}", [line, line + 1]
    opening = state.push("heading_open", tag, 1)
    opening.markup, opening.map = marks, place
    said = state.push("inline", "", 0)
    said.content, said.map, said.children = words.removesuffix(marks).rstrip(), place, []
    state.push("heading_close", tag, -1).markup = marks
