"""What a maintainer should hear of: read from the books as they stand, each matter with a name that stays.

A matter stands as long as its cause does. Who hears of it once is for `notifier`; what a person did is no news.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from pipeline.clock import local
from pipeline.editions.notices import Matter
from pipeline.issues.issue import State
from pipeline.issues.record import KnownFile, Record
from pipeline.mailings.mailing import DeliveryState, DoubtPolicy, Mailing, MailingState
from pipeline.mailings.reasons import Cause, cause_of, is_by_a_person, waits_for_mending
from pipeline.publish.cadence import expected
from pipeline.publish.depletion import Depletion
from pipeline.publish.stall import Stall

NEWS = timedelta(days=7)        # how long the end of a mailing is news
AT_MOST = 10                    # broken files that one letter names; a folder of notes has hundreds without a date
REPORTED = (DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.IN_DOUBT, DeliveryState.SKIPPED,
            DeliveryState.CANCELLED)


@dataclass(frozen=True, slots=True)
class Looking:
    """What looking at the books needs beside them.

    `quiet` is for how long an author may be at work on a file. `drift` is how far `now` is ahead of the steady clock.
    `doubted_for` is how long a doubt stays open at least: in a warm-up, where a mailing outlasts its own time.
    """

    now: datetime
    zone: ZoneInfo
    in_doubt: DoubtPolicy
    quiet: timedelta
    drift: timedelta = timedelta(0)
    doubted_for: timedelta = timedelta(0)

    def local(self, at: datetime | None) -> str:
        """An instant as the maintainer's clock shows it; "" for none."""
        return local(at, self.zone) if at else ""


def matters(
    records: Mapping[str, Record], mailings: Sequence[Mailing], broken: Iterable[KnownFile],
    depleted: Depletion | None, stalled: Stall | None, looking: Looking,
) -> list[Matter]:
    """Everything that stands, what needs a person first.

    `records` are all known issues in the order of their dates, `broken` the files that cannot be used, `depleted` says
    that the folder is not believed, `stalled` that no pass comes to its end.
    """
    known = list(records.values())
    found = [_held(record) for record in known if record.state is State.HELD and not is_by_a_person(record.reason)]
    for mailing in mailings:
        found += _of_mailing(records[mailing.issue_key], mailing, looking)
    return [*found, *_depleted(depleted, looking), *_stalled(stalled, looking), *_broken(broken, looking),
            *_missing(known, looking)]


def condensed(matters: Sequence[Matter]) -> list[Matter]:
    """As one letter tells them: of many broken files the first AT_MOST, and how many more there are."""
    broken = [matter for matter in matters if matter.kind == "broken"]
    more = {matter.key for matter in broken[AT_MOST:]}
    told = [matter for matter in matters if matter.key not in more]
    if more:
        told.append(Matter("", "broken_more", None, "", ("avviso check",), {"count": str(len(more))}))
    return told


def _of_mailing(record: Record, mailing: Mailing, looking: Looking) -> Iterator[Matter]:
    if mailing.state is MailingState.HELD and record.state is State.MAILED and not is_by_a_person(mailing.reason):
        yield _held_list(record, mailing)
    if mailing.state is MailingState.PAUSED and not is_by_a_person(mailing.reason):
        yield _paused(record, mailing)
    if mailing.counts[DeliveryState.IN_DOUBT] and mailing.state in (MailingState.SENDING, MailingState.PAUSED):
        yield _doubted(record, mailing, looking)
    if mailing.state is MailingState.SENT and mailing.ended_at and mailing.ended_at > looking.now - NEWS:
        yield _finished(record, mailing, looking)


def _held(record: Record) -> Matter:
    name = shlex.quote(record.key)
    cause = cause_of(record.reason)
    kind, way, *words = "held", "decided", "approve", "adopt"
    if cause is Cause.APPROVAL:
        kind, way, *words = "approval", "decided", "preview", "approve"
    elif waits_for_mending(record.reason):
        way, *words = "mended", "adopt"
    told = Cause.MISTAKE.beginning if cause is Cause.MISTAKE else record.reason  # its line moves as its author writes
    return Matter(f"held {record.key} {told}", kind, record.number, record.title,
                  tuple(f"avviso {word} {name}" for word in words),
                  {"cause": _told_as(cause), "way": way,
                   "reason": record.reason.removeprefix(Cause.APPROVAL.beginning)})


