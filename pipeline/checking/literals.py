"""Marks that failed: emphasis, links, lists, tables, comments and fields that readers would see as they were typed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice, pairwise

from markdown_it.token import Token

from pipeline.checking.source import Source, prose
from pipeline.errors import Problem, shorten
from pipeline.issues.cjk import LETTERS

# Not of `char[N](since C++20)`; the words of a link may be set in marks of their own.
_MARK = re.compile(r"(?:(?<!\w)\[[^\[\]]{0,500}|\A)\]\(")
_BEFORE_ADDRESS = re.compile(r"(?:\]\(|\)\[)\Z")
_COMMENT = re.compile(r"(?<!\\)<!--[^\n]*")
_DASHES = re.compile(r"[ >]{0,9}[|｜]?[ \t]*:?-+:?[ \t]*(?:[|｜][ \t]*:?-+:?[ \t]*)+[|｜]?[ \t]*")
# Fields between other lines than `---`, as editors make of them, or one without its colon.
_FIELDS = re.compile(
    r"\A\s*[-—–]{1,6}[ \t]*\n(?:[^\n]{1,300}\n){0,20}?"
    r"[ \t]*(?:(?:title|description|author|tags?|date)[ \t]*[:：]|date[ \t]+\d)[^\n]{1,300}\n"
    r"(?:[^\n]{1,300}\n){0,20}?[ \t]*[-—–]{1,6}[ \t]*(?:\n|\Z)", re.IGNORECASE)
# The first of two lines, `-纸` and `-墨` or `1.Ink` and `2.Paper`: as Chinese is typed, without a space.
_ITEMS = re.compile(
    rf"^(?:(?P<dash>[-*+])(?=[{LETTERS}][^\n]*\n(?P=dash)[{LETTERS}])"
    rf"|(?P<number>\d{{1,2}})(?P<point>[.)])(?=[A-Za-z{LETTERS}]"
    rf"[^\n]*\n(?P<next>\d{{1,2}})(?P=point)[A-Za-z{LETTERS}]))", re.MULTILINE)
_OF_AN_ITEM = re.compile(r"[-*+]|\d{1,2}[.)]")
# Stars that were meant as bold: none hide letters, `f**k`, or a word, `*****`.
_STARS = re.compile(r"(?<![A-Za-z0-9*])\*{2,4}(?!\*)|(?<!\*)\*{2,4}(?![A-Za-z0-9*])")
_TRIES = 5  # texts with such a mark in a block: the others may all be escaped


def find_literals(source: Source, tokens: Sequence[Token]) -> Iterator[Problem]:
    """One finding for each block of this kind."""
    if fields := _FIELDS.match(source.body):
        yield source.problem("front-matter", 0, f"{shorten(' '.join(fields[0].split()))} is shown as typed",
                             "put the fields between lines of three hyphens, ---, and a colon behind each name")
    for token in tokens:
        if token.type == "inline" and token.map:
            if "**" in token.content:
                yield from _emphasis(source, token, token.map)
            if "](" in token.content or ")[" in token.content:
                yield from _links(source, token, token.map)
            if "<!--" in token.content:
                yield from _comments(source, token, token.map)
            if "|" in token.content or "｜" in token.content:
                yield from _tables(source, token, token.map)
            if "\n" in token.content:
                yield from _lists(source, token, token.map)


def _emphasis(source: Source, token: Token, block: Sequence[int]) -> Iterator[Problem]:
    texts = (child.content for child in token.children or () if child.type == "text" and _STARS.search(child.content))
    places = (source.place_of("**", text, block) for text in islice(texts, _TRIES))
    at = next((place for place in places if place is not None), None)
    if at is not None:
        yield source.problem("emphasis-literal", at, "** is shown as typed: it makes nothing bold here",
                             "put the stars directly around the words, or write \\*\\* to show them")


def _links(source: Source, token: Token, block: Sequence[int]) -> Iterator[Problem]:
    for found in islice(_left_of_links(token), _TRIES):
        if (at := source.place_of(found[0], found.string[found.start():], block)) is not None:
            yield source.problem("link-literal", at, f"{shorten(found[0])} is shown as typed: it makes no link here",
                                 "write [words](address) in one piece, without a space in the address")
            return


def _left_of_links(token: Token) -> Iterator[re.Match[str]]:
    """What is left of links in the text: their marks, or the one before an address that is a link by itself."""
    for one, following in pairwise([*(token.children or ()), Token("text", "", 0)]):
        is_before = following.type == "link_open" and following.info == "auto"
        if one.type == "text" and (found := _MARK.search(one.content) or (
                _BEFORE_ADDRESS.search(one.content) if is_before else None)):
            yield found


def _comments(source: Source, token: Token, block: Sequence[int]) -> Iterator[Problem]:
    """A comment that ends in another block ends nowhere: each is asked by itself."""
    if not any(one.type == "text" and "<!--" in one.content for one in token.children or ()):
        return
    first = source.offset_of_row(block[0])
    if found := _COMMENT.search(prose(source.body[first:source.offset_of_row(block[1])], ())):
        yield source.problem("comment-unclosed", first + found.start(),
                             f"{shorten(found[0])} is never closed: readers see it", "close it with -->, or remove it")


def _tables(source: Source, token: Token, block: Sequence[int]) -> Iterator[Problem]:
    for row, line in enumerate(token.content.split("\n")):
        if _DASHES.fullmatch(line):
            yield source.problem("table-literal", source.offset_of_row(block[0] + row),
                                 "this row of dashes makes no table: its lines are shown as typed",
                                 "give the line above it as many columns, and an empty line before that one")
            return


def _lists(source: Source, token: Token, block: Sequence[int]) -> Iterator[Problem]:
    shown = _marks_shown(token)
    for found in _ITEMS.finditer(token.content):
        mark = found["dash"] or found["number"] + found["point"]
        if mark in shown and (found["dash"] or int(found["next"]) == int(found["number"]) + 1):
            row = block[0] + token.content.count("\n", 0, found.start())
            yield source.problem("list-literal", source.offset_of_row(row),
                                 f"these lines make no list: {mark} is shown as typed",
                                 f"put a space between {mark} and its words, in every line of the list")
            return


def _marks_shown(token: Token) -> set[str]:
    """The marks of items with which lines begin that are shown: a star may have set its words in italics."""
    children = [Token("softbreak", "", 0), *(token.children or ())]
    found = (_OF_AN_ITEM.match(one.content) for before, one in pairwise(children)
             if before.type in ("softbreak", "hardbreak") and one.type == "text")
    return {mark[0] for mark in found if mark}
