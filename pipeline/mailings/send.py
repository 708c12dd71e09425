"""The one door out: nothing else touches the post.

    claim a group, marked (one commit) -> for each: wait for the pace -> compose -> the board says: departed
                      -> hand over -> verdict -> the board says: landed
                      -> recorded in the same commit that claims the next group

A sender is a thread with a transport of its own; its desk (`desk.py`) holds the group in hand.
"""

from __future__ import annotations

import gc
import logging
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from pipeline.clock import Clock
from pipeline.errors import PipelineError, Refused
from pipeline.mailings.board import Board, read_board
from pipeline.mailings.brake import Brake
from pipeline.mailings.desk import SendersDesk
from pipeline.mailings.ledger import Ledger
from pipeline.mailings.ledger.workers import Worker
from pipeline.mailings.mailing import (
    COPIES,
    Claim,
    DeliveryState,
    Doubt,
    DoubtPolicy,
    MailingState,
    Outcome,
)
from pipeline.mailings.pace import Pace
from pipeline.mailings.presence import take_back
from pipeline.mailings.trials import Trials
from pipeline.mailings.warm_up import WarmUp
from pipeline.providers.base import Message, Transport

log = logging.getLogger(__name__)

IDLE_S = 1.0              # how long an idle sender waits before it looks again
PATIENCE = 3              # how often in a row nothing may be handed over before a single pass gives up
LONGEST_REST = timedelta(minutes=3)  # what a single pass waits for where the post asks to be left alone
REFUSALS = 20             # refusals of us in a row, with nobody accepted, that pause a mailing
UNANSWERED = 10           # repeats in a row whose answer was lost again, with nobody accepted, that pause one
BRAKES_S = (1.0, 2.0, 5.0, 15.0, 30.0, 60.0)


@dataclass(frozen=True, slots=True)
class Terms:
    """What the owner's settings say about sending, and what is true of the post they name (`providers.base`)."""

    retry: tuple[timedelta, ...]
    in_doubt: DoubtPolicy
    senders: int = 1
    lease: timedelta = timedelta(minutes=15)
    provider: str = ""
    idempotent: bool = False
    memory: timedelta | None = None
    repeats: bool = True
    broadcasts: bool = False
    expire: timedelta = timedelta(hours=36)

    def has_enough(self, copies: int) -> bool:
        """Whether the post, which may have so many copies and one more, gets none without a person's word."""
        return not self.idempotent and copies + 1 >= COPIES

    def may_repeat(self, attempts: int, copies: int) -> bool:
        """Whether a message whose answer was lost goes out again after so many attempts, and copies, before this one.

        A key is known from its first use on; by then the retries of the schedule have taken their time.
        """
        if not self.in_doubt.resends(Doubt.LINE, idempotent=self.idempotent, repeats=self.repeats):
            return False
        if self.in_doubt is DoubtPolicy.RESEND:
            return True  # its owner has decided, for all and as often as it takes
        if self.has_enough(copies):
            return False
        return self.memory is None or not self.idempotent or self._lasts(attempts + 1) * 1.1 < self.memory

    def is_letter_over(self, attempts: int) -> bool:
        """Whether a letter that was put off so often has had its time; a mailing ends by the clock."""
        return self._lasts(attempts) >= self.expire

    def _lasts(self, attempts: int) -> timedelta:
        """How long so many tries take by the schedule, the wait behind the last one included."""
        steps, repeated = self.retry[:attempts], max(0, attempts - len(self.retry))
        return sum(steps, timedelta(0)) + self.retry[-1] * repeated


@dataclass(slots=True)
class Report:
    """What a stretch of sending came to. `unreachable` is why it ended early, "" if it did not."""

    outcomes: Counter[DeliveryState] = field(default_factory=Counter)
    paused: dict[int, str] = field(default_factory=dict)
    unreachable: str = ""


