"""Links to headings of the same issue: `#有趣--实用` leads to `## 有趣 & 实用`, whichever program made the address up.

Every program makes ids of headings in its own way: GitHub keeps a hyphen for each space, Hexo keeps capitals, VuePress
sets `_` before a digit. Letters and digits are the same in all of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape, unescape
from urllib.parse import unquote

from pipeline.issues.markdown.headings import Heading, fold

_ID = re.compile(r'\s(?:id|name)="([^"]*)"')
_LINK = re.compile(r'(<a\b[^>]*?\bhref="#)([^"]+)"')
_NOTE = re.compile(r'<a(?=\s)(?![^>]*\sid=)(?=[^>]*\shref="#footnote-(anchor-)?(\d{1,4})")')
_TOP = "top"
"""Leads to the beginning of a page that has no such id (HTML, section 7.4.6.3)."""


class Anchors:
    """Where links within an issue may lead: the ids in its HTML (cleaned), and what its headings are called.

    The heading that is its title stands at the top of the page, without an id.
    """

    def __init__(self, clean: str, headings: Iterable[Heading], title: str) -> None:
        self._ids = {unescape(found) for found in _ID.findall(clean)}
        self._folded: dict[str, str] = {}
        for heading in headings:
            self._ids.add(heading.id)
            self._folded.setdefault(fold(heading.text), heading.id)
        self._folded.setdefault(fold(title), _TOP)

    def find(self, name: str) -> str:
        """The id that `name`, an address without its `#`, means; "" if there is none."""
        plain = unquote(name)
        if plain in self._ids or plain.lower() == _TOP:
            return plain
        return self._folded.get(fold(plain), "") if fold(plain) else ""


def settle_anchors(clean: str, headings: Iterable[Heading], title: str) -> str:
    """The HTML with links that mean a heading leading to it; what means none stays as it is."""
    if 'href="#' not in clean:
        return clean
    clean = _with_notes(clean)
    anchors = Anchors(clean, headings, title)

    def settled(link: re.Match[str]) -> str:
        typed = unescape(link[2])
        found = anchors.find(typed)
        return f'{link[1]}{escape(found)}"' if found and found != unquote(typed) else link[0]

    return _LINK.sub(settled, clean)


def _with_notes(clean: str) -> str:
    """The HTML whose marks of notes, as exports of Substack have them, are places that lead to one another:
    `[1](#footnote-1)` among words, and `[1](#footnote-anchor-1)` where the note is."""
    asked = {f"footnote-{found[1] or ''}{found[2]}" for found in _NOTE.finditer(clean)}
    taken = set(_ID.findall(clean))

    def placed(link: re.Match[str]) -> str:
        own = f"footnote-{'' if link[1] else 'anchor-'}{link[2]}"
        if own not in asked or own in taken:
            return link[0]
        taken.add(own)
        return f'<a id="{own}"'

    return _NOTE.sub(placed, clean) if asked else clean
