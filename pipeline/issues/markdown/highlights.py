"""`==words==` is marked as with a pen, as Obsidian, Typora, HackMD and Bear have it; `a==b` and `a == b` compare.

So are the edits of CriticMarkup, which MkDocs and editors show: `{++put in++}`, `{--taken out--}`, `{==marked==}`.
"""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline

_MARKED = re.compile(r"==(?P<words>(?![\s=])(?:[^=\n]|=(?!=)){1,400}?(?<![\s=]))==(?![=A-Za-z0-9])")
# Of two braces, `{{-- --}}` is a template's remark.
_EDIT = re.compile(r"\{(?P<sign>\+\+|--|==)(?P<words>(?:(?!(?P=sign))[^{}]){1,400})(?P=sign)\}(?!\})")
_EDITS = {"++": "ins", "--": "del", "==": "mark"}
_LETTER = re.compile(r"[=A-Za-z0-9]")


def use_highlights(parser: MarkdownIt) -> None:
    """Adds the rules."""
    parser.inline.ruler.before("link", "edit", _edit)
    parser.inline.ruler.before("link", "highlight", _highlight)


def _highlight(state: StateInline, silent: bool) -> bool:
    if not state.src.startswith("==", state.pos) or _LETTER.match(state.src[state.pos - 1:state.pos]):
        return False
    return _tagged(state, _MARKED.match(state.src, state.pos, state.posMax), "mark", silent)


def _edit(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] != "{" or state.src[state.pos - 1:state.pos] == "{":
        return False
    found = _EDIT.match(state.src, state.pos, state.posMax)
    return _tagged(state, found, _EDITS[found["sign"]] if found else "", silent)


def _tagged(state: StateInline, found: re.Match[str] | None, tag: str, silent: bool) -> bool:
    """Puts the words that were found between the tags, as the Markdown that they are."""
    if found is None:
        return False
    if not silent:
        state.push("html_inline", "", 0).content = f"<{tag}>"
        last, state.posMax = state.posMax, found.end("words")
        state.pos = found.start("words")
        state.md.inline.tokenize(state)
        state.posMax = last
        state.push("html_inline", "", 0).content = f"</{tag}>"
    state.pos = found.end()
    return True
