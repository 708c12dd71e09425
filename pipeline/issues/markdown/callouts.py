"""Callouts as Obsidian writes them, `> [!tip]- A title`, become the alerts that GitHub's own form already is.

A kind that we have no colours for borrows the nearest ones and keeps its name. So does one that an author has made, if
it can be folded or stands alone on the first of its lines: in a sentence, brackets are brackets.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from markdown_it.token import Token

_MARK = re.compile(r"\[!(?P<kind>[A-Za-z][\w-]{1,30})\](?P<fold>[+-])?[ \t]*")
NEAREST = {
    "note": "note", "info": "note", "abstract": "note", "summary": "note", "tldr": "note", "todo": "note",
    "question": "note", "help": "note", "faq": "note", "example": "note", "quote": "note", "cite": "note",
    "tip": "tip", "hint": "tip", "success": "tip", "check": "tip", "done": "tip", "important": "important",
    "warning": "warning", "attention": "warning", "caution": "caution", "danger": "caution", "error": "caution",
    "failure": "caution", "fail": "caution", "missing": "caution", "bug": "caution",
}


def settle_callouts(tokens: Sequence[Token]) -> list[Token]:
    """The stream with quotations that begin with a mark of a known kind as alerts; titles may hold Markdown."""
    out: list[Token] = []
    skipped = 0
    for at, token in enumerate(tokens):
        if skipped:
            skipped -= 1
        elif token.type == "blockquote_open" and (found := _marked(tokens[at + 1:at + 4])):
            _frame(tokens, at, found["kind"].lower())
            title, rest = _parted(tokens[at + 2], found)
            out += [token, *_titled(title, found["kind"])]
            if rest:
                tokens[at + 2].children = rest
            skipped = 0 if rest else 3
        else:
            out.append(token)
    return out


def _marked(first: Sequence[Token]) -> re.Match[str] | None:
    """The mark at the beginning of a quotation's first paragraph."""
    if len(first) < 3 or first[0].type != "paragraph_open" or not (children := first[1].children):
        return None
    found = _MARK.match(children[0].content) if children[0].type == "text" else None
    line, more, _ = first[1].content.partition("\n")
    is_alone = bool(more) and _MARK.fullmatch(line) is not None
    return found if found and (found["kind"].lower() in NEAREST or found["fold"] or is_alone) else None


def _frame(tokens: Sequence[Token], at: int, kind: str) -> None:
    opening = tokens[at]
    closing = next(token for token in tokens[at + 1:]
                   if token.type == "blockquote_close" and token.level == opening.level)
    opening.type, closing.type = "alert_open", "alert_close"
    opening.meta["kind"] = NEAREST.get(kind, "note").upper()


def _parted(inline: Token, found: re.Match[str]) -> tuple[list[Token], list[Token]]:
    """The words of the first line behind the mark, and the other lines."""
    children = list(inline.children or ())
    children[0].content = children[0].content[found.end():]
    end = next((n for n, child in enumerate(children) if child.type in ("softbreak", "hardbreak")), len(children))
    return [child for child in children[:end] if child.type != "text" or child.content.strip()], children[end + 1:]


def _titled(title: list[Token], kind: str) -> list[Token]:
    """The author's title; without one the kind, in the issue's language if it has a name there."""
    inline = Token("inline", "", 0, content=kind.capitalize(), children=title, block=True)
    inline.meta["titled"] = bool(title)
    return [Token("alert_title_open", "p", 1, block=True), inline, Token("alert_title_close", "p", -1, block=True)]
