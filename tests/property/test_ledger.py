"""Nobody twice, nobody forgotten: workers claim, send, record and die in any order.

The rules are the arrows of `pipeline.mailings.mailing`. The wire is a list: what was handed over stands
there whether or not anybody lived to record it. Between any two steps a worker may be killed, frozen past
its lease, or woken again; after every step the accounts must balance.
"""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select, update

from pipeline.database import Database
from pipeline.mailings import board
from pipeline.mailings.ledger import Ledger
from pipeline.mailings.ledger.workers import Worker
from pipeline.mailings.mailing import (
    OPEN,
    Claim,
    DeliveryState,
    Doubt,
    DoubtPolicy,
    MailingState,
    Outcome,
)
from pipeline.mailings.presence import take_back
from pipeline.schema import delivery, subscription, suppression
from tests.books import EXPIRE, LEASE, NOON, add_issue, add_readers, begin_mailing, open_database

READERS = 5


@dataclass
class Hands:
    """What one worker process holds in memory: gone when it is killed."""

    name: str
    claimed: list[Claim] = field(default_factory=list)
    answered: list[Outcome] = field(default_factory=list)

    @property
    def idle(self) -> bool:
        return not (self.claimed or self.answered)


class Deliveries(RuleBasedStateMachine):
    database: Database
    policy: DoubtPolicy
    names = itertools.count()
    workers = Bundle("workers")

    @initialize()
    def begin(self) -> None:
        self.now = NOON
        self.ledger = Ledger(self.database)
        self.key = f"issue-{next(self.names)}"
        add_issue(self.database, self.key)
        self.readers = add_readers(self.database, self.key, READERS)
        self.mailing = begin_mailing(self.ledger, self.key, self.key)
        self.wire: Counter[int] = Counter()
        self.lost_answers: Counter[int] = Counter()
        self.gone: set[int] = set()
        self.hands: list[Hands] = []

    # ---- a worker's day -----------------------------------------------------------------------

    @rule(target=workers)
    def start(self) -> Hands:
        hands = Hands(f"worker-{next(self.names)}")
        self.hands.append(hands)
        return hands

    @rule(hands=workers, limit=st.integers(1, 3))
    def claim(self, hands: Hands, limit: int) -> None:
        found = self.ledger.deliveries.claim(hands.name, 1, limit=limit, now=self.now, lease=LEASE)
        assert not {one.subscriber_id for one in found} & self.gone
        hands.claimed += found

    @rule(hands=workers, answer=st.sampled_from(["sent", "failed", "deferred", "unavailable", "line lost"]))
    def hand_over(self, hands: Hands, answer: str) -> None:
        """On the wire, while the lease lasts; what comes back stands on the board alone yet."""
        for claim in hands.claimed[:1]:
            if claim.lease_until <= self.now:
                hands.answered.append(Outcome(claim, DeliveryState.PENDING, "", counted=False))
                continue
            if answer in ("sent", "line lost"):
                self.wire[claim.subscriber_id] += 1
            if answer == "line lost":
                self.lost_answers[claim.subscriber_id] += 1
            hands.answered.append(self.outcome(claim, answer))
        del hands.claimed[:1]

    @rule(hands=workers)
    def record(self, hands: Hands) -> None:
        self.ledger.deliveries.record(1, hands.answered, now=self.now)
        hands.answered.clear()

    @rule(hands=workers, limit=st.integers(1, 3))
    def record_and_claim(self, hands: Hands, limit: int) -> None:
        hands.claimed += self.ledger.deliveries.claim(
            hands.name, 1, hands.answered, limit=limit, now=self.now, lease=LEASE)
        hands.answered.clear()

    @rule(hands=workers)
    def give_back(self, hands: Hands) -> None:
        back = [Outcome(claim, DeliveryState.PENDING, "", counted=False) for claim in hands.claimed]
        self.ledger.deliveries.record(1, back, now=self.now)
        hands.claimed.clear()

    @rule(hands=workers, in_flight=st.booleans())
    def kill(self, hands: Hands, in_flight: bool) -> None:
        """Memory is gone; the next one to look reads the board. The first claim in hand may be on the wire."""
        air = hands.claimed[:1] if in_flight else []
        for claim in air:
            self.wire[claim.subscriber_id] += 1
            self.lost_answers[claim.subscriber_id] += 1
        landed = {(one.claim.id, one.claim.fence): board.words_of(one) for one in hands.answered}
        self.take_back(hands, board.Snapshot(frozenset((one.id, one.fence) for one in air), landed), Doubt.PROCESS)

    @rule(hands=workers)
    def lose_power(self, hands: Hands) -> None:
        """The board is not believed: all that was in hand is in doubt."""
        self.remember_lost(hands)
        self.take_back(hands, None, Doubt.POWER)

    def take_back(self, hands: Hands, seen: board.Snapshot | None, cause: Doubt) -> None:
        take_back(self.ledger, Worker(hands.name, "", "", 1, 1, NOON, NOON), seen, cause, self.now)
        hands.claimed, hands.answered = [], []

    @rule()
    def freeze_past_the_lease(self) -> None:
        """Everybody sleeps too long; another takes over; then they wake with what they had in hand."""
        for hands in self.hands:
            self.remember_lost(hands)
        self.now += LEASE + timedelta(seconds=1)
        self.ledger.doubts.reclaim_leases(self.now)

    # ---- people and policies ------------------------------------------------------------------

    @rule(n=st.integers(0, READERS - 1), how=st.sampled_from(["leaves", "is suppressed", "is erased"]))
    def someone(self, n: int, how: str) -> None:
        person = self.readers[n]
        self.gone.add(person)
        if how == "is erased":
            self.ledger.deliveries.erase(person)
            return
        with self.database.write() as connection:
            if how == "leaves":
                connection.execute(update(subscription).where(subscription.c.subscriber_id == person)
                                   .values(state="left"))
            else:
                address = connection.execute(select(delivery.c.address).where(
                    delivery.c.subscriber_id == person)).scalar() or "erased"
                connection.execute(self.database.insert_new(suppression).values(
                    address_hash=address.partition("@")[0], reason="", source="", at=NOON))

    @rule()
    def pause(self) -> None:
        self.ledger.mailings.move(self.mailing.id, MailingState.PAUSED, reason="", now=self.now)

    @rule()
    def resume(self) -> None:
        self.ledger.mailings.resume(self.mailing.id, reason="", now=self.now, expire=EXPIRE)

    @rule()
    def fan_out_again(self) -> None:
        before = self.ledger.mailings.get(self.mailing.id)
        begin_mailing(self.ledger, self.key, self.key)
        assert self.ledger.mailings.get(self.mailing.id) == before

    @rule()
    def decide_doubts(self) -> None:
        again = [cause for cause in Doubt if self.policy.resends(cause, idempotent=False)]
        self.ledger.doubts.resend(again, self.now, mailing_id=self.mailing.id)

    @precondition(lambda self: self.now > NOON + EXPIRE)
    @rule()
    def assume_sent(self) -> None:
        self.ledger.doubts.assume_sent(self.now, mailing_id=self.mailing.id, over_at=self.now)

    @rule()
    def finish(self) -> None:
        if self.mailing.id in self.ledger.mailings.finish(self.now):
            counts = self.ledger.mailings.get(self.mailing.id).counts
            assert [counts[state] for state in OPEN] == [0, 0, 0, 0]

    # ---- what must hold after every step ------------------------------------------------------

    @invariant()
    def accounts_balance(self) -> None:
        mailing = self.ledger.mailings.get(self.mailing.id)
        assert mailing.audience == READERS
        assert mailing.balances
        assert mailing.counts == self.counted()

    @invariant()
    def nobody_twice_without_a_lost_answer(self) -> None:
        for person, times in self.wire.items():
            allowed = 1 + self.lost_answers[person] if self.policy is not DoubtPolicy.HOLD else 1
            assert times <= allowed

    @invariant()
    def sent_means_handed_over(self) -> None:
        for person, state in self.states().items():
            if state is DeliveryState.SENT and self.now <= NOON + EXPIRE:
                assert self.wire[person] >= 1

    def teardown(self) -> None:
        """Left alone with one healthy worker, every reader ends in a final state, served if still welcome."""
        for hands in self.hands:
            self.kill(hands, in_flight=False)
        self.resume()
        last = Hands("last")
        self.hands.append(last)
        while True:
            self.decide_doubts()
            self.now += timedelta(minutes=5)
            self.claim(last, 3)
            if last.idle:
                break
            while not last.idle:
                self.hand_over(last, "sent")
                self.record(last)
        for person, state in self.states().items():
            assert self.wire[person] >= 1 or state in (DeliveryState.FAILED, DeliveryState.IN_DOUBT) \
                or (state is DeliveryState.SKIPPED and person in self.gone)
            assert state in (DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.SKIPPED, DeliveryState.IN_DOUBT)
        self.ledger.mailings.move(self.mailing.id, MailingState.CANCELLED, reason="", now=self.now)

    # ---- bookkeeping of the test --------------------------------------------------------------

    def outcome(self, claim: Claim, answer: str) -> Outcome:
        state, doubt, due_at = {
            "sent": (DeliveryState.SENT, None, None),
            "failed": (DeliveryState.FAILED, None, None),
            "deferred": (DeliveryState.DEFERRED, None, self.now + timedelta(minutes=1)),
            "unavailable": (DeliveryState.PENDING, None, None),
            "line lost": (DeliveryState.IN_DOUBT, Doubt.LINE, None),
        }[answer]
        return Outcome(claim, state, answer, doubt=doubt, due_at=due_at, counted=answer != "unavailable")

    def remember_lost(self, hands: Hands) -> None:
        """A message that is on the wire, or may go there yet, and whose outcome the ledger will not learn in time."""
        for claim in [*hands.claimed, *(one.claim for one in hands.answered)]:
            self.lost_answers[claim.subscriber_id] += 1

    def states(self) -> dict[int, DeliveryState]:
        with self.database.read() as connection:
            rows = connection.execute(select(delivery.c.subscriber_id, delivery.c.state)
                                      .where(delivery.c.mailing_id == self.mailing.id)).all()
        return {person: DeliveryState(state) for person, state in rows}

    def counted(self) -> dict[DeliveryState, int]:
        found = Counter(self.states().values())
        return {state: found[state] for state in DeliveryState}


@pytest.mark.parametrize("policy", DoubtPolicy)
def test_ledger_loses_nobody_and_mails_nobody_twice_whatever_dies(
    database_url: str, policy: DoubtPolicy, trials
) -> None:
    database = open_database(database_url)

    class Machine(Deliveries):
        pass

    Machine.database, Machine.policy = database, policy
    run_state_machine_as_test(
        Machine, settings=settings(max_examples=trials(15, 400), stateful_step_count=30, deadline=None))
    database.close()
