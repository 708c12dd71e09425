"""Headings whose marks stand right at their words, `##墨水`, or before a full-width space, `##　墨水`.

GitHub took them for headings until 2017, and many editors do to this day. CommonMark wants a space, because of
`#hashtags` and `#5`; so one mark alone is enough only at the top of a text whose other headings are such.
"""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock

from pipeline.issues.markdown.lines import ENDS_WORDS, line_of

_MARKED = re.compile(
    r"(?P<marks>#{1,6})[\u3000\u00a0]+(?=\S)"
    r"|(?P<glued>#{2,6})(?=[^\W_]|[\[*`“「『《【（(]|!\[|[\u2600-\u27bf\U0001f000-\U0001faff])")
_ALONE = re.compile(r"#(?=[^\W\d_])[^#]+$")
_OTHERS = re.compile(r"^#{2,6}[^\W_]", re.MULTILINE)
_SPACED = re.compile(r"^#{1,6}[ \t]", re.MULTILINE)  # who writes such means a tag by `#ink`


def use_glued_headings(parser: MarkdownIt) -> None:
    """Adds the rule behind the parser's own, which takes what CommonMark knows."""
    parser.block.ruler.after("heading", "glued_heading", _glued_heading, ENDS_WORDS)


def _glued_heading(state: StateBlock, start_line: int, _end_line: int, silent: bool) -> bool:
    if state.is_code_block(start_line):
        return False
    line = line_of(state, start_line)
    found = _MARKED.match(line)
    if found is None and (silent or not _is_at_the_top(state, line)):
        return False
    if not silent:
        marks = (found["marks"] or found["glued"]) if found else "#"
        _push(state, marks, line[found.end() if found else 1:].strip(), start_line)
    return True


def _is_at_the_top(state: StateBlock, line: str) -> bool:
    """Whether a line with one mark begins a text, in which others have several marks and none has a space."""
    return (not state.tokens and _ALONE.match(line) is not None and _OTHERS.search(state.src) is not None
            and _SPACED.search(state.src) is None)


def _push(state: StateBlock, marks: str, words: str, line: int) -> None:
    state.line = line + 1
    tag, place = f"h{len(marks)}", [line, line + 1]
    opening = state.push("heading_open", tag, 1)
    opening.markup, opening.map = marks, place
    said = state.push("inline", "", 0)
    said.content, said.map, said.children = words.removesuffix(marks).rstrip(), place, []
    state.push("heading_close", tag, -1).markup = marks
