"""Mailings and deliveries: what they are, and the only ways they may change.

    Mailing                                         who moves next
      held <--hold-- --release--> scheduled        a person
      scheduled --hour----> sending                 the clock    (fan-out in the same transaction)
      sending --pause--> <--resume-- paused         a person     (paused by a person, or by the brake)
      sending ----all final----> sent               nobody
      sent --approve, where its audience was empty--> scheduled  a person
      held | scheduled | sending | paused --cancel--> cancelled  nobody

    Delivery
      pending --claim--> sending --receipt-----------> sent          final
                           |  |---permanent refusal--> failed        final
                           |  |---temporary refusal--> deferred --due--> sending ... (gives up -> failed)
                           |  |---nothing handed over-> pending      (not counted as an attempt)
                           |  '---reply lost, or holder dead after mark--> in_doubt --policy, person--> sent | deferred
                           '-------holder dead before the mark--> pending
      pending | deferred --left or suppressed meanwhile--> skipped   final
      pending | deferred --mailing cancelled--> cancelled            final
      deferred, its answer lost before --cancelled, given up, or a report speaks of it--> sent   final
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from pipeline.mailings.reasons import Cause


class MailingState(StrEnum):
    """Each word says who moves next."""

    HELD = "held"
    SCHEDULED = "scheduled"
    SENDING = "sending"
    PAUSED = "paused"
    SENT = "sent"
    CANCELLED = "cancelled"


class DeliveryState(StrEnum):
    """The eight words of `counts`; at any moment they add up to the audience."""

    PENDING = "pending"
    SENDING = "sending"
    DEFERRED = "deferred"
    SENT = "sent"
    FAILED = "failed"
    IN_DOUBT = "in_doubt"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"


class Doubt(StrEnum):
    """Why nobody knows whether a message was taken (`contract`, promise 3)."""

    LINE = "line"        # the reply was lost while we lived
    PROCESS = "process"  # we died between handing over and the reply
    POWER = "power"      # the machine went down


class DoubtPolicy(StrEnum):
    """`mailings.in_doubt`: what becomes of a delivery in doubt without a person's word."""

    AUTO = "auto"
    RESEND = "resend"
    HOLD = "hold"

    def resends(self, doubt: Doubt, *, idempotent: bool = False, repeats: bool = True) -> bool:
        """Whether such a delivery is handed over again; else it is held and shown.

        `idempotent`: the provider takes the same key twice and delivers once. `repeats`: its protocol asks
        for another attempt when an answer is lost.
        """
        if self is not DoubtPolicy.AUTO:
            return self is DoubtPolicy.RESEND
        return idempotent or (repeats and doubt is not Doubt.PROCESS)


COPIES = 3     # of one message that a post may come to have without an answer, before a person is asked
EVERYBODY = 0  # stands for a person in a delivery to a service that owns the readers; no subscriber has this id
MAINTAINER = -1  # stands for who runs the publication, in a letter to them; no subscriber has this id

OPEN = (DeliveryState.PENDING, DeliveryState.SENDING, DeliveryState.DEFERRED, DeliveryState.IN_DOUBT)

MAILING_MOVES: Mapping[MailingState, frozenset[MailingState]] = {
    MailingState.HELD: frozenset({MailingState.SCHEDULED, MailingState.CANCELLED}),
    MailingState.SCHEDULED: frozenset({MailingState.HELD, MailingState.SENDING, MailingState.CANCELLED}),
    MailingState.SENDING: frozenset({MailingState.PAUSED, MailingState.SENT, MailingState.CANCELLED}),
    MailingState.PAUSED: frozenset({MailingState.SENDING, MailingState.CANCELLED}),
    MailingState.SENT: frozenset(),
    MailingState.CANCELLED: frozenset(),
}


def sources(target: MailingState) -> tuple[MailingState, ...]:
    """The states from which a mailing may come to `target`."""
    return tuple(state for state, targets in MAILING_MOVES.items() if target in targets)


