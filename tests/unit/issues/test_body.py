"""A body is parsed once for two: looking at it changes nothing of what readers get."""

from __future__ import annotations

import pytest

from pipeline.issues.document import parse
from pipeline.issues.markdown.body import Body
from pipeline.issues.markdown.headings import plain_text
from pipeline.issues.reading.excerpts import excerpts

NOTED = """\
# 第 14 期

目录：
1、[第一][one]，带一个注[^a]

Some words, <small>said low[^b]</small>, and a note^[in the line] after them.

<div>Raw <b>html</div>

- a list of [links][one] and notes[^a]
- with &copy; and \\*

[one]: https://example.com/one
[^a]: The first.
[^b]: The second.
"""


def test_a_body_that_was_looked_at_is_the_same_to_readers() -> None:
    body = Body(NOTED)

    found = excerpts(body)

    assert found.heading_number == 14
    assert found.small == "said low"
    assert parse(body).clean == parse(NOTED).clean


def test_a_piece_is_read_with_the_references_of_its_text_and_numbers_no_note() -> None:
    body = Body("One[^a], ^[two].\n\n[x]: https://example.com/x\n\n[^a]: note\n")

    words = body.words("[a link][x], a note[^a] and ^[another]")

    assert plain_text(words) == "a link, a note and"
    assert [token.attrs["href"] for token in words if token.type == "link_open"] == ["https://example.com/x"]
    assert parse(body).clean == parse(body.text).clean


@pytest.mark.parametrize("times", [1, 2])
def test_a_body_can_be_made_a_document_again(times: int) -> None:
    body = Body(NOTED)

    made = [parse(body).clean for _ in range(times)]

    assert made == [parse(NOTED).clean] * times


def test_bodies_are_equal_whose_text_is() -> None:
    looked_at = Body(NOTED)
    looked_at.blocks()

    assert {looked_at: "kept"}[Body(NOTED)] == "kept"
    assert looked_at != Body("another")
