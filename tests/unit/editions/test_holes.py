"""Holes, and words that only look like one."""

from __future__ import annotations

import pytest

from pipeline.editions.edition import Hole
from pipeline.editions.holes import fill, quote, split


def test_split_gives_runs_and_holes_in_turn() -> None:
    assert split("a AVVISO-HOLE-VIEW b") == ["a ", Hole.VIEW, " b"]


def test_split_gives_an_empty_run_where_two_holes_touch() -> None:
    assert split("AVVISO-HOLE-VIEWAVVISO-HOLE-NAME") == ["", Hole.VIEW, "", Hole.NAME, ""]


@pytest.mark.parametrize("text", [
    "AVVISO-HOLE-VIEW", "AVVISO-HOLE-QUOTED-VIEW", "AVVISO-HOLE-AVVISO-HOLE-NAME", "AVVISO-HOLE-", "纸", "",
])
def test_a_quoted_text_holds_no_hole_and_comes_back_as_it_was(text: str) -> None:
    assert split(quote(text)) == [text]


def test_a_filled_value_is_not_read_again() -> None:
    assert fill("AVVISO-HOLE-NAME AVVISO-HOLE-VIEW", {Hole.NAME: "AVVISO-HOLE-VIEW", Hole.VIEW: "x"}) == (
        "AVVISO-HOLE-VIEW x")
