"""Containers as VuePress, VitePress and Docusaurus have them, `::: tip A title` to `:::`, are alerts like GitHub's own.

So are Quarto's callouts (`::: {.callout-tip}`), and containers of any name with a title (`::: theorem Of ink`); of its
other divisions (`:::: {.columns}`), and of a container without one (`::: code-group`) or with names for a program
(`::: demo img no-padding`), what is in them is shown. Zenn's `:::message` and Qiita's `:::note` say behind
their name how urgent they are; HackMD's `:::spoiler` is an alert that is open, and so is what Hexo's Shoka and its like
fold away, `+++info A title` to `+++`.

As there, an alert that is never closed ends with the issue, and the first line of as many colons closes it. The others
are closed in pairs, as they lie in each other; one that is never closed stays as typed.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import takewhile

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.utils import EnvType

from pipeline.issues.markdown.callouts import NEAREST
from pipeline.issues.markdown.lines import ENDS_ITEMS, begins_with, is_outside, line_of, read_inside
from pipeline.issues.markdown.patience import MAX_NESTING

UNSEEN_DEPTH = "unseen"
"""In the parser's `env`: how many containers and tabs that leave no token are around a line."""

_OPENING = re.compile(
    r"(?P<colons>:{3,})[ \t]*(?P<kind>[A-Za-z][A-Za-z-]{1,30})(?:#[\w-]{1,60})?(?:[ \t]+\{[^{}]{1,300}\}(?=[ \t]))?"
    r"(?:[ \t]*\[(?P<named>[^\[\]]{0,300})\]|[ \t]+(?P<title>[^ \t].{0,299}?))?(?:[ \t]{0,9}\{[^{}]{0,300}\})?")
_DIVISION = re.compile(r"(?P<colons>:{3,})[ \t]*\{(?P<attributes>[^{}]{0,300})\}[ \t]*:*")
_CALLOUT = re.compile(r"(?:^|\s)\.callout-([a-z]{2,12})(?=\s|$)")
# Classes and settings, `img no-padding`, `key:ink`: all but the first are no words. A day is for people.
_SETTING = r"[a-z][a-z0-9]*[-_=:#][\w.#:=%\"-]*"
_FOR_PROGRAMS = re.compile(rf"(?:[a-z][a-z0-9]*[ \t]+)?{_SETTING}(?:[ \t]+{_SETTING})*", re.ASCII)
_TITLE = re.compile(r"\btitle=\"([^\"]{1,300})\"")
_CLOSING = re.compile(r":{3,}[ \t]*")
_FOLDED = re.compile(
    r"\+{3}(?P<kind>primary|default|info|success|warning|danger)[ \t]+(?P<title>[^ \t].{0,299})")
_FOLDED_LINES = 200
_KINDS = NEAREST | {"details": "note", "spoiler": "note", "message": "note"}
_URGENCY = {"": "note", "info": "info", "warn": "warning", "alert": "caution"}  # of `:::message alert`, `:::note warn`
_UNSEEN = frozenset(("left", "center", "right"))
_TABS = frozenset(("tabs", "code-tabs"))
_AROUND = re.compile(r"[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*")  # quotes and lists that a line may stand in
_FENCE = re.compile(r"`{3,}|~{3,}")
_CLOSERS = "closers"  # in the parser's `env`: which lines of a text close those that open a container
_FOLD_ENDS = "ends of folds"  # the same for what Shoka folds away: the lines that may be ends
_INNERMOST = "innermost container"  # in the parser's `env`: its kind


def use_containers(parser: MarkdownIt) -> None:
    """Adds the rule; a container ends a paragraph, as a fence does."""
    parser.block.ruler.before("fence", "container", _container, ENDS_ITEMS)
    parser.block.ruler.before("fence", "folded", _folded, ENDS_ITEMS)


