"""What the senders of one process share: the ledger, the way to the post, and what they learn of both together."""

from __future__ import annotations

import logging
import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from pipeline.clock import Clock
from pipeline.errors import PipelineError, Refused
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
from pipeline.providers.base import Message, Transport

log = logging.getLogger(__name__)

REFUSALS = 20             # refusals of us in a row, with nobody accepted, that pause a mailing
UNANSWERED = 10           # repeats in a row whose answer was lost again, with nobody accepted, that pause one


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


class Dispatch:
    """Everything senders share. `compose` turns a claim into a message; `chance` gives [0, 1).

    `prepare` hears of the claims that come next, so that what takes long may begin; `rested` is called when a sender
    has nothing left of what it had, so that a mailing may be over.
    """

    def __init__(
        self, ledger: Ledger, worker: Worker, *, board: Board, open_transport: Callable[[], Transport],
        compose: Callable[[Claim], Message], restraints: Restraints, terms: Terms, clock: Clock,
        chance: Callable[[], float], prepare: Callable[[Iterable[Claim]], None] = lambda _: None,
        rested: Callable[[], None] = lambda: None, steady: Callable[[], datetime] | None = None,
        contact: Contact | None = None,
    ) -> None:
        self.ledger = ledger
        self.worker = worker
        self.board = board
        self.open_transport = open_transport
        self.compose = compose
        self.prepare = prepare
        self.rested = rested
        self.pace, self.brake, self.warm_up = restraints.pace, restraints.brake, restraints.warm_up
        self.clock = clock
        self.chance = chance
        self.terms = terms
        self.steady = steady or clock.now  # for leases: whoever sets the clock does not move it
        self.report = Report()
        self.failure: BaseException | None = None  # what ended a sender, and so all of them
        self.served = 0  # how many messages the post has taken, from whichever sender
        self.quarantine = Quarantine()
        self._lock = threading.Lock()
        self._refusals = 0
        self._refused: defaultdict[int, set[int]] = defaultdict(set)  # deliveries of small mailings
        self._unanswered = 0
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

    def accept(self, mailing_id: int | None = None) -> None:
        """Somebody was served: we are not unwelcome, and the post answers."""
        with self._lock:
            if mailing_id is not None:
                self._refused.pop(mailing_id, None)
            self.served += 1
            self._refusals = self._unanswered = 0

    def refuse(self, error: Refused) -> bool:
        """We were refused: whether to pause the mailing, at once or after too many in a row."""
        with self._lock:
            self._refusals += 1
            if not error.session and self._refusals < REFUSALS:
                return False
            self._refusals = 0
        return True

    def is_unwelcome(self, mailing_id: int, delivery_id: int) -> bool:
        """Whether with this one everybody of a mailing was refused: a small one never has so many in a row."""
        audience = self.ledger.mailings.get(mailing_id).audience
        if audience >= REFUSALS:
            return False
        with self._lock:
            self._refused[mailing_id].add(delivery_id)
            is_everybody = len(self._refused[mailing_id]) == audience
            if is_everybody:
                del self._refused[mailing_id]
        return is_everybody

    def miss_answer(self) -> bool:
        """A repeat went unanswered too: whether that is so of all, so that each reader gets copy after copy."""
        with self._lock:
            self._unanswered += 1
            if self._unanswered < UNANSWERED:
                return False
            self._unanswered = 0
        return True

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
