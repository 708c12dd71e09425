"""A comment that begins a line of Markdown, `<!-- buttondown-editor-mode: plaintext --># Ink`, and one that is typed as
the address of a link that nobody follows: `[//]: # (ask Lin)`, `[comment]: <> (ask Lin)`.

Buttondown begins every issue that it exports with one. In CommonMark a comment makes HTML of its whole line, which
would show readers the marks of a heading, a list or a quotation behind it. The other one it shows where a bracket
stands within its brackets, or a line of words before it.
"""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock

from pipeline.issues.markdown.lines import ENDS_WORDS

# What begins with a tag goes on as HTML.
_BEFORE_WORDS = re.compile(r"(?:<!--(?:(?!-->).)*-->[ \t]*)+(?=[^\s<])")
_NO_ADDRESS = re.compile(r"\[(?://|comment)\]:[ \t]*(?:#|<>)(?:[ \t].*)?")


def use_comments(parser: MarkdownIt) -> None:
    """Adds both rules, one behind that for addresses, which goes through several lines."""
    parser.block.ruler.before("html_block", "words_behind_comment", _behind_comment)
    parser.block.ruler.after("reference", "no_address", _no_address, ENDS_WORDS)


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


def _no_address(state: StateBlock, start_line: int, _end_line: int, silent: bool) -> bool:
    """A line that is nothing but such a comment; a paragraph, a quotation or a table ends before it."""
    begin = state.bMarks[start_line] + state.tShift[start_line]
    if state.is_code_block(start_line) or not _NO_ADDRESS.fullmatch(state.src, begin, state.eMarks[start_line]):
        return False
    if not silent:
        state.line = start_line + 1
    return True
