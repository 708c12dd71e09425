"""The one door out: claim, compose, mark, hand over, record; nothing else touches the post.

    claim a group -> for each: wait for the pace -> mark (durable) -> hand over -> verdict
                     the verdict is recorded in the same step that marks the next

A sender is a thread with a transport of its own. What a verdict leads to stands in `_judge`.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TypeVar

from pipeline.clock import Clock
from pipeline.errors import (
    AudienceError,
    ConfigError,
    EditionError,
    InDoubt,
    OutputError,
    Refused,
    Rejected,
    TransportError,
    Unavailable,
    Unreachable,
)
from pipeline.mailings.clerk import Clerk
from pipeline.mailings.ledger import Ledger
from pipeline.mailings.ledger.workers import Worker
from pipeline.mailings.mailing import (
    Claim,
    DeliveryState,
    Doubt,
    DoubtPolicy,
    MailingState,
    Outcome,
    retry_at,
)
from pipeline.mailings.pace import Pace
from pipeline.providers.base import Message, Transport

log = logging.getLogger(__name__)

T = TypeVar("T")

GROUP = 20                # deliveries claimed at once: what a dead process leaves to be claimed again
IDLE_S = 1.0              # how long an idle sender waits before it looks again
PATIENCE = 3              # how often in a row nothing may be handed over before a single pass gives up
REFUSALS = 20             # refusals of us in a row, with nobody accepted, that pause a mailing
BRAKES_S = (1.0, 2.0, 5.0, 15.0, 30.0, 60.0)


@dataclass(frozen=True, slots=True)
class Terms:
    """What the owner's settings say about sending."""

    retry: tuple[timedelta, ...]
    in_doubt: DoubtPolicy
    senders: int = 1
    lease: timedelta = timedelta(minutes=15)


@dataclass(slots=True)
class Report:
    """What a stretch of sending came to. `unreachable` is why it ended early, "" if it did not."""

    outcomes: Counter[DeliveryState] = field(default_factory=Counter)
    paused: dict[int, str] = field(default_factory=dict)
    unreachable: str = ""


class Office:
    """Everything senders share. `compose` turns a claim into a message; `chance` gives [0, 1)."""

    def __init__(
        self, ledger: Ledger, worker: Worker, *, open_transport: Callable[[], Transport],
        compose: Callable[[Claim], Message], pace: Pace, clock: Clock, chance: Callable[[], float], terms: Terms,
    ) -> None:
        self.ledger = ledger
        self.worker = worker
        self.open_transport = open_transport
        self.compose = compose
        self.pace = pace
        self.clock = clock
        self.chance = chance
        self.terms = terms
        self.report = Report()
        self.failure: BaseException | None = None  # what ended a sender, and so all of them
        self.is_answering = True  # whether the post did when it was last asked, by whichever sender
        self._lock = threading.Lock()
        self._refusals = 0

    def deliver(self, stop: threading.Event) -> Report:
        """Sends until nothing is due now, `stop` is set, or the post cannot be reached."""
        self._run(stop, until_idle=True)
        return self.report

    def serve(self, stop: threading.Event) -> Report:
        """Sends whatever becomes due until `stop` is set."""
        self._run(stop, until_idle=False)
        return self.report

    def write(self, outcomes: Sequence[Outcome], marks: Sequence[Claim]) -> list[Claim]:
        """Records and marks in one durable step; only marked claims may go on the wire."""
        return self.ledger.deliveries.advance(
            self.worker.shard, outcomes, marks, now=self.clock.now(), lease=self.terms.lease)

    def _run(self, stop: threading.Event, *, until_idle: bool) -> None:
        # Nobody is at work now: what this worker still holds was left by an office that failed.
        self.ledger.doubts.reclaim([self.worker.id], Doubt.PROCESS)
        clerk = Clerk(self.write)
        try:
            self._run_senders(clerk, stop, until_idle=until_idle)
        finally:
            clerk.close()

    def _run_senders(self, clerk: Clerk, stop: threading.Event, *, until_idle: bool) -> None:
        senders = [Sender(self, clerk, stop, until_idle=until_idle) for _ in range(self.terms.senders)]
        threads = [threading.Thread(target=sender.work, name="sender", daemon=True) for sender in senders]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if self.failure is not None:
            raise self.failure
        if not self.is_answering:
            self.report.unreachable = next((sender.gave_up for sender in senders if sender.gave_up), "")

    def note(self, outcome: Outcome) -> None:
        """Counts an outcome for the report."""
        with self._lock:
            self.report.outcomes[outcome.state] += 1
            if outcome.state is DeliveryState.SENT:
                self._refusals = 0

    def refuse(self, error: Refused) -> bool:
        """We were refused: whether to pause the mailing, at once or after too many in a row."""
        with self._lock:
            self._refusals += 1
            if not error.session and self._refusals < REFUSALS:
                return False
            self._refusals = 0
        return True

    def pause(self, mailing_id: int, reason: str) -> None:
        """Stops a mailing until a person looks."""
        self.ledger.mailings.move(mailing_id, MailingState.PAUSED, reason=reason, now=self.clock.now())
        self.report.paused[mailing_id] = reason
        log.error("mailing.paused", extra={"mailing": mailing_id, "reason": reason})


