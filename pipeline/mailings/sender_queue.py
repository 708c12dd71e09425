"""What one sender has in hand: claims waiting, messages on their way, outcomes not recorded yet.

A transport asks `next` for a message, says `depart` when its bytes go out, and `land`s it. One commit records what has
landed and claims the next group (`recorder.py`); between two commits the flight board keeps both (`board.py`).
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import partial

from pipeline.clock import monotonic
from pipeline.errors import AudienceError, ConfigError, DatabaseError, EditionError, OutputError, TransportError
from pipeline.mailings.dispatch import Dispatch
from pipeline.mailings.judging import Judge
from pipeline.mailings.mailing import Claim, DeliveryState, Outcome, given_back
from pipeline.mailings.recorder import PASSING, Recorder
from pipeline.providers.base import Message, Receipt

GROUP = 20                # deliveries claimed at once at first: after a power cut they are in doubt
LARGEST_GROUP = 250       # and where they go quickly, when the next group is claimed beside the one in hand
QUICK_S, SLOW_S = 0.25, 1.0
UNRECORDED_S = 1.0        # how long an outcome stands on the board alone, and a stopped mailing goes on
A_MOMENT_S = 0.05         # how long nobody is asked for where all in hand wait: for mail domains, or for the board
AGAIN_S = 1.0             # how long a line listens before it asks again whether something became due


class SenderQueue:
    """One sender's; not for two threads."""

    def __init__(self, dispatch: Dispatch, stop: threading.Event, *, is_patient: bool) -> None:
        self._dispatch = dispatch
        self._stop = stop
        self._timeout = timedelta(0)
        self._waiting: deque[Claim] = deque()
        self._in_flight: dict[str, Claim] = {}
        self._outcomes: list[Outcome] = []
        self._returned: list[Outcome] = []  # never departed, so nothing to tell
        self._recorder = Recorder(dispatch, stop, is_patient=is_patient)
        self.durably = self._recorder.durably
        self._group, self._asked, self._is_full = GROUP, 0, False
        self._filled_at = self._recorded_at = monotonic()
        self._slot: datetime | None = None
        self._slot_since = dispatch.clock.now()
        self.judge = Judge(dispatch, self.durably, self._pause)
        self.pause_s = 0.0  # how long to wait until `next` may have something again; 0: it has nothing
        self._failure: DatabaseError | None = None  # what `next` met and does not pass

    def open(self, timeout_s: float) -> None:
        """For a transport that may need so long for a message. After an outage it is worth another try."""
        self._timeout = timedelta(seconds=timeout_s)
        self.judge.is_braking = False

    # ---- what a transport asks -----------------------------------------------------------------

    def next(self) -> Message | float | None:
        """The next message that may go; seconds until there may be one; None when it is time to come back.

        That is so too where the ledger fails: what is in flight is heard out, and lands on the board.
        """
        try:
            found = self._find()
        except PASSING:  # met again when what has landed is to be recorded, where it has not passed
            found = None
        except DatabaseError as error:
            found, self._failure = None, error
        self.pause_s = found if isinstance(found, float) else 0
        return found

    def _find(self) -> Message | float | None:
        while not (self._stop.is_set() or self.judge.is_braking or self._dispatch.failure or self._failure):
            self.judge.tell()
            self._keep_up()
            if not (self._waiting or self.fill()):
                return AGAIN_S if self._in_flight or self._dispatch.pace.domains.are_awaited else None
            if (seconds := self._until_slot()) > 0:
                return seconds
            claim = self._pick() if self._dispatch.pace.domains.are_on else self._waiting.popleft()
            if claim is None:
                return self._look_further()
            if self._slot and self._is_late(claim):  # it waited so long for its slot, which another one takes
                self._leave_flight(claim)
                self._give_back(claim)
                continue
            if not self._dispatch.board.begin(claim):
                self._leave_flight(claim)
                self._waiting.appendleft(claim)
                return A_MOMENT_S
            if message := self._made(claim):
                self._in_flight[message.key] = claim
                self._slot = None
                return message
        return None

    def depart(self, message: Message) -> bool:
        """Writes on the board that it goes; False where its lease would be over before its answer: given back."""
        claim = self._in_flight[message.key]
        if self._is_late(claim):
            self.give_back(message)
            return False
        self._dispatch.board.depart(claim)
        return True

    def land(self, message: Message, result: Receipt | TransportError) -> None:
        """Writes on the board what became of it. What the ledger is to hear of it waits: others land just now."""
        claim = self._in_flight.pop(message.key)
        self._leave_flight(claim)
        outcome = self.judge.outcome(claim, result)
        self._dispatch.board.land(outcome)
        self._outcomes.append(outcome)

    def give_back(self, message: Message) -> None:
        """It waits for another hour, as if it had not been claimed."""
        claim = self._in_flight.pop(message.key)
        self._leave_flight(claim)
        self._give_back(claim)

    # ---- what its sender asks ------------------------------------------------------------------

    def fill(self) -> bool:
        """Records what is known and claims the next group; whether there is one."""
        took = monotonic() - self._filled_at
        if self._is_full and took < QUICK_S:
            self._group = min(self._group * 2, LARGEST_GROUP)
        elif took > SLOW_S:
            self._group = max(self._group // 2, GROUP)
        claims = self._take() or self._turn(self._group)
        self._receive(claims)
        self._filled_at, self._is_full = monotonic(), len(claims) == self._asked
        if self._is_full and self._group > GROUP:
            self._begin(self._group)
        return bool(self._waiting)

    def clear(self) -> None:
        """Gives back what waits, its slot too, and records what is known. Raises what `next` met and does not pass."""
        try:
            self._receive(self._recorder.take())
            self.judge.tell()
        finally:
            self._leave_slot()
            self._drop(lambda _: True)
            self._turn(0)
        failure, self._failure = self._failure, None
        if failure:
            raise failure

    def close(self) -> None:
        """No more is asked of it."""
        self._recorder.close()

    # ---- the ledger ----------------------------------------------------------------------------

    def _turn(self, limit: int) -> list[Claim]:
        """One commit: what is known is recorded, and so many are claimed."""
        self._asked = limit
        is_alone = not (self._in_flight or self._waiting)
        return self._recorder.turn(self._known(), limit, is_alone=is_alone)

    def _begin(self, limit: int) -> None:
        """The same, beside the wire."""
        self._asked = limit
        self._recorder.begin(self._known(), limit)

    def _receive(self, claims: Iterable[Claim]) -> None:
        """Puts claims in line. One whose message is on its way was taken from us when its lease was over, and given to
        us again: the answer that comes is the later claim's, for to the earlier one nobody would listen."""
        for claim in claims:
            if claim.key in self._in_flight:
                self._dispatch.board.follow(claim)
                self._in_flight[claim.key] = claim
            else:
                self._waiting.append(claim)

    def _take(self) -> list[Claim]:
        """What was begun, without what was stopped since."""
        claims = self._recorder.take()
        try:
            return self._still_going(claims) if claims else []
        except (DatabaseError, OutputError):
            self._receive(claims)  # in line, from which `clear` gives them back
            raise

    def _known(self) -> list[Outcome]:
        """What is not recorded yet, now in the recorder's hands."""
        self._dispatch.note(self._outcomes)
        known = self._outcomes + self._returned
        self._outcomes, self._returned = [], []
        self._recorded_at = monotonic()
        return known

    def _keep_up(self) -> None:
        """Where a group takes long: records in between, and gives back what a person has stopped meanwhile, or a reader
        who left."""
        is_late = monotonic() - self._recorded_at > UNRECORDED_S
        if is_late or not self._dispatch.board.room:
            self._receive(self._recorder.take())
            self._turn(0)
            self._waiting = deque(self._still_going(self._waiting))
            self._drop_changed()

    def _still_going(self, claims: Iterable[Claim]) -> list[Claim]:
        """Those whose mailing nobody has stopped, or whose message is on its way; the others are given back."""
        sending = self.durably(self._dispatch.ledger.mailings.sending)
        going: list[Claim] = []
        for claim in claims:
            if claim.mailing_id is None or claim.mailing_id in sending or claim.key in self._in_flight:
                going.append(claim)
            else:
                self._give_back(claim)
        return going

    def _drop_changed(self) -> None:
        """Gives back what waits for readers who have left or moved, to be claimed as things stand."""
        if self._waiting:
            ids = [claim.id for claim in self._waiting]
            otherwise = self.durably(partial(self._dispatch.ledger.deliveries.otherwise, ids))
            self._drop(lambda claim: claim.id in otherwise)

    def _drop(self, which: Callable[[Claim], bool]) -> None:
        """Gives some of what waits back."""
        for claim in filter(which, self._waiting):
            self._give_back(claim)
        self._waiting = deque(claim for claim in self._waiting if not which(claim))

    def _give_back(self, claim: Claim) -> None:
        self._returned.append(given_back(claim, self._dispatch.clock.now()))

    # ---- before the wire -----------------------------------------------------------------------

    def _is_late(self, claim: Claim) -> bool:
        """Whether its lease would be over before its answer."""
        return self._dispatch.steady() + self._timeout > claim.lease_until

    def _until_slot(self) -> float:
        """Seconds until the pace lets one more pass; asked for anew where the clock was set back meanwhile."""
        now = self._dispatch.clock.now()
        if self._dispatch.pace.is_open(now):
            return 0
        if self._slot is None or now < self._slot_since:
            self._slot_since = now
            self._slot = self.durably(self._dispatch.pace.slot)
        return (self._slot - self._dispatch.clock.now()).total_seconds() if self._slot else 0

    def _leave_slot(self) -> None:
        slot, self._slot = self._slot, None
        if slot is not None:
            self._dispatch.pace.give_back(slot)

    def _pick(self) -> Claim | None:
        """The first whose mail domain takes one now. Those of a domain that does not are put off, and hold nobody up;
        letters wait for no domain."""
        domains = self._dispatch.pace.domains
        for _ in range(len(self._waiting)):
            claim = self._waiting[0]  # and it stays there until the ledger has answered
            is_letter = claim.mailing_id is None
            if not is_letter and domains.is_full(claim.address):
                self._waiting.rotate(-1)
                continue
            until = None if is_letter else self.durably(partial(domains.ask, claim.address))
            self._waiting.popleft()
            if not until:
                return claim
            self._returned.append(Outcome(claim, DeliveryState.DEFERRED, domains.why(claim.address), due_at=until,
                                          counted=False))
        return None

    def _look_further(self) -> float:
        """Nobody in hand may go now: others are claimed, and asked for in a moment, so that the line is heard too."""
        if self._waiting and len(self._waiting) < LARGEST_GROUP:
            self.fill()
        return A_MOMENT_S

    def _leave_flight(self, claim: Claim) -> None:
        domains = self._dispatch.pace.domains
        if domains.are_on and claim.mailing_id is not None:
            domains.landed(claim.address)

    def _made(self, claim: Claim) -> Message | None:
        """The message, which was begun; a ledger that goes away, or a machine without memory, is no fault of it."""
        try:
            message = self._compose(claim)
            if message and not self._dispatch.quarantine.suspects:  # else each in its turn: a death shows at which
                self._dispatch.post.prepare(self._waiting)
        except (DatabaseError, OutputError, MemoryError, OSError):
            self._dispatch.board.withdraw(claim)
            self._leave_flight(claim)
            self._give_back(claim)
            raise
        return message

    def _compose(self, claim: Claim) -> Message | None:
        """The message; where none can be made a reader fails alone, and a mailing is paused."""
        try:
            return self.durably(lambda: self._dispatch.post.compose(claim))
        except AudienceError as error:
            self._fail(claim, error)
        except (EditionError, ConfigError) as error:
            if claim.mailing_id is None:
                self._fail(claim, error)
            else:
                self._pause(claim.mailing_id, str(error))
                self._outcomes.append(given_back(claim, self._dispatch.clock.now(), str(error)))
        self._leave_flight(claim)
        return None

    def _fail(self, claim: Claim, error: Exception) -> None:
        self._outcomes.append(Outcome(claim, DeliveryState.FAILED, str(error), counted=False))

    def _pause(self, mailing_id: int, reason: str) -> None:
        self.durably(lambda: self._dispatch.pause(mailing_id, reason))
        self._drop(lambda claim: claim.mailing_id == mailing_id)
