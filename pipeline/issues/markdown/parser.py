"""Our Markdown: CommonMark with tables, task lists, alerts, footnotes and addresses, made patient and CJK-aware.

One parser for the process; a parse keeps its state to itself, so threads may share it.
"""

from __future__ import annotations

import html
import re
from functools import cache
from itertools import takewhile

from markdown_it import MarkdownIt
from markdown_it.common.html_blocks import block_names
from markdown_it.rules_block import StateBlock, html_block
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
from pipeline.issues.markdown.lines import line_of, push_markdown
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
from pipeline.issues.markdown.tags import TAG
from pipeline.issues.markdown.vaults import use_vaults


@cache
def markdown_parser() -> MarkdownIt:
    """The parser. Its `html` option is on: raw HTML is cleaned after parsing, by `tags` and `sanitizing`."""
    parser = _Parser()
    parser.configure("gfm-like", {
        "maxNesting": MAX_NESTING, "tasklists": True, "alerts": True, "highlight": _code})
    use_patience(parser)
    parser.block.ruler.at("html_block", _html_block, {"alt": ["paragraph", "reference", "blockquote"]})
    parser.inline.ruler.before("link", "lone_bracket", _lone_bracket)
    parser.inline.ruler.before("html_inline", "comment", _comment)
    parser.inline.ruler.at("entity", _entity)
    parser.inline.ruler.before("escape", "kramdown_break", _kramdown_break)
    use_glued_headings(parser)
    use_mdx(parser)
    use_containers(parser)
    use_admonitions(parser)
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


_PLAYERS = ("video", "audio")
_EMBEDDED = (*_PLAYERS, "iframe", "img")
_TAG_LINES = 30
_BLOCKS = frozenset(block_names) - {"iframe", "title"} | {"pre", "script", "style", "textarea"}
_CODE = re.compile(r"<(/?)pre(?=[\s>]|$)", re.IGNORECASE)
_REMARK = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_AS_TYPED = re.compile(r"<(?:!--|(?:pre|code|script|style|textarea)\b)", re.IGNORECASE)
_HEADING = re.compile(r"#{2,6}[ \t]+[^\s#]")
_CODE_LINES = 200
_KRAMDOWN_BREAK = re.compile(r"\\\\[ \t]*\n[ \t]*")
_FENCE = re.compile(r"```[\w+#.-]*[ \t]*$")