def _container(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    if not begins_with(state, start_line, ":::"):
        return False
    opening = _opening(line_of(state, start_line).rstrip())
    unseen: int = state.env.get(UNSEEN_DEPTH, 0)
    if opening is None or state.is_code_block(start_line) or state.level + unseen >= MAX_NESTING:
        return False
    kind, title, colons = opening
    known = kind in _KINDS.keys() | _UNSEEN
    apart = known and colons
    end, closed = _end(state, start_line + 1, end_line, colons) if apart else _paired(state, start_line, end_line)
    if not (closed or known):
        return False
    if silent:
        return True
    if title and not known:
        kind = "note"
    if kind in _KINDS:
        if kind in ("message", "note") and title in _URGENCY:
            kind, title = _URGENCY[title], ""
        begins = len(state.tokens)
        open_alert(state, kind, title, [start_line, end])
        state.tokens[begins].meta["unclosed"] = not closed
    around = state.env.get(_INNERMOST, "")
    state.env[UNSEEN_DEPTH], state.env[_INNERMOST] = unseen + (kind not in _KINDS), kind
    _read_inside(state, start_line, end, closed=closed)
    state.env[UNSEEN_DEPTH], state.env[_INNERMOST] = unseen, around
    if kind in _KINDS:
        state.push("alert_close", "div", -1)
    return True


def are_tabs(env: EnvType) -> bool:
    """Whether what is read is directly within tabs."""
    return env.get(_INNERMOST) in _TABS


def _folded(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    found = _FOLDED.fullmatch(line_of(state, start_line).rstrip())
    if found is None or state.is_code_block(start_line) or state.level >= MAX_NESTING:
        return False
    last = min(end_line, start_line + _FOLDED_LINES)
    if not _ends_a_fold(state, start_line, last):
        return False
    lines = takewhile(lambda at: not is_outside(state, at), range(start_line + 1, last))
    end = next((at for at in lines if line_of(state, at).rstrip() == "+++"), None)
    if end is None or silent:
        return end is not None
    open_alert(state, found["kind"] if found["kind"] in _KINDS else "note", found["title"], [start_line, end])
    _read_inside(state, start_line, end, closed=True)
    state.push("alert_close", "div", -1)
    return True


def _ends_a_fold(state: StateBlock, line: int, last: int) -> bool:
    """Whether a line behind this one may be an end; all are looked for once, for folds may begin by the thousand."""
    known = state.env.get(_FOLD_ENDS)
    if known is None or known[0] is not state.src:
        ends = [at for at, text in enumerate(state.src.split("\n")) if text.rstrip().endswith("+++")]
        known = state.env[_FOLD_ENDS] = state.src, ends
    following = bisect_right(known[1], line)
    return following < len(known[1]) and known[1][following] < last


def _read_inside(state: StateBlock, start_line: int, end: int, *, closed: bool) -> None:
    """The blocks of a container that begins and ends on these lines."""
    state.line = start_line + 1  # with nothing inside it would stay before the container
    read_inside(state, "container", start_line + 1, end)
    state.line = end + closed if state.line >= end else state.line  # a list around it may end before


def _opening(line: str) -> tuple[str, str, int] | None:
    """The kind of the container that a line opens, its title, and how many colons close it: 0 for a division, which any
    closes, with those within it closed before; None for other lines."""
    if division := _DIVISION.fullmatch(line):
        callout, headed = _CALLOUT.search(division["attributes"]), _TITLE.search(division["attributes"])
        called = callout[1] if callout and callout[1] in _KINDS else ""
        return called, headed[1] if called and headed else "", 0
    found = _OPENING.fullmatch(line)
    if found is None:
        return None
    title = (found["named"] or found["title"] or "").strip()
    kind, title = found["kind"].lower(), headed[1] if (headed := _TITLE.search(title)) else title
    is_other = kind not in _KINDS.keys() | _UNSEEN
    return kind, "" if is_other and _FOR_PROGRAMS.fullmatch(title) else title, len(found["colons"])


def _end(state: StateBlock, line: int, last: int, colons: int) -> tuple[int, bool]:
    """The line that closes a container, or the first that is no longer around it; and whether it is one that closes."""
    for at in range(line, last):
        if is_outside(state, at):
            return at, False
        text = line_of(state, at)
        if text.startswith(":" * colons) and _CLOSING.fullmatch(text):
            return at, True
    return last, False


def _paired(state: StateBlock, line: int, last: int) -> tuple[int, bool]:
    """The same for a division and a container of another name, which lie in each other by pairs: all of a text are
    paired at one look, for they may do so by the thousand."""
    known = state.env.get(_CLOSERS)
    if known is None or known[0] is not state.src:
        known = state.env[_CLOSERS] = state.src, _closers(state.src)
    end = known[1].get(line, last)
    return min(end, last), end < last


def _closers(text: str) -> dict[int, int]:
    """Which line closes the container that a line opens, outside of code."""
    opened: list[tuple[int, int]] = []
    closers: dict[int, int] = {}
    fence = ""
    for at, line in enumerate(text.split("\n")):
        words = _AROUND.sub("", line, count=1).rstrip()
        if mark := _FENCE.match(words):
            if not fence:
                fence = mark[0]
            elif words.startswith(fence) and words == mark[0]:
                fence = ""
        elif fence or not words.startswith(":::"):
            continue
        elif _CLOSING.fullmatch(words) and opened and len(words) >= opened[-1][1]:
            closers[opened.pop()[0]] = at
        elif found := _opening(words):
            opened.append((at, found[2]))
    return closers


def open_alert(state: StateBlock, kind: str, title: str, lines: list[int]) -> None:
    """Pushes the beginning of an alert of a kind that `NEAREST` has, or nearly; `lines` are its first and its end."""
    opening = state.push("alert_open", "div", 1)
    opening.map, opening.meta = lines, {"kind": _KINDS[kind].upper()}
    state.push("alert_title_open", "p", 1)
    inline = state.push("inline", "", 0)
    inline.content, inline.children, inline.map = title or kind.capitalize(), [], [lines[0], lines[0] + 1]
    inline.meta = {"titled": bool(title)}
    state.push("alert_title_close", "p", -1)
