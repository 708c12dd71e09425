"""Every address that an issue names, with its place: links, pictures, references, bare addresses, raw HTML."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import unescape
from typing import Literal
from urllib.parse import unquote

from pipeline.checking.source import Source
from pipeline.feeds.addresses import is_relative
from pipeline.issues.markdown.fillings import FILLED, UNKNOWN, filled
from pipeline.issues.markdown.mdx import plain_value
from pipeline.issues.markdown.plainlinks import unwrapped
from pipeline.issues.markdown.spaces import (
    DOUBLED_LINK,
    NESTED_LINK,
    PARTED_LINK,
    SPACED_LINK,
    SPACED_PICTURE,
    SWAPPED_LINK,
    WIDE_LINK,
)
from pipeline.issues.markdown.tags import is_pixel
from pipeline.issues.markdown.vaults import EMBED, embedded
from pipeline.issues.roots import IN_ASSETS

Kind = Literal["link", "image", "video", "definition", "bare"]

_INLINE = re.compile(
    r"(?P<mark>(?<!\\)!)?(?<!\\)\[(?P<text>(?:[^\[\]\\\n]|\\.|\[(?:[^\[\]\\\n]|\\.)*\]|\n(?!\s*\n)){0,500})\]"
    rf"\(\s*(?:<(?P<angled>[^<>\n]*)>|(?P<plain>{FILLED.pattern}|{UNKNOWN.pattern}|[^\s()<>]*(?:\([^\s()]*\)[^\s()<>]*)*))")
_DEFINITION = re.compile(
    rf"^ {{0,3}}(?P<label>\[(?!\^)[^\[\]\n]{{1,200}}\]):[ \t]*\n?[ \t]*<?(?P<target>{FILLED.pattern}|[^\s<>]+)"
    r">?(?=[ \t]+[\"'(]|[ \t]*$)",  # `[Ink]: 259 sheets` is a paragraph
    re.MULTILINE)
_LABEL = re.compile(r"\[[^\[\]\n]{1,200}\](?!:)")
_BARE = re.compile(r"(?<![A-Za-z0-9_/.=\"'(<\[:])(?P<target>[A-Za-z]{2,10}:?//[^\s<>\"'）】」』，。；！？、）]{3,})")
_ANGLED = re.compile(r"<(?P<target>[A-Za-z][A-Za-z0-9+.-]{1,31}:[^\s<>]*)>")
_TAG = re.compile(r"<(?P<name>a|img|video|audio|source|iframe)\b(?P<attributes>(?:[^<>\"']|\"[^\"<]*\"|'[^'<]*')*)>",
                  re.IGNORECASE)
_ATTRIBUTE = re.compile(r"(?<![a-zA-Z-])([a-zA-Z-]+)\s*=\s*(\"[^\"]*\"|'[^']*'|\{[^{}]*\}|[^\s\"'>]+)")
_SHOWN = re.compile(r"<(?P<name>img|audio|video|source)\b(?P<attributes>[^<>]*)>")  # in clean HTML
_INSIDE = 2_000  # characters of a player in which its poster is looked for: some stand on <source>


@dataclass(frozen=True, slots=True)
class Named:
    """An address in an issue: `at` is its offset, `address` what the author wrote, entities resolved.

    `text` is the alternative text of an image; `of_vault` says that it is embedded as Obsidian does, which looks for
    it everywhere. `poster` says that a video has one.
    """

    kind: Kind
    at: int
    address: str
    text: str = ""
    poster: bool = False
    of_vault: bool = False


def named(source: Source) -> list[Named]:
    """Everything an issue names, in the order of the text, but for what only a site's generator knows."""
    found = [*_spaced(source), *_links(source.prose, 0), *_others(source), *_tags(source)]
    places: dict[int, Named] = {}
    for one in found:
        places.setdefault(one.at, one)
    return [places[at] for at in sorted(places) if not UNKNOWN.match(places[at].address)]


