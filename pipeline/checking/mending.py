"""`check --fix`: what can be put right without asking, because only one thing can have been meant.

Mistyped schemes, tracking parameters, invisible characters. Code and comments are never touched, and nothing
that a reader sees changes, except an address that begins to work.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from pipeline.checking.characters import RUN, remove_invisible, runs_right_to_left
from pipeline.checking.links import TRACKING, TYPO, TYPOS, WIDE_COLON
from pipeline.checking.source import prose
from pipeline.errors import Problem
from pipeline.issues.markdown.parser import markdown_parser

_ADDRESS = re.compile(r"https?://[^\s<>\"'`）】」』，。；！？、]+", re.IGNORECASE)
_SEPARATOR = re.compile(r"&amp;|&")
_OF_THE_SENTENCE = ".,:;!*_~"  # at the end of an address in plain text it is no part of it
_FRAMES = ("](", "]: ", "<", '"', "'")  # before an address of which all is its own: `[a](https://example.com/?b=c_)`


@dataclass(frozen=True, slots=True)
class Change:
    """One thing put right, on `line` (from 1; mending moves no lines); `done` says it in words."""

    line: int
    rule: str
    done: str

    def problem(self, path: str) -> Problem:
        """The change as a line for people."""
        return Problem(path, self.done, line=self.line, rule=self.rule, severity="info")


@dataclass(frozen=True, slots=True)
class _Edit:
    start: int
    end: int
    new: str
    done: str


def mend(text: str, body_line: int) -> tuple[str, list[Change]]:
    """The text of a file with what is safe put right, and what was done, by rule.

    `body_line` is where Markdown begins, from 1: what is above it is front matter, of which only invisible
    characters are removed. Mending what is mended changes nothing. Line ends are `\\n`.
    """
    rows = text.split("\n")
    head, body = "\n".join(rows[:body_line - 1]), "\n".join(rows[body_line - 1:])
    changes: list[Change] = []
    edits = list(_invisible(head, text))
    changes += _done(edits, "invisible", head, 1)
    head = _applied(head, edits)
    settled = False
    while not settled:  # what goes may show that something was no code
        settled = True
        for rule, find in _RULES.items():
            if not any(find(body, text)):
                continue  # nothing even with the code in it: parsing costs more than looking
            edits = list(find(prose(body, markdown_parser().parse(body)), text))
            changes += _done(edits, rule, body, body_line)
            body, settled = _applied(body, edits), settled and not edits
    return f"{head}\n{body}" if body_line > 1 else body, changes


def _done(edits: Sequence[_Edit], rule: str, text: str, line: int) -> Iterator[Change]:
    """What the edits of a text do, each on its line; the text begins on `line`."""
    at = 0
    for edit in edits:
        line, at = line + text.count("\n", at, edit.start), edit.start
        yield Change(line, rule, edit.done)


def _applied(text: str, edits: Sequence[_Edit]) -> str:
    pieces, at = [], 0
    for edit in edits:
        pieces += [text[at:edit.start], edit.new]
        at = edit.end
    return "".join([*pieces, text[at:]])


def _invisible(shown: str, text: str) -> Iterator[_Edit]:
    keep = runs_right_to_left(text)
    for found in RUN.finditer(shown):
        left = remove_invisible(found[0], keep_direction=keep)
        if left != found[0]:
            names = ", ".join(dict.fromkeys(f"U+{ord(c):04X}" for c in found[0] if c not in left))
            yield _Edit(found.start(), found.end(), left, f"removed {names}, which nobody sees")


def _schemes(shown: str, _text: str) -> Iterator[_Edit]:
    for found in sorted([*TYPO.finditer(shown), *WIDE_COLON.finditer(shown)], key=re.Match.start):
        right = TYPOS.get(found[0].lower(), ":")
        done = f"{found[0]}// is {right}// now" if right == ":" else f"{found[0]}:// is {right}:// now"
        yield _Edit(found.start(), found.end(), right, done)


def _tracking(shown: str, _text: str) -> Iterator[_Edit]:
    for found in _ADDRESS.finditer(shown):
        is_framed = shown[max(0, found.start() - 3):found.start()].endswith(_FRAMES)
        left, gone = untracked(found[0], in_words=not is_framed)
        if gone:
            yield _Edit(found.start(), found.end(), left, f"removed {', '.join(gone)} from an address")


_RULES: dict[str, Callable[[str, str], Iterator[_Edit]]] = {
    "invisible": _invisible, "link-scheme": _schemes, "link-tracking": _tracking}


def untracked(address: str, *, in_words: bool = True) -> tuple[str, list[str]]:
    """An address without the parameters that only follow people, and their names. The rest stays as typed, among words
    with the mark that ends their sentence or their bold."""
    start, mark, rest = address.partition("?")
    # In Markdown an address ends where its bracket closes: what comes behind is not the query.
    end = min((at for at in map(rest.find, ("#", ")", "]", "?")) if at >= 0), default=len(rest))
    if in_words and rest[end:end + 1] in ("", ")", "]"):
        end = len(rest[:end].rstrip(_OF_THE_SENTENCE))
    query, tail = rest[:end], rest[end:]
    parts = _SEPARATOR.split(query)
    gone = [part.partition("=")[0] for part in parts if TRACKING.fullmatch(part.partition("=")[0]) and "=" in part]
    if not mark or not gone:
        return address, []
    joint = "&amp;" if "&amp;" in query else "&"
    tracking = frozenset(gone)
    kept = joint.join(part for part in parts if part.partition("=")[0] not in tracking)
    return start + (mark + kept if kept else "") + tail, gone
