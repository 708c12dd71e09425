"""`==words==` is marked as with a pen, as Obsidian, Typora, HackMD and Bear have it; `a==b` and `a == b` compare."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline

_MARKED = re.compile(r"==(?P<words>(?![\s=])(?:[^=\n]|=(?!=)){1,400}?(?<![\s=]))==(?![=A-Za-z0-9])")
_LETTER = re.compile(r"[=A-Za-z0-9]")


def use_highlights(parser: MarkdownIt) -> None:
    """Adds the rule."""
    parser.inline.ruler.before("link", "highlight", _highlight)


def _highlight(state: StateInline, silent: bool) -> bool:
    if not state.src.startswith("==", state.pos) or _LETTER.match(state.src[state.pos - 1:state.pos]):
        return False
    found = _MARKED.match(state.src, state.pos, state.posMax)
    if found is None:
        return False
    if not silent:
        state.push("html_inline", "", 0).content = "<mark>"
        last, state.posMax = state.posMax, found.end("words")
        state.pos = found.start("words")
        state.md.inline.tokenize(state)
        state.posMax = last
        state.push("html_inline", "", 0).content = "</mark>"
    state.pos = found.end()
    return True
