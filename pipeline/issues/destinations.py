"""The destination of a link, `](…)`: nearly every one is plain, and found at once.

The library looks at it character by character, several times, which is a tenth of the time of an issue of links.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.helpers import parseLinkDestination, parseLinkLabel, parseLinkTitle

# Without `<`, a bracket, a backslash or an entity; it ends before a space, a control character, `)` or the text's end.
_PLAIN = re.compile(r"[^\x00- \x7f()\\&<][^\x00- \x7f()\\&]*")
_NOT_PLAIN = ("(", "\\", "&")


def use_plain_destinations(parser: MarkdownIt) -> None:
    """Makes a parser find plain destinations our way."""
    helpers: Any = _Helpers
    parser.helpers = helpers


@dataclass(frozen=True, slots=True)
class _Destination:
    """What the library's helper gives: where the destination ends, and what it says."""

    pos: int
    str: str
    ok: bool = True


class _Helpers:
    """In place of the library's module of this name."""

    parseLinkLabel = staticmethod(parseLinkLabel)  # noqa: N815 (the library's name)
    parseLinkTitle = staticmethod(parseLinkTitle)  # noqa: N815 (the library's name)

    @staticmethod
    def parseLinkDestination(string: str, pos: int, maximum: int) -> Any:  # noqa: N802 (the library's name)
        found = _PLAIN.match(string, pos, maximum)
        if found is None or string.startswith(_NOT_PLAIN, found.end(), maximum):
            return parseLinkDestination(string, pos, maximum)
        return _Destination(found.end(), found[0])
