"""What one issue may ask of the parser, so that no text, however odd, takes more than moments.

Markdown has shapes whose cost has nothing to do with their length: thousands of open brackets, a table
of three thousand columns, a long address that a short reference repeats. Each has a limit far beyond
what a newsletter needs; what lies behind it is shown as it was typed. No word is lost, and the author is told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.parser_block import ParserBlock
from markdown_it.rules_block import StateBlock, blockquote, table
from markdown_it.rules_core import StateCore, linkify
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from pipeline.issues.markdown import rawwords
from pipeline.issues.markdown.cells import end_of_rows, mend_rows, push_kramdown
from pipeline.issues.markdown.lines import ENDS_ITEMS, is_outside, line_of
from pipeline.issues.markdown.plainlines import MARKS, LineRuler, WordParser

MAX_NESTING = 20
"""Levels of quotes and lists (an item counts two); what lies deeper is kept as plain paragraphs."""
MAX_BLOCKS = 30_000
"""Block tokens: some ten thousand paragraphs, or as many cells of tables."""
MAX_COLUMNS = 64
MAX_CELLS = 10_000
MAX_TABLE_LINES = 200
MAX_MARKS = 40_000
"""Characters that may mean something inside a paragraph, over the whole issue; a link counts about eight."""
MAX_WITHIN = 60
"""Bold within italics within a link and so on; libxml2 ends at some hundreds of elements within each other."""
MAX_REPEATED_CHARS = 200_000
"""What addresses may add to the text by being repeated through references."""
MAX_SEARCHED_CHARS = 20_000_000
"""For the ends of brackets that nothing closes, which the library looks for to the end of their paragraph."""
MAX_QUOTED_LINES = 200
"""Lines without an empty one from which on the end of a quote is looked for by ourselves."""
MAX_TYPED_LINES = 5_000

_ENDS_PARAGRAPHS = re.compile(r"(?:> ?)+(?: {0,3}(?:#{1,6} .*|(?:- *){3,}|(?:\* *){3,}|-)?)?[ \t]*")  # in a quote
_COUNTED = MARKS + "@"
_COUNTED_IN_HTML = "<" + rawwords.MARKS
_DEAR = {"://": 4, "](": 3, "<": 1, "{%": 4, "{{": 4}


def use_patience(parser: MarkdownIt) -> None:
    """Puts the limits into a parser. Call it first: rules that come later stand behind them."""
    parser.block = _PatientBlocks()
    parser.inline = WordParser()
    parser.block.ruler.before("table", "enough", _enough, ENDS_ITEMS)
    parser.block.ruler.at("table", _table, {"alt": ["paragraph", "reference"]})
    parser.block.ruler.at("blockquote", _quote, ENDS_ITEMS)
    parser.core.ruler.at("inline", _inline)
    parser.core.ruler.at("linkify", _linkify)


def last_place(state: StateBlock | StateInline, needle: str) -> int:
    """Where `needle` stands for the last time in the text being parsed, -1 if nowhere; each text is searched once."""
    known = state.env.setdefault("last", {}).get(needle)
    if known is None or known[0] is not state.src:
        known = state.env["last"][needle] = state.src, state.src.lower().rfind(needle)
    return int(known[1])


class _PatientBlocks(ParserBlock):
    """A block parser that keeps what is nested too deeply, where the library drops it without a word."""

    def __init__(self) -> None:
        super().__init__()
        self.ruler = LineRuler(self.ruler.__rules__)

    def tokenize(self, state: StateBlock, start_line: int, end_line: int) -> None:
        if state.level < state.md.options.maxNesting:
            super().tokenize(state, start_line, end_line)
            return
        last = start_line
        while last < end_line and not is_outside(state, last):
            last += 1
        _push_paragraph(state, start_line, last, too_deep=True)


def _push_paragraph(state: StateBlock, start: int, end: int, **why: object) -> None:
    opening = state.push("paragraph_open", "p", 1)
    opening.map = [start, end]
    inline = state.push("inline", "", 0)
    inline.content = state.getLines(start, end, state.blkIndent, False).strip()
    inline.map = [start, end]
    inline.children = []
    inline.meta.update(why)
    state.push("paragraph_close", "p", -1)
    state.line = end


def _enough(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    """Ends every open list and quote when the issue has its fill of blocks; the other lines are one paragraph."""
    if len(state.tokens) < MAX_BLOCKS:
        return False
    if not silent:
        _push_paragraph(state, start_line, end_line, too_much=f"more than {MAX_BLOCKS:,} blocks")
    return True


def _quote(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    """A quote. For each the library looks through all lines up to the next empty one, were it thousands: behind a line
    that no paragraph outlives, one without the mark of a quote is beyond it."""
    ahead = range(start_line, min(end_line, start_line + MAX_QUOTED_LINES))
    if silent or len(ahead) < MAX_QUOTED_LINES or any(map(state.isEmpty, ahead)):
        return bool(blockquote(state, start_line, end_line, silent))
    end = next((at + 1 for at in ahead[:-1] if _ENDS_PARAGRAPHS.fullmatch(line_of(state, at))
                and not line_of(state, at + 1).startswith(">")), end_line)
    whole, state.lineMax = state.lineMax, min(end, state.lineMax)
    found = blockquote(state, start_line, end, False)
    state.lineMax = whole
    return bool(found)


def _table(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    """A table that a reader could read. Rows shorter than the head are filled up with cells, so they count."""
    if not table(state, start_line, end_line, True):
        return not silent and _kramdown(state, start_line, end_line)
    if silent:
        return True
    columns = line_of(state, start_line + 1).count("|") - 1
    end = _end_of_block(state, start_line, end_line)
    if columns <= MAX_COLUMNS and columns * (end - start_line) <= MAX_CELLS:
        first = len(state.tokens)
        made = table(state, start_line, end_line, False)
        mend_rows(state, first)
        return made
    why = f"a table of more than {MAX_COLUMNS} columns or {MAX_CELLS:,} cells"
    _push_paragraph(state, start_line, end, too_much=why)
    return True


def _kramdown(state: StateBlock, start_line: int, end_line: int) -> bool:
    """A table that only kramdown knows."""
    if not line_of(state, start_line).startswith("|") or state.is_code_block(start_line):
        return False
    end = end_of_rows(state, start_line, min(end_line, start_line + MAX_TABLE_LINES))
    if not push_kramdown(state, start_line, end, MAX_COLUMNS):
        return False
    state.line = end
    return True


def _end_of_block(state: StateBlock, start_line: int, end_line: int) -> int:
    """The next empty line, looked for no further than a table may reach."""
    limit = min(end_line, start_line + MAX_CELLS + 2)
    return next((line for line in range(start_line, limit) if state.isEmpty(line)), limit)


def _inline(state: StateCore) -> None:
    """Parses the words of each block until the issue has used up its marks."""
    out: list[Token] = []
    marks, searched, repeated = 0, 0, state.env.get("repeated", 0)
    counted = _cost(state.src, _COUNTED) > MAX_MARKS  # its blocks have no more of them than an issue itself
    for token in state.tokens:
        cost = _cost_of(token) if counted else 0
        if marks + cost > MAX_MARKS:
            out += _as_typed(token, f"more than {MAX_MARKS:,} marks")
            continue
        marks += cost
        out.append(token)
        if token.type != "inline":
            continue
        chars = _searched_chars(token.content)
        if searched + chars > MAX_SEARCHED_CHARS:
            _type(token, "more open brackets than can be followed")
            continue
        searched += chars
        token.children = []
        state.md.inline.parse(token.content, state.md, state.env, token.children)
        repeated += max(0, sum(_address_chars(child) for child in token.children if child.attrs) - len(token.content))
        if repeated > MAX_REPEATED_CHARS:
            _type(token, f"more than {MAX_REPEATED_CHARS:,} characters of repeated addresses")
        elif len(token.children) > MAX_WITHIN and max(child.level for child in token.children) > MAX_WITHIN:
            _type(token, f"more than {MAX_WITHIN} marks within each other")
    state.tokens, state.env["repeated"] = out, repeated


def _cost_of(token: Token) -> int:
    if token.type not in ("inline", "html_block"):
        return 0
    return _cost(token.content, _COUNTED_IN_HTML if token.type == "html_block" else _COUNTED)


def _cost(text: str, marks: str) -> int:
    """What a text costs beside its length: its marks, and more for those that make a link or a tag."""
    return sum(map(text.count, marks)) + sum(more * text.count(mark) for mark, more in _DEAR.items())


def _searched_chars(text: str) -> int:
    return max(0, text.count("[") - text.count("]")) * len(text)


def _as_typed(token: Token, why: str) -> list[Token]:
    """A block with its marks as text; one of raw HTML becomes a paragraph."""
    if token.type == "inline":
        _type(token, why)
        return [token]
    inline = Token("inline", "", 0, map=token.map, level=token.level + 1, content=token.content.strip(), block=True)
    _type(inline, why)
    return [Token("paragraph_open", "p", 1, map=token.map, level=token.level, block=True), inline,
            Token("paragraph_close", "p", -1, level=token.level, block=True)]


def _linkify(state: StateCore) -> None:
    """The library's search for bare addresses, in the blocks that were parsed and may have one."""
    tokens = state.tokens
    state.tokens = [token for token in tokens if "too_much" not in token.meta and _may_hold_address(token)]
    linkify(state)
    state.tokens = tokens


def _may_hold_address(token: Token) -> bool:
    """Whether words outside its links have a sign of an address: the library would look at each letter to tell."""
    if token.type != "inline" or not (":" in token.content or "@" in token.content):
        return False
    linked = False
    for child in token.children or ():
        if child.type == "text" and not linked and (":" in child.content or "@" in child.content):
            return True
        if child.type in ("link_open", "link_close"):
            linked = child.type == "link_open"
    return False


def _address_chars(token: Token) -> int:
    return len(str(token.attrs.get("href" if token.type == "link_open" else "src", "")))


def _type(token: Token, why: str) -> None:
    token.meta["too_much"] = why
    token.children = list(_typed(token.content))


def _typed(content: str) -> Iterator[Token]:
    """The lines as they stand in the file; of very many, all in one."""
    lines = content.split("\n")
    for number, line in enumerate(lines if len(lines) <= MAX_TYPED_LINES else [" ".join(lines)]):
        if number:
            yield Token("softbreak", "br", 0)
        yield Token("text", "", 0, content=line.strip())
