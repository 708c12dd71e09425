"""The short way to a link's destination leads to the same place as the library's."""

from __future__ import annotations

import random

import pytest
from markdown_it.helpers import parseLinkDestination

from pipeline.issues.parser import markdown_parser

MARKS = ["a", "b/", "中", ":", ".", "(", ")", "\\", "&", "&amp;", ";", "<", ">", " ", "\n", "\t", "\x7f", "%20", "#"]


@pytest.mark.parametrize(("text", "found"), [
    ("https://example.com/a) and more", "https://example.com/a"),
    ("a.png \"title\")", "a.png"),
    ("北京_(城市))", "北京_(城市)"),
    ("a&amp;b)", "a&b"),
    ("a\\)b)", "a)b"),
    ("<a b>)", "a b"),
    ("to-the-end", "to-the-end"),
])
def test_destination_ends_where_the_link_does(text: str, found: str) -> None:
    result = markdown_parser().helpers.parseLinkDestination(text, 0, len(text))

    assert (result.ok, result.str) == (True, found)


def test_any_destination_is_the_librarys() -> None:
    chance = random.Random(8)
    for _ in range(5_000):
        text = "".join(chance.choices(MARKS, k=chance.randrange(12)))
        start = chance.randint(0, len(text))
        end = chance.randint(start, len(text))

        ours = markdown_parser().helpers.parseLinkDestination(text, start, end)

        theirs = parseLinkDestination(text, start, end)
        assert (ours.ok, ours.pos, ours.str) == (theirs.ok, theirs.pos, theirs.str), (text, start, end)