class Office:
    """Everything senders share. `compose` turns a claim into a message; `chance` gives [0, 1).

    `prepare` hears of the claims that come next, so that what takes long may begin.
    """

    def __init__(
        self, ledger: Ledger, worker: Worker, *, board: Board, open_transport: Callable[[], Transport],
        compose: Callable[[Claim], Message], pace: Pace, clock: Clock, chance: Callable[[], float], terms: Terms,
        prepare: Callable[[Iterable[Claim]], None] = lambda _: None,
        steady: Callable[[], datetime] | None = None, brake: Brake | None = None, warm_up: WarmUp | None = None,
    ) -> None:
        self.ledger = ledger
        self.worker = worker
        self.board = board
        self.open_transport = open_transport
        self.compose = compose
        self.prepare = prepare
        self.pace = pace
        self.clock = clock
        self.chance = chance
        self.terms = terms
        self.steady = steady or clock.now  # for leases: whoever sets the clock does not move it
        self.report = Report()
        self.failure: BaseException | None = None  # what ended a sender, and so all of them
        self.served = 0  # how many messages the post has taken, from whichever sender
        self.brake = brake or Brake(1)
        self.warm_up = warm_up
        self.trials = Trials()
        self._lock = threading.Lock()
        self._refusals = 0
        self._unanswered = 0
        self._misses_ledger = False

    def deliver(self, stop: threading.Event, *, is_patient: bool = False) -> Report:
        """Sends until nothing is due now, `stop` is set, or the post cannot be reached.

        Whoever is patient waits for a ledger that is away as long as `stop` is not set.
        """
        self._run(stop, until_idle=True, is_patient=is_patient)
        return self.report

    def serve(self, stop: threading.Event) -> Report:
        """Sends whatever becomes due until `stop` is set."""
        self._run(stop, until_idle=False, is_patient=True)
        return self.report

    def _run(self, stop: threading.Event, *, until_idle: bool, is_patient: bool) -> None:
        # Nobody is at work now: what this worker still holds was left by an office that failed.
        take_back(self.ledger, self.worker, read_board(self.board.path), Doubt.PROCESS, self.clock.now(), has_died=True)
        self.trials.open(self.ledger.suspects.waiting())
        senders = [Sender(self, stop, until_idle=until_idle, is_patient=is_patient)
                   for _ in range(self.terms.senders)]
        threads = [threading.Thread(target=sender.work, name="sender", daemon=True) for sender in senders]
        gc.freeze()  # else all that the program consists of is looked through for garbage while the wires wait
        try:
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        finally:
            gc.unfreeze()
        if self.warm_up:
            self.warm_up.close()
        if self.failure is not None:
            raise self.failure
        self.report.unreachable = next((sender.unreachable for sender in senders if sender.unreachable), "")

    def claim(self, known: Sequence[Outcome], limit: int, *, is_alone: bool = False) -> list[Claim]:
        """Records what is known and claims up to `limit`, in one commit; of mailings what a warm-up allows today.

        A delivery at which a process died is claimed when nobody else waits, by who `is_alone`, and by itself.
        """
        if not self.trials.suspects:
            return self._claim(known, limit)
        claims = self._claim(known, limit, but=self.trials.suspects)
        self.trials.hear(known)
        while is_alone and limit and not claims and (suspect := self.trials.next()) is not None:
            claims = self._claim((), 1, only=suspect)
            if not claims:
                self.trials.acquit(suspect)
        return claims

    def _claim(self, known: Sequence[Outcome], limit: int, **which: Any) -> list[Claim]:
        claim = partial(
            self.ledger.deliveries.claim, self.worker.id, self.worker.shard, known, limit=limit, now=self.clock.now(),
            lease=self.terms.lease, steady=self.steady(), provider=self.terms.provider,
            broadcasts=self.terms.broadcasts, **which)
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

    def accept(self) -> None:
        """Somebody was served: we are not unwelcome, and the post answers."""
        with self._lock:
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
        with self._lock:
            if not self._misses_ledger:
                log.warning("ledger.unreachable", extra={"reason": str(error)})
            self._misses_ledger = True

    def find_ledger(self) -> None:
        """It is there again."""
        with self._lock:
            if self._misses_ledger:
                log.info("ledger.reached")
            self._misses_ledger = False

    def pause(self, mailing_id: int, reason: str) -> None:
        """Stops a mailing until a person looks."""
        self.ledger.mailings.move(mailing_id, MailingState.PAUSED, reason=reason, now=self.clock.now())
        self.report.paused[mailing_id] = reason
        log.error("mailing.paused", extra={"mailing": mailing_id, "reason": reason})


class Sender:
    """One thread, one transport: group after group until it is told to stop or nothing is left."""

    def __init__(self, office: Office, stop: threading.Event, *, until_idle: bool, is_patient: bool) -> None:
        self._office = office
        self._stop = stop
        self._until_idle = until_idle
        self._desk = SendersDesk(office, stop, is_patient=is_patient)
        self._transport: Transport | None = None
        self._has_given_up = False
        self.unreachable = ""  # why this one gave up, if nobody else was served meanwhile

    def work(self) -> None:
        """The thread's life."""
        try:
            while not (self._stop.is_set() or self._has_given_up or self._office.failure):
                if not self._serve() and (self._until_idle or self._rest(IDLE_S)):
                    break
        except BaseException as error:  # noqa: BLE001, raised again by the thread that waits for this one
            self._office.failure = error
        finally:
            self._desk.close()
            if self._transport is not None:
                self._transport.close()

    def _serve(self) -> bool:
        """Hands over what is due, as far as the post and the owner allow; False if it was nothing."""
        try:
            has_some = self._desk.fill()
            if has_some:
                self._carry()
        finally:
            self._desk.clear()
        if self._desk.outage:
            self._brake(is_idle=not has_some)
        return has_some

    def _carry(self) -> None:
        """The one place where anything leaves."""
        if self._transport is None:
            self._transport = self._office.open_transport()
        self._desk.open(self._transport.timeout_s)
        self._transport.carry(self._desk)
        while self._desk.pause_s and not (self._is_turned_away() or self._rest(self._desk.pause_s)):
            self._transport.carry(self._desk)

    def _brake(self, *, is_idle: bool) -> None:
        """The post is away: a single pass gives up after a few tries, a service waits longer each time."""
        outage = self._desk.outage
        error = outage[-1][1]
        if self._until_idle and (is_idle or len(outage) >= PATIENCE):
            self._has_given_up = True
            self.unreachable = "" if self._desk.others_are_served else str(error)
            return
        if self._is_turned_away():
            self.unreachable = f"{error}: {self.unreachable}"
            return
        self._rest(max(BRAKES_S[min(len(outage), len(BRAKES_S)) - 1], error.retry_after_s or 0))

    def _is_turned_away(self) -> bool:
        """The post wants to be left alone for longer than a single pass waits: it ends, and says until when."""
        office = self._office
        until = office.pace.rests_until if self._until_idle else None
        if until and until - office.clock.now() > LONGEST_REST:
            self._has_given_up = True
            self.unreachable = f"{office.pace.provider} wants to be left alone until {until:%Y-%m-%d %H:%M} UTC"
        return self._has_given_up

    def _rest(self, seconds: float) -> bool:
        """Waits; True if it is time to stop."""
        return self._office.clock.wait(self._stop, seconds)
