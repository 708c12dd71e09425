"""What Hatena Blog has in square brackets: `[https://example.com/ink:embed:cite]` shows the page, here as a link, and
`[f:id:mira:20240324101010p:plain]` a picture of its album. (`[:contents]` is in `contents`.)

Forms as Hatena's help has them (read November 2026).
"""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

_PAGE = re.compile(
    r"\[(?P<address>https?://[^\s\[\]]{1,600}?)"
    r"(?::(?:embed|cite|title|image|barcode|bookmark|small|left|right))+(?:=(?P<words>[^\[\]\n]{1,300}))?\](?![(\[])")
_PICTURE = re.compile(
    r"\[f:id:(?P<owner>[A-Za-z][\w-]{1,31}):(?P<day>\d{8})(?P<hour>\d{6})(?P<kind>[jpg])"
    r"(?P<how>(?::[\w=.-]{1,20}|:(?:alt|title)=[^\[\]:\n]{0,300}){0,6})\]")
_ALBUM = "https://cdn-ak.f.st-hatena.com/images/fotolife"
_ENDINGS = {"j": "jpg", "p": "png", "g": "gif"}
_WIDTH = re.compile(r":w(\d{1,5})(?=:|$)")
_WORDS = re.compile(r":(?:alt|title)=([^:]*)")


def use_hatena(parser: MarkdownIt) -> None:
    """Adds the rules before that of links."""
    parser.inline.ruler.before("link", "hatena_page", _page)
    parser.inline.ruler.before("link", "hatena_picture", _picture)


def _page(state: StateInline, silent: bool) -> bool:
    found = _PAGE.match(state.src, state.pos) if state.src.startswith("[http", state.pos) else None
    if found is None:
        return False
    if not silent:
        state.push("link_open", "a", 1).attrs = {"href": state.md.normalizeLink(found["address"])}
        state.push("text", "", 0).content = found["words"] or found["address"]
        state.push("link_close", "a", -1)
    state.pos = found.end()
    return True


def _picture(state: StateInline, silent: bool) -> bool:
    found = _PICTURE.match(state.src, state.pos) if state.src.startswith("[f:id:", state.pos) else None
    if found is None:
        return False
    if not silent:
        owner, day, how = found["owner"], found["day"], found["how"]
        width, said = _WIDTH.search(how), _WORDS.search(how)
        place = f"{_ALBUM}/{owner[0]}/{owner}/{day}/{day}{found['hour']}.{_ENDINGS[found['kind']]}"
        token = state.push("image", "img", 0)
        token.attrs = {"src": place, "alt": "", **({"width": width[1]} if width else {})}
        token.content = said[1] if said else ""
        token.children = [Token("text", "", 0, content=token.content)]
    state.pos = found.end()
    return True
