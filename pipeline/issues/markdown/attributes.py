"""Lists of attributes as site generators read them: `## A {#a}`, `[b](c){:target="_blank"}`, `![](d.png){width=300}`,
`![](e.png){ loading=lazy }`.

They say how something looks or is called, not what it says: the name of a heading is kept and the width of a picture,
and that of another block where a link leads to it.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Sequence

from markdown_it.token import Token

from pipeline.issues.markdown.fillings import RAW, without_raw_marks

_ALONE = re.compile(r"\{:(?! ?toc\b)[^{}\n]{1,300}\}")  # that one is no attribute: it asks for contents
_BELOW = re.compile(rf"{_ALONE.pattern}|\{{ ?[.#][A-Za-z][\w-]*(?: +[.#][A-Za-z][\w-]*){{0,9}} ?\}}")
_BEHIND = re.compile(rf"{_ALONE.pattern}|\{{ ?(?:[#.][\w-]|[A-Za-z-]{{1,30}}=)[^{{}}\n]{{0,300}}\}}")
_AT_END = re.compile(  # of a heading, behind its closing signs if it has any
    r"(?<!\s)(?:\s+#{1,6}(?=\s))?\s*\{:?[ \t]*(?:(?:[#.][\w-]|(?:class|id|style)=[\"'])[^{}\n]{0,300}"
    r"|/\*[ \t]*#[\w-]{1,300}[ \t]*\*/)\}\s*$")  # Docusaurus has names in comments of MDX, `## A {/* #a */}`
_NAME = re.compile(r"(?<=[{:\s])(?:#|id=[\"'])(?P<id>[\w-]+)")
_OTHER_VALUE = re.compile(r"(?<![{:\s]id)=(?:\"[^\"]*\"|'[^']*')")  # the `#` of a colour begins no name
_SIZE = re.compile(r"\b(width|height) ?= ?[\"']?(\d{1,3}%|\d{1,5}(?![\d%]))(?:px)?")
_BREAKS = ("softbreak", "hardbreak")
_SPANS = {"link_close": _BEHIND, "image": _BEHIND} | dict.fromkeys(("code_inline", "strong_close", "em_close"), _BELOW)


def settle_attributes(tokens: Sequence[Token]) -> list[Token]:
    """The stream without lists of attributes; headings have the id that theirs gives them in `meta`, and where a link
    leads to the name of another block, `{:#ink}`, that stands in the place of its list."""
    kept: list[Token] = []
    emptied = False
    asked = {str(child.attrs["href"]) for token in tokens for child in token.children or ()
             if child.type == "link_open" and str(child.attrs["href"]).startswith("#")}
    tokens = list(_without_rows(tokens))
    for at, token in enumerate(tokens):
        if emptied and token.type == "paragraph_close":
            emptied = False
            continue
        kept.append(token)
        if token.type != "inline" or "{" not in token.content:
            continue
        typed = without_raw_marks(token)
        children = _without_alone(_without_behind(typed))
        if at > 1 and tokens[at - 2].type == "list_item_open":
            _take_first(children)
        if tokens[at - 1].type == "heading_open":
            tokens[at - 1].meta["id"] = _take_name(children)
        place = _place(typed, asked)
        asked -= {one.meta["id"] for one in place}  # of several with one name, the first is meant
        token.children = [*place, *children] if children else []
        if not children and tokens[at - 1].type == "paragraph_open":
            emptied = True
            kept[-2:] = [Token("html_block", "", 0, content=one.content + "\n", map=token.map) for one in place]
    return kept


def _place(children: Sequence[Token], asked: Container[str]) -> list[Token]:
    """A place in the text for each list of attributes on a line of its own whose name links lead to."""
    alone = (_NAME.search(child.content) for child in children
             if child.type == "text" and _ALONE.fullmatch(child.content.strip()))
    return [Token("html_inline", "", 0, content=f'<a id="{name["id"]}"></a>', meta={"id": f"#{name['id']}"})
            for name in alone if name and f"#{name['id']}" in asked]


def _without_rows(tokens: Sequence[Token]) -> Iterator[Token]:
    """Without the last row of a table that is but the list of attributes on the line below it."""
    row: list[Token] = []
    for token in tokens:
        if row or token.type == "tr_open":
            row.append(token)
        else:
            yield token
        if token.type == "tr_close":
            first, *others = [cell.content.strip() for cell in row if cell.type == "inline"] or [""]
            if any(others) or not _ALONE.fullmatch(first):
                yield from row
            row = []


def without_list(heading: str) -> str:
    """A heading's words without the list of attributes at their end."""
    return _AT_END.sub("", heading)


