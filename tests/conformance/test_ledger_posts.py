"""By whom a delivery goes: what may lie with one provider is nobody else's, and a whole list is one recipient."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pipeline.database import Database
from pipeline.mailings.ledger import Ledger
from pipeline.mailings.mailing import EVERYBODY, Carrier, Claim, DeliveryState, Doubt, MailingState, Outcome
from pipeline.providers.base import LIST_DOMAIN, Receipt
from tests.books import EDITION, EXPIRE, LEASE, NOON, add_issue, add_readers, begin_mailing, deliveries

A_MINUTE = timedelta(minutes=1)
LATER = NOON + A_MINUTE
FORGETFUL = Carrier("resend", memory=timedelta(minutes=30))  # it knows a key for so long


class Posts:
    """A ledger with a mailing to `readers`, and what two providers do with it."""

    def __init__(self, database: Database, readers: int = 1) -> None:
        self.database = database
        self.ledger = Ledger(database)
        add_issue(database, "14")
        add_readers(database, "weekly", readers)
        self.id = begin_mailing(self.ledger, "14", "weekly").id

    def claim(self, provider: str, *, broadcasts: bool = False) -> list[Claim]:
        return self.ledger.deliveries.claim("w", 1, limit=10, now=LATER, lease=LEASE, by=Carrier(provider, broadcasts))

    def record(self, claim: Claim, state: DeliveryState, provider: str = "") -> None:
        doubt = Doubt.LINE if state is DeliveryState.IN_DOUBT else None
        outcome = Outcome(claim, state, "said so", provider, due_at=NOON, doubt=doubt,
                          counted=state is not DeliveryState.PENDING)
        self.ledger.deliveries.record(1, [outcome], now=LATER)

    @property
    def found(self) -> list[tuple[str, str]]:
        """State and provider of each delivery; the counts agree with the rows."""
        assert self.ledger.mailings.get(self.id).balances
        return [(row["state"], row["provider"]) for row in deliveries(self.database, self.id)]


@pytest.fixture
def posts(database: Database) -> Posts:
    return Posts(database)


@pytest.mark.parametrize(("state", "noted", "is_free"), [
    (DeliveryState.PENDING, "", True),          # nothing was handed over
    (DeliveryState.DEFERRED, "", True),         # plainly refused for now
    (DeliveryState.DEFERRED, "postmark", False),  # its answer was lost
])
def test_what_surely_is_not_at_a_provider_may_go_by_another(
    posts: Posts, state: DeliveryState, noted: str, is_free: bool
) -> None:
    claim, = posts.claim("postmark")
    assert posts.found == [("sending", "postmark")]

    posts.record(claim, state, noted)

    assert posts.found == [(state.value, noted)]
    assert [len(posts.claim("resend")), len(posts.claim("postmark"))] == ([1, 0] if is_free else [0, 1])


def test_what_may_lie_at_a_provider_stays_there_however_the_next_attempt_ends(posts: Posts) -> None:
    claim, = posts.claim("postmark")
    posts.record(claim, DeliveryState.DEFERRED, "postmark")
    again, = posts.claim("postmark")
    assert (claim.copies, again.copies) == (0, 1)

    posts.record(again, DeliveryState.DEFERRED)

    assert posts.found == [("deferred", "postmark")]
    assert [len(posts.claim("resend")), len(posts.claim("postmark"))] == [0, 1]


def test_doubt_is_repeated_until_there_are_so_many_copies_and_then_left_to_a_person(posts: Posts) -> None:
    def repeated() -> int:
        posts.claim("postmark")
        posts.ledger.doubts.reclaim("w", Doubt.PROCESS)
        return posts.ledger.doubts.repeat("postmark", [Doubt.PROCESS], LATER, copies=2)

    assert [repeated(), repeated(), repeated()] == [1, 0, 0]
    assert posts.found == [("in_doubt", "postmark")]

    posts.ledger.doubts.resend([Doubt.PROCESS], LATER, mailing_id=posts.id)
    assert [repeated(), repeated()] == [1, 0]


def test_receipt_that_comes_late_for_a_doubt_counts_no_second_copy(posts: Posts) -> None:
    claim, = posts.claim("postmark")
    posts.ledger.doubts.reclaim("w", Doubt.PROCESS)

    posts.record(claim, DeliveryState.DEFERRED, "postmark")

    assert [one.copies for one in posts.claim("postmark")] == [1]


def test_doubt_stays_with_its_provider_until_a_person_decides(posts: Posts) -> None:
    posts.claim("postmark")
    posts.ledger.doubts.reclaim("w", Doubt.PROCESS)

    assert posts.ledger.doubts.repeat("resend", list(Doubt), LATER) == 0
    assert posts.found == [("in_doubt", "postmark")]
    assert posts.ledger.doubts.resend(list(Doubt), LATER, mailing_id=posts.id) == 1
    assert (posts.found, len(posts.claim("resend"))) == ([("deferred", "")], 1)


def test_doubt_is_repeated_by_its_own_provider_as_long_as_that_remembers(posts: Posts) -> None:
    posts.claim("resend")
    posts.ledger.doubts.reclaim("w", Doubt.PROCESS)

    def repeat(minutes: float) -> int:
        return posts.ledger.doubts.repeat("resend", [Doubt.PROCESS], LATER + A_MINUTE * minutes,
                                          memory=timedelta(minutes=30))

    assert [repeat(31), repeat(29)] == [0, 1]
    assert posts.found == [("deferred", "resend")]


def test_second_attempt_counts_from_the_first(posts: Posts) -> None:
    claim, = posts.claim("resend")
    posts.record(claim, DeliveryState.DEFERRED, "resend")
    posts.ledger.deliveries.claim("w", 1, limit=1, now=LATER + A_MINUTE * 40, lease=LEASE, by=Carrier("resend"))
    posts.ledger.doubts.reclaim("w", Doubt.PROCESS)

    assert posts.ledger.doubts.repeat("resend", [Doubt.PROCESS], LATER + A_MINUTE * 41,
                                      memory=timedelta(minutes=30)) == 0


def test_repeat_is_not_claimed_once_its_key_is_forgotten_whoever_wakes_first(posts: Posts) -> None:
    claim, = posts.claim("resend")
    posts.record(claim, DeliveryState.DEFERRED, "resend")

    def claimed(minutes: float) -> int:
        return len(posts.ledger.deliveries.claim(
            "w", 1, limit=1, now=LATER + A_MINUTE * minutes, lease=LEASE, by=FORGETFUL))

    assert [claimed(31), claimed(29)] == [0, 1]


def test_delivery_that_lies_with_nobody_needs_no_key(posts: Posts) -> None:
    claim, = posts.claim("resend")
    posts.record(claim, DeliveryState.DEFERRED)

    assert len(posts.ledger.deliveries.claim(
        "w", 1, limit=1, now=LATER + A_MINUTE * 31, lease=LEASE, by=FORGETFUL)) == 1


@pytest.mark.parametrize("state", [DeliveryState.DEFERRED, DeliveryState.IN_DOUBT])
def test_what_may_lie_with_another_account_is_left_to_a_person(posts: Posts, state: DeliveryState) -> None:
    doubts = posts.ledger.doubts
    claim, = posts.claim("resend")
    posts.record(claim, state, "resend")

    assert [doubts.notice_account("resend", name) for name in ("first", "first", "second", "second")] == [0, 0, 1, 0]
    doubts.strand("resend", LATER)

    assert posts.found == [("in_doubt", "another account at resend")]
    assert (doubts.repeat("resend", list(Doubt), LATER), doubts.open("resend", 5), posts.claim("resend")) == (0, [], [])
    assert (doubts.resend(list(Doubt), LATER), len(posts.claim("resend"))) == (1, 1)


def test_what_was_plainly_refused_goes_by_any_account(posts: Posts) -> None:
    posts.ledger.doubts.notice_account("resend", "first")
    claim, = posts.claim("resend")
    posts.record(claim, DeliveryState.DEFERRED)

    assert (posts.ledger.doubts.notice_account("resend", "second"), len(posts.claim("resend"))) == (0, 1)


def test_repeat_that_lost_its_provider_is_in_doubt(posts: Posts) -> None:
    claim, = posts.claim("resend")
    posts.record(claim, DeliveryState.DEFERRED, "resend")

    assert posts.ledger.doubts.strand("resend", LATER) == 0
    assert posts.ledger.doubts.strand("mailgun", LATER) == 1
    assert posts.found == [("in_doubt", "resend")]
    assert deliveries(posts.database, posts.id)[0]["reply"] == "it may lie with resend, no longer in the settings"


@pytest.mark.parametrize(("receipt", "found"), [
    (Receipt("postmark", "their-id", "found: Sent", NOON), ("sent", "postmark")),
    (None, ("deferred", "postmark")),
])
def test_answer_of_a_provider_settles_its_doubt(posts: Posts, receipt: Receipt | None, found: tuple[str, str]) -> None:
    claim, = posts.claim("postmark")
    posts.record(claim, DeliveryState.IN_DOUBT, "postmark")

    assert posts.ledger.doubts.open("resend", 5) == []
    (open_one, attempted_at), = posts.ledger.doubts.open("postmark", 5)
    posts.ledger.doubts.answer(open_one, receipt, LATER)

    assert (open_one.key, attempted_at) == (claim.key, LATER)
    assert posts.found == [found]
    assert posts.ledger.doubts.open("postmark", 5) == []


def test_wish_of_a_provider_is_kept_and_the_longest_counts(database: Database) -> None:
    pacing = Ledger(database).pacing
    assert pacing.state("postmark").rests_until is None

    assert pacing.rest("postmark", LATER) == LATER
    assert pacing.rest("postmark", NOON) == LATER
    assert [pacing.state(name).rests_until for name in ("postmark", "resend")] == [LATER, None]


def test_whole_list_is_one_recipient_and_gets_an_issue_once_from_however_many_lists(database: Database) -> None:
    posts = Posts(database)
    ledger, mailings = posts.ledger, posts.ledger.mailings
    add_issue(database, "15")
    for list_id in ("weekly", "other"):
        mailings.propose("15", list_id, state=MailingState.SCHEDULED, reason="due", send_at=NOON, now=NOON)
    first, second = (one for one in mailings.all(issue_key="15"))

    started = [mailings.start(one.id, EDITION, {}, now=NOON, expire=EXPIRE, broadcasts=True) for one in (first, second)]

    assert started == [1, 0]
    row, = deliveries(database, first.id)
    assert (row["subscriber_id"], row["address"]) == (EVERYBODY, f"weekly@{LIST_DOMAIN}")
    assert [one.mailing_id for one in posts.claim("smtp")] == [posts.id]
    assert [one.address for one in posts.claim("listmonk", broadcasts=True)] == [f"weekly@{LIST_DOMAIN}"]
    assert set(ledger.mailings.finish(NOON)) == {second.id}
