"""Contents: a hand-written list, `1、…` or `1. …`, leads to its headings, and a line `[TOC]` becomes such a list."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from markdown_it.token import Token

from pipeline.issues.markdown.breaks import has_own_mark
from pipeline.issues.markdown.formulas import with_formulas_said
from pipeline.issues.markdown.headings import TOP, Heading, fold, plain_text

_NUMBERED = re.compile(r"\s*(\d{1,3})\s*(?:[、.．)）:：]|[,，](?!\d))\s*(\S.*)", re.DOTALL)
_CHINESE = re.compile(r"\s*[一二三四五六七八九十]{1,3}\s*[、.．:：]\s*(?P<words>\S.*)", re.DOTALL)
_NUMERAL = re.compile(r"\s*[\d一二三四五六七八九十]")
_MARKER = re.compile(r"\s*(?:\[\[?toc\]?\]|@\[toc\]|\[:contents\]|\{: ?toc\b[^{}\n]*\})\s*", re.IGNORECASE)
_STAND_INS = {f"{kind}_open": ["list_item_open", "paragraph_open", "inline", "paragraph_close", "list_item_close",
                               f"{kind}_close"] for kind in ("bullet_list", "ordered_list")}
_PARAGRAPH = 3  # tokens of one: a marker that is all of a text is text
_ALIKE = 0.6
_LONG = 300


def settle_contents(tokens: Sequence[Token], headings: Sequence[Heading]) -> list[Token]:
    """The stream with contents lines linked (`#id`) to the headings that follow them, and `[TOC]` lines filled in."""
    tokens = list(_without_stand_ins(tokens)) if headings else tokens
    index = _Index(headings)
    out: list[Token] = []
    toc_below = leads = False
    above: Heading | None = None      # the heading of the contents themselves
    for at, token in enumerate(tokens):
        if token.type == "heading_close":
            index.passed += 1
        if token.type == "inline" and tokens[at - 1].type == "paragraph_open":
            toc_below = len(tokens) > _PARAGRAPH and _takes_marker(token)
            above = headings[index.passed - 1] if at > 1 and tokens[at - 2].type == "heading_close" else None
            label, token.children, token.meta["leads"] = _linked(token.children or [], index, _number(tokens[at - 2]))
            leads |= token.meta["leads"] > 0
            if label:
                out += _paragraph(label, out[-1])
        out.append(token)
        if token.type == "paragraph_close" and toc_below:
            toc_below = False
            if not out[-2].children:
                del out[-3:]
            out += _list([heading for heading in headings if heading.text and heading is not above])
    return list(_framed(out)) if leads else out


def _without_stand_ins(tokens: Sequence[Token]) -> Iterator[Token]:
    """With the marker alone where kramdown has a list for it, `* TOC` above `{:toc}`."""
    at = 0
    while at < len(tokens):
        rest = _STAND_INS.get(tokens[at].type)
        if rest and rest == [token.type for token in tokens[at + 1:at + 7]]:
            opening, inline, closing = tokens[at + 2:at + 5]
            if (children := inline.children or []) and _MARKER.fullmatch(children[-1].content):
                inline.children = children[-1:]
                opening.hidden = closing.hidden = False
                yield from (opening, inline, closing)
                at += 7
                continue
        yield tokens[at]
        at += 1


class _Index:
    """The headings by the words and by the number that a contents line would give them; `passed` of them are behind."""

    def __init__(self, headings: Sequence[Heading]) -> None:
        self._headings = headings
        self._words: dict[str, list[int]] = {}
        self._numbers: dict[int, list[int]] = {}
        self.passed = 0
        for at, heading in enumerate(headings):
            match = _NUMBERED.fullmatch(heading.text)
            self._words.setdefault(fold(_bare(heading.text)), []).append(at)
            if match:
                self._numbers.setdefault(int(match[1]), []).append(at)

    def find(self, line: str) -> Heading | None:
        """The heading ahead that a numbered line means: the very same words, or the same number and like words."""
        match = _NUMBERED.fullmatch(line)
        if match is None and not _CHINESE.fullmatch(line):
            return None
        words = fold(_bare(line))
        at = self._next(self._words.get(words))
        if at is None:
            if match is None:
                return None
            at = self._next(self._numbers.get(int(match[1])))
            if at is None or not _alike(fold(self._headings[at].text).lstrip("0123456789"), words):
                return None
        return self._headings[at]

    def _next(self, places: Sequence[int] | None) -> int | None:
        at = bisect_left(places or (), self.passed)
        return places[at] if places and at < len(places) else None


def _bare(text: str) -> str:
    """The words behind `1、` or `一、`; all of them without such a number."""
    if match := _NUMBERED.fullmatch(text):
        return match[2]
    match = _CHINESE.fullmatch(text)
    return match["words"] if match else text


def _takes_marker(inline: Token) -> bool:
    """Removes a `[TOC]` that is the last line of a paragraph, and says whether there was one."""
    children = inline.children or []
    if children and children[-1].content.rstrip()[-1:] not in "]}":
        return False
    start = next((n + 1 for n in range(len(children) - 1, -1, -1)
                  if children[n].type in ("softbreak", "hardbreak")), 0)
    line = children[start:]
    if any(child.type != "text" for child in line) or not _MARKER.fullmatch(plain_text(line)):
        return False
    inline.children = children[:max(start - 1, 0)]
    return True


def _number(token: Token) -> str:
    """What stands before the first line of a numbered item, `1. `; "" of everything else."""
    return f"{token.info}. " if token.type == "list_item_open" and token.info else ""


def _linked(children: Sequence[Token], index: _Index, number: str) -> tuple[list[Token], list[Token], int]:
    """The children with contents lines linked, and how many these are where there are no others, else 0.

    First comes a line that is no link above several that are, such as `目录：`. `number` stands before the first.
    """
    if not (number or any(_NUMERAL.match(child.content) for child in children)):
        return [], list(children), 0
    lines: list[list[Token]] = []
    linked: list[bool] = []
    for line, ending in _lines(children):
        plain = all(child.type not in ("link_open", "image") for child in line)
        heading = index.find(plain_text(line) if lines else number + plain_text(line)) if plain else None
        if heading:
            line = [Token("link_open", "a", 1, attrs={"href": f"#{heading.id}"}), *line, Token("link_close", "a", -1)]
        lines.append([*line, *ending])
        linked.append(heading is not None)
    labelled = len(linked) > 2 and not linked[0] and all(linked[1:])
    label = lines.pop(0)[:-1] if labelled else []
    return label, [child for line in lines for child in line], len(lines) if labelled or all(linked) else 0


def _paragraph(children: list[Token], opening: Token) -> list[Token]:
    """What comes behind an open paragraph for these to have one of their own before it."""
    inline = Token("inline", "", 0, map=opening.map, children=children, content=plain_text(children), block=True)
    return [inline, Token("paragraph_close", "p", -1, block=True, hidden=opening.hidden),
            Token("paragraph_open", "p", 1, map=opening.map, block=True, hidden=opening.hidden)]


def _framed(tokens: Sequence[Token]) -> Iterator[Token]:
    """The stream with the class `contents` on what only leads elsewhere; paragraphs that follow each other are one."""
    at = 0
    while at < len(tokens):
        token, lines = tokens[at], 0
        if token.type == "paragraph_open" and not token.hidden:
            end = at
            while _leads(tokens[end:end + 3]) and not tokens[end].hidden:
                lines += tokens[end + 1].meta["leads"]
                end += 3
            if lines > 1:
                token.attrs["class"] = "contents"
                yield from (token, _joined(tokens[at + 1:end:3]), tokens[at + 2])
                at = end
                continue
        elif token.type in ("bullet_list_open", "ordered_list_open") and (leading := _leading(tokens, at + 1)):
            token.attrs["class"] = _named([plain_text(inline.children or ()) for inline in leading])
        yield token
        at += 1


def _leads(paragraph: Sequence[Token]) -> bool:
    return len(paragraph) == 3 and paragraph[0].type == "paragraph_open" and bool(paragraph[1].meta.get("leads"))


def _joined(inlines: Sequence[Token]) -> Token:
    first, *others = inlines
    for inline in others:
        first.children = [*(first.children or ()), Token("hardbreak", "br", 0), *(inline.children or ())]
    return first


def _leading(tokens: Sequence[Token], at: int) -> Sequence[Token]:
    """The lines of the list whose first item stands at `at`; none where there is one alone, or one leads nowhere."""
    first = at
    while tokens[at].type == "list_item_open" and _leads(tokens[at + 1:at + 4]) and (
            tokens[at + 4].type == "list_item_close"):
        at += 5
    ends = at > first + 5 and tokens[at].type in ("bullet_list_close", "ordered_list_close")
    return tokens[first + 2:at:5] if ends else ()


def _named(lines: Sequence[str]) -> str:
    """The classes of a list of contents: what is `marked` has a number or an emoji in each line, and needs no bullets.
    """
    marked = all(_NUMBERED.fullmatch(line) or _CHINESE.fullmatch(line) or has_own_mark(line) for line in lines)
    return "contents marked" if marked else "contents"


def _lines(children: Sequence[Token]) -> Iterator[tuple[list[Token], list[Token]]]:
    line: list[Token] = []
    for child in children:
        if child.type in ("softbreak", "hardbreak"):
            yield line, [child]
            line = []
        else:
            line.append(child)
    yield line, []


def _alike(one: str, other: str) -> bool:
    """Authors polish a heading and forget the list: a shortened or retouched line is still that heading."""
    if min(len(one), len(other)) < 2 or max(len(one), len(other)) > _LONG:
        return False
    return one.startswith(other) or other.startswith(one) or SequenceMatcher(None, one, other).ratio() >= _ALIKE


def _list(headings: Sequence[Heading]) -> Iterator[Token]:
    """A list of the two upper levels among these, the lower one indented below a higher one."""
    top = min((heading.level for heading in headings), default=TOP)
    shown = [heading for heading in headings if heading.level <= top + 1]
    depth = 0
    for heading in shown:
        inner = min(heading.level - top + 1, depth + 1)
        if inner > depth:
            yield Token("bullet_list_open", "ul", 1, block=True, attrs={} if depth else {
                "class": _named([one.text for one in shown])})
        else:
            yield from _endings(depth - inner)
            yield Token("list_item_close", "li", -1, block=True)
        yield from _item(heading)
        depth = inner
    yield from _endings(depth)


def _endings(lists: int) -> Iterator[Token]:
    for _ in range(lists):
        yield Token("list_item_close", "li", -1, block=True)
        yield Token("bullet_list_close", "ul", -1, block=True)


def _item(heading: Heading) -> Iterator[Token]:
    yield Token("list_item_open", "li", 1, block=True)
    yield Token("paragraph_open", "p", 1, block=True, hidden=True)
    yield Token("inline", "", 0, block=True, content=heading.text, children=[
        Token("link_open", "a", 1, attrs={"href": f"#{heading.id}"}),
        Token("text", "", 0, content=with_formulas_said(heading.text)), Token("link_close", "a", -1)])
    yield Token("paragraph_close", "p", -1, block=True, hidden=True)
