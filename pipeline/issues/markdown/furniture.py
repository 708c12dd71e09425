"""Small fittings of the token stream: task boxes, alerts, table columns, links without words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from markdown_it.token import Token

from pipeline.issues.html.vocabulary import Vocabulary
from pipeline.issues.markdown.headings import has_words

_ALIGN = re.compile(r"text-align:\s*(left|right|center)")
_BARE_HOST = re.compile(r"https?://[^/?#\s]+", re.IGNORECASE)


def settle_furniture(tokens: Sequence[Token], words: Vocabulary) -> None:
    """Puts all of them in their place, in the tokens themselves."""
    for at, token in enumerate(tokens):
        if token.type == "list_item_open" and "checked" in token.meta:
            _draw_box(tokens, at)
        elif token.type in ("alert_open", "alert_close"):
            _frame_alert(token)
        elif token.type == "alert_title_open":
            _name_alert(tokens[at - 1:at + 2], words)
        elif token.type in ("th_open", "td_open"):
            _align(token)
        elif token.type == "inline" and token.children:
            heading = at > 0 and tokens[at - 1].type == "heading_open" and has_words(token)
            token.children = _with_words(_without_marks(token.children) if heading else token.children)
            _end_hosts(token.children)


def _draw_box(tokens: Sequence[Token], at: int) -> None:
    """Mail programs drop check boxes, so a task begins with a drawn one."""
    box = "☑ " if tokens[at].meta.pop("checked") else "☐ "
    tokens[at].attrs["class"] = "task"
    for token in tokens[at + 1:]:
        if token.type == "inline":
            token.children = [Token("text", "", 0, content=box), *(token.children or ())]
            token.content = box + token.content
            return
        if token.type == "list_item_close":
            return


def _frame_alert(token: Token) -> None:
    """An alert is a quotation with a name: that is also what a reader without styles should see."""
    token.tag = "blockquote"
    if token.nesting == 1:
        token.attrs["class"] = f"alert alert-{token.meta['kind'].lower()}"


def _name_alert(around: Sequence[Token], words: Vocabulary) -> None:
    alert, opening, inline = around
    opening.attrs["class"] = "alert-title"
    if not inline.meta.get("titled"):
        inline.content = words.alert(inline.content, alert.meta["kind"])
        inline.children = [Token("text", "", 0, content=inline.content)]
    inline.children = [Token("strong_open", "strong", 1), *(inline.children or ()), Token("strong_close", "strong", -1)]


def _align(token: Token) -> None:
    """An attribute survives where style sheets don't."""
    match = _ALIGN.search(str(token.attrs.pop("style", "")))
    if match and match[1] != "left":
        token.attrs["align"] = match[1]
    if token.type == "th_open":
        token.attrs["scope"] = "col"


def _with_words(children: Sequence[Token]) -> list[Token]:
    """A link without words, `[](address)`, shows its address, apart from a word beside it: nobody can press nothing.
    One that leads where another of the same paragraph does is left out; Medium sets one behind each card."""
    if not (empty := _empty_links(children)):
        return list(children)
    led = {child.attrs.get("href") for at, child in enumerate(children)
           if child.type == "link_open" and at not in empty}
    out: list[Token] = []
    for at, child in enumerate(children):
        opening = at if at in empty else at - 1
        if opening in empty and children[opening].attrs.get("href") in led:
            continue
        if at in empty and out and _is_word(out[-1], -1):
            out[-1].content += " "
        out.append(child)
        if at in empty:
            out.append(Token("text", "", 0, content=str(child.attrs.get("href", ""))))
        elif opening in empty and at + 1 < len(children) and _is_word(children[at + 1], 0):
            children[at + 1].content = " " + children[at + 1].content
    return out


def _is_word(token: Token, place: int) -> bool:
    """Whether a letter or digit is at this place of what a token says."""
    return token.type == "text" and bool(token.content) and token.content[place].isalnum()


def _without_marks(children: Sequence[Token]) -> list[Token]:
    """A heading copied from a page without the link to itself that stood there, `## [](https://a.example/#b)B`."""
    marks = {at for at in _empty_links(children) if "#" in str(children[at].attrs.get("href", ""))}
    return [child for at, child in enumerate(children) if at not in marks and at - 1 not in marks]


def _empty_links(children: Sequence[Token]) -> set[int]:
    """Where links without words begin."""
    return {at for at, (opening, closing) in enumerate(pairwise(children))
            if opening.type == "link_open" and closing.type == "link_close"}


def _end_hosts(children: Sequence[Token]) -> None:
    """`http://sakana.ai。` gets a slash: spam filters take the ideographic full stop for a dot of the host (UTS 46)."""
    for at in range(len(children) - 3):
        opening, text, _, after = children[at:at + 4]
        if opening.type == "link_open" and opening.info == "auto" and after.type == "text" and (
                after.content[:1] in ("。", "．", "｡") and _BARE_HOST.fullmatch(text.content)):
            text.content += "/"
            opening.attrs["href"] = f"{opening.attrs['href']}/"
