"""What the senders of one process share: the ledger, the way to the post, and what they learn of both together."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from pipeline.clock import Clock
from pipeline.errors import PipelineError
from pipeline.mailings.board import Board
from pipeline.mailings.contact import Contact
from pipeline.mailings.ledger import Ledger
from pipeline.mailings.ledger.workers import Worker
from pipeline.mailings.mailing import ALL, Claim, DeliveryState, MailingState, Outcome, Which
from pipeline.mailings.pace import Pace
from pipeline.mailings.quarantine import Quarantine
from pipeline.mailings.refusal_brake import RefusalBrake
from pipeline.mailings.terms import Terms
from pipeline.mailings.warm_up import WarmUp
from pipeline.mailings.welcome import Welcome
from pipeline.providers.base import Message, Transport

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Report:
    """What a stretch of sending came to. `unreachable` is why it ended early, "" if it did not."""

    outcomes: Counter[DeliveryState] = field(default_factory=Counter)
    paused: dict[int, str] = field(default_factory=dict)
    unreachable: str = ""


@dataclass(frozen=True, slots=True)
class Restraints:
    """What holds senders back, from one turn to the next: short turns count their refusals together, and leave each
    other the slots that they took and did not use."""

    pace: Pace
    brake: RefusalBrake = field(default_factory=lambda: RefusalBrake(1))
    warm_up: WarmUp | None = None


@dataclass(frozen=True, slots=True)
class Post:
    """How messages come to be and leave. `open` gives a sender its transport, `compose` turns a claim into a message;
    `prepare` hears of the claims that come next, so that what takes long may begin."""

    open: Callable[[], Transport]
    compose: Callable[[Claim], Message]
    prepare: Callable[[Iterable[Claim]], None] = lambda _: None


class Dispatch:
    """Everything senders share. `chance` gives [0, 1); `rested` is called when a sender has nothing left of what it
    had, so that a mailing may be over."""

    def __init__(
        self, ledger: Ledger, worker: Worker, board: Board, post: Post, *, restraints: Restraints, terms: Terms,
        clock: Clock, chance: Callable[[], float], rested: Callable[[], None] = lambda: None,
        steady: Callable[[], datetime] | None = None, contact: Contact | None = None,
    ) -> None:
        self.ledger = ledger
        self.worker = worker
        self.board = board
        self.post = post
        self.rested = rested
        self.pace, self.brake, self.warm_up = restraints.pace, restraints.brake, restraints.warm_up
        self.clock = clock
        self.chance = chance
        self.terms = terms
        self.steady = steady or clock.now  # for leases: whoever sets the clock does not move it
        self.report = Report()
        self.failure: BaseException | None = None  # what ended a sender, and so all of them
        self.welcome = Welcome()
        self.quarantine = Quarantine()
        self._lock = threading.Lock()
        self._contact = contact or Contact()

    def claim(self, known: Sequence[Outcome], limit: int, *, is_alone: bool = False) -> list[Claim]:
        """Records what is known and claims up to `limit`, in one commit; of mailings what a warm-up allows today.

        A delivery at which a process died is claimed when nobody else waits, by who `is_alone`, and by itself.
        """
        if not self.quarantine.suspects:
            return self._claim(known, limit)
        claims = self._claim(known, limit, Which(but=self.quarantine.suspects))
        self.quarantine.hear(known)
        while is_alone and limit and not claims and (suspect := self.quarantine.next()) is not None:
            claims = self._claim((), 1, Which(only=suspect))
            if not claims:
                self.quarantine.release(suspect)
        return claims

    def _claim(self, known: Sequence[Outcome], limit: int, which: Which = ALL) -> list[Claim]:
        claim = partial(
            self.ledger.deliveries.claim, self.worker.id, self.worker.shard, known, limit=limit, now=self.clock.now(),
            lease=self.terms.lease, steady=self.steady(), by=self.terms.carrier, which=which)
        if self.warm_up is None:
            return claim()
        room = self.warm_up.take(limit)
        claims = claim(of_mailings=room)
        unused = room - sum(one.mailing_id is not None for one in claims)
        self.warm_up.give_back(unused + sum(
            not one.counted and one.claim.mailing_id is not None for one in known))
        return claims

    def note(self, outcomes: Sequence[Outcome]) -> None:
        """Counts outcomes for the report."""
        with self._lock:
            self.report.outcomes.update([outcome.state for outcome in outcomes])

    def miss_ledger(self, error: PipelineError) -> None:
        """The ledger is away or its disk full: said once, whichever senders meet it."""
        self._contact.lose("send", error)

    def find_ledger(self) -> None:
        """It answers."""
        self._contact.find("send")

    def pause(self, mailing_id: int, reason: str) -> None:
        """Stops a mailing until a person looks; said once, whichever messages and senders meet the reason."""
        is_news = self.ledger.mailings.move(mailing_id, MailingState.PAUSED, reason=reason, now=self.clock.now())
        if is_news or mailing_id not in self.report.paused:
            log.error("mailing.paused", extra={"mailing": mailing_id, "reason": reason})
        self.report.paused[mailing_id] = reason
