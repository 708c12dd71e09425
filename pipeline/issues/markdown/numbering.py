"""Marks behind marks (`- 1. Paper`, `1. 1. Paper`, `- • Paper`), as in what is copied from WeChat: Markdown sees a list
in each item, or the mark as a word, and readers two marks before each line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markdown_it.token import Token

_DEPTH = 2  # levels that a numbered list lies within its bullet
_LISTS = ("bullet_list_open", "ordered_list_open")
_BULLET = re.compile(r"(?:[•●▪◦‣](?![■-◿•‣])|·(?=\s))\ufe0f?\s*")  # `●●○ Ink` says how good it is
_OTHER_SHAPE = re.compile(r"(?![▪●◦])[■-◿]")  # where an item begins with `○`, a `●` says something too


def settle_numbering(tokens: Sequence[Token]) -> list[Token]:
    """The stream with every list of bullets in which there is nothing but numbered lists as one numbered list, and a
    numbered one whose numbers are those of its items. The words of an item have no bullet before them, unless there
    are items that begin with another shape."""
    settled = list(_settled(tokens))
    items = [token for at, token in enumerate(settled[2:])
             if token.type == "inline" and settled[at].type == "list_item_open"]
    if not any(_OTHER_SHAPE.match(item.content) for item in items):
        for item in items:
            _take_bullet(item)
    return settled


def _take_bullet(words: Token) -> None:
    first, *others = words.children or [Token("", "", 0)]
    found = _BULLET.match(first.content) if first.type == "text" else None
    if found and (others or found.end() < len(first.content)):
        first.content = first.content[found.end():]


@dataclass(frozen=True, slots=True)
class _Numbered:
    """A numbered list: the places of its first and last token in the stream."""

    first: int
    last: int


def _settled(tokens: Sequence[Token]) -> Iterator[Token]:
    at = 0
    while at < len(tokens):
        lists = _within(tokens, at) if tokens[at].type in _LISTS else []
        if lists:
            yield from _as_one(tokens, lists)
            at = lists[-1].last + 3  # behind the item and the bullets that end there
        else:
            yield tokens[at]
            at += 1


def _within(tokens: Sequence[Token], opening: int) -> list[_Numbered]:
    """The numbered lists of a list, where each of its items is one, and has its number if it has any; else none."""
    found: list[_Numbered] = []
    at, level = opening + 1, tokens[opening].level + _DEPTH
    while tokens[at].type == "list_item_open" and tokens[at + 1].type == "ordered_list_open":
        if tokens[at].info and int(tokens[at].info) != _start(tokens[at + 1]):
            return []
        end = at + 2
        while not (tokens[end].type == "ordered_list_close" and tokens[end].level == level):
            end += 1
        if tokens[end + 1].type != "list_item_close":
            return []
        found.append(_Numbered(at + 1, end))
        at = end + 2
    return found if tokens[at].type == tokens[opening].type.replace("open", "close") else []


def _as_one(tokens: Sequence[Token], lists: Sequence[_Numbered]) -> Iterator[Token]:
    """The items of these lists in the first of them. One that does not go on counting says its number itself."""
    expected = _start(tokens[lists[0].first])
    yield _raised(tokens[lists[0].first])
    for one in lists:
        items = [_raised(token) for token in _settled(tokens[one.first + 1:one.last])]
        number, level = _start(tokens[one.first]), items[0].level
        if number != expected:
            items[0].attrs["value"] = number
        expected = number + sum(item.type == "list_item_open" and item.level == level for item in items)
        yield from items
    yield _raised(tokens[lists[-1].last])


def _start(opening: Token) -> int:
    return int(opening.attrs.get("start", 1))


def _raised(token: Token) -> Token:
    return token.copy(level=token.level - _DEPTH)