def _without_behind(children: Sequence[Token]) -> list[Token]:
    """Without lists glued to the end of a link, a picture, code or bold words."""
    kept: list[Token] = []
    for child in _with_whole_lists(children):
        pattern = _SPANS.get(kept[-1].type) if kept and child.type == "text" else None
        found = pattern.match(child.content) if pattern else None
        if found:
            if kept[-1].type == "image":
                kept[-1].attrs |= sizes(found[0], kept[-1].attrs)
            child.content = child.content[found.end():]
        if child.type != "text" or child.content or not found:
            kept.append(child)
    return kept


def _with_whole_lists(children: Sequence[Token]) -> Iterator[Token]:
    """With such a list in one piece that goes on behind the end of a line, as Pandoc breaks them."""
    begun: list[Token] = []
    before = ""
    for child in children:
        if begun or (before in _SPANS and child.type == "text" and child.content.startswith("{")):
            begun.append(child)
            if child.type in _BREAKS or (child.type == "text" and "}" not in child.content):
                continue
            yield from _whole_list(begun, _SPANS[before])
            begun = []
        else:
            yield child
        before = child.type
    yield from begun


def _whole_list(pieces: Sequence[Token], pattern: re.Pattern[str]) -> Sequence[Token]:
    """The pieces as one text, if there are several and it begins with a list of attributes."""
    whole = " ".join(piece.content for piece in pieces if piece.type not in _BREAKS)
    if len(pieces) == 1 or pieces[-1].type != "text" or not pattern.match(whole):
        return pieces
    pieces[0].content = whole
    return pieces[:1]


def sizes(listed: str, known: Container[str] = ()) -> dict[str, str]:
    """Width and height as a list gives them, where they are not known; a height in percent says nothing."""
    return {name: size for name, size in _SIZE.findall(listed)
            if name not in known and (name == "width" or "%" not in size)}


def _without_alone(children: Sequence[Token]) -> list[Token]:
    """Without the lines that are a list of attributes of a block, of which all but a last one begin with `{:`, and
    without those that are `{% raw %}` or its end, whose other half stands in another block."""
    lines: list[list[Token]] = [[]]
    for child in children:
        lines[-1].append(child)
        if child.type in _BREAKS:
            lines.append([])
    kept = [line for line in lines if not _is_only(line, RAW)
            and not _is_only(line, _BELOW if line is lines[-1] is not lines[0] else _ALONE)]
    flat = [child for line in kept for child in line]
    while flat and len(kept) < len(lines) and flat[-1].type in _BREAKS:
        flat.pop()
    return flat


def _is_only(line: Sequence[Token], pattern: re.Pattern[str]) -> bool:
    words = [child for child in line if child.type not in _BREAKS]
    return len(words) == 1 and words[0].type == "text" and pattern.fullmatch(words[0].content.strip()) is not None


def _take_first(children: Sequence[Token]) -> None:
    """Takes the list of a list's item, which kramdown has before the words."""
    if children and children[0].type == "text" and (found := _ALONE.match(children[0].content)):
        children[0].content = children[0].content[found.end():].lstrip()


def _take_name(children: Sequence[Token]) -> str:
    """The id in the list at the end of a heading, which goes; "" without one."""
    if not children or children[-1].type != "text" or not (found := _AT_END.search(children[-1].content)):
        return ""
    children[-1].content = children[-1].content[:found.start()]
    name = _NAME.search(_OTHER_VALUE.sub("", found[0]))
    return name["id"] if name else ""
