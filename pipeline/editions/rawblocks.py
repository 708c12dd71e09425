"""A block of raw HTML as the tokens that Markdown has for the same things, so that a text part knows one language.

Whole issues come as HTML: exports of Substack and Ghost, copies from WeChat. Their lists, quotes, headings,
code and tables look in the text part as Markdown's do. What is not whole in one block only ends paragraphs.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from html import unescape

from markdown_it.token import Token

from pipeline.issues.markdown.tags import Kind, Tag, read_tag, tags_of

_PARAGRAPHS = frozenset((
    "p", "section", "article", "details", "figure", "aside", "header", "footer", "main", "nav", "dl", "hgroup", "ul",
    "ol", "blockquote", "table", "tr", "pre", "h1", "h2", "h3", "h4", "h5", "h6"))
_LINES = frozenset(("div", "li", "dt", "dd", "figcaption", "summary", "caption", "center", "address", "td", "th"))
_CONTAINERS = {"ul": "bullet_list", "ol": "ordered_list", "blockquote": "blockquote",
               **{f"h{level}": "heading" for level in range(1, 7)}}
_NOT_IN_CELLS = frozenset(("table", "ul", "ol", "blockquote", "pre", "h1", "h2", "h3", "h4", "h5", "h6"))
_BLOCKS_IN_CELLS = (_PARAGRAPHS | _LINES) - {"table", "tr", "td", "th", "caption"}
_BREAK = "<br>"


def block_tokens(raw: str) -> list[Token]:
    """The tokens of a settled block: lists, quotes, headings, code and tables with their words as inline tokens."""
    return _Blocks(raw).read()


class _Blocks:
    """Reads the pieces of a block: text and tags in turn, a tag being one that TAG matched."""

    def __init__(self, raw: str) -> None:
        self._pieces = list(_split(raw))
        self._tags = [read_tag(piece) if at % 2 else None for at, piece in enumerate(self._pieces)]
        self._ends = _partners(self._tags)
        self._out: list[Token] = []
        self._words: list[str] = []
        self._open: list[str] = []            # containers that are open, an item of a list being `li`

    def read(self) -> list[Token]:
        at = 0
        while at < len(self._pieces):
            tag = self._tags[at]
            if tag is None:
                self._say(self._pieces[at])
                at += 1
            else:
                at = self._read(at, tag) + 1
        self._flush()
        return self._out

    def _read(self, at: int, tag: Tag) -> int:
        """Reads one tag, and with it what it holds where that is one thing; the last piece that was read."""
        end = self._ends.get(at)
        if tag.name == "pre" and end is not None and tag.kind is Kind.OPEN:
            self._flush()
            code = "".join("\n" if one == _BREAK else "" if n % 2 else one
                           for n, one in enumerate(self._pieces[at + 1:end], at + 1))
            self._out.append(Token("code_block", "code", 0, content=unescape(code).removeprefix("\n")))
            return end
        if tag.name == "table" and end is not None and tag.kind is Kind.OPEN and self._is_plain(at, end):
            self._flush()
            self._out += _table(self._pieces[at + 1:end], self._tags[at + 1:end])
            return end
        if tag.name == "hr":
            self._flush()
            self._out.append(Token("hr", "hr", 0))
        elif tag.name in _CONTAINERS and end is not None:
            self._contain(tag)
        elif tag.name == "li" and self._list_is_open():
            self._item(tag)
        elif tag.name in _PARAGRAPHS:
            self._flush()
        elif tag.name in _LINES:
            self._break()
        else:
            self._words.append(self._pieces[at])
        return at

    def _is_plain(self, at: int, end: int) -> bool:
        """Whether a table holds words: one around blocks only lays them out, as one of a single column does."""
        tags = [tag for tag in self._tags[at + 1:end] if tag]
        lays_out = _NOT_IN_CELLS if _is_wide(tags) else _NOT_IN_CELLS | _BLOCKS_IN_CELLS
        return not any(tag.name in lays_out for tag in tags)

    def _contain(self, tag: Tag) -> None:
        self._flush()
        kind = _CONTAINERS[tag.name]
        if tag.kind is Kind.OPEN:
            start = tag.attributes.get("start", "")
            attrs: dict[str, str | int | float] = {"start": int(start)} if re.fullmatch(r"\d{1,9}", start) else {}
            self._out.append(Token(f"{kind}_open", tag.name, 1, attrs=attrs))
            self._open.append(tag.name)
            return
        while (last := self._open.pop()) != tag.name:
            self._out.append(_closing(last))
        self._out.append(_closing(tag.name))

    def _list_is_open(self) -> bool:
        """Is the innermost container a list or an item of one?"""
        return bool(self._open) and self._open[-1] in ("ul", "ol", "li")

    def _item(self, tag: Tag) -> None:
        self._flush()
        if self._open[-1] == "li":
            self._out.append(_closing(self._open.pop()))
        if tag.kind is Kind.OPEN:
            self._out.append(Token("list_item_open", "li", 1))
            self._open.append("li")

    def _say(self, text: str) -> None:
        if text.strip() or (self._words and self._words[-1] != _BREAK):
            self._words.append(text)

    def _break(self) -> None:
        while self._words and not self._words[-1].strip():
            self._words.pop()
        if self._words and self._words[-1] != _BREAK:
            self._words.append(_BREAK)

    def _flush(self) -> None:
        """Ends a paragraph. The first one of an item stands beside its mark."""
        pieces, self._words = self._words, []
        while pieces and (pieces[-1] == _BREAK or not pieces[-1].strip()):
            pieces.pop()
        if pieces:
            tight = bool(self._out) and self._out[-1].type == "list_item_open"
            wrapped = not (self._open and self._open[-1].startswith("h"))
            paragraph = [Token("paragraph_open", "p", 1, hidden=tight)] if wrapped else []
            self._out += [*paragraph, _inline(pieces)]


def _split(raw: str) -> Iterator[str]:
    end = 0
    for match in tags_of(raw):
        yield raw[end:match.start()]
        yield match[0]
        end = match.end()
    yield raw[end:]


def _partners(tags: list[Tag | None]) -> dict[int, int]:
    """For the tags of containers their partner in this block, as they are nested: `<h2><ul></h2></ul>` is one pair."""
    waiting: defaultdict[str, list[int]] = defaultdict(list)
    found: dict[int, int] = {}
    for at, tag in enumerate(tags):
        if tag is None or tag.name not in _NOT_IN_CELLS:
            continue
        if tag.kind is Kind.OPEN:
            waiting[tag.name].append(at)
        elif tag.kind is Kind.CLOSE and waiting[tag.name]:
            opened = waiting[tag.name].pop()
            for inside in waiting.values():
                while inside and inside[-1] > opened:
                    inside.pop()
            found |= {opened: at, at: opened}
    return found


def _is_wide(tags: list[Tag]) -> bool:
    """Whether a row of a table has two cells."""
    cells = 0
    for tag in tags:
        if tag.name == "tr":
            cells = 0
        elif tag.name in ("td", "th") and tag.kind is Kind.OPEN:
            cells += 1
            if cells > 1:
                return True
    return False


def _closing(name: str) -> Token:
    return Token("list_item_close" if name == "li" else f"{_CONTAINERS[name]}_close", name, -1)


def _inline(pieces: list[str]) -> Token:
    return Token("inline", "", 0, children=[Token("html_inline", "", 0, content=piece) for piece in pieces])


def _table(pieces: list[str], tags: list[Tag | None]) -> Iterator[Token]:
    """A table whose cells hold words only; words before its first row, such as a caption's, stand above it."""
    rows: list[list[list[str]]] = []
    headed = False
    above: list[str] = []
    for piece, tag in zip(pieces, tags, strict=True):
        name, opens = (tag.name, tag.kind is Kind.OPEN) if tag else ("", False)
        if name == "tr" and opens:
            rows.append([])
        elif name in ("td", "th"):
            headed = headed or (name == "th" and len(rows) <= 1)
            if opens:
                rows = rows or [[]]
                rows[-1].append([])
        elif name not in ("tbody", "thead", "tfoot", "col", "colgroup", "caption", "tr"):
            room = rows[-1][-1] if rows and rows[-1] else above
            room.append(_BREAK if name in _PARAGRAPHS | _LINES else piece)
    if "".join(above).strip():
        yield Token("paragraph_open", "p", 1)
        yield _inline(above)
    rows = [row for row in rows if row]
    if rows:
        yield Token("table_open", "table", 1)
        if headed:
            yield Token("thead_open", "thead", 1)
        for row in rows:
            yield Token("tr_open", "tr", 1)
            yield from map(_inline, row)
        yield Token("table_close", "table", -1)
