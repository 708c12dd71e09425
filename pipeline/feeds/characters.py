"""Text that XML and JSON can carry: one forbidden character makes a whole feed unreadable."""

from __future__ import annotations

import re
from collections.abc import Iterable

# Not what XML 1.0 section 2.2 forbids, surrogates among it, nor the C1 controls and non-characters that it
# discourages and HTML parsers complain of. U+0085 stays: it is a line break. Said by what is allowed, because a text
# is nearly always all of it: the other way round each character costs ten times as much.
_FORBIDDEN = re.compile(
    "[^\\t\\n\\r -~\\x85\\xa0-\\ud7ff\\ue000-\\ufdcf\\ufdf0-\\ufffd"
    + "".join(f"\\U{plane:04x}0000-\\U{plane:04x}fffd" for plane in range(1, 17))
    + "]"
)
_BRACKETED_ADDRESS = re.compile(r"<[^<>\s]+@[^<>\s]+>")


def clean(text: str) -> str:
    """The text without what XML 1.0 cannot carry. Line breaks stay."""
    return _FORBIDDEN.sub("", text)


def one_line(text: str) -> str:
    """Cleaned, with every run of white space as one space: a title, a name, a tag."""
    return " ".join(clean(text).split())


def distinct(names: Iterable[str]) -> tuple[str, ...]:
    """Each name once and on one line, in their order; empty ones are left out."""
    return tuple(dict.fromkeys(name for name in map(one_line, names) if name))


def person_name(text: str) -> str:
    """A name on one line; of `Name <address>` only the name, because feeds are read by harvesters too."""
    return one_line(_BRACKETED_ADDRESS.sub(" ", text))
