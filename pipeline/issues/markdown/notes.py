"""Footnotes in HTML: a number in the text, the notes in a list at the end, and on the web a way back.

The marks contain a colon, which no heading's id has.
"""

from __future__ import annotations

from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markdown_it.utils import EnvType
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.footnote.index import footnote_def

from pipeline.issues.markdown.lines import ENDS_WORDS


def use_notes(parser: MarkdownIt) -> None:
    """Adds footnotes to a parser: `[^1]`, `^[inline]`, and definitions that nothing refers to. In the line behind a
    quotation a definition is no part of it."""
    parser.use(footnote_plugin)
    parser.block.ruler.at("footnote_def", footnote_def, ENDS_WORDS)
    parser.core.ruler.before("footnote_tail", "footnote_parted", _part)
    parser.core.ruler.before("footnote_tail", "footnote_told_apart", _tell_apart)
    parser.core.ruler.before("footnote_tail", "footnote_unused", _keep_unused)
    parser.add_render_rule("footnote_ref", _reference)
    parser.add_render_rule("footnote_block_open", lambda *_: '<section class="footnotes"><hr><ol>\n')
    parser.add_render_rule("footnote_block_close", lambda *_: "</ol></section>\n")
    parser.add_render_rule("footnote_open", lambda _, tokens, at, *__: f'<li id="fn:{_number(tokens[at])}">')
    parser.add_render_rule("footnote_close", lambda *_: "</li>\n")
    parser.add_render_rule("footnote_anchor", _way_back)


def _part(state: StateCore) -> None:
    """A note that is defined within another's text comes behind it: the library would lose what stands around it."""
    out: list[Token] = []
    within: list[Token] = []           # whole notes that stood in the one that is open
    opened: list[list[Token]] = []     # the tokens so far of each note that is open
    for token in state.tokens:
        if token.type == "footnote_reference_open":
            opened.append([])
        (opened[-1] if opened else out).append(token)
        if token.type == "footnote_reference_close":
            note = opened.pop()
            if opened:
                within += note
            else:
                out += note + within
                within.clear()
    state.tokens = out


def _tell_apart(state: StateCore) -> None:
    """The first note of a label is the one that is referred to; the library would keep the last one alone."""
    taken: set[str] = set()
    for token in state.tokens:
        if token.type == "footnote_reference_open":
            if (label := token.meta["label"]) in taken:
                label = token.meta["label"] = f"{label} {len(taken)}"  # no author's label has a space
                state.env["footnotes"]["refs"][f":{label}"] = -1
            taken.add(label)


def _keep_unused(state: StateCore) -> None:
    """A note that nothing refers to is still a text of the author's: it gets a number after the others."""
    notes: dict[str, dict[object, object]] = state.env.get("footnotes", {})
    for label, number in notes.get("refs", {}).items():
        if number == -1:
            found = notes.setdefault("list", {})
            notes["refs"][label] = len(found)
            found[len(found)] = {"label": str(label)[1:], "count": 0}


def _way_back(_: object, tokens: Sequence[Token], at: int, __: object, env: EnvType) -> str:
    """An arrow to the reference, if there is one."""
    note = env["footnotes"]["list"][tokens[at].meta["id"]]
    if note.get("count") == 0:
        return ""
    return f' <a href="#{_mark(tokens[at])}">↩\ufe0e</a>'


def _reference(_: object, tokens: Sequence[Token], at: int, *__: object) -> str:
    number = _number(tokens[at])
    return f'<sup><a href="#fn:{number}" id="{_mark(tokens[at])}">[{number}]</a></sup>'


def _number(token: Token) -> int:
    return int(token.meta["id"]) + 1


def _mark(token: Token) -> str:
    """The place of a reference; the second one to the same note has a number of its own."""
    again = token.meta.get("subId", 0)
    return f"fnref:{_number(token)}" + (f":{again}" if again else "")
