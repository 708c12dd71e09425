"""What Obsidian has for those who open the vault: `[[note|words]]` shows its words, lines of `%% remarks %%` nothing.

`[[words]]` alone stays as typed: it may be C++, a shell's test or an array. So does a remark within a line.
"""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline

from pipeline.issues.markdown.lines import line_of

WIKI_LINK = re.compile(r"\[\[(?=[^\s|])[^\[\]|\n]{1,200}?(?<![\s\\])\\?\|(?P<words>[^\[\]|\n]{1,300})\]\](?![(\[])")
_REMARK = re.compile(r"%%(?![a-z_]{1,40}%%)[^%]+(?:%(?!%)[^%]+)*%%")  # `%%name%%` is a template's
_MAX_LINES = 200


def use_vaults(parser: MarkdownIt) -> None:
    """Adds the rules. In a table the stroke of a link is escaped."""
    parser.inline.ruler.before("link", "wiki_link", _wiki_link)
    ends = ["paragraph", "reference", "blockquote", "list"]
    parser.block.ruler.before("fence", "remark", _remark, {"alt": ends})


def is_hidden(line: str) -> bool:
    """Whether a line is a remark."""
    return _REMARK.fullmatch(line.strip()) is not None


def _remark(state: StateBlock, startLine: int, endLine: int, silent: bool) -> bool:  # noqa: N803, the library's
    if not state.src.startswith("%%", state.bMarks[startLine] + state.tShift[startLine]) or (
            state.is_code_block(startLine)):
        return False
    end = startLine if is_hidden(line_of(state, startLine)) else _end(state, startLine, endLine)
    if end is None:
        return False
    if not silent:
        state.line = end + 1
    return True


def _end(state: StateBlock, start: int, last: int) -> int | None:
    """The line that ends a remark of several lines, both marks alone on theirs; None if there is none."""
    if line_of(state, start).strip() != "%%":
        return None
    following = range(start + 1, min(last, start + _MAX_LINES))
    return next((line for line in following if line_of(state, line).strip() == "%%"), None)


def _wiki_link(state: StateInline, silent: bool) -> bool:
    found = WIKI_LINK.match(state.src, state.pos) if state.src.startswith("[[", state.pos) else None
    if found is None:
        return False
    if not silent:
        state.pending += found["words"].strip()
    state.pos = found.end()
    return True
