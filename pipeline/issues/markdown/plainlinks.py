"""The words of a link and its destination, `[…](…)`: nearly all are plain, and end where they seem to.

The library parses the words twice, first only to find their end, and looks at the destination character by character.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.helpers import parseLinkDestination, parseLinkLabel, parseLinkTitle
from markdown_it.rules_inline import StateInline

from pipeline.issues.markdown.fillings import FILLED, GHOST, UNKNOWN, filled

# Without what could have a `]` of its own: brackets, code, raw HTML, a formula, a bare address.
_PLAIN_WORDS = re.compile(r"[^\[\]\\`<$:]*\]")
# Without `<`, a bracket, a backslash or an entity; it ends before a space, a control character, `)` or the text's end.
_PLAIN = re.compile(r"[^\x00- \x7f()\\&<][^\x00- \x7f()\\&]*")
_WRAPPED = re.compile(r"\((https?://[^()]+)\)", re.IGNORECASE)
_NOT_PLAIN = ("(", "\\", "&")


def use_plain_links(parser: MarkdownIt) -> None:
    """Makes a parser find the ends of plain links our way."""
    helpers: Any = _Helpers
    parser.helpers = helpers


def unwrapped(address: str) -> str:
    """An address of the web without the brackets around it: `[a]((https://a.example/))`."""
    found = _WRAPPED.fullmatch(address)
    return found[1] if found else address


@dataclass(frozen=True, slots=True)
class _Destination:
    """What the library's helper gives: where the destination ends, and what it says."""

    pos: int
    str: str
    ok: bool = True


class _Helpers:
    """In place of the library's module of this name."""

    parseLinkTitle = staticmethod(parseLinkTitle)  # noqa: N815 (the library's name)

    @staticmethod
    def parseLinkLabel(  # noqa: N802 (the library's name)
        state: StateInline, start: int, disableNested: bool = False,  # noqa: N803 (the library's name)
    ) -> int:
        found = _PLAIN_WORDS.match(state.src, start + 1, state.posMax)
        if found is None or state.level >= state.md.options.maxNesting:
            return parseLinkLabel(state, start, disableNested)
        return found.end() - 1

    @staticmethod
    def parseLinkDestination(string: str, pos: int, maximum: int) -> Any:  # noqa: N802 (the library's name)
        if string.startswith(("{", GHOST), pos) and (marked := FILLED.match(string, pos, maximum)):
            return _Destination(marked.end(), filled(marked[0]))
        if unknown := UNKNOWN.match(string, pos, maximum):
            return _Destination(unknown.end(), unknown["place"])
        found = _PLAIN.match(string, pos, maximum)
        if found is None or string.startswith(_NOT_PLAIN, found.end(), maximum):
            parsed = parseLinkDestination(string, pos, maximum)
            return _Destination(parsed.pos, unwrapped(parsed.str), parsed.ok)
        return _Destination(found.end(), found[0])
