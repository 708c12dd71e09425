"""Pictures as editors write them: `![图](images/图 1.png)` with a space, `![图](a.png =300x200)` with a size.

Authors see the picture in their preview; as plain text it would reach every reader.
"""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

_PICTURE = re.compile(
    r"!\[(?P<alt>[^\[\]\n]{0,300})\]\("
    r"(?:(?P<src>[^()<>\"\s][^()<>\"\n]{0,300} [^()<>\"\n]{0,300}?\.(?:png|jpe?g|gif|webp|svg|avif|bmp|heic))"
    r"|(?P<sized>[^()<>\"\s]{1,600})(?= +=))"
    r"(?: +=(?P<width>\d{0,5})x(?P<height>\d{0,5}))?(?: +\"(?P<title>[^\"\n]{0,300})\")?\)", re.IGNORECASE)


def use_spaced_addresses(parser: MarkdownIt) -> None:
    """Adds the rule behind the parser's own, which takes every picture that CommonMark knows."""
    parser.inline.ruler.after("image", "spaced_image", _spaced_image)


def _spaced_image(state: StateInline, silent: bool) -> bool:
    match = _PICTURE.match(state.src, state.pos) if state.src.startswith("![", state.pos) else None
    if match is None:
        return False
    if not silent:
        token = state.push("image", "img", 0)
        token.attrs = {"src": state.md.normalizeLink(match["src"] or match["sized"]), "alt": ""}
        token.attrs |= {name: match[name] for name in ("title", "width", "height") if match[name]}
        token.content = match["alt"]
        token.children = [Token("text", "", 0, content=match["alt"])]
    state.pos = match.end()
    return True