@dataclass(frozen=True, slots=True)
class Mailing:
    """One issue to one list, once. `round` is 1; only a person starts another.

    `expires_at` is by the steady clock, which nobody can set; the other instants are what the machine's showed.
    """

    id: int
    issue_key: str
    list: str
    round: int
    state: MailingState
    reason: str
    since: datetime
    send_at: datetime
    approved: bool
    audience: int
    started_at: datetime | None
    expires_at: datetime | None
    ended_at: datetime | None
    counts: Mapping[DeliveryState, int]

    @property
    def balances(self) -> bool:
        """Whether nobody is missing: the eight counts add up to the frozen audience."""
        return sum(self.counts.values()) == self.audience

    @property
    def done(self) -> int:
        """How many of its deliveries nobody will touch any more."""
        return self.audience - sum(self.counts[state] for state in OPEN)

    @property
    def is_held_for_mistake(self) -> bool:
        """Whether it goes by itself once what is wrong is mended; else a person decides."""
        return self.state is MailingState.HELD and Cause.MISTAKE.is_in(self.reason)

    @property
    def went_to_nobody(self) -> bool:
        """Whether it ended with an empty audience: nobody has it, so it may begin again."""
        return self.state is MailingState.SENT and not self.audience


class Carrier(NamedTuple):
    """By whom claims go: what may lie with another `provider` is left alone, "" leaves nothing.

    One that `broadcasts` takes the deliveries to whole lists, and every other one all others. With `memory` no repeat
    is taken of what it was first handed longer ago: it does not know the key any more.
    """

    provider: str = ""
    broadcasts: bool = False
    memory: timedelta | None = None


class Which(NamedTuple):
    """Which deliveries may be claimed: none of `but`, and none but `only`, where it is given."""

    but: Collection[int] = ()
    only: int | None = None


ANYBODY, ALL = Carrier(), Which()


class Claim(NamedTuple):
    """A delivery in a worker's hands. `fence` tells this claim from any other of the same row.

    `copies` is how many the post may have taken before, with their answers lost: more than none is a repeat.
    """

    id: int
    key: str
    message_id: str
    mailing_id: int | None
    edition_digest: str
    list: str
    subscriber_id: int
    address: str
    name: str
    attempts: int
    copies: int
    sequence: int
    worker: str
    fence: int
    lease_until: datetime


class Outcome(NamedTuple):
    """What became of a claim: the state it moves to and what is known of it.

    `due_at` is the next try of a deferred one; `doubt` is set exactly when `state` is in_doubt.
    `provider` is who has it; of one that is deferred or in doubt, with whom one more copy may lie since its answer
    was lost.
    `counted` is False where nothing was handed over, so that it does not use up an attempt.
    """

    claim: Claim
    state: DeliveryState
    reply: str
    provider: str = ""
    provider_id: str | None = None
    due_at: datetime | None = None
    doubt: Doubt | None = None
    counted: bool = True


def given_back(claim: Claim, now: datetime, reply: str = "") -> Outcome:
    """As if it had not been claimed. A repeat stays one, due now: its first copy may lie with its provider."""
    if claim.copies:
        return Outcome(claim, DeliveryState.DEFERRED, reply, due_at=now, counted=False)
    return Outcome(claim, DeliveryState.PENDING, reply, counted=False)


def retry_at(
    attempts: int, schedule: Sequence[timedelta], now: datetime, *, chance: float, wish_s: float | None
) -> datetime:
    """When to try again after `attempts` tries: the schedule's step (the last repeats), up to a tenth later.

    `chance` in [0, 1) spreads readers who were deferred together; the server's own wish is a minimum.
    """
    step = schedule[min(attempts, len(schedule)) - 1]
    wait = max(step * (1 + chance / 10), timedelta(seconds=wish_s or 0))
    return now + wait
