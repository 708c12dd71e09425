"""A link by a name that nothing defines, `[the paper][paper]` or `[RFC 9110][]`, is its words without the brackets.

An address in the place of the name, `[the paper][https://example.com]`, was meant as one in round brackets.
A site generator has the definitions in a file that it puts in. Other brackets stay as typed, for what they say would be
lost: `[sic]`, `a[0][1]`, `[A-Z][a-z]`, and two tags, `[新闻][科技]` or `[INFO][main]`. A name is written as one writes
names for programs; one that is a plain word goes with several words. In a text without any definition, two such names
are tags as well: `[riscv64][register-alloc]`. So is what git puts before a subject: `[PATCH v2][AArch64]`, and what
stands in the words of a link: `[[breaking][libra-framework] Refactor](https://example.com)`.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from markdown_it import MarkdownIt
from markdown_it.common.utils import normalizeReference
from markdown_it.rules_inline import StateInline

BY_NAME = re.compile(
    r"(?<![A-Za-z0-9_\]\\!])\[(?P<words>(?!\^)[^\[\]\\]{1,300})\]\[(?P<label>(?!\^)[^\[\]\\]{0,200})\](?![\[(:\\])")
_NAME = re.compile(r"[^\W\d_]{3}|[\u2e80-\uffdc]{2}")
_ADDRESS = re.compile(r"(?i:https?://|www\.)[^\s<>]+")
_TAG = re.compile(r"[a-z0-9][a-z0-9._/-]*")
_PATCH = re.compile(r"(?=.*(?:PATCH|\d))(?i:(?:(?:rfc|patch|resend|v\d+|\d+/\d+)(?:[ ,]+|$))+)")
_LABEL = re.compile(rf"(?!{_ADDRESS.pattern})(?:[a-z0-9][a-z0-9 ._:/#-]*|(?=.*[0-9._:/#-])[A-Za-z0-9._:/#-]+)")


def use_references(parser: MarkdownIt) -> None:
    """Adds the rule behind that of links, which takes the names that are defined."""
    parser.inline.ruler.after("link", "undefined_link", _undefined)


def is_undefined(found: re.Match[str], defined: Collection[str]) -> bool:
    """Whether what `BY_NAME` found names something, and nothing that is `defined` (in the parser's normal form)."""
    words, label = found["words"].split(), " ".join(found["label"].split())
    if not words or (label and not (_LABEL.fullmatch(label) and (len(words) > 1 or not label.isalpha()))):
        return False
    if label and _PATCH.fullmatch(" ".join(words)):
        return False
    if label and not defined and len(words) == 1 and _TAG.fullmatch(words[0]) and _TAG.fullmatch(label):
        return False
    name = label or found["words"]
    return _NAME.search(name) is not None and normalizeReference(name) not in defined


def _written_out(found: re.Match[str], defined: Collection[str]) -> str:
    """The address that stands where the name belongs; "" for a name, and for one that is `defined` all the same."""
    address = found["label"].strip()
    if not (_ADDRESS.fullmatch(address) and found["words"].strip()) or normalizeReference(address) in defined:
        return ""
    return address


def _undefined(state: StateInline, silent: bool) -> bool:
    found = BY_NAME.match(state.src, state.pos) if state.src[state.pos] == "[" else None
    if found is None or found.end() > state.posMax:
        return False
    defined = state.env.get("references", {})
    address = _written_out(found, defined)
    is_within = silent or state.linkLevel > 0  # silent: a link around it looks for its end
    if not (address or (is_undefined(found, defined) and not is_within)):
        return False
    if not silent:
        if address:
            state.push("link_open", "a", 1).attrs = {"href": state.md.normalizeLink(address)}
            state.linkLevel += 1
        end, state.pos, state.posMax = state.posMax, found.start("words"), found.end("words")
        state.md.inline.tokenize(state)
        state.posMax = end
        if address:
            state.linkLevel -= 1
            state.push("link_close", "a", -1)
    state.pos = found.end()
    return True