def shown_besides(source: Source, clean: str, known: Sequence[Named]) -> Iterator[Named]:
    """Files beside the issue that its clean HTML shows or plays and no mark of `known` names as a picture: those of
    `{{< figure src="a.png" >}}`, `<Image src="a.png" />`, `<audio>` and `<video>`; these two as links."""
    seen = {unquote(one.address) for one in known if one.kind != "video"}
    for tag in _SHOWN.finditer(clean):
        values = {name: unescape(value.strip('"')) for name, value, _ in _attributes(tag["attributes"])}
        address = unquote(values.get("src", ""))
        if is_relative(address) and "{{" not in address and address not in seen:
            seen.add(address)
            at = max(source.prose.find(address.removeprefix(IN_ASSETS)), 0)
            yield Named("image" if tag["name"] == "img" else "link", at, address, values.get("alt", ""))


def _spaced(source: Source) -> Iterator[Named]:
    """Addresses with spaces, whole: what follows here would end them at the first one."""
    kinds: tuple[tuple[Kind, re.Pattern[str]], ...] = (("image", SPACED_PICTURE), ("link", SPACED_LINK))
    for kind, pattern in kinds:
        for found in source.find(pattern):
            if found["address"]:
                yield Named(kind, found.start("address"), _address(found["address"]), found["text"])
    for pattern in (SWAPPED_LINK, WIDE_LINK, PARTED_LINK, DOUBLED_LINK, NESTED_LINK):
        for found in source.find(pattern):
            yield Named("link", found.start("text"), _address(found["address"]), found["text"])


def _links(text: str, start: int) -> Iterator[Named]:
    """Links and pictures, also the pictures inside the text of links."""
    for found in _INLINE.finditer(text):
        inside = found["text"]
        group = "angled" if found["angled"] is not None else "plain"
        if not found[group].startswith("["):  # what is in the place of an address is a link itself
            kind: Kind = "image" if found["mark"] else "link"
            yield Named(kind, start + found.start(group), _address(found[group]), inside)
        if "](" in inside:
            yield from _links(inside, start + found.start("text"))


def _others(source: Source) -> Iterator[Named]:
    for found in source.find(EMBED):
        address, words = embedded(found)
        yield Named("image", found.start(), address, words, of_vault=True)
    used = {found[0].lower() for found in source.find(_LABEL)}
    for found in source.find(_DEFINITION):
        if found["target"] != "#" or found["label"].lower() in used:  # `[//]: # (remark)` is nobody's address
            yield Named("definition", found.start("target"), _address(found["target"]))
    for pattern in (_ANGLED, _BARE):
        for found in source.find(pattern):
            yield Named("bare", found.start("target"), unescape(found["target"]))


def _tags(source: Source) -> Iterator[Named]:
    for found in source.find(_TAG):
        tag = found["name"].lower()
        values = {name.lower(): (start + found.start("attributes"), _address(_plain(value)))
                  for name, value, start in _attributes(found["attributes"])}
        if tag == "a" and "href" in values:
            at, address = values["href"]
            yield Named("link", at, address)
        elif tag == "img" and "src" in values and not is_pixel({name: value for name, (_, value) in values.items()}):
            at, address = values["src"]
            yield Named("image", at, address, values.get("alt", (0, ""))[1])
        elif tag == "video":
            at = values["src"][0] if "src" in values else found.start()
            inside = source.prose[found.end():found.end() + _INSIDE].partition("</video>")[0]
            yield Named("video", at, values.get("src", (0, ""))[1], poster="poster" in values or "poster" in inside)
            if "poster" in values:
                yield Named("image", values["poster"][0], values["poster"][1], text="poster")


def _plain(value: str) -> str:
    return plain_value(value) if value[0] == "{" else value.strip("\"'")


def _address(typed: str) -> str:
    return unwrapped(filled(unescape(typed)))


def _attributes(text: str) -> Iterator[tuple[str, str, int]]:
    for found in _ATTRIBUTE.finditer(text):
        quoted = found[2][:1] in "\"'"
        yield found[1], found[2], found.start(2) + quoted