def _html_block(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    """Raw HTML as a block only where a block-level tag begins it, or a comment that ends.

    A line that begins with `<img>` or `<small>` is a paragraph, so Markdown inside it works; a name that
    is no tag (`<T>`) is prose; a comment, script or style that never ends must not swallow the issue. A
    player over several lines is one block up to the next empty line; code in a block keeps its empty lines. A heading
    of Markdown, or its code, ends a block: nobody means their marks as text.
    """
    position = state.bMarks[start_line] + state.tShift[start_line]
    line = state.src[position:state.eMarks[start_line]]
    if not line.startswith("<"):
        return False
    if line.startswith("<!--"):
        return last_place(state, "-->") > position and html_block(state, start_line, end_line, silent)
    name = _tag_name(line)
    if name == "svg":
        return not silent and last_place(state, "</svg") > position and _drawing(state, start_line, end_line)
    if name in _EMBEDDED and (end := _behind_spread_tag(state, start_line, end_line, name)):
        return silent or _push_in_one_line(state, start_line, end)
    if name not in _BLOCKS and (name not in _PLAYERS or f"</{name}" in line.lower()):
        return False
    if name in ("script", "style", "pre", "textarea") and last_place(state, f"</{name}") < position:
        return False
    if not html_block(state, start_line, _markdown_behind(state, start_line, end_line), silent):
        return False
    if not silent and name not in ("script", "style", "textarea"):
        _finish_code(state, start_line, end_line)
    return True


def _markdown_behind(state: StateBlock, start_line: int, end_line: int) -> int:
    """The line of a heading or a block of code that ends the block of HTML, unless it may stand in code or in a remark;
    else the end."""
    for at in range(start_line + 1, end_line):
        line = line_of(state, at)
        is_outside = state.sCount[at] < state.blkIndent
        if state.isEmpty(at) or is_outside or _AS_TYPED.search(line_of(state, at - 1)):
            break
        if not state.is_code_block(at) and (
                _HEADING.match(line) or (_FENCE.match(line) and _is_closed(state, at, end_line))):
            return at
    return end_line


def _is_closed(state: StateBlock, start_line: int, end_line: int) -> bool:
    """Whether the code that begins here ends, as far as one looks."""
    last = min(end_line, start_line + _CODE_LINES)
    return any(line_of(state, at).rstrip() == "```" for at in range(start_line + 1, last))


def _finish_code(state: StateBlock, start_line: int, end_line: int) -> None:
    """Takes the rest of a `<pre>` into the block just made, which ended at an empty line of its code: up to the last
    line that ends such code. What is looked at beyond has no mark of code, so no later block looks there again.
    """
    marks = _CODE.findall(_REMARK.sub("", state.tokens[-1].content))
    is_open, at, end = marks[-1:] == [""], state.line, state.line
    while at < end_line and (is_open or (end > state.line and not state.isEmpty(at))):
        is_outside = state.sCount[at] < state.blkIndent and not state.isEmpty(at)
        typed = state.src[state.bMarks[at]:state.eMarks[at]]
        marks = _CODE.findall(typed)
        is_shown = typed.lstrip().startswith("```") or "`</pre" in typed  # Markdown's own code, which writes of it
        if is_outside or is_shown or (is_open and marks[:1] == [""]):
            break
        at += 1
        if marks or not is_open:
            end = at
        is_open = marks[-1] == "" if marks else is_open
    if end > state.line:
        state.line = end
        state.tokens[-1].map = [start_line, end]
        state.tokens[-1].content = state.getLines(start_line, end, state.blkIndent, True)


def _drawing(state: StateBlock, start_line: int, end_line: int) -> bool:
    """A drawing as one block, whatever empty lines are in it; one that words follow is a piece of their paragraph."""
    for at in range(start_line, end_line):
        if state.sCount[at] < state.blkIndent and not state.isEmpty(at):
            return False
        _, end, behind = state.src[state.bMarks[at]:state.eMarks[at]].lower().partition("</svg")
        if end:
            break
    else:
        return False
    if behind.strip() != ">" and not any(map(state.isEmpty, range(start_line, at))):
        return False
    state.line = at + 1
    drawn = state.push("html_block", "", 0)
    drawn.map, drawn.content = [start_line, state.line], state.getLines(start_line, state.line, state.blkIndent, True)
    return True


def _behind_spread_tag(state: StateBlock, start_line: int, end_line: int, name: str) -> int:
    """The line behind a player or a picture whose tag ends on a line that begins with `>`, as what one copies to embed
    it often does: CommonMark takes that line for a quotation. 0 for any other."""
    lines = takewhile(lambda at: not state.isEmpty(at) and state.sCount[at] >= state.blkIndent,
                      range(start_line, min(end_line, start_line + _TAG_LINES)))
    end = 0
    for at in lines:
        line = line_of(state, at).lstrip()
        if not end and at > start_line and line.startswith(">"):
            tag = TAG.match(state.getLines(start_line, at + 1, state.blkIndent, False).lstrip())
            end = at + 1 if tag and tag[0].rpartition("\n")[2].strip() == ">" else 0
            if not end or name == "img":
                break
        if end and f"</{name}" in line.lower():
            return at + 1
    return end


def _push_in_one_line(state: StateBlock, start_line: int, end: int) -> bool:
    state.line = end
    push_markdown(state, " ".join(line_of(state, at).strip() for at in range(start_line, end)), start_line, end)
    return True


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


def _tag_name(line: str) -> str:
    """`div` of `<div …`, `</div>` and `<DIV/>`; "" if it is no tag."""
    name = ""
    for char in line[2:] if line.startswith("</") else line[1:]:
        if not (char.isascii() and (char.isalnum() or char == "-")):
            break
        name += char
    return name.lower()


def _code(content: str, language: str, _attributes: str) -> str:
    """A block of code, coloured, or a formula; the parser takes what begins with `<pre` as it is."""
    is_math = names_math(language)
    name = "tex" if is_math else language.strip("{}.")
    return (is_math and math_block(content)) or f"<pre><code>{coloured(content, name)}</code></pre>"
