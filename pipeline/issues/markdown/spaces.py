"""Addresses as editors write them: `![图](images/图 1.png)`, `[上期](13-纸 与 墨.md)`, `![图](a.png =300x200)`,
`![图](a.png =50%x)`, `[write](mailto:mira@example.com?subject=Ink and paper)`; the words of a page that chat programs
quote, `[example.com](https://example.com/ink#:~:text=it dries)`; those between the brackets of Chinese keyboards,
`[纸](https://example.com/纸）`, and behind a space, `[paper] (https://example.com/)`; links in the place of an address,
`[paper]([example.com](https://example.com/))`, or of words, `[[paper](https://example.com/)](https://example.com/)`;
and addresses in the place of the words, `[https://example.com/](《墨水手册》)`, also where there are none.

Authors see the picture or the link in their preview; as plain text it would reach every reader.
"""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

_NAME = r"(?=[^\s#])(?:[^()<>\"\n]|\([^()<>\"\n]{0,60}\)){1,600}?\."   # `图 (1).png` is how browsers number files
SPACED_PICTURE = re.compile(
    r"!\[(?P<text>[^\[\]\n]{0,300})\]\("
    rf"(?:(?P<address>{_NAME}(?:png|jpe?g|gif|webp|svg|avif|bmp|heic))"
    r"|(?P<sized>[^()<>\"\s]{1,600})(?= +=))"
    r"(?: +=(?P<width>\d{1,3}%|\d{0,5})x(?:\d{1,3}%|(?P<height>\d{0,5})))?"
    r"(?: +\"(?P<title>[^\"\n]{0,300})\")? {0,3}\)", re.IGNORECASE)
SPACED_LINK = re.compile(
    r"\[(?P<text>[^\[\]\n]{1,300})\]\("
    rf"(?P<address>{_NAME}(?:md|markdown|html?|pdf|docx?|xlsx?|pptx?|epub|zip|txt)(?:#[^()<>\"\s]{{0,100}})?"
    r"|mailto:[^()<>\"\n]{1,300}?|https?://[^()<>\"\s]{1,600}#:~:text=[^()\n]{1,400}?) {0,3}\)",
    re.IGNORECASE)

WIDE_LINK = re.compile(
    r"(?<!!)\[(?P<text>[^\[\]\n]{1,300})\](?:\(|(?P<wide>（)) ?(?P<address>https?://[^\s()（）<>]{1,600})(?(wide)[）)]|）)",
    re.IGNORECASE)

# Neither a task, `[x] (…)`, nor a note, `[^1] (…)`, nor the number of a source.
PARTED_LINK = re.compile(
    r"(?<!!)\[(?P<text>(?![ xX]\]|\d{1,4}\]|\^)[^\[\]\n]{1,300})\] \((?P<address>https?://[^\s()<>]{1,600})\)",
    re.IGNORECASE)

DOUBLED_LINK = re.compile(
    r"(?<!!)\[(?P<text>[^\[\]\n]{1,300})\]\(<?\[(?:[^\[\]\n]{1,600}\]\()?(?P<address>https?://[^\s()\[\]<>]{1,600})"
    r"(?: \"[^\"\n]{0,300}\")?[\])]>?\)", re.IGNORECASE)
NESTED_LINK = re.compile(
    r"\[\[(?P<text>[^\[\]\n]{1,300})\]\(https?://[^\s()<>]{1,600}\)\]\((?P<address>https?://[^\s()<>]{1,600})\)",
    re.IGNORECASE)

SWAPPED_LINK = re.compile(
    r"\[(?P<address>https?://[^\s\[\]()<>]{1,600})\]"
    r"\((?!(?:url|link|todo|tbd|链接|地址)\))"
    r"(?P<text>(?=[^()\n]{0,200}[^\W\d_])[^()\[\]<>/.#:?=\\`\"\n]{1,200}|)\)", re.IGNORECASE)


def use_spaced_addresses(parser: MarkdownIt) -> None:
    """Adds the rules behind the parser's own, which take every picture and link that CommonMark knows; before it those
    for what it would take for a link to a file, or for the beginning of a longer address."""
    parser.inline.ruler.after("image", "spaced_image", _spaced_image)
    parser.inline.ruler.after("link", "spaced_link", _spaced_link)
    parser.inline.ruler.after("link", "parted_link", _parted_link)
    parser.inline.ruler.before("link", "wide_link", _wide_link)
    parser.inline.ruler.before("link", "doubled_link", _doubled_link)
    parser.inline.ruler.before("link", "swapped_link", _swapped_link)


def _spaced_image(state: StateInline, silent: bool) -> bool:
    match = SPACED_PICTURE.match(state.src, state.pos) if state.src.startswith("![", state.pos) else None
    if match is None:
        return False
    if not silent:
        token = state.push("image", "img", 0)
        token.attrs = {"src": state.md.normalizeLink(match["address"] or match["sized"]), "alt": ""}
        token.attrs |= {name: match[name] for name in ("title", "width", "height") if match[name]}
        token.content = match["text"]
        token.children = [Token("text", "", 0, content=match["text"])]
    state.pos = match.end()
    return True


def _spaced_link(state: StateInline, silent: bool) -> bool:
    return _link(state, SPACED_LINK, silent)


def _parted_link(state: StateInline, silent: bool) -> bool:
    return _link(state, PARTED_LINK, silent)


def _wide_link(state: StateInline, silent: bool) -> bool:
    return _link(state, WIDE_LINK, silent)


def _doubled_link(state: StateInline, silent: bool) -> bool:
    return _link(state, DOUBLED_LINK, silent) or _link(state, NESTED_LINK, silent)


def _swapped_link(state: StateInline, silent: bool) -> bool:
    return _link(state, SWAPPED_LINK, silent)


def _link(state: StateInline, pattern: re.Pattern[str], silent: bool) -> bool:
    match = pattern.match(state.src, state.pos) if state.src[state.pos] == "[" else None
    address = state.md.normalizeLink(match["address"]) if match else ""
    if match is None or state.linkLevel or not state.md.validateLink(address):
        return False
    if not silent:
        state.push("link_open", "a", 1).attrs = {"href": address}
        last, state.posMax = state.posMax, match.end("text")
        state.pos = match.start("text")
        state.linkLevel += 1
        state.md.inline.tokenize(state)
        state.linkLevel -= 1
        state.posMax = last
        state.push("link_close", "a", -1)
    state.pos = match.end()
    return True
