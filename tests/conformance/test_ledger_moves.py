"""Every arrow of a delivery (`pipeline.mailings.mailing`), and that there is no other way; what a claim takes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import event, insert, select, update
from sqlalchemy.engine import Engine

from pipeline.database import Database
from pipeline.mailings.board import Snapshot
from pipeline.mailings.ledger.letters import Sealed
from pipeline.mailings.ledger.tally import Tally
from pipeline.mailings.ledger.workers import Worker
from pipeline.mailings.mailing import (
    Claim,
    DeliveryState,
    Doubt,
    MailingState,
    Outcome,
)
from pipeline.mailings.presence import take_back
from pipeline.schema import mailing, subscriber, suppression
from tests.books import (
    EDITION,
    EXPIRE,
    LATER,
    LEASE,
    NOON,
    Books,
    add_issue,
    add_readers,
    deliveries,
    leave,
    open_database,
    states,
)

HOLDER = Worker("w", "", "", 1, 1, NOON, NOON)
A_MINUTE = timedelta(minutes=1)

S = DeliveryState
STAGES = ("pending", "claimed", "deferred", "deferred, due", "to be repeated", "sent", "failed", "in doubt", "skipped",
          "cancelled")


class Delivery:
    """The one delivery of a mailing, brought to a stage along the arrows, and all that can happen to it."""

    def __init__(self, books: Books, stage: str) -> None:
        self.books = books
        self.deliveries, self.doubts = books.ledger.deliveries, books.ledger.doubts
        books.mailing(MailingState.SENDING)
        self.mine: Claim | None = None
        getattr(self, "reach_" + stage.partition(",")[0].replace(" ", "_"))()
        self.now = NOON + (A_MINUTE if stage == "deferred, due" else timedelta(0))

    @property
    def state(self) -> str:
        return states(self.books.database, self.books.id)[0]

    def outcome(self, state: DeliveryState, **known: object) -> Outcome:
        assert self.mine is not None
        return Outcome(self.mine, state, "said so", **known)  # type: ignore[arg-type]

    def settle(self, state: DeliveryState, **known: object) -> None:
        if self.mine is not None:
            self.deliveries.record(1, [self.outcome(state, **known)], now=NOON)

    # ---- ways to a stage ----

    def reach_pending(self) -> None:
        pass

    def reach_claimed(self) -> None:
        self.mine, = self.books.claim()

    def reach_deferred(self) -> None:
        self.reach_claimed()
        self.settle(S.DEFERRED, due_at=LATER)

    def reach_sent(self) -> None:
        self.reach_claimed()
        self.settle(S.SENT)

    def reach_failed(self) -> None:
        self.reach_claimed()
        self.settle(S.FAILED)

    def reach_to_be_repeated(self) -> None:
        self.reach_claimed()
        self.settle(S.DEFERRED, provider="smtp", due_at=NOON)

    def reach_in_doubt(self) -> None:
        self.reach_claimed()
        self.settle(S.IN_DOUBT, doubt=Doubt.LINE)

    def reach_skipped(self) -> None:
        leave(self.books.database, self.books.reader)
        self.books.claim()

    def reach_cancelled(self) -> None:
        self.cancel()

    # ---- what can happen ----

    def claim_it(self) -> None:
        self.books.claim(self.now)

    def claim_after_leaving(self) -> None:
        leave(self.books.database, self.books.reader)
        self.books.claim(self.now)

    def die(self, seen: Snapshot | None) -> None:
        """Its holder is dead, and this is what its board shows."""
        take_back(self.books.ledger, HOLDER, seen, Doubt.PROCESS, NOON)

    def land(self) -> None:
        """Its holder is dead, and its board says that the message was taken."""
        flight = (self.mine.id, self.mine.fence) if self.mine else (0, 0)
        self.die(Snapshot(landed={flight: b"sent\x1fcounted\x1f\x1f\x1fsmtp\x1f\x1fsaid so"}))

    def fly(self) -> None:
        """Its holder is dead, and its board says that the message was on the wire."""
        self.die(Snapshot(frozenset({(self.mine.id, self.mine.fence) if self.mine else (0, 0)})))

    def lease_over(self) -> None:
        self.doubts.reclaim_leases(NOON + LEASE)

    def resend(self) -> None:
        self.doubts.resend(list(Doubt), NOON)

    def assume_sent(self) -> None:
        self.doubts.assume_sent(NOON)

    def expire(self) -> None:
        self.deliveries.expire(self.books.id, 1, NOON)

    def cancel(self) -> None:
        self.books.move(MailingState.CANCELLED)


ACTS: dict[str, Callable[[Delivery], None]] = {
    "claim": Delivery.claim_it,
    "claim after its reader left": Delivery.claim_after_leaving,
    "settle as sent": lambda one: one.settle(S.SENT),
    "settle as failed": lambda one: one.settle(S.FAILED),
    "settle as deferred": lambda one: one.settle(S.DEFERRED, due_at=LATER),
    "settle as pending": lambda one: one.settle(S.PENDING, counted=False),
    "settle as in doubt": lambda one: one.settle(S.IN_DOUBT, doubt=Doubt.LINE),
    "holder is dead, nothing departed": lambda one: one.die(Snapshot()),
    "holder is dead, it had departed": Delivery.fly,
    "holder is dead, it had landed": Delivery.land,
    "holder is dead, nobody knows": lambda one: one.die(None),
    "lease is over": Delivery.lease_over,
    "resend doubts": Delivery.resend,
    "assume doubts sent": Delivery.assume_sent,
    "expire": Delivery.expire,
    "cancel the mailing": Delivery.cancel,
}

# Where each act leads from each stage; what is not named changes nothing.
_SETTLED = {"settle as sent": S.SENT, "settle as failed": S.FAILED, "settle as deferred": S.DEFERRED,
            "settle as pending": S.PENDING, "settle as in doubt": S.IN_DOUBT}
ARROWS: dict[str, dict[str, DeliveryState]] = {
    "pending": {"claim": S.SENDING, "claim after its reader left": S.SKIPPED, "cancel the mailing": S.CANCELLED},
    "claimed": _SETTLED | {
        "holder is dead, nothing departed": S.PENDING, "holder is dead, it had departed": S.IN_DOUBT,
        "holder is dead, it had landed": S.SENT, "holder is dead, nobody knows": S.IN_DOUBT,
        "lease is over": S.IN_DOUBT},
    "deferred": {"expire": S.FAILED, "cancel the mailing": S.CANCELLED},
    "deferred, due": {"claim": S.SENDING, "claim after its reader left": S.SKIPPED, "expire": S.FAILED,
                      "cancel the mailing": S.CANCELLED},
    # its answer was lost: it may have been taken
    "to be repeated": {"claim": S.SENDING, "claim after its reader left": S.SKIPPED, "expire": S.SENT,
                       "cancel the mailing": S.SENT},
    # a receipt that comes late settles its own doubt
    "in doubt": _SETTLED | {"resend doubts": S.DEFERRED, "assume doubts sent": S.SENT},
    "sent": {}, "failed": {}, "skipped": {}, "cancelled": {},
}
STATES = {"claimed": S.SENDING, "deferred, due": S.DEFERRED, "to be repeated": S.DEFERRED, "in doubt": S.IN_DOUBT}


@pytest.mark.parametrize("stage", STAGES)
def test_delivery_moves_along_an_arrow_or_not_at_all(books: Books, stage: str) -> None:
    one = Delivery(books, stage)
    before = deliveries(books.database, books.id)
    for name, act in ACTS.items():
        with books.database.rehearse():  # rolled back: the next act begins where this one did
            act(one)

            expected = ARROWS[stage].get(name, STATES.get(stage, stage))
            assert one.state == expected, name
            if name not in ARROWS[stage]:
                assert deliveries(books.database, books.id) == before, name
            assert books.ledger.mailings.get(books.id).counts == {
                state: int(state == expected) for state in DeliveryState}, name


def test_claim_is_an_attempt_on_disk(books: Books) -> None:
    books.mailing(MailingState.SENDING)

    books.claim(LATER)

    row, = deliveries(books.database, books.id)
    assert (row["attempted_at"], row["attempts"], row["lease_until"]) == (LATER, 1, LATER + LEASE)


def test_outcomes_are_recorded_in_the_commit_that_claims_the_next(books: Books) -> None:
    add_readers(books.database, "weekly", 1)
    books.mailing(MailingState.SENDING)
    first, = books.ledger.deliveries.claim("w", 1, limit=1, now=NOON, lease=LEASE)

    second, = books.ledger.deliveries.claim("w", 1, [Outcome(first, S.SENT, "ok")], limit=1, now=LATER, lease=LEASE)

    assert states(books.database, books.id) == [S.SENT, S.SENDING]
    assert second.id != first.id
    assert books.ledger.mailings.get(books.id).balances


def test_what_was_given_back_keeps_what_the_post_said_before(books: Books) -> None:
    one = Delivery(books, "deferred")
    claim, = books.claim(LATER)

    one.deliveries.record(1, [Outcome(claim, S.PENDING, "", counted=False)], now=LATER)

    row, = deliveries(books.database, books.id)
    assert (row["state"], row["reply"], row["attempts"], row["attempted_at"]) == (S.PENDING, "said so", 1, None)


def test_outcome_of_an_old_holder_changes_nothing(books: Books) -> None:
    one = Delivery(books, "in doubt")
    one.resend()
    books.ledger.deliveries.claim("w", 1, limit=1, now=NOON, lease=LEASE)
    before = deliveries(books.database, books.id)

    one.settle(S.SENT)

    assert deliveries(books.database, books.id) == before


def test_late_receipt_settles_its_own_doubt(books: Books) -> None:
    one = Delivery(books, "claimed")
    one.lease_over()
    assert one.state == S.IN_DOUBT

    one.settle(S.SENT)

    row, = deliveries(books.database, books.id)
    assert (row["state"], row["doubt"], row["reply"], row["settled_at"]) == (S.SENT, None, "said so", NOON)


@pytest.mark.parametrize(("counted", "attempts"), [(True, 1), (False, 0)])
def test_an_attempt_at_which_nothing_was_handed_over_is_not_counted(
    books: Books, counted: bool, attempts: int
) -> None:
    one = Delivery(books, "claimed")

    one.settle(S.PENDING, counted=counted)

    assert deliveries(books.database, books.id)[0]["attempts"] == attempts


@pytest.mark.parametrize("cause", Doubt)
def test_doubts_are_resent_by_their_cause(books: Books, cause: Doubt) -> None:
    one = Delivery(books, "claimed")
    one.doubts.reclaim("w", cause)

    assert one.doubts.resend([other for other in Doubt if other is not cause], NOON) == 0
    assert one.doubts.count() == 1
    assert one.doubts.resend([cause], NOON, mailing_id=books.id + 1) == 0
    assert one.doubts.resend([cause], NOON, mailing_id=books.id) == 1
    assert one.doubts.count() == 0
    assert (one.state, one.books.claim()[0].attempts) == (S.DEFERRED, 1)


@pytest.mark.parametrize("stands", ["deferred", "to be repeated"])
def test_who_has_not_been_tried_often_enough_is_not_given_up(books: Books, stands: str) -> None:
    one = Delivery(books, stands)

    assert one.deliveries.expire(books.id, 1, NOON, tries=2) == 0
    assert one.deliveries.expire(books.id, 1, NOON, tries=1) == 1


def test_doubts_are_assumed_sent_for_one_mailing_or_after_its_time(books: Books) -> None:
    one = Delivery(books, "in doubt")

    assert one.doubts.assume_sent(NOON, mailing_id=books.id + 1) == 0
    assert one.doubts.assume_sent(NOON, over_at=NOON + EXPIRE - A_MINUTE) == 0
    assert one.doubts.assume_sent(NOON, over_at=NOON + EXPIRE, tried_by=NOON - A_MINUTE) == 0
    assert one.doubts.assume_sent(NOON, over_at=NOON + EXPIRE, tried_by=NOON) == 1
    assert deliveries(books.database, books.id)[0]["reply"] == "assumed sent: the reply was lost"


def test_nobody_is_reclaimed_from_nobody(books: Books) -> None:
    one = Delivery(books, "claimed")

    assert one.doubts.reclaim("somebody else", Doubt.PROCESS) == 0
    assert one.state == S.SENDING


# ---- the claim ----------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [MailingState.PAUSED, MailingState.CANCELLED])
def test_nothing_is_claimed_of_a_mailing_that_does_not_send(books: Books, state: MailingState) -> None:
    books.mailing(state)

    assert books.claim() == []


def test_deferred_deliveries_of_a_paused_mailing_wait(books: Books) -> None:
    Delivery(books, "deferred")
    books.move(MailingState.PAUSED)

    assert books.claim(LATER) == []


def test_claim_skips_who_was_suppressed_or_erased_meanwhile(books: Books) -> None:
    suppressed, erased, stays = add_readers(books.database, "weekly", 3)
    books.mailing(MailingState.SENDING)
    leave(books.database, books.reader)
    books.ledger.deliveries.erase(erased)
    with books.database.write() as connection:
        connection.execute(insert(suppression).values(address_hash="reader1", reason="", source="", at=NOON))

    claims = books.claim()

    assert [one.subscriber_id for one in claims] == [stays]
    assert states(books.database, books.id) == [S.SKIPPED, S.SKIPPED, S.SKIPPED, S.SENDING]
    assert suppressed not in (erased, stays)


def test_claim_goes_to_the_address_that_a_reader_has_by_now(books: Books) -> None:
    books.mailing(MailingState.SENDING)
    readdress(books, "ann@example.org")

    claim, = books.claim()

    assert claim.address == "ann@example.org"
    assert [row["address"] for row in deliveries(books.database, books.id)] == ["ann@example.org"]


def test_repeat_goes_where_its_first_copy_went(books: Books) -> None:
    Delivery(books, "to be repeated")
    readdress(books, "ann@example.org")

    claim, = books.claim()

    assert (claim.copies, claim.address) == (1, "reader0@example.com")


def test_letter_goes_where_it_was_written_to(books: Books) -> None:
    books.ledger.letters.write_all([Sealed(
        EDITION, {}, "", "weekly", books.reader, "reader0@example.com", "", "1")], NOON)
    readdress(books, "ann@example.org")

    claim, = books.claim()

    assert claim.address == "reader0@example.com"


def test_letter_that_is_withdrawn_goes_to_nobody_and_others_go(books: Books) -> None:
    letters = [Sealed(EDITION, {}, "", "weekly", books.reader, "reader0@example.com", "", which) for which in "12"]
    books.ledger.letters.write_all(letters[:1], NOON)
    books.ledger.letters.withdraw("another kind", books.reader, NOON)
    books.ledger.letters.withdraw(EDITION.name, books.reader + 1, NOON)
    first = books.claim()

    books.ledger.letters.write_all(letters, NOON)
    books.ledger.letters.withdraw(EDITION.name, books.reader, NOON)

    assert [one.key for one in first] == [letters[0].key]
    assert books.claim() == []
    assert [(one["state"], one["reply"]) for one in books.ledger.deliveries.of(books.reader)] == [
        ("sending", ""), ("skipped", "left before it was sent")]


def readdress(books: Books, address: str) -> None:
    with books.database.write() as connection:
        connection.execute(update(subscriber).where(subscriber.c.id == books.reader).values(address=address))


def test_claim_takes_no_more_than_it_is_asked_for_and_fills_up_behind_who_left(books: Books) -> None:
    add_readers(books.database, "weekly", 4)
    books.mailing(MailingState.SENDING)
    leave(books.database, books.reader)

    first = books.ledger.deliveries.claim("a", 1, limit=2, now=NOON, lease=LEASE)
    second = books.ledger.deliveries.claim("b", 2, limit=9, now=NOON, lease=LEASE)

    assert [len(first), len(second)] == [2, 2]
    assert {one.id for one in first} & {one.id for one in second} == set()


def test_claim_prefers_what_was_deferred_to_what_is_new(books: Books) -> None:
    Delivery(books, "deferred")
    add_issue(books.database, "15")
    later = add_readers(books.database, "daily", 1)
    books.ledger.mailings.propose("15", "daily", state=MailingState.SCHEDULED, reason="", send_at=NOON, now=NOON)
    books.ledger.mailings.start(books.ledger.mailings.all()[1].id, EDITION, {}, now=NOON, expire=EXPIRE)

    claims = books.claim(LATER)

    assert [one.subscriber_id for one in claims] == [books.reader, *later]


def test_claim_names_holder_fence_and_lease(books: Books) -> None:
    books.mailing(MailingState.SENDING)

    first, = books.claim()
    books.ledger.deliveries.record(1, [Outcome(first, S.PENDING, "", counted=False)], now=NOON)
    second, = books.claim(LATER)

    assert (first.worker, first.fence, first.lease_until) == ("w", 1, NOON + LEASE)
    assert (second.fence, second.lease_until) == (2, LATER + LEASE)


def test_erasure_takes_the_person_out_and_leaves_the_facts(books: Books) -> None:
    Delivery(books, "sent")

    books.ledger.deliveries.erase(books.reader)

    row, = deliveries(books.database, books.id)
    assert (row["address"], row["name"], row["state"]) == (None, "", S.SENT)
    assert books.ledger.deliveries.of(books.reader) == [
        {"issue_key": "14", "list": "weekly", "state": "sent", "attempted_at": NOON, "reply": ""}]


@pytest.mark.parametrize("state", [S.SENT, S.FAILED, S.DEFERRED, S.PENDING])
def test_what_is_said_of_who_was_erased_meanwhile_is_not_written_down(books: Books, state: S) -> None:
    books.mailing(MailingState.SENDING)
    claim, = books.claim()
    books.ledger.deliveries.erase(books.reader)

    books.ledger.deliveries.record(1, [Outcome(
        claim, state, "450 <reader0@example.com> later", "smtp", "reader0", due_at=LATER)], now=NOON)

    row, = deliveries(books.database, books.id)
    assert (row["state"], row["reply"], row["provider_id"]) == (state, "", None)


def test_cancelling_takes_along_what_was_not_handed_over(books: Books) -> None:
    add_readers(books.database, "weekly", 3)
    books.mailing(MailingState.SENDING)
    sent, put_off, _in_hand = books.ledger.deliveries.claim("w", 1, limit=3, now=NOON, lease=LEASE)
    books.ledger.deliveries.record(
        1, [Outcome(sent, S.SENT, "ok"), Outcome(put_off, S.DEFERRED, "450 later", due_at=LATER)], now=NOON)

    books.move(MailingState.CANCELLED)

    assert states(books.database, books.id) == [S.SENT, S.CANCELLED, S.SENDING, S.CANCELLED]
    assert books.ledger.mailings.get(books.id).balances


@pytest.mark.parametrize("back", ["deferred", "put back"])
def test_what_comes_back_to_a_cancelled_mailing_is_cancelled(books: Books, back: str) -> None:
    one = Delivery(books, "claimed")
    books.move(MailingState.CANCELLED)
    {"deferred": lambda: one.settle(S.DEFERRED, due_at=LATER),
     "put back": lambda: one.settle(S.PENDING, counted=False)}[back]()

    books.ledger.mailings.finish(LATER)

    assert one.state == S.CANCELLED
    assert books.ledger.mailings.get(books.id).balances


@pytest.mark.parametrize(("state", "going"), [
    (MailingState.SENDING, True), (MailingState.PAUSED, False), (MailingState.CANCELLED, False)])
def test_only_mailings_that_nobody_stopped_are_sending(books: Books, state: MailingState, going: bool) -> None:
    books.mailing(state)

    assert (books.id in books.ledger.mailings.sending()) is going


def test_tallies_of_two_writers_that_begin_at_once_add_up(postgres_url: str) -> None:
    """The first writer's row comes into being between another's look and its INSERT."""
    books = Books(open_database(postgres_url))
    other = Database(postgres_url)
    books.mailing(MailingState.SCHEDULED)

    def count(database: Database, n: int) -> None:
        tally = Tally()
        tally.move(books.id, None, S.PENDING, n)
        with database.write() as connection:
            tally.write(database, connection)

    waiting = [3]

    def overtake(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("INSERT INTO tally") and waiting:
            count(other, waiting.pop())

    event.listen(Engine, "before_cursor_execute", overtake)
    try:
        count(books.database, 2)
    finally:
        event.remove(Engine, "before_cursor_execute", overtake)

    assert books.ledger.mailings.get(books.id).counts[S.PENDING] == 5
    other.close()
    books.database.close()


def test_delivery_can_be_looked_at_without_being_claimed(books: Books) -> None:
    books.mailing(MailingState.SENDING)

    looked = books.ledger.deliveries.delivered(books.id, books.reader)
    claim, = books.claim()

    assert looked is not None
    assert (looked.key, looked.message_id, looked.address, looked.sequence) == (
        claim.key, claim.message_id, claim.address, claim.sequence)
    assert books.ledger.deliveries.delivered(books.id, books.reader + 1) is None
    books.ledger.deliveries.erase(books.reader)
    assert books.ledger.deliveries.delivered(books.id, books.reader) is None


def test_new_rows_are_counted_and_taken_ones_are_not(books: Books) -> None:
    books.mailing(MailingState.SCHEDULED)
    row = {"issue_key": "14", "list": "daily", "round": 1, "state": "held", "reason": "", "since": NOON,
           "send_at": NOON, "approved": False, "audience": 0}

    with books.database.write() as connection:
        counts = [connection.execute(books.database.insert_new(mailing).values(row)).rowcount for _ in range(2)]
        connection.execute(update(mailing).values(reason="still there"))
        found = connection.execute(select(mailing.c.list)).scalars().all()

    assert (counts, sorted(found)) == ([1, 0], ["daily", "weekly"])
