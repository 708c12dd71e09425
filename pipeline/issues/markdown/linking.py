"""Where a bare address ends: `参考https://example.com/a，很好` links up to the `a`.

An address ends at a full-width mark, an emoji or Markdown's own `**`. Chinese letters may belong to
it (`…/wiki/北京`), unless they are glued to a Latin word and nothing of the address follows them:
`https://example.com/tool这个工具` ends at `tool`, `…/北京_(城市)很好` behind the bracket. A backslash
keeps a mark from being Markdown and is no part of it, nor is one at its end that breaks the line, nor
a number of a note behind it (`…/tool\\[2\\]`). Names without a scheme (`README.md`, `Socket.io`) are
never links.
"""

from __future__ import annotations

import re
from functools import partial
from typing import Any

from linkify_it import LinkifyIt
from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline

from pipeline.issues.cjk import LETTERS

MAX_CHARS = 4096
"""No address is longer; looking no further keeps a megabyte of them linear."""

# Space, full-width forms, CJK marks, curly quotes, dashes, ellipsis; ·, which Wikipedia's titles have, is not one.
_STOP = re.compile(
    "[\\s\u2014\u2018\u2019\u201c\u201d\u2026\u3000-\u3004\u3008-\u3020\u3030\uff01-\uff0f\uff1a-\uff20"
    "\uff3b-\uff40\uff5b-\uff65\u200b\u2060\u2190-\u21ff\u2300-\u23ff\u2460-\u27bf\u2b00-\u2bff\ufe0f"
    "\U0001f000-\U0001faff`\u060c\u061b\u061f\u06d4\u0964]|\\*\\*|~~|\\\\(?=\\[\\d{1,3}\\\\\\])")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_SCHEME = re.compile(r"(?<![A-Za-z0-9.+-])(?:https?|ftp)$", re.IGNORECASE)
_CLOSED = re.compile(f"[^()]*\\([^()]*\\)(?=[{LETTERS}])")
# Another address in this one begins a part of it (`…/web/2020/https://…`), or it is the next one.
_NEXT = re.compile(f"(?<=[{LETTERS}])[:：]?(?=(?i:https?)://)")
_MAIL_HOSTS = "[a-z]{2}|com|net|org|edu|gov|biz|info|name|pro|shop|dev|app|cloud|tech|xyz|top|site|online|email|blog"
_MAIL = (r"((?<![\w.!#$%&'*+/=?^`{|}~@-])|(?<=" f"(?-i:[{LETTERS}])))" r"([a-z0-9][a-z0-9._+-]{0,63}@"
         rf"(?:[a-z0-9](?:[a-z0-9-]{{0,61}}[a-z0-9])?\.){{1,8}}(?:{_MAIL_HOSTS}))(?![a-z0-9@_-]|[.:][a-z0-9~/])")
_GLUED = re.compile(f"[!-~]*[0-9A-Za-z](?=[{LETTERS}][0-9A-Za-z{LETTERS}]*$)")


def use_linker(parser: MarkdownIt) -> None:
    """Makes a parser link bare addresses our way, in place of its own."""
    linker = Linker()
    parser.linkify = linker
    parser.inline.ruler.at("linkify", partial(_link, linker))


class Linker(LinkifyIt):  # type: ignore[misc]  # the library has no types
    """linkify-it with addresses that end where a person would end them, and no guessed links."""

    def __init__(self) -> None:
        super().__init__(options={"fuzzy_link": False, "fuzzy_email": True, "fuzzy_ip": False})
        self.add("//", None)
        # The library wants a space before; Chinese has none: `邮箱：a@example.com`.
        self.re["email_fuzzy"] = _MAIL

    def pretest(self, text: str) -> bool:
        """A colon or an at sign is in every address; nearly no paragraph needs the library's search."""
        return (":" in text or "@" in text) and bool(super().pretest(text))

    def test(self, text: str) -> bool:
        return (":" in text or "@" in text) and bool(super().test(text))

    def length_at(self, text: str, pos: int, limit: int) -> int:
        """The length of the address whose `//` stands at `pos`, 0 if it is none; what is behind `limit` is not its."""
        if "http" not in self.re:
            super()._validate_http("", 0)
        found: Any = self.re["http"].match(text, pos, _end(text, pos, limit))
        return len(found.group()) if found else 0

    def _validate_http(self, text: str, pos: int) -> int:
        """linkify-it's own check, shown no more of the text than may belong to the address."""
        return self.length_at(text, pos, len(text))


def _link(linker: Linker, state: StateInline, silent: bool) -> bool:
    """An address at `://`: its scheme waits in `state.pending`."""
    pos = state.pos
    if state.linkLevel or not state.src.startswith("://", pos):
        return False
    scheme = _SCHEME.search(state.pending[-6:])
    length = linker.length_at(state.src, pos + 1, state.posMax) if scheme else 0
    if scheme is None or not length:
        return False
    typed = f"{scheme[0]}:{state.src[pos + 1:pos + 1 + length]}".rstrip("*\\")
    # As it stands in the source of a page from which it was copied, and as a program writes one as Markdown.
    meant = _ESCAPED.sub(r"\1", typed).replace("&amp;", "&")
    address = state.md.normalizeLink(meant)
    if not state.md.validateLink(address):
        return False
    if not silent:
        state.pending = state.pending.removesuffix(scheme[0])
        _push(state, meant, address)
    state.pos += len(typed) - len(scheme[0])
    return True


def _push(state: StateInline, typed: str, address: str) -> None:
    opening = state.push("link_open", "a", 1)
    opening.attrs = {"href": address}
    state.push("text", "", 0).content = typed
    closing = state.push("link_close", "a", -1)
    for token in (opening, closing):
        token.markup, token.info = "linkify", "auto"


def _end(text: str, pos: int, limit: int) -> int:
    """Where the address whose `//` stands at `pos` stops at the latest, `limit` if nothing before stops it."""
    limit = min(limit, pos + MAX_CHARS)
    stop = _STOP.search(text, pos, limit)
    end = stop.start() if stop else limit
    following = _NEXT.search(text, pos, end)
    end = following.start() if following else end
    # Only the last part can be glued to prose: what stands before a slash belongs to the address.
    last = 1 + max(text.rfind(mark, pos, end) for mark in "/?#=&")
    glued = _GLUED.match(text[last:end]) or _CLOSED.match(text[last:end])
    return last + glued.end() if glued else end
