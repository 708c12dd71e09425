"""Raw HTML as a block, only where its author means one; what Markdown stands in or behind it stays Markdown."""

from __future__ import annotations

import re
from itertools import takewhile

from markdown_it import MarkdownIt
from markdown_it.common.html_blocks import block_names
from markdown_it.rules_block import StateBlock, html_block

from pipeline.issues.markdown.lines import ENDS_WORDS, is_outside, line_of, push_markdown
from pipeline.issues.markdown.patience import last_place
from pipeline.issues.markdown.tags import TAG

_PLAYERS = ("video", "audio")
_EMBEDDED = (*_PLAYERS, "iframe", "img")
_TAG_LINES = 30
_BLOCKS = frozenset(block_names) - {"iframe", "title"} | {"pre", "script", "style", "textarea"}
_CODE = re.compile(r"<(/?)pre(?=[\s>]|$)", re.IGNORECASE)
_REMARK = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_AS_TYPED = re.compile(r"<(?:!--|(?:pre|code|script|style|textarea)\b)", re.IGNORECASE)
_HEADING = re.compile(r"#{2,6}[ \t]+[^\s#]")
_CODE_LINES = 200
_FENCE = re.compile(r"```[\w+#.-]*[ \t]*$")


def use_html_blocks(parser: MarkdownIt) -> None:
    """Puts this rule in the place of the library's."""
    parser.block.ruler.at("html_block", _html_block, ENDS_WORDS)


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
        if state.isEmpty(at) or is_outside(state, at) or _AS_TYPED.search(line_of(state, at - 1)):
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
        typed = state.src[state.bMarks[at]:state.eMarks[at]]
        marks = _CODE.findall(typed)
        is_shown = typed.lstrip().startswith("```") or "`</pre" in typed  # Markdown's own code, which writes of it
        if is_outside(state, at) or is_shown or (is_open and marks[:1] == [""]):
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
        if is_outside(state, at):
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


def _tag_name(line: str) -> str:
    """`div` of `<div …`, `</div>` and `<DIV/>`; "" if it is no tag."""
    name = ""
    for char in line[2:] if line.startswith("</") else line[1:]:
        if not (char.isascii() and (char.isalnum() or char == "-")):
            break
        name += char
    return name.lower()
