"""A fragment of HTML taken apart into blocks that may stand or go alone, each well-formed by itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from lxml import etree

Element = etree._Element

_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})


@dataclass(frozen=True, slots=True)
class Block:
    """One block of a fragment. `heading` is its text when it is a heading, of `level` 1 to 6; else "" and 0."""

    html: str
    heading: str
    level: int = 0


def split_blocks(fragment: str) -> list[Block]:
    """The fragment's blocks in order, and the text between them."""
    return [Block(_write(unit), heading := _heading(unit), _level(unit) if heading else 0)
            for unit in list(_units(_parse(fragment)))]


def strip_decoration(fragment: str) -> str:
    """The fragment without colours in code and titles on links: what a mail can lose first."""
    root = _parse(fragment)
    for element in root.iter("*"):
        element.attrib.pop("title", "")
    for code in root.iter("pre"):
        etree.strip_tags(code, "span")
    return _inside(root)


def length(block: Block) -> int:
    """Characters of text and tags in a block: what `beginning` counts."""
    return sum(_tag_length(element) + len(element.text or "") + len(element.tail or "")
               for element in _parse(block.html).iter("*"))


def beginning(block: Block, characters: int) -> str:
    """The block up to that many characters of text and tags, closed properly; an ellipsis says that it was cut."""
    root = _parse(block.html)
    surplus: list[Element] = []
    left = characters
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if event == "start":
            left -= _tag_length(element)
            if left < 0:
                surplus.append(element)
            element.text, left = _part(element.text, left)
        else:
            element.tail, left = _part(element.tail, left)
    for element in surplus:
        parent = element.getparent()
        if parent is not None:
            parent.remove(element)
    return _inside(root)


def _tag_length(element: Element) -> int:
    """About as many characters as the element's opening tag has."""
    return len(str(element.tag)) + 2 + sum(len(name) + len(value) + 4 for name, value in element.items())


def _part(text: str | None, left: int) -> tuple[str, int]:
    """What of a text is kept, and how many characters are left after it; none any more once something was cut."""
    if not text or len(text) <= left:
        return text or "", left - len(text or "")
    return (text[:left].rstrip() + "…", -1) if left > 0 else ("", -1)


def _parse(fragment: str) -> Element:
    """A div around the fragment. Deep nesting is allowed, comments are dropped."""
    parser = etree.HTMLParser(huge_tree=True, encoding="utf-8", remove_comments=True)
    return etree.fromstring(f"<html><body><div>{fragment}</div></body></html>".encode(), parser)[0][0]


def _units(element: Element) -> Iterator[str | Element]:
    """Text and children in order, each child without the text behind it."""
    if element.text:
        yield element.text
    for child in list(element):
        tail, child.tail = child.tail, None
        yield child
        if tail:
            yield tail


def _inside(element: Element) -> str:
    return "".join(_write(unit) for unit in list(_units(element)))


def _write(unit: str | Element) -> str:
    if isinstance(unit, str):
        return escape(unit, quote=False)
    return etree.tostring(unit, encoding="unicode", method="html")


def _heading(unit: str | Element) -> str:
    """The heading's words in one line, or "" when the block is none."""
    if isinstance(unit, str) or unit.tag not in _HEADINGS:
        return ""
    return " ".join("".join(str(text) for text in unit.itertext()).split())


def _level(heading: str | Element) -> int:
    """1 for h1, to 6."""
    return 0 if isinstance(heading, str) else int(str(heading.tag)[1])
