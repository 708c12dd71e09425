"""A comment that begins a line of Markdown: `<!-- buttondown-editor-mode: plaintext --># Ink`.

Buttondown begins every issue that it exports with one. In CommonMark a comment makes HTML of its whole line, which
would show readers the marks of a heading, a list or a quotation behind it.
"""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock

# What begins with a tag goes on as HTML.
_BEFORE_WORDS = re.compile(r"(?:<!--(?:(?!-->).)*-->[ \t]*)+(?=[^\s<])")


def use_comments(parser: MarkdownIt) -> None:
    """Adds the rule before that for HTML."""
    parser.block.ruler.before("html_block", "words_behind_comment", _behind_comment)


def _behind_comment(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    """Asks all rules once more about the line, which begins behind the comment for them."""
    if state.is_code_block(start_line):
        return False
    begin = state.bMarks[start_line] + state.tShift[start_line]
    found = _BEFORE_WORDS.match(state.src, begin, state.eMarks[start_line])
    if found is None:
        return False
    state.bMarks[start_line], state.tShift[start_line] = found.end(), 0
    state.sCount[start_line] = state.blkIndent
    return any(rule(state, start_line, end_line, silent) for rule in state.md.block.ruler.getRules(""))
