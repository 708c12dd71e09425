"""Tables that only lay out a mail, as newsletter services export them: what their cells hold stands one below another.

Around a single paragraph such a mail has a dozen of them; with the borders of a table of data, each takes some of a
phone's width.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from markdown_it.token import Token

from pipeline.issues.markdown.tags import Kind, Tag, read_tag

_OF_DATA = frozenset(("caption", "th", "thead"))
_PARTS = _OF_DATA | {"col", "colgroup", "table", "tbody", "td", "tfoot", "tr"}


def unfold(tags: Sequence[Token]) -> None:
    """Makes blocks of the cells of such tables, and nothing of their other tags. `tags` are all of an issue."""
    opened: list[_Table] = []
    for token in tags:
        tag = read_tag(token.content)
        if tag.name == "table" and tag.kind is Kind.OPEN:
            opened.append(_Table(is_layout=tag.attributes.get("role") in ("none", "presentation")))
        if tag.name not in _PARTS or not opened:
            continue
        opened[-1].tags.append((token, tag))
        if tag.name == "table" and tag.kind is Kind.CLOSE:
            closed = opened.pop()
            closed.unfold()
            if opened:
                opened[-1].is_layout = True
                opened[-1].inner.append(closed)


@dataclass
class _Table:
    """One that says that it is for layout, or has another in it, is so; not if it has headings or a cell is open. Then
    those in it are so of which no cells stand beside each other."""

    is_layout: bool
    tags: list[tuple[Token, Tag]] = field(default_factory=list)
    inner: list[_Table] = field(default_factory=list)

    def unfold(self) -> None:
        cells = [tag.kind for _, tag in self.tags if tag.name == "td"]
        is_data = any(tag.name in _OF_DATA for _, tag in self.tags)
        if not self.is_layout or is_data or cells.count(Kind.OPEN) != cells.count(Kind.CLOSE):
            return
        for token, tag in self.tags:
            if tag.name == "td":
                align = {name: value for name, value in tag.attributes.items() if name == "align"}
                token.content = str(Tag(tag.kind, "div", align))
            else:
                token.type, token.content = "text", ""
        for table in self.inner:
            if not table.is_layout and not table.has_columns():
                table.is_layout = True
                table.unfold()

    def has_columns(self) -> bool:
        """Whether two cells stand beside each other."""
        starts = [tag.name for _, tag in self.tags if tag.kind is Kind.OPEN and tag.name in ("tr", "td")]
        return ("td", "td") in pairwise(starts)
