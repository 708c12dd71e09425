"""Doubts are settled by the provider's word where it has one, and otherwise left alone."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from pipeline.errors import InDoubt, InvalidAddress, TransportError, Unavailable
from pipeline.mailings import inquiry
from pipeline.mailings.inquiry import inquire
from pipeline.mailings.mailing import Claim, DoubtPolicy
from pipeline.mailings.terms import Terms
from pipeline.mailings.waiting import waits
from pipeline.providers.base import Message, Receipt, Transport
from tests.workplaces import RETRY, Workplace, always


class Searching(Transport):
    """Knows these recipients; raises `trouble` if there is any."""

    name = "outbox"
    timeout_s = 1.0
    idempotent = False
    settles: timedelta | None = timedelta(minutes=10)

    def __init__(self, *known: str, trouble: TransportError | None = None) -> None:
        self.known = known
        self.trouble = trouble
        self.asked: list[str] = []

    def send(self, message: Message) -> Receipt:
        raise AssertionError

    def close(self) -> None:
        """Nothing is open."""

    def lookup(self, message: Message) -> Receipt | None:
        self.asked.append(message.recipient.partition("@")[0])
        if self.trouble:
            raise self.trouble
        return Receipt("outbox", "their-id", "found", datetime.min) if self.asked[-1] in self.known else None


@pytest.fixture
def place(tmp_path: Path) -> Workplace:
    """Three deliveries in doubt since noon."""
    made = Workplace(tmp_path, script=always(lambda: InDoubt("no answer")), policy=DoubtPolicy.HOLD)
    made.deliver()
    assert made.states == ["in_doubt"] * 3
    return made


def ask(place: Workplace, post: Searching, **later: float) -> int:
    return inquire(place.ledger, post, place.compose, place.clock.now() + timedelta(**later))


def test_what_was_taken_is_sent_and_the_rest_waits_until_the_search_is_sure(place: Workplace) -> None:
    post = Searching("reader1")

    assert (ask(place, post), place.states) == (1, ["in_doubt", "sent", "in_doubt"])
    assert [row["provider_id"] for row in place.rows()] == [None, "their-id", None]
    assert (ask(place, post, minutes=9), place.states) == (0, ["in_doubt", "sent", "in_doubt"])
    assert (ask(place, post, minutes=11), place.states) == (2, ["deferred", "sent", "deferred"])


def test_that_a_provider_is_asked_and_how_long_is_told(place: Workplace) -> None:
    def told(settles: timedelta | None, **later: float) -> list[str]:
        now = place.clock.now() + timedelta(**later)
        return waits(place.ledger, "outbox", None, now=now, steady=now, zone=ZoneInfo("UTC"), settles=lambda: settles)

    (line,) = told(Searching.settles, minutes=9)
    assert line == ("waits until 2026-03-24 12:10: outbox is asked until then what became of those in doubt, and what "
                    "it does not know goes out again")
    assert (told(Searching.settles, minutes=10), told(None)) == ([], [])
    ask(place, Searching("reader0", "reader1", "reader2"))
    assert told(Searching.settles) == []


def test_provider_that_cannot_be_asked_settles_nothing_and_is_asked_once(place: Workplace) -> None:
    post = Searching(trouble=Unavailable("away"))

    assert (ask(place, post, hours=1), post.asked, place.states) == (0, ["reader0"], ["in_doubt"] * 3)


def test_provider_without_a_search_is_not_asked(place: Workplace) -> None:
    post = Searching()
    post.settles = None

    assert (ask(place, post, hours=1), post.asked) == (0, [])


def test_message_that_cannot_be_composed_waits_for_a_person_and_the_others_do_not(place: Workplace) -> None:
    def compose(claim: Claim) -> Message:
        if claim.address.startswith("reader0"):
            raise InvalidAddress("no address")
        return place.compose(claim)

    assert inquire(place.ledger, Searching("reader0", "reader1", "reader2"), compose, place.clock.now()) == 2
    assert place.states == ["in_doubt", "sent", "sent"]


def test_asking_ends_in_time(place: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inquiry, "LONGEST_S", -1.0)
    post = Searching("reader0")

    assert (ask(place, post), post.asked) == (0, [])


@pytest.mark.parametrize(("terms", "repeats"), [
    (Terms(RETRY, DoubtPolicy.AUTO), [True, True, False]),                                    # a mail server
    (Terms(RETRY, DoubtPolicy.AUTO, repeats=False), [False, False, False]),                   # no key
    (Terms(RETRY, DoubtPolicy.AUTO, repeats=False, idempotent=True), [True, True, True]),     # keys for ever
    (Terms(RETRY, DoubtPolicy.AUTO, repeats=False, idempotent=True, memory=timedelta(minutes=8)),
     [True, True, False]),                                                                    # 1, 6, 11 minutes
    (Terms(RETRY, DoubtPolicy.RESEND, repeats=False), [True, True, True]),
    (Terms(RETRY, DoubtPolicy.RESEND, idempotent=True), [True, True, True]),
    (Terms(RETRY, DoubtPolicy.HOLD, idempotent=True), [False, False, False]),
])
def test_lost_answer_is_repeated_only_where_that_harms_nobody(terms: Terms, repeats: list[bool]) -> None:
    assert [terms.may_repeat(attempts, attempts) for attempts in range(3)] == repeats
