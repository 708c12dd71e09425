"""Raw HTML in an issue, settled in the token stream: what is markup stays, what is prose is shown as typed.

`Vec<u8>`, `<T>` and a lone `<b>` in a sentence are prose and lose no letter. Known tags come out well
formed, so that the HTML parser behind them finds nothing to repair; `<img>` becomes an image token
like Markdown's own, a video with its sources one token; scripts, comments and form controls go.
This is about meaning, not safety: `sanitizing` is the gate.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from html import escape

from markdown_it.token import Token

from pipeline.errors import shorten
from pipeline.issues.markdown.components import destination, title_of
from pipeline.issues.markdown.layouts import unfold
from pipeline.issues.markdown.tags import COMPONENT, VOID, Kind, Tag, is_pixel, read_tag, tags_of
from pipeline.issues.report import Report

MAX_DEPTH = 40
_WORDS_OF_A_LINK = 50  # pieces among which a component that leads somewhere is closed

_PHRASING = frozenset((
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "i", "ins",
    "kbd", "mark", "q", "ruby", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "time", "tt",
    "u", "var"))
_BLOCKS = frozenset((
    "address", "article", "aside", "blockquote", "caption", "center", "colgroup", "dd", "details", "div", "dl",
    "dt", "figcaption", "figure", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hgroup", "li",
    "main", "nav", "ol", "p", "pre", "rp", "rt", "section", "summary", "table", "tbody", "td", "tfoot", "th",
    "thead", "tr", "ul"))
_OPEN_ENDED = frozenset(("dd", "dt", "li", "p", "rp", "rt", "tbody", "td", "tfoot", "th", "thead", "tr"))
_MEDIA = frozenset(("video", "audio", "iframe"))
_KEPT = _PHRASING | _BLOCKS | {"br", "col", "hr", "wbr"}
_WHOLE = frozenset(("script", "style", "svg", "math", "template"))
_DROPPED = frozenset((
    "applet", "area", "base", "basefont", "blink", "body", "button", "canvas", "datalist", "dialog", "dir",
    "embed", "fieldset", "font", "form", "frame", "frameset", "head", "html", "input", "label", "legend",
    "link", "map", "marquee", "menu", "meta", "meter", "nobr", "noframes", "noscript", "object", "optgroup",
    "option", "output", "param", "picture", "progress", "select", "slot", "textarea"))
# Dropping these changes only the look; nobody needs to hear of it.
_QUIET = frozenset((
    "body", "callout", "column", "font", "grid", "head", "html", "link", "meta", "noscript", "picture", "source",
    "text", "track"))

_HEADING = re.compile(r"<(?P<closing>/?)h[1-6]\b")
_DIVISION = re.compile(r"^<(?P<closing>/?)(?:div|p)\b")
_LENGTH = re.compile(
    r"(?:^|;)\s*(?P<side>width|height)\s*:\s*(?P<length>\d{1,4})(?:\.\d{1,4})?(?P<unit>px|%)(?=\s*(?:;|!|$))",
    re.IGNORECASE)


def settle(tokens: Sequence[Token], report: Report) -> list[Token]:
    """The stream with its raw HTML settled: `html_block` and `html_inline` tokens that remain are well formed."""
    flows = {id(token): list(_pieces(token)) for token in tokens if has_raw(token)}
    tags = [piece for pieces in flows.values() for piece in pieces if piece.type == "html_inline"]
    unfold(tags)
    pairs = _Pairs([tag for tag in tags if tag.type == "html_inline"])
    out: list[Token] = []
    for token in tokens:
        if id(token) in flows:
            in_heading = bool(out) and out[-1].type == "heading_open"
            out += _replaced(token, _Flow(flows[id(token)], token, pairs, report, in_heading=in_heading).settled())
        else:
            out.append(token)
    return out


def has_raw(token: Token) -> bool:
    """Whether there is anything in it to settle."""
    return token.type == "html_block" or (
        token.type == "inline" and any(child.type == "html_inline" for child in token.children or ()))


def is_player(token: Token) -> bool:
    """Is this settled piece a video, audio or embedded page?"""
    return token.type == "html_inline" and token.content.startswith(("<video", "<audio", "<iframe"))


def _replaced(token: Token, settled: list[Token]) -> list[Token]:
    """The token with its settled pieces; a block that is only players becomes a paragraph, an empty one nothing."""
    shown = [piece for piece in settled if not _is_blank(piece)]
    if token.type == "inline":
        token.children = settled
        return [token]
    if shown and all(map(is_player, shown)):
        inline = Token("inline", "", 0, map=token.map, children=shown, content=token.content, block=True)
        return [Token("paragraph_open", "p", 1, map=token.map, block=True), inline,
                Token("paragraph_close", "p", -1, block=True)]
    token.content = "".join(map(_as_html, settled))
    return [token] if shown else []


def _pieces(token: Token) -> Iterator[Token]:
    """The children of an inline token; of a block of HTML, its tags and, as `html_text`, what stands between."""
    if token.type == "inline":
        yield from token.children or ()
        return
    end = 0
    for match in tags_of(token.content):
        yield _raw("html_text", token.content[end:match.start()])
        yield _raw("html_inline", match[0])
        end = match.end()
    yield _raw("html_text", token.content[end:])


def _raw(kind: str, content: str) -> Token:
    return Token(kind, "", 0, content=content)


def _as_html(token: Token) -> str:
    """A settled piece as text of a block of HTML; entities that the author wrote stay entities."""
    if token.type == "html_text":
        return token.content.replace("<", "&lt;")
    return token.content if token.type == "html_inline" else escape(token.content, quote=False)


class _Pairs:
    """Which tags of an issue have their partner, over all its blocks, and which lie deeper than MAX_DEPTH."""

    def __init__(self, raw: Sequence[Token]) -> None:
        self._partner: dict[int, int] = {}
        self.too_deep: set[int] = set()
        self._pair(raw)
        self._measure(raw)

    def has(self, token: Token) -> bool:
        """Has this tag a partner?"""
        return id(token) in self._partner

    def are(self, token: Token, other: Token) -> bool:
        """Are these two partners?"""
        return self._partner.get(id(token)) == id(other)

    def _pair(self, raw: Sequence[Token]) -> None:
        waiting: defaultdict[str, list[Token]] = defaultdict(list)
        for token in raw:
            tag = read_tag(token.content)
            if tag.kind is Kind.OPEN:
                waiting[tag.name].append(token)
            elif tag.kind is Kind.CLOSE and waiting[tag.name]:
                partner = waiting[tag.name].pop()
                self._partner |= {id(partner): id(token), id(token): id(partner)}

    def _measure(self, raw: Sequence[Token]) -> None:
        """An HTML parser takes quadratic time for deep nesting; no author means more than a few levels."""
        depth = 0
        for token in raw:
            tag = read_tag(token.content)
            if tag.kind is Kind.OPEN and (self.has(token) or tag.name in _BLOCKS):
                if depth < MAX_DEPTH:
                    depth += 1
                else:
                    self.too_deep |= {id(token), self._partner.get(id(token), 0)}
            elif tag.kind is Kind.CLOSE and self.has(token) and id(token) not in self.too_deep:
                depth -= 1


class _Flow:
    """The pieces of one block, settled from left to right."""

    def __init__(
        self, pieces: Sequence[Token], block: Token, pairs: _Pairs, report: Report, *, in_heading: bool,
    ) -> None:
        self._pieces, self._block, self._pairs, self._report = pieces, block, pairs, report
        self._in_heading = in_heading
        self._is_alone = in_heading or all(_is_blank(one) or one.type == "html_inline" for one in pieces)
        self._at = 0
        self._unclosed: list[str] = []
        self._links: set[int] = set()  # tags that close a component which is a link

    def settled(self) -> list[Token]:
        out: list[Token] = []
        while self._at < len(self._pieces):
            piece = self._pieces[self._at]
            self._at += 1
            out += self._settle(piece) if piece.type == "html_inline" else [piece]
        # An <a> left open would be opened again by every following paragraph.
        closing = [_raw("html_inline", f"</{name}>") for name in reversed(self._unclosed)]
        return _phrased(out, in_heading=self._in_heading) + closing

    def _settle(self, piece: Token) -> list[Token]:
        tag = read_tag(piece.content)
        if tag.kind is Kind.COMMENT:
            return []
        if tag.kind is Kind.OTHER:
            return self._typed(piece)
        if tag.kind is Kind.CLOSE:
            return self._close(piece, tag)
        if tag.name in _MEDIA:
            return self._media(piece, tag)
        if address := destination(piece.content, tag):
            return self._lead(piece, tag, address) or self._element(piece, tag)
        return self._element(piece, tag)

    def _element(self, piece: Token, tag: Tag) -> list[Token]:
        if tag.name == "img" and tag.attributes:
            return self._leave_out_pixel() if is_pixel(tag.attributes) else [self._image(_sized(tag))]
        if tag.name in _WHOLE:
            return self._remove_whole(piece, tag)
        if tag.name in _KEPT:
            return self._keep(piece, tag)
        if (tag.name in _DROPPED or tag.name in VOID) and tag.name != "img":
            return self._drop(piece, tag)
        if self._is_component(piece, tag):
            if tag.name not in _QUIET:
                self._warn_removed(_short(piece))
            return []
        told = "names no picture" if tag.name == "img" else "is no HTML tag"
        if self._at > 1 and self._pieces[self._at - 2].content.endswith("{{"):  # a mark
            return self._typed(piece)
        self._report.warn("html-unknown-tag", f"{_short(piece)} {told} and is shown as typed",
                          f"write `{_short(piece)}` between backquotes to say so", self._block)
        return self._typed(piece)

    def _lead(self, piece: Token, tag: Tag, address: str) -> list[Token]:
        """A component that leads somewhere is a link: around its words, or before them with its title; nothing where
        they stand in other blocks and it has none."""
        begins, ends = _raw("html_inline", str(Tag(Kind.OPEN, "a", {"href": address}))), _raw("html_inline", "</a>")
        title, is_paired = "" if tag.name == "a" else title_of(tag), self._pairs.has(piece)
        around = self._pieces[self._at:self._at + _WORDS_OF_A_LINK]
        close = next((at for at, one in enumerate(around) if self._pairs.are(piece, one)), None)
        has_words = not all(map(_is_blank, around[:close]))
        if has_words and not title and close is not None and not any(map(_is_link, around[:close])):
            self._links.add(id(around[close]))
            return [begins]
        if tag.kind is Kind.OPEN and (not is_paired or (not title and (has_words or close is None))):
            return []
        label = Token("text", "", 0, content=title or address)
        return [begins, label, ends, *([_raw("text", " ")] if is_paired and has_words else self._apart())]

    def _apart(self) -> list[Token]:
        """A space where another component that leads somewhere stands right behind: on a site both are buttons."""
        behind = (one for one in self._pieces[self._at:self._at + 2] if one.content or not one.type.endswith("text"))
        beside = next(behind, None)
        is_one = beside and beside.type == "html_inline" and destination(beside.content, read_tag(beside.content))
        return [_raw("text", " ")] if is_one else []

    def _is_component(self, piece: Token, tag: Tag) -> bool:
        """Something of MDX or Vue, `<Callout>` to `</Callout>`, or `<Toc/>`, but within a line that is its name; or an
        element of the site's own, `<my-note>` to `</my-note>`."""
        if not COMPONENT.match(piece.content):
            return False
        return self._pairs.has(piece) or (tag.kind is Kind.EMPTY and (
            bool(tag.attributes) or self._is_alone or self._is_line()))

    def _is_line(self) -> bool:
        """Whether the piece that is being settled is all of its line."""
        around = self._pieces[max(0, self._at - 2):self._at - 1], self._pieces[self._at:self._at + 1]
        return all(one.type in ("softbreak", "hardbreak") for side in around for one in side)

    def _typed(self, piece: Token) -> list[Token]:
        return [Token("text", "", 0, content=piece.content, level=piece.level)]

    def _close(self, piece: Token, tag: Tag) -> list[Token]:
        if id(piece) in self._links:
            return [_raw("html_inline", "</a>"), *self._apart()]
        known = tag.name in _KEPT | _MEDIA | _WHOLE | _DROPPED | VOID
        if not known:
            return [] if self._is_component(piece, tag) else self._typed(piece)
        if tag.name == "br":
            return [_raw("html_inline", "<br>")]
        if tag.name in _KEPT and self._pairs.has(piece) and id(piece) not in self._pairs.too_deep:
            return [_raw("html_inline", str(tag))]
        return []

    def _keep(self, piece: Token, tag: Tag) -> list[Token]:
        if id(piece) in self._pairs.too_deep:
            return []
        if tag.kind is Kind.OPEN and not self._pairs.has(piece):
            if not any(tag.attributes.values()) and self._is_prose(tag):
                self._report.warn("html-unclosed", f"{_short(piece)} is never closed and is shown as typed",
                                  f"close it with </{tag.name}>, or write it between backquotes", self._block)
                return self._typed(piece)
            if tag.name in _PHRASING:
                self._unclosed.append(tag.name)
        return [_raw("html_inline", str(tag))]

    def _is_prose(self, tag: Tag) -> bool:
        """A sentence about `<b>` or, in the middle of a line, about `<div>`; `<p>` and `<li>` may stay open."""
        return tag.name in _PHRASING or (self._block.type == "inline" and tag.name not in _OPEN_ENDED)

    def _drop(self, piece: Token, tag: Tag) -> list[Token]:
        """Form controls and the like lose their tag and keep their words; a lone name is prose about HTML."""
        if tag.kind is Kind.OPEN and not tag.attributes and not self._pairs.has(piece):
            return self._typed(piece)
        if tag.name not in _QUIET:
            self._warn_removed(f"<{tag.name}>")
        return []

    def _remove_whole(self, piece: Token, tag: Tag) -> list[Token]:
        if tag.kind is Kind.OPEN and not self._pairs.has(piece):
            return self._typed(piece)
        end = self._find_close(piece, tag)
        if end is not None:
            self._at = end + 1
        self._warn_removed(f"<{tag.name}>")
        return []

    def _image(self, tag: Tag) -> Token:
        if self._block.type == "html_block":
            return _raw("html_inline", str(tag))
        kept = {name: tag.attributes.get(name, "") for name in ("src", "alt")}
        kept |= {name: tag.attributes[name] for name in ("title", "width", "height", "align") if name in tag.attributes}
        words = Token("text", "", 0, content=kept["alt"])
        return Token("image", "img", 0, attrs=dict(kept), children=[words], content=kept["alt"])

    def _leave_out_pixel(self) -> list[Token]:
        self._report.warn("html-removed", "a picture of one pixel shows nothing and was left out",
                          "remove it: who opens an issue is not counted", self._block)
        return []

    def _media(self, piece: Token, tag: Tag) -> list[Token]:
        """A player with its sources as one piece, and in it the words for programs that cannot play it."""
        end = self._find_close(piece, tag)
        inside = self._pieces[self._at:end] if end is not None else self._leading_sources(tag)
        sources = [found for found in map(_source, inside) if found]
        first = sources[0].attributes if sources else {}
        src = tag.attributes.get("src") or first.get("src", "")
        if not src.strip():
            self._report.warn("media-empty", f"<{tag.name}> names no file", "give it a src", self._block)
        # Some authors put the poster on the source.
        poster = tag.attributes.get("poster") or next(
            (source.attributes["poster"] for source in sources if source.attributes.get("poster")), "")
        self._at = end + 1 if end is not None else self._at + len(inside)
        kept = {"src": src, "poster": poster} | {
            name: tag.attributes.get(name, "") for name in ("title", "width", "height")}
        opening = Tag(Kind.OPEN, tag.name, {name: value for name, value in kept.items() if value})
        more = "".join(str(Tag(Kind.EMPTY, "source", _only(source, "src", "type"))) for source in sources)
        words = [_raw("text", " ") if piece.type.endswith("break") else piece for piece in inside
                 if piece.type in ("text", "html_text", "code_inline", "softbreak", "hardbreak")]
        if not src.strip():
            return words
        return [_raw("html_inline", f"{opening}{more}{''.join(map(_as_html, words)).strip()}</{tag.name}>")]

    def _leading_sources(self, tag: Tag) -> Sequence[Token]:
        if tag.kind is Kind.EMPTY or tag.name == "iframe":
            return []
        end = self._at
        while end < len(self._pieces) and (_source(self._pieces[end]) or _is_blank(self._pieces[end])):
            end += 1
        return self._pieces[self._at:end]

    def _find_close(self, opening: Token, tag: Tag) -> int | None:
        """Where in this block `opening` is closed; only looked for when it is closed at all."""
        if self._pairs.has(opening):
            for at in range(self._at, len(self._pieces)):
                piece = self._pieces[at]
                if piece.type == "html_inline" and read_tag(piece.content) == Tag(Kind.CLOSE, tag.name):
                    return at
        return None

    def _warn_removed(self, typed: str) -> None:
        self._report.warn("html-removed", f"{typed} does not work in mail and feeds and was left out",
                          "remove it, or link to a page that has it", self._block)


