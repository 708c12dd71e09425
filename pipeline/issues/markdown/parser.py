"""Our Markdown: CommonMark with tables, task lists, alerts, footnotes and addresses, made patient and CJK-aware.

One parser for the process; a parse keeps its state to itself, so threads may share it.
"""

from __future__ import annotations

import html
import re
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline, entity

from pipeline.issues.html.colouring import coloured
from pipeline.issues.markdown.abbreviations import use_abbreviations
from pipeline.issues.markdown.admonitions import use_admonitions
from pipeline.issues.markdown.comments import use_comments
from pipeline.issues.markdown.containers import use_containers
from pipeline.issues.markdown.definitions import use_definitions
from pipeline.issues.markdown.emphasis import use_friendly_emphasis
from pipeline.issues.markdown.formulas import math_block, names_math, use_formulas
from pipeline.issues.markdown.generators import use_generators
from pipeline.issues.markdown.hashes import use_glued_headings
from pipeline.issues.markdown.hatena import use_hatena
from pipeline.issues.markdown.highlights import use_highlights
from pipeline.issues.markdown.htmlblocks import use_html_blocks
from pipeline.issues.markdown.linking import use_linker
from pipeline.issues.markdown.mdx import use_mdx
from pipeline.issues.markdown.notes import use_notes
from pipeline.issues.markdown.patience import MAX_NESTING, last_place, use_patience
from pipeline.issues.markdown.plainlinks import use_plain_links
from pipeline.issues.markdown.programs import use_programs
from pipeline.issues.markdown.rawwords import use_raw_words
from pipeline.issues.markdown.references import use_references
from pipeline.issues.markdown.scripts import use_scripts
from pipeline.issues.markdown.shortcodes import use_shortcodes
from pipeline.issues.markdown.spaces import use_spaced_addresses
from pipeline.issues.markdown.spread import use_spread_links
from pipeline.issues.markdown.tabs import use_tabs
from pipeline.issues.markdown.tags import TAG
from pipeline.issues.markdown.vaults import use_vaults


@cache
def markdown_parser() -> MarkdownIt:
    """The parser. Its `html` option is on: raw HTML is cleaned after parsing, by `tags` and `sanitizing`."""
    parser = _Parser()
    parser.configure("gfm-like", {
        "maxNesting": MAX_NESTING, "tasklists": True, "alerts": True, "highlight": _code})
    use_patience(parser)
    use_html_blocks(parser)
    parser.inline.ruler.before("link", "lone_bracket", _lone_bracket)
    parser.inline.ruler.before("html_inline", "comment", _comment)
    parser.inline.ruler.at("entity", _entity)
    parser.inline.ruler.before("escape", "kramdown_break", _kramdown_break)
    use_glued_headings(parser)
    use_mdx(parser)
    use_containers(parser)
    use_admonitions(parser)
    use_tabs(parser)
    use_definitions(parser)
    use_generators(parser)
    use_programs(parser)
    use_friendly_emphasis(parser)
    use_linker(parser)
    use_plain_links(parser)
    use_spaced_addresses(parser)
    use_spread_links(parser)
    use_notes(parser)
    use_vaults(parser)
    use_hatena(parser)
    use_abbreviations(parser)
    use_highlights(parser)
    use_scripts(parser)
    use_references(parser)
    use_formulas(parser)
    use_shortcodes(parser)
    use_raw_words(parser)
    use_comments(parser)
    return parser


# Lower case, no port, no name or password, nothing to be encoded: normal already.
_PLAIN = re.compile(r"https?://[a-z0-9-]{1,60}(?:\.[a-z0-9-]{1,60}){1,4}(?:/[\w.~/-]*(?:\?[\w.=&-]*)?)?(?:#[\w-]*)?",
                    re.ASCII)
_BEGINNING = 60  # characters of a picture in the text
_KRAMDOWN_BREAK = re.compile(r"\\\\[ \t]*\n[ \t]*")


class _Parser(MarkdownIt):
    """markdown-it that shows an address as the author typed it, and lets `data:` and `file:` through to be reported.

    No target gets them: `sanitizing` takes the address and leaves the words.
    """

    def normalizeLink(self, url: str) -> str:  # noqa: N802 (the library's name)
        """Nearly every address is plain, and stays as it is without being taken apart and put together again; of a
        picture in the text, which nobody gets, its beginning is enough."""
        if url[:5].lower() == "data:":
            return url[:_BEGINNING]
        return url if _PLAIN.fullmatch(url) else super().normalizeLink(url)

    def validateLink(self, url: str) -> bool:  # noqa: N802 (the library's name)
        return url[:5].lower() == "file:" or super().validateLink(url)

    def normalizeLinkText(self, link: str) -> str:  # noqa: N802 (the library's name)
        return link


def _lone_bracket(state: StateInline, silent: bool) -> bool:
    """A `[` that nothing closes is text at once; the library would look for its end again and again."""
    opening = "![" if state.src.startswith("![", state.pos) else "["
    if not state.src.startswith(opening, state.pos) or last_place(state, "]") > state.pos:
        return False
    if not silent:
        state.pending += opening
    state.pos += len(opening)
    return True


def _comment(state: StateInline, silent: bool) -> bool:
    """A comment with hyphens at its end, `<!--- a --->`, which the library's own rule takes for prose."""
    if not state.src.startswith("<!--", state.pos) or last_place(state, "-->") < state.pos:
        return False
    found = TAG.match(state.src, state.pos)
    if found is None:
        return False
    if not silent:
        state.push("html_inline", "", 0).content = found[0]
    state.pos = found.end()
    return True


def _kramdown_break(state: StateInline, silent: bool) -> bool:
    r"""Two backslashes at the end of a line break it, as in kramdown, by which Jekyll reads; not those of TeX."""
    found = _KRAMDOWN_BREAK.match(state.src, state.pos)
    if found is None or "\\begin{" in state.src:
        return False
    if not silent:
        state.pending = state.pending.rstrip(" ")
        state.push("hardbreak", "br", 0)
    state.pos = found.end()
    return True


def _entity(state: StateInline, silent: bool) -> bool:
    """An entity; `&#146;` is a quote as in every browser (HTML's table of numeric character references)."""
    found = entity(state, silent)
    if found and not silent and state.tokens[-1].content == "\ufffd":
        meant = html.unescape(state.tokens[-1].markup)
        if meant and meant.isprintable():
            state.tokens[-1].content = meant
    return found


def _code(content: str, language: str, _attributes: str) -> str:
    """A block of code, coloured, or a formula; the parser takes what begins with `<pre` as it is."""
    is_math = names_math(language)
    name = "tex" if is_math else language.strip("{}.")
    return (is_math and math_block(content)) or f"<pre><code>{coloured(content, name)}</code></pre>"