class Sender:
    """One thread, one transport, one message at a time."""

    def __init__(self, office: Office, clerk: Clerk, stop: threading.Event, *, until_idle: bool) -> None:
        self._office = office
        self._clerk = clerk
        self._stop = stop
        self._until_idle = until_idle
        self._transport: Transport | None = None
        self._outage: list[tuple[int, Unavailable]] = []  # deliveries that could not be handed over, in a row
        self.gave_up = ""  # why this one stopped early; the others may still be served

    def work(self) -> None:
        """The thread's life: group after group until it is told to stop or nothing is left."""
        try:
            while not (self._stop.is_set() or self.gave_up or self._office.failure):
                if not self._serve(self._claim()) and (self._until_idle or self._rest(IDLE_S)):
                    break
        except BaseException as error:  # noqa: BLE001, raised again by the thread that waits for this one
            self._office.failure = error
        finally:
            if self._transport is not None:
                self._transport.close()

    def _serve(self, claims: list[Claim]) -> bool:
        """Hands a group over, as far as the post and the owner allow; False if it was empty.

        Where a mark is refused, the mailing was stopped or the lease is over: the rest is given back.
        """
        office, waiting = self._office, list(claims)
        try:
            outcomes = self._hand_over_all(waiting)
        finally:
            self._durably(lambda: office.ledger.deliveries.release(office.worker.shard, waiting))
        self._advance(outcomes, [])
        if self._outage:
            self._brake(is_idle=not claims)
        return bool(claims)

    def _hand_over_all(self, waiting: list[Claim]) -> list[Outcome]:
        """Works through a group, taking from `waiting` what was attempted; gives what is not recorded yet."""
        outcomes: list[Outcome] = []
        while waiting and self._may_go():
            message = self._compose(waiting[0])
            if isinstance(message, Outcome):
                outcomes.append(message)
                waiting.pop(0)
                if message.state is DeliveryState.PENDING:
                    break
                continue
            marked = self._advance(outcomes, waiting[:1])
            outcomes = [self._hand_over(waiting.pop(0), message)] if marked else []
            if self._outage or not marked:
                break
        return outcomes

    def _may_go(self) -> bool:
        """Waits until the pace lets one message pass; False if it is time to stop."""
        return self._durably(lambda: self._office.pace.wait(self._stop))

    def _claim(self) -> list[Claim]:
        office = self._office
        return self._durably(lambda: office.ledger.deliveries.claim(
            office.worker.id, office.worker.shard, limit=GROUP, now=office.clock.now(), lease=office.terms.lease))

    def _advance(self, outcomes: list[Outcome], marks: list[Claim]) -> list[Claim]:
        """Through the clerk: what we report now shares a commit with what the other senders report."""
        if not outcomes and not marks:
            return []
        marked = self._durably(lambda: self._clerk.advance(outcomes, marks))
        for outcome in outcomes:
            self._office.note(outcome)
        return marked

    def _durably(self, step: Callable[[], T]) -> T:
        """A step on the ledger. While it cannot be reached, what we know is kept and tried again."""
        while True:
            try:
                return step()
            except (Unreachable, OutputError) as error:
                if self._until_idle or self._rest(BRAKES_S[1]):
                    raise
                log.warning("ledger.unreachable", extra={"reason": str(error)})

    def _compose(self, claim: Claim) -> Message | Outcome:
        """The message, or what becomes of one that cannot be made: a reader fails alone, a mailing is paused."""
        try:
            return self._durably(lambda: self._office.compose(claim))
        except AudienceError as error:
            return Outcome(claim, DeliveryState.FAILED, str(error))
        except (EditionError, ConfigError) as error:
            if claim.mailing_id is None:
                return Outcome(claim, DeliveryState.FAILED, str(error))
            self._pause(claim.mailing_id, str(error))
            return Outcome(claim, DeliveryState.PENDING, str(error))

    def _pause(self, mailing_id: int, reason: str) -> None:
        self._durably(lambda: self._office.pause(mailing_id, reason))

    def _hand_over(self, claim: Claim, message: Message) -> Outcome:
        """The one place where anything leaves."""
        try:
            if self._transport is None:
                self._transport = self._office.open_transport()
            receipt = self._transport.send(message)
        except TransportError as error:
            return self._judge(claim, error)
        self._outage.clear()
        self._office.is_answering = True
        return Outcome(claim, DeliveryState.SENT, receipt.reply, receipt.provider, receipt.provider_id)

    def _judge(self, claim: Claim, error: TransportError) -> Outcome:
        """What a verdict leads to; its class says it all."""
        self._office.is_answering = not isinstance(error, Unavailable)
        if isinstance(error, Unavailable):
            return self._put_back(claim, error)
        self._outage.clear()
        if isinstance(error, Rejected):
            return Outcome(claim, DeliveryState.FAILED, error.reply)
        if isinstance(error, InDoubt) and not self._office.terms.in_doubt.resends(Doubt.LINE):
            return Outcome(claim, DeliveryState.IN_DOUBT, error.reply, doubt=Doubt.LINE)
        # A letter has no mailing to pause: it is tried again later.
        if isinstance(error, Refused) and claim.mailing_id is not None and self._office.refuse(error):
            self._pause(claim.mailing_id, f"the post refuses us: {error.reply}")
            return Outcome(claim, DeliveryState.PENDING, error.reply, counted=False)
        return self._later(claim, error)

    def _put_back(self, claim: Claim, error: Unavailable) -> Outcome:
        """Nothing was handed over. Twice in a row for one reader makes way for the others first."""
        again = bool(self._outage) and self._outage[-1][0] == claim.id
        self._outage.append((claim.id, error))
        if again:
            return replace(self._later(claim, error), counted=False)
        return Outcome(claim, DeliveryState.PENDING, error.reply, counted=False)

    def _later(self, claim: Claim, error: TransportError) -> Outcome:
        office = self._office
        due_at = retry_at(claim.attempts + 1, office.terms.retry, office.clock.now(), chance=office.chance(),
                          wish_s=error.retry_after_s)
        return Outcome(claim, DeliveryState.DEFERRED, error.reply, due_at=due_at)

    def _brake(self, *, is_idle: bool) -> None:
        """The post is away: a single pass gives up after a few tries, a service waits longer each time."""
        error = self._outage[-1][1]
        if self._until_idle and (is_idle or len(self._outage) >= PATIENCE):
            self.gave_up = str(error)
            return
        self._rest(max(BRAKES_S[min(len(self._outage), len(BRAKES_S)) - 1], error.retry_after_s or 0))

    def _rest(self, seconds: float) -> bool:
        """Waits; True if it is time to stop."""
        return self._office.clock.wait(self._stop, seconds)
