"""`==words==` is marked as with a pen, as Obsidian, Typora, HackMD and Bear have it; `a==b` and `a == b` compare.

So are the edits of CriticMarkup, which MkDocs and editors show: `{++put in++}`, `{--taken out--}`, `{==marked==}`,
`{~~taken out~>put in~~}`. Its remarks are between those who write: of `{>>is that so?<<}` readers see nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline

_MARKED = re.compile(r"==(?P<words>(?![\s=])(?:[^=\n]|=(?!=)){1,400}?(?<![\s=]))==(?![=A-Za-z0-9])")
# Of two braces, `{{-- --}}` is a template's remark.
_EDIT = re.compile(r"\{(?P<sign>\+\+|--|==)(?P<words>(?:(?!(?P=sign))[^{}]){1,400})(?P=sign)\}(?!\})")
_SWAP = re.compile(r"\{~~(?P<old>(?:(?!~~|~>)[^{}]){1,400})~>(?P<new>(?:(?!~~)[^{}]){1,400})~~\}")
_REMARK = re.compile(r"\{>>(?:(?!<<\})[^{}]){1,1000}<<\}")
_EDITS = {"++": "ins", "--": "del", "==": "mark"}
_LETTER = re.compile(r"[=A-Za-z0-9]")


def use_highlights(parser: MarkdownIt) -> None:
    """Adds the rules."""
    parser.inline.ruler.before("link", "edit", _edit)
    parser.inline.ruler.before("link", "remark_on_edit", _remark)
    parser.inline.ruler.before("link", "highlight", _highlight)


def _highlight(state: StateInline, silent: bool) -> bool:
    if not state.src.startswith("==", state.pos) or _LETTER.match(state.src[state.pos - 1:state.pos]):
        return False
    return tagged(state, _MARKED.match(state.src, state.pos, state.posMax), {"words": "mark"}, silent)


def _edit(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] != "{" or state.src[state.pos - 1:state.pos] == "{":
        return False
    if swapped := _SWAP.match(state.src, state.pos, state.posMax):
        return tagged(state, swapped, {"old": "del", "new": "ins"}, silent)
    found = _EDIT.match(state.src, state.pos, state.posMax)
    return tagged(state, found, {"words": _EDITS[found["sign"]]} if found else {}, silent)


def _remark(state: StateInline, silent: bool) -> bool:  # noqa: ARG001, a rule takes both
    found = _REMARK.match(state.src, state.pos, state.posMax)
    state.pos = found.end() if found else state.pos
    return found is not None


def tagged(state: StateInline, found: re.Match[str] | None, tags: Mapping[str, str], silent: bool) -> bool:
    """Puts each of the words that were found between tags of their own, as the Markdown that they are. `tags` are by
    the names of groups; False where nothing was found."""
    if found is None:
        return False
    last = state.posMax
    for words, tag in tags.items() if not silent else ():
        state.push("html_inline", "", 0).content = f"<{tag}>"
        state.pos, state.posMax = found.span(words)
        state.md.inline.tokenize(state)
        state.posMax = last
        state.push("html_inline", "", 0).content = f"</{tag}>"
    state.pos = found.end()
    return True