def _phrased(pieces: list[Token], *, in_heading: bool) -> list[Token]:
    """A heading holds nothing but words and their marks: the divisions that Substack puts into it are spans."""
    for piece in pieces:
        if piece.type != "html_inline":
            continue
        if heading := _HEADING.match(piece.content):
            in_heading = not heading["closing"]
        elif in_heading:
            piece.content = _DIVISION.sub(r"<\g<closing>span", piece.content)
    return pieces


def _sized(image: Tag) -> Tag:
    """A picture whose size its style says, as editors write it, says it in attributes: these survive."""
    said = {match["side"].lower(): (match["length"], match["unit"])
            for match in _LENGTH.finditer(image.attributes.get("style", ""))}
    if "width" not in said or image.attributes.get("width"):
        return image
    unit = said["width"][1]
    size = {side: length + unit.replace("px", "") for side, (length, own) in said.items() if own == unit}
    return replace(image, attributes={**image.attributes, **size})


def _source(piece: Token) -> Tag | None:
    if piece.type != "html_inline":
        return None
    tag = read_tag(piece.content)
    return tag if tag.name == "source" and tag.kind is Kind.EMPTY else None


def _is_link(piece: Token) -> bool:
    return piece.type == "link_open" or (piece.type == "html_inline" and read_tag(piece.content).name == "a")


def _is_blank(piece: Token) -> bool:
    return piece.type in ("softbreak", "hardbreak") or (
        piece.type in ("text", "html_text") and not piece.content.strip())


def _only(tag: Tag, *names: str) -> dict[str, str]:
    return {name: tag.attributes[name] for name in names if tag.attributes.get(name)}


def _short(piece: Token) -> str:
    return shorten(" ".join(piece.content.split()))
