"""What a person says of an issue: approve, hold, resume, cancel, adopt, resolve.

Each answers with one line, or refuses (exit 4) when the issue stands where that is not possible.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from pipeline.amounts import deliveries
from pipeline.clock import Clock, local
from pipeline.errors import Refusal
from pipeline.issues.archive import Archive
from pipeline.issues.issue import State
from pipeline.issues.record import Record
from pipeline.mailings.ledger import Ledger
from pipeline.mailings.mailing import Doubt, Mailing, MailingState
from pipeline.mailings.reasons import Cause, by_a_person
from pipeline.publish.copies import IS_OUT, repeated

MailingMove = Callable[[Mailing, datetime], bool]


class Decisions:
    """A person's word on issues; it is written down with the hour and outlives every pass."""

    def __init__(
        self, archive: Archive, ledger: Ledger, clock: Clock, zone: ZoneInfo, expire: timedelta,
        steady: Callable[[], datetime] | None = None,
    ) -> None:
        self._archive = archive
        self._ledger = ledger
        self._clock = clock
        self._zone = zone
        self._expire = expire
        self._steady = steady or clock.now

    def approve(self, record: Record) -> str:
        """Lets it be mailed at its hour, though a guard holds it; or once more, where nobody got it."""
        is_told = any(Cause.COPY.is_in(one.reason) for one in self._mailings(record))
        said = self._approved(record)
        other = "" if is_told else repeated(
            record, self._archive.settled_sketches([record.sketch]), self._ledger.mailings.by_issue())
        stop = f"`avviso hold {shlex.quote(record.key)}` stops it"
        return f"{said}; its text repeats issue {other}, {IS_OUT}: {stop}" if other else said

    def _approved(self, record: Record) -> str:
        now = self._clock.now()
        if record.draft:
            raise _refusal(record, "is a draft", "take `draft` out of its front matter")
        self._reopen(record, now)
        begun = self._started(record)
        ended = any(one.state is MailingState.CANCELLED for one in self._mailings(record))
        for list_id in () if begun or ended else record.lists:  # not to a list that its file names since then, either
            self._ledger.mailings.propose(record.key, list_id, state=MailingState.SCHEDULED, reason="approved",
                                          send_at=record.due_at, now=now, approved=True)
        if not [one for one in self._mailings(record)
                if self._ledger.mailings.approve(one.id, reason=self._said("approved", now), now=now)]:
            if any(one.state is MailingState.PAUSED for one in self._mailings(record)):
                raise _refusal(record, "is being mailed, and paused", "`avviso resume` goes on")
            if begun:
                raise _refusal(record, "was mailed already", "an issue is mailed once; `avviso explain` says when")
            raise _refusal(record, "was cancelled", "that is for ever; an `id:` of its own makes it a new issue")
        approved = "approved"
        if record.state is State.ADOPTED:
            approved = f"approved, though it is of {record.day} and was adopted"
            self._archive.stand([replace(record, state=State.PUBLISHED, reason="approved", since=now)])
        if record.missing_at is not None:
            return f"{approved}: will be mailed once its file is back"
        if record.key in self._archive.files.mistakes():
            return f"{approved}: will be mailed once its file can be read; `avviso status` says what is wrong"
        if record.due_at > now:
            return f"{approved}: will be mailed {local(record.due_at, self._zone)}"
        return f"{approved}: will be mailed by the next pass"

    def hold(self, record: Record) -> str:
        """Stops it: before it begins it is held, in the middle it is paused."""
        now = self._clock.now()
        if not self._mailings(record):
            self._propose_held(record, now)
        return self._each(record, "held", {
            MailingState.SCHEDULED: self._hold,
            MailingState.HELD: self._hold,
            MailingState.SENDING: lambda one, at: self._move(one, MailingState.PAUSED, at),
        })

    def resume(self, record: Record) -> str:
        """Goes on with what was held or paused."""
        return self._each(record, "resumed", {
            MailingState.PAUSED: lambda one, at: self._ledger.mailings.resume(
                one.id, reason=self._said("resumed", at), now=at, expire=self._expire,
                steady=self._steady()),
            MailingState.HELD: lambda one, at: self._ledger.mailings.approve(
                one.id, reason=self._said("resumed", at), now=at),
        })

    def cancel(self, record: Record) -> str:
        """Ends it: whoever did not get it never will."""
        moves: dict[MailingState, MailingMove] = dict.fromkeys(
            (MailingState.HELD, MailingState.SCHEDULED, MailingState.SENDING, MailingState.PAUSED),
            lambda one, at: self._move(one, MailingState.CANCELLED, at))
        if not self._mailings(record):
            self._propose_held(record, self._clock.now())
        return self._each(record, "cancelled", moves)

    def adopt(self, record: Record) -> str:
        """Published, never mailed."""
        now = self._clock.now()
        if self._started(record):
            raise _refusal(record, "was mailed already", "`avviso cancel` stops a mailing that is running")
        said = self._said("adopted", now)
        with self._archive.together():
            for list_id in record.lists:  # so that a pass under way finds its place taken
                self._ledger.mailings.propose(record.key, list_id, state=MailingState.CANCELLED, reason=said,
                                              send_at=record.due_at, now=now)
            for mailing in self._mailings(record):
                self._move(mailing, MailingState.CANCELLED, now)
            self._archive.stand([replace(record, state=State.ADOPTED, reason=said, since=now)])
        return "adopted: published, never mailed"

    def resolve(self, record: Record, *, resend: bool) -> str:
        """Decides the deliveries in doubt of its mailings."""
        now = self._clock.now()
        mailings, count = self._mailings(record), 0
        if resend and mailings and all(one.state is MailingState.CANCELLED for one in mailings):
            raise _refusal(record, "was cancelled", "that is for ever; `--assume-sent` closes what is in doubt")
        for mailing in mailings:
            if resend:
                count += self._ledger.doubts.resend(list(Doubt), now, mailing_id=mailing.id)
            else:
                count += self._ledger.doubts.assume_sent(now, mailing_id=mailing.id)
        if not count:
            raise _refusal(record, "has no delivery in doubt", "`avviso status` shows where there are some")
        return f"{deliveries(count)} {'to be sent again' if resend else 'taken as sent'}"

    # ---- below the doors ----------------------------------------------------------------------

    def _each(self, record: Record, word: str, moves: dict[MailingState, MailingMove]) -> str:
        now = self._clock.now()
        mailings = self._mailings(record)
        moved = [one for one in mailings if one.state in moves and moves[one.state](one, now)]
        if not moved:
            states = ", ".join(sorted({one.state.value for one in mailings})) or "not begun"
            raise _refusal(record, f"cannot be {word}: its mailing is {states}", "`avviso explain` tells why")
        return f"{word}: {', '.join(f'mailing to {one.list}' for one in moved)}"

    def _move(self, mailing: Mailing, target: MailingState, now: datetime) -> bool:
        if mailing.state is target:
            return True
        return self._ledger.mailings.move(mailing.id, target, reason=self._said(_WORDS[target], now), now=now)

    def _hold(self, mailing: Mailing, now: datetime) -> bool:
        """What waits only until a mistake is mended waits for a person from now on, also where that was just done."""
        waits_for_person = mailing.state is MailingState.HELD and not mailing.is_held_for_mistake
        return waits_for_person or self._ledger.mailings.hold(mailing.id, reason=self._said("held", now), now=now)

    def _propose_held(self, record: Record, now: datetime) -> None:
        if record.draft or record.state is State.ADOPTED:
            raise _refusal(record, f"is not to be mailed: {record.reason}", "nothing needs to be done")
        for list_id in record.lists:
            self._ledger.mailings.propose(record.key, list_id, state=MailingState.HELD,
                                          reason=self._said("held", now), send_at=record.due_at, now=now)

    def _mailings(self, record: Record) -> Sequence[Mailing]:
        return self._ledger.mailings.all(issue_key=record.key)

    def _reopen(self, record: Record, now: datetime) -> None:
        """A mailing to an empty list is no mailing: there may be readers now."""
        begun = [mailing for mailing in self._mailings(record) if mailing.started_at]
        if all(mailing.went_to_nobody for mailing in begun):
            for mailing in begun:
                self._ledger.mailings.reopen(mailing.id, reason=self._said("approved", now), now=now)

    def _started(self, record: Record) -> bool:
        return any(mailing.started_at for mailing in self._mailings(record))

    def _said(self, word: str, now: datetime) -> str:
        return by_a_person(word, local(now, self._zone))


_WORDS = {MailingState.HELD: "held", MailingState.PAUSED: "paused", MailingState.CANCELLED: "cancelled"}


def _refusal(record: Record, message: str, remedy: str) -> Refusal:
    return Refusal(f"issue {record.key} {message}", path=record.path, remedy=remedy)
