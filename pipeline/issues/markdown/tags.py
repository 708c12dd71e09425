"""One raw HTML tag: taken apart as the author typed it, put together as HTML wants it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache
from html import escape, unescape

from markdown_it.common.html_re import HTML_TAG_RE

from pipeline.issues.markdown.fillings import filled

TAG = re.compile(rf"<!--(?!-?>)[\s\S]*?-->|{HTML_TAG_RE.pattern}")
"""What CommonMark takes for a tag, comment, declaration or instruction (spec 0.31.2, section 6.6).

A comment ends at the first `-->`, also of `--->`, which the library's pattern does not see.
"""

_CLOSED_BY = {"<!--": "-->", "<?": "?>", "<![CDATA[": "]]>"}

VOID = frozenset((
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track",
    "wbr"))

COMPONENT = re.compile(r"</?(?:[A-Z][A-Za-z0-9.]*[a-z]|[a-z][a-z0-9]*-[a-z]|(?:callout|column|grid|text)[\s>])")
"""How the name of a component begins in MDX and Vue, and that of a custom element: HTML's own have no hyphen. And what
Feishu has for boxes, columns and colours: `<callout emoji="bulb">`."""

# As HTML's parsers read it, and as the components of React's routers are called; `<Image>` may be anything.
_CALLED_ELSEWHERE = {"image": "img", "Link": "a"}
_NAME = re.compile(r"</?([A-Za-z][A-Za-z0-9-]*)")
_ATTRIBUTE = re.compile(r"(?<!\s)\s+([A-Za-z_:][\w:.-]*)(?:\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s\"'=<>`]+))?", re.ASCII)


class Kind(Enum):
    """What a tag does; EMPTY opens and closes at once."""

    OPEN = "open"
    CLOSE = "close"
    EMPTY = "empty"
    COMMENT = "comment"
    OTHER = "other"              # declaration, instruction, CDATA


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag: lower-case `name`, attributes with entities resolved (the first of doubled ones counts)."""

    kind: Kind
    name: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        """As HTML, attributes quoted; an EMPTY tag that is not void is closed at once."""
        if self.kind is Kind.CLOSE:
            return f"</{self.name}>"
        inside = "".join(f' {name}="{escape(value)}"' for name, value in self.attributes.items())
        closing = f"</{self.name}>" if self.kind is Kind.EMPTY and self.name not in VOID else ""
        return f"<{self.name}{inside}>{closing}"


def tags_of(text: str) -> Iterator[re.Match[str]]:
    """The matches of TAG. The end of a remark that nothing closes is looked for once, and not for each of thousands."""
    last = {opening: text.rfind(closing) for opening, closing in _CLOSED_BY.items()}
    at = text.find("<")
    while at >= 0:
        is_open = any(end < at and text.startswith(opening, at) for opening, end in last.items())
        found = None if is_open else TAG.match(text, at)
        if found:
            yield found
        at = text.find("<", found.end() if found else at + 1)


@lru_cache(maxsize=2048)
def read_tag(typed: str) -> Tag:
    """What was typed, as a Tag. `typed` is one match of TAG."""
    if typed.startswith("<!--"):
        return Tag(Kind.COMMENT)
    match = _NAME.match(typed)
    if match is None:
        return Tag(Kind.OTHER)
    name = _CALLED_ELSEWHERE.get(match[1], match[1].lower())
    if typed.startswith("</"):
        return Tag(Kind.CLOSE, name)
    attributes: dict[str, str] = {}
    for key, value in _ATTRIBUTE.findall(typed[match.end():]):
        attributes.setdefault(key.lower(), filled(unescape(value.strip("\"'"))))
    empty = name in VOID or typed.endswith("/>")
    return Tag(Kind.EMPTY if empty else Kind.OPEN, name, attributes)


def is_pixel(picture: Mapping[str, str]) -> bool:
    """Whether nobody can see a picture with these attributes: it counts who opens a mail, or keeps its parts apart."""
    return {picture.get("width"), picture.get("height")} <= {"0", "1", "0px", "1px"}
