"""`[[note|words]]`, a link within a vault of Obsidian, shows its words; no mail can lead to the note.

`[[words]]` alone stays as typed: it may be C++, a shell's test or an array.
"""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline

WIKI_LINK = re.compile(r"\[\[(?=[^\s|])[^\[\]|\n]{1,200}?(?<![\s\\])\\?\|(?P<words>[^\[\]|\n]{1,300})\]\](?![(\[])")


def use_wiki_links(parser: MarkdownIt) -> None:
    """Adds the rule before the parser's own for links. In a table the stroke is escaped."""
    parser.inline.ruler.before("link", "wiki_link", _wiki_link)


def _wiki_link(state: StateInline, silent: bool) -> bool:
    found = WIKI_LINK.match(state.src, state.pos) if state.src.startswith("[[", state.pos) else None
    if found is None:
        return False
    if not silent:
        state.pending += found["words"].strip()
    state.pos = found.end()
    return True
