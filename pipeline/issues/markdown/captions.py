"""What a block of code is called by the words behind its fence, which site generators print above it: ` ```ts:main.ts `
of Zenn and Qiita, ` ```ts title="main.ts" ` of Docusaurus and Astro, ` ```ts [main.ts] ` of VitePress.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from markdown_it.common.utils import unescapeAll
from markdown_it.token import Token

_CALLED = re.compile(r"(?:^|(?<=[\s{,:]))(?:title|filename|caption)=(?:\"([^\"]+)\"|'([^']+)'|([^\s\"'{},]+))")
_LABELLED = re.compile(r"(?<=\s)\[(?=[^\[\]]*[^\W\d_])([^\[\]]{1,100})\]$")
_OPTIONS = "(?:no-)?(?:line-numbers|v-pre|collapsed-lines|whitespace)"  # VuePress has them behind a colon
_BEHIND_COLON = re.compile(
    rf"(?:diff +)?(?:[A-Za-z][\w+#-]*)?:(?!{_OPTIONS}|//)[ \u3000]*(?=.*[^\W\d_])(.+)")
_BEHIND_LANGUAGE = re.compile(r"[\s:]")


def settle_captions(tokens: Sequence[Token]) -> list[Token]:
    """The stream with what blocks of code are called as a paragraph above each, and no more in the words of a fence."""
    return [one for token in tokens for one in (_settled(token) if token.type == "fence" else (token,))]


def _settled(fence: Token) -> Iterator[Token]:
    info = fence.info.strip()
    if caption := _caption(info):
        fence.info = _BEHIND_LANGUAGE.split(info, maxsplit=1)[0]
        yield from _paragraph(caption, fence)
    yield fence


def _caption(info: str) -> str:
    """What these words call their code; "" if they are but its language and how to show it."""
    found = _CALLED.search(info) or _LABELLED.search(info) or _BEHIND_COLON.fullmatch(info)
    return unescapeAll(next(filter(None, found.groups()))).strip() if found else ""


def _paragraph(caption: str, fence: Token) -> Iterator[Token]:
    words = Token("text", "", 0, content=caption)
    strong = [Token("strong_open", "strong", 1, markup="**"), words, Token("strong_close", "strong", -1, markup="**")]
    yield Token("paragraph_open", "p", 1, map=fence.map, level=fence.level, block=True)
    yield Token("inline", "", 0, content=caption, children=strong, map=fence.map, level=fence.level + 1, block=True)
    yield Token("paragraph_close", "p", -1, level=fence.level, block=True)
