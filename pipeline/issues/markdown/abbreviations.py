"""What an abbreviation means, for whom a mouse rests on it: lines of `*[PDF]: Portable Document Format`, as kramdown,
Python-Markdown and PHP Markdown Extra read them. A mail has no mouse, and readers would see the mark.
"""

from __future__ import annotations

import re
from typing import cast

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock

from pipeline.issues.markdown.lines import ENDS_WORDS, line_of

_MEANING = re.compile(r"\*\[(?P<short>[^\[\]]{1,60})\]:[ \t]+\S.*(?<![*\s])\s*")  # `*[Ed.]: no*` is in italics
_BEGINNING = re.compile(r"^[ \t>]*\*\[([^\[\]\n]{1,60})\]:", re.MULTILINE)
MOST = 200  # of one text: each is looked for in all of it
_USED = "abbreviations"  # in the parser's `env`: those that the text has


def use_abbreviations(parser: MarkdownIt) -> None:
    """Adds the rule; such a line ends a paragraph."""
    parser.block.ruler.before("fence", "abbreviation", _abbreviation, ENDS_WORDS)


def _abbreviation(state: StateBlock, start_line: int, _end_line: int, silent: bool) -> bool:
    """Leaves out the meaning of what the text has elsewhere."""
    line = line_of(state, start_line)
    found = _MEANING.fullmatch(line.strip()) if line.lstrip().startswith("*[") else None
    if found is None or state.is_code_block(start_line) or found["short"] not in _used(state):
        return False
    if not silent:
        state.line = start_line + 1
    return True


def _used(state: StateBlock) -> set[str]:
    """The abbreviations that the text has beside their meaning; worked out once."""
    if _USED not in state.env:
        explained = list(dict.fromkeys(_BEGINNING.findall(state.src)))[:MOST]
        state.env[_USED] = {short for short in explained if state.src.count(short) > 1}
    return cast("set[str]", state.env[_USED])
