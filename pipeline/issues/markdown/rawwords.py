"""Markdown's marks in the words of raw HTML: `<summary>看**答案**</summary>`, the `<aside>` of Notion's exports, and
pictures that a site generator would put there.

CommonMark leaves such a block as typed, and readers would see the stars. Only marks that nobody means as
themselves count; words in links, in code and in other tags that show them as they are stay alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from pipeline.issues.markdown.tags import Kind, read_tag, tags_of

MARKS = "*[`~"
_MARKED = re.compile(r"\*\*(?=\S)|~~(?=\S)|`[^`\n]+`|\]\(|\[\^\w|\[f:id:\w"
                     r"|\{(?:\{[<%]|%)[^{}]*(?:\.\w{3,4}\b|\ssrc\s*=)")
_RULES = ("inline", "linkify", "text_join")  # those for words; notes are gathered behind all of them
_AS_TYPED = frozenset(("a", "code", "kbd", "math", "pre", "samp", "script", "style", "svg", "textarea", "tt"))


def use_raw_words(parser: MarkdownIt) -> None:
    """Adds the rule behind the one that parses the words of paragraphs."""
    parser.core.ruler.after("inline", "raw_words", _raw_words)


def _raw_words(state: StateCore) -> None:
    for token in state.tokens:
        if token.type == "html_block" and _MARKED.search(token.content):
            token.content = "".join(_pieces(state, token.content))


def _pieces(state: StateCore, content: str) -> Iterator[str]:
    end, as_typed = 0, 0
    for match in tags_of(content):
        if content.startswith("{{", max(0, match.start() - 2)):  # Hugo's `{{<figure src="a.png">}}`
            continue
        yield _words(state, content[end:match.start()], as_typed)
        yield match[0]
        tag = read_tag(match[0])
        if tag.name in _AS_TYPED and tag.kind in (Kind.OPEN, Kind.CLOSE):
            as_typed = max(0, as_typed + (1 if tag.kind is Kind.OPEN else -1))
        end = match.end()
    yield _words(state, content[end:], as_typed)


def _words(state: StateCore, text: str, as_typed: int) -> str:
    """Words in HTML, their references and notes being those of the issue."""
    if as_typed or not _MARKED.search(text):
        return text
    piece = StateCore(text, state.md, state.env)
    piece.tokens = [Token("inline", "", 0, content=text)]
    ruler = state.md.core.ruler
    for name, rule in zip(ruler.get_active_rules(), ruler.getRules(""), strict=True):
        if name in _RULES:
            rule(piece)
    return str(state.md.renderer.render(piece.tokens, state.md.options, state.env))
