"""Containers as VuePress, VitePress and Docusaurus have them, `::: tip A title` to `:::`, are alerts like GitHub's own.

Zenn's `:::message` and Qiita's `:::note` say behind their name how urgent they are.

As there, one that is never closed ends with the issue, and the first line of as many colons closes it.
"""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock

from pipeline.issues.markdown.callouts import NEAREST
from pipeline.issues.markdown.lines import line_of
from pipeline.issues.markdown.patience import MAX_NESTING

_OPENING = re.compile(
    r"(?P<colons>:{3,})[ \t]*(?P<kind>[A-Za-z]{2,12})"
    r"(?:[ \t]*\[(?P<named>[^\[\]]{0,300})\]|[ \t]+(?P<title>[^ \t].{0,299}?))?(?:[ \t]{0,9}\{[^{}]{0,300}\})?")
_CLOSING = re.compile(r":{3,}[ \t]*")
_KINDS = NEAREST | {"details": "note", "message": "note"}
_URGENCY = {"": "note", "info": "info", "warn": "warning", "alert": "caution"}  # of `:::message alert`, `:::note warn`
_UNSEEN = frozenset(("left", "center", "right"))
_DEPTH = "unseen"  # in the parser's `env`: how many containers that leave no token are around a line


def use_containers(parser: MarkdownIt) -> None:
    """Adds the rule; a container ends a paragraph, as a fence does."""
    ends = ["paragraph", "reference", "blockquote", "list"]
    parser.block.ruler.before("fence", "container", _container, {"alt": ends})


def _container(state: StateBlock, startLine: int, endLine: int, silent: bool) -> bool:  # noqa: N803, the library's
    if not state.src.startswith(":::", state.bMarks[startLine] + state.tShift[startLine]):
        return False
    found = _OPENING.fullmatch(line_of(state, startLine).rstrip())
    kind = found["kind"].lower() if found else ""
    unseen: int = state.env.get(_DEPTH, 0)
    if found is None or kind not in _KINDS.keys() | _UNSEEN or (
            state.is_code_block(startLine) or state.level + unseen >= MAX_NESTING):
        return False
    if silent:
        return True
    end, closed = _end(state, startLine + 1, endLine, len(found["colons"]))
    parent, last = state.parentType, state.lineMax
    state.parentType, state.lineMax = "container", end
    if kind in _KINDS:
        title = (found["named"] or found["title"] or "").strip()
        if kind in ("message", "note") and title in _URGENCY:
            kind, title = _URGENCY[title], ""
        open_alert(state, kind, title, [startLine, end])
    state.env[_DEPTH] = unseen + (kind in _UNSEEN)
    state.md.block.tokenize(state, startLine + 1, end)
    state.env[_DEPTH] = unseen
    if kind not in _UNSEEN:
        state.push("alert_close", "div", -1)
    state.parentType, state.lineMax, state.line = parent, last, end + closed
    return True


def _end(state: StateBlock, line: int, last: int, colons: int) -> tuple[int, bool]:
    """The line that closes a container, or the first that is no longer around it; and whether it is one that closes."""
    for at in range(line, last):
        if state.sCount[at] < state.blkIndent and not state.isEmpty(at):
            return at, False
        text = line_of(state, at)
        if text.startswith(":" * colons) and _CLOSING.fullmatch(text):
            return at, True
    return last, False


def open_alert(state: StateBlock, kind: str, title: str, lines: list[int]) -> None:
    """Pushes the beginning of an alert of a kind that `NEAREST` has, or nearly; `lines` are its first and its end."""
    opening = state.push("alert_open", "div", 1)
    opening.map, opening.meta = lines, {"kind": _KINDS[kind].upper()}
    state.push("alert_title_open", "p", 1)
    inline = state.push("inline", "", 0)
    inline.content, inline.children, inline.map = title or kind.capitalize(), [], [lines[0], lines[0] + 1]
    inline.meta = {"titled": bool(title)}
    state.push("alert_title_close", "p", -1)