def _held_list(record: Record, mailing: Mailing) -> Matter:
    """One of its lists waits, while another was mailed."""
    for_mending = waits_for_mending(mailing.reason)
    return Matter(f"held {record.key} to {mailing.list} {mailing.reason}", "held_list", record.number, record.title,
                  () if for_mending else (f"avviso approve {shlex.quote(record.key)}",),
                  {"list": mailing.list, "cause": _told_as(cause_of(mailing.reason)), "reason": mailing.reason,
                   "way": "list_mended" if for_mending else "list_decided"})


def _paused(record: Record, mailing: Mailing) -> Matter:
    return Matter(f"paused {mailing.id} {mailing.reason}", "paused", record.number, record.title,
                  (f"avviso resume {shlex.quote(record.key)}",),
                  {"list": mailing.list, "cause": _told_as(cause_of(mailing.reason)), "reason": mailing.reason,
                   "audience": str(mailing.audience), "sent": str(mailing.counts[DeliveryState.SENT])})


def _told_as(cause: Cause | None) -> str:
    """The cause as the words of a letter know it; "" for a reason that is told as it is."""
    return cause.name.lower() if cause else ""


def _doubted(record: Record, mailing: Mailing, looking: Looking) -> Matter:
    name = shlex.quote(record.key)
    over_at = mailing.expires_at if looking.in_doubt is DoubtPolicy.AUTO else None
    closes = max(over_at + looking.drift, looking.now + looking.doubted_for) if over_at else None
    return Matter(f"doubt {mailing.id}", "doubt", record.number, record.title,
                  (f"avviso resolve {name} --assume-sent", f"avviso resolve {name} --resend"),
                  {"list": mailing.list, "count": str(mailing.counts[DeliveryState.IN_DOUBT]),
                   "audience": str(mailing.audience), "expires": looking.local(closes)})


def _finished(record: Record, mailing: Mailing, looking: Looking) -> Matter:
    return Matter(f"finished {mailing.id}", "finished", record.number, record.title, ("avviso status",),
                  {"list": mailing.list, "audience": str(mailing.audience),
                   "begun": looking.local(mailing.started_at), "ended": looking.local(mailing.ended_at)},
                  {state.value: mailing.counts[state] for state in REPORTED}, mailing.ended_at)


def _broken(files: Iterable[KnownFile], looking: Looking) -> Iterator[Matter]:
    """What has been broken for longer than somebody writes at it; all files of a folder that is closed at once."""
    for file in files:
        if file.problem and looking.now - file.untouched_since(looking.now) >= looking.quiet:
            path = file.problem.path
            yield Matter(f"broken {path}", "broken", None, "", (f"avviso check {shlex.quote(path)}",),
                         {"path": path, "problem": str(file.problem)})


def _depleted(depleted: Depletion | None, looking: Looking) -> Iterator[Matter]:
    """Many issues that have been gone for longer than somebody moves files about."""
    if depleted and looking.now - depleted.since >= looking.quiet:
        yield Matter("depleted", "depleted", None, "", ("avviso build --accept-missing",),
                     {"count": str(depleted.missing), "path": depleted.path, "since": looking.local(depleted.since)})


def _stalled(stalled: Stall | None, looking: Looking) -> Iterator[Matter]:
    """What stands in the way for longer than somebody writes at a template."""
    if stalled and looking.now - stalled.since >= looking.quiet:
        yield Matter(f"stalled {stalled.reason}", "stalled", None, "", ("avviso publish",),
                     {"since": looking.local(stalled.since), "reason": stalled.reason})


def _missing(records: Sequence[Record], looking: Looking) -> Iterator[Matter]:
    """The issue that the rhythm promised, unless one lies ahead already."""
    issues = sorted((record for record in records if not record.draft and not record.is_withdrawn),
                    key=lambda record: record.due_at)
    past = [record for record in issues if record.due_at <= looking.now]
    promise = expected([record.due_at for record in past])
    if promise and promise.is_missing(looking.now) and len(past) == len(issues):
        last = past[-1]
        yield Matter(f"missing after {last.key}", "missing", last.number, last.title, ("avviso check",),
                     {"expected": looking.local(promise.at), "last": looking.local(last.due_at),
                      "known": str(promise.known)})
