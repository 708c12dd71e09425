"""`![图](images/图 1.png)`: a picture's file name may have spaces, whatever CommonMark says of them.

Editors that paste pictures write such names, and authors see the picture in their preview; as plain
text it would reach every reader.
"""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

_PICTURE = re.compile(
    r"!\[(?P<alt>[^\[\]\n]{0,300})\]\("
    r"(?P<src>[^()<>\"\s][^()<>\"\n]{0,300} [^()<>\"\n]{0,300}?\.(?:png|jpe?g|gif|webp|svg|avif|bmp|heic))"
    r"(?: +\"(?P<title>[^\"\n]{0,300})\")?\)", re.IGNORECASE)


def use_spaced_addresses(parser: MarkdownIt) -> None:
    """Adds the rule behind the parser's own, which takes every picture that CommonMark knows."""
    parser.inline.ruler.after("image", "spaced_image", _spaced_image)


def _spaced_image(state: StateInline, silent: bool) -> bool:
    match = _PICTURE.match(state.src, state.pos) if state.src.startswith("![", state.pos) else None
    if match is None:
        return False
    if not silent:
        token = state.push("image", "img", 0)
        token.attrs = {"src": state.md.normalizeLink(match["src"]), "alt": ""}
        if match["title"]:
            token.attrs["title"] = match["title"]
        token.content = match["alt"]
        token.children = [Token("text", "", 0, content=match["alt"])]
    state.pos = match.end()
    return True
