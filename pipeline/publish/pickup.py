"""What becomes of an issue: unknown and due is picked up; `date == today` is never asked.

    draft     the author says so            scheduled  its hour is ahead
    adopted   due before the baseline       waiting    the file has not been quiet long enough
    held      late | burst | copy | approval | restored: a person decides; mistake: until it is mended
    mailed    its audience is frozen

Pure: records and mailings in, decisions out. `explain` prints their reasons.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from pipeline.amounts import counted
from pipeline.clock import local
from pipeline.issues.issue import State
from pipeline.issues.record import Record
from pipeline.mailings.mailing import Mailing, MailingState
from pipeline.mailings.reasons import Cause


class Approve(StrEnum):
    """`mailings.approve`: which mailings wait for a person's yes."""

    FIRST = "first"
    ALWAYS = "always"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Rules:
    """What the settings say of picking up."""

    quiet: timedelta
    max_age: timedelta
    max_burst: int
    approve: Approve
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an issue stands, and why in one line. `ready` means: start its mailings now."""

    state: State
    reason: str
    ready: bool = False


def is_due(record: Record, now: datetime) -> bool:
    """Whether its hour has come. Drafts are never due."""
    return not record.draft and record.due_at <= now


def holds(
    candidates: Sequence[Record], waiting: Sequence[Record], *, copies: Mapping[str, str], first: bool,
    rules: Rules, now: datetime, restored_at: datetime | None = None,
) -> dict[str, str]:
    """Why each of these may not be mailed without a person, by key; who is not named may.

    `candidates` have just become due; `waiting` are scheduled already, and what they say may have changed since.
    `copies` says which issue one of them repeats, and how that stands. `first`: nothing was ever really mailed or
    approved from this ledger. `restored_at`: when it was filled from an export, which does not know what was mailed
    after it was made.
    """
    reasons = {record.key: reason for record in (*candidates, *waiting)
               if (reason := _own_reason(record, copies, rules, now, restored_at))}
    free = [record for record in (*candidates, *waiting) if record.key not in reasons]
    if len(free) > rules.max_burst:
        burst = f"{len(free)} issues are due at once, schedule.max_burst is {rules.max_burst}"
        return reasons | {record.key: Cause.BURST.because(burst) for record in free}
    if rules.approve is Approve.ALWAYS:
        return reasons | {record.key: Cause.APPROVAL.because("mailings.approve is `always`") for record in free}
    if rules.approve is Approve.FIRST and first:
        approval = Cause.APPROVAL.because("the first mailing that really goes out")
        return reasons | {record.key: approval for record in free}
    return reasons


def _own_reason(
    record: Record, copies: Mapping[str, str], rules: Rules, now: datetime, restored_at: datetime | None
) -> str:
    if restored_at is not None and record.due_at <= restored_at:
        return Cause.RESTORED.because(f"due before the ledger was restored {local(restored_at, rules.zone)}, "
                                      "so it may have been mailed already")
    if record.key in copies:
        return Cause.COPY.because(f"its text repeats issue {copies[record.key]}")
    return _late(record, rules, now)


def _late(record: Record, rules: Rules, now: datetime) -> str:
    """Nobody looked for so long after its hour, or since it was ready to go."""
    seen_at = record.due_seen_at or now
    if seen_at - record.due_at > rules.max_age:
        return _said_late("first seen", seen_at - record.due_at, rules)
    return overdue(record, rules, now) if now - max(record.due_at, quiet_at(record, rules)) > rules.max_age else ""


def overdue(record: Record, rules: Rules, now: datetime) -> str:
    """Why a person decides about an issue whose hour is long past, however often its text changed since; "" where
    it is not."""
    late = now - record.due_at
    return _said_late("still not mailed", late, rules) if late > rules.max_age else ""


def _said_late(what: str, late: timedelta, rules: Rules) -> str:
    """In whole days, where these alone are more than is allowed."""
    allowed = _shown(rules.max_age)
    age = counted(late.days, "day") if timedelta(late.days) > rules.max_age else f"more than {allowed}"
    return Cause.LATE.because(f"{what} {age} after its hour, schedule.max_age is {allowed}")


def quiet_at(record: Record, rules: Rules) -> datetime:
    """When its text will have stood unchanged for long enough."""
    return min(record.changed_at, record.seen_at) + rules.quiet


def standing(
    record: Record, mailings: Sequence[Mailing], rules: Rules, now: datetime, *, unread: bool = False
) -> Standing:
    """Where an issue stands, given its mailings as they are now. `unread`: what its file says now nobody could read.

    One that goes to two lists is ready as long as one of them waits: a pass may have died between the two.
    """
    if any(mailing.started_at for mailing in mailings):
        rest = any(mailing.state is MailingState.SCHEDULED for mailing in mailings)
        return Standing(State.MAILED, _mailed_reason(record, mailings), ready=rest)
    if record.state is State.PROBLEM and record.missing_at is None:
        return Standing(State.PROBLEM, record.reason)
    open_ones = [mailing for mailing in mailings if mailing.state is not MailingState.CANCELLED]
    if record.state is State.ADOPTED and not open_ones:  # for ever, whatever its file says later
        return Standing(State.ADOPTED, record.reason)
    if record.draft:
        return Standing(State.DRAFT, _gone(record) or "its front matter says so")
    held = [mailing for mailing in open_ones if mailing.state is MailingState.HELD]
    if held and (gone := _gone(record)):  # nobody need be troubled: it is held again when it is back
        return Standing(State.WAITING, gone)
    if held:
        return Standing(State.HELD, held[0].reason)
    if record.due_at > now or (record.is_withdrawn and not open_ones):
        due = ": ".join(filter(None, [f"due {local(record.due_at, rules.zone)}", _gone(record)]))
        return Standing(State.SCHEDULED, f"{due}, mailed to nobody: {mailings[0].reason}" if mailings and not open_ones
                        else due)
    if not open_ones:
        return Standing(State.PUBLISHED, "cancelled" if mailings else _gone(record) or "published")
    if unread:
        return Standing(State.WAITING, f"its file {record.path} cannot be read yet")
    return _scheduled(record, open_ones, rules, now)


def _scheduled(record: Record, mailings: Sequence[Mailing], rules: Rules, now: datetime) -> Standing:
    if gone := _gone(record):
        return Standing(State.WAITING, gone)
    until = quiet_at(record, rules)
    if until > now and not all(mailing.approved for mailing in mailings):
        return Standing(State.WAITING, f"quiet: mailed when its file is unchanged until {local(until, rules.zone)}")
    return Standing(State.PUBLISHED, "ready to be mailed", ready=True)


def _gone(record: Record) -> str:
    return f"its file {record.path} is gone" if record.missing_at is not None else ""


def as_it_goes(record: Record, mailings: Sequence[Mailing]) -> Record:
    """A mailed issue with what its mailings say now: they go on after the pass that wrote its reason down."""
    if record.state is not State.MAILED or not any(mailing.started_at for mailing in mailings):
        return record
    return replace(record, reason=_mailed_reason(record, mailings))


def _mailed_reason(record: Record, mailings: Sequence[Mailing]) -> str:
    begun = [mailing for mailing in mailings if mailing.started_at]
    said = [f"mailing to {mailing.list}: {mailing.state}, {counted(mailing.audience, 'reader')}{_pause(mailing)}"
            for mailing in begun]
    if all(mailing.went_to_nobody for mailing in begun):
        said[-1] += ": `avviso approve` mails it when there are some"
    entered = {mailing.list for mailing in mailings}
    late = [f"none to {name}: its file names that list only since it was mailed"
            for name in record.lists if name not in entered]
    return "; ".join(said + late)


def _pause(mailing: Mailing) -> str:
    return f": {mailing.reason}" if mailing.state is MailingState.PAUSED and mailing.reason else ""


def _shown(length: timedelta) -> str:
    """A duration as config.yaml writes it."""
    seconds = int(length.total_seconds())
    for unit, size in (("d", 86_400), ("h", 3_600), ("m", 60)):
        if seconds and seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"
