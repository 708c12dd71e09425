"""The chapter of hubs on both databases: each is told of each change once, and again until it listens."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pipeline.database import Database
from pipeline.mailings.ledger.hubs import PAUSES, Call, Hubs
from tests.books import NOON

ONE, TWO = "https://one.example.com/", "https://two.example.com/"
ATOM, RSS = "https://letters.example.com/feeds/atom.xml", "https://letters.example.com/feeds/rss.xml"
SECOND = timedelta(seconds=1)


@pytest.fixture
def hubs(database: Database) -> Hubs:
    return Hubs(database)


def test_each_hub_is_told_of_each_feed_once(hubs: Hubs) -> None:
    hubs.announce([ONE, TWO], {ATOM: "a", RSS: "r"}, NOON)

    calls = hubs.begin([ONE, TWO], NOON)

    assert calls == [Call(ONE, ATOM, "a"), Call(ONE, RSS, "r"), Call(TWO, ATOM, "a"), Call(TWO, RSS, "r")]
    assert hubs.begin([ONE, TWO], NOON) == []
    for call in calls:
        hubs.told(call)
    hubs.announce([ONE, TWO], {ATOM: "a", RSS: "r"}, NOON + SECOND)
    assert hubs.begin([ONE, TWO], NOON + timedelta(days=9)) == []


def test_change_is_told_at_once_and_another_feed_is_not_named_again(hubs: Hubs) -> None:
    hubs.announce([ONE], {ATOM: "a", RSS: "r"}, NOON)
    for call in hubs.begin([ONE], NOON):
        hubs.told(call)

    hubs.announce([ONE], {ATOM: "b", RSS: "r"}, NOON + SECOND)

    assert hubs.begin([ONE], NOON + SECOND) == [Call(ONE, ATOM, "b")]


def test_silent_hub_is_called_again_after_longer_and_longer_pauses_and_then_named(hubs: Hubs) -> None:
    hubs.announce([ONE], {ATOM: "a"}, NOON)
    at = NOON
    for pause in PAUSES:
        assert hubs.begin([ONE], at) == [Call(ONE, ATOM, "a")]
        assert hubs.begin([ONE], at + pause - SECOND) == []
        at += pause

    assert (hubs.begin([ONE], at), hubs.given_up()) == ([Call(ONE, ATOM, "a")], [Call(ONE, ATOM, "a")])
    assert hubs.begin([ONE], at + timedelta(days=9)) == []
    hubs.announce([ONE], {ATOM: "b"}, at)
    assert (hubs.begin([ONE], at), hubs.given_up()) == ([Call(ONE, ATOM, "b")], [])


def test_hub_that_was_silent_while_a_clock_was_ahead_is_called_when_it_is_right_again(hubs: Hubs) -> None:
    hubs.announce([ONE], {ATOM: "a"}, NOON + timedelta(days=400))
    for _ in PAUSES:
        hubs.begin([ONE], NOON + timedelta(days=400))

    assert hubs.begin([ONE], NOON) == [Call(ONE, ATOM, "a")]
    assert hubs.begin([ONE], NOON) == []


def test_feed_that_changed_while_its_hub_was_told_is_told_again(hubs: Hubs) -> None:
    hubs.announce([ONE], {ATOM: "a"}, NOON)
    (call,) = hubs.begin([ONE], NOON)
    hubs.announce([ONE], {ATOM: "b"}, NOON)

    hubs.told(call)

    assert hubs.begin([ONE], NOON) == [Call(ONE, ATOM, "b")]


def test_hub_that_is_no_longer_named_is_not_called(hubs: Hubs) -> None:
    hubs.announce([ONE, TWO], {ATOM: "a", RSS: "r"}, NOON)

    assert hubs.begin([], NOON) == []
    hubs.announce([TWO], {RSS: "r"}, NOON)
    assert hubs.begin([ONE, TWO], NOON) == [Call(TWO, RSS, "r")]
