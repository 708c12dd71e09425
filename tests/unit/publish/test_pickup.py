"""What becomes of an issue, as a table: unknown and due is picked up; each reason not to be mailed has its line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from pipeline.issues.issue import State
from pipeline.issues.record import Record
from pipeline.mailings.mailing import DeliveryState, Mailing, MailingState
from pipeline.publish.pickup import Approve, Rules, Standing, holds, is_due, standing
from tests.books import NOON

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
RULES = Rules(quiet=15 * MINUTE, max_age=7 * DAY, max_burst=2, approve=Approve.NEVER, zone=ZoneInfo("Asia/Shanghai"))
AN_HOUR_AGO = NOON - HOUR


def record(key: str = "14", **changes: object) -> Record:
    """An issue that was due and written an hour ago."""
    fields: dict[str, object] = {
        "key": key, "path": f"{key}.md", "number": None, "title": key, "day": date(2026, 3, 24), "due_at": AN_HOUR_AGO,
        "cover": None, "description": "", "language": None, "tags": (), "lists": ("weekly",), "draft": False,
        "source_digest": "", "text_digest": "", "sketch": b"", "changed_at": AN_HOUR_AGO, "seen_at": AN_HOUR_AGO,
        "due_seen_at": AN_HOUR_AGO, "missing_at": None, "state": State.PUBLISHED, "reason": "earlier", "since": NOON,
    }
    return Record(**fields | changes)  # type: ignore[arg-type]


def mailing(state: MailingState = MailingState.SCHEDULED, **changes: object) -> Mailing:
    started = None if state in (MailingState.HELD, MailingState.SCHEDULED, MailingState.CANCELLED) else NOON
    made = Mailing(1, "14", "weekly", 1, state, "its own reason", NOON, AN_HOUR_AGO, False, 3, started, None, None,
                   dict.fromkeys(DeliveryState, 0))
    return replace(made, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(("changes", "due"), [
    ({}, True),
    ({"due_at": NOON}, True),
    ({"due_at": NOON + timedelta(microseconds=1)}, False),
    ({"due_at": NOON - 400 * DAY}, True),
    ({"draft": True}, False),
])
def test_issue_is_due_from_its_instant_on_and_a_draft_never(changes: Mapping[str, object], due: bool) -> None:
    assert is_due(record(**changes), NOON) is due


READY = Standing(State.PUBLISHED, "ready to be mailed", ready=True)
SENDING, PAUSED, SENT = (mailing(state) for state in (MailingState.SENDING, MailingState.PAUSED, MailingState.SENT))
SCHEDULED, HELD, CANCELLED = (
    mailing(state) for state in (MailingState.SCHEDULED, MailingState.HELD, MailingState.CANCELLED))
APPROVED = mailing(approved=True)
DAILY = replace(SCHEDULED, list="daily")
ADOPTED = {"state": State.ADOPTED, "reason": "by a person"}

STANDINGS: dict[str, tuple[dict[str, object], list[Mailing], Standing]] = {
    "a draft": ({"draft": True}, [], Standing(State.DRAFT, "its front matter says so")),
    "a draft that was scheduled": ({"draft": True}, [SCHEDULED], Standing(
        State.DRAFT, "its front matter says so")),
    "a draft that was mailed before": ({"draft": True}, [SENT], Standing(
        State.MAILED, "mailing to weekly: sent, 3 readers")),
    "dated ahead": ({"due_at": NOON + DAY}, [], Standing(State.SCHEDULED, "due 2026-03-25 20:00")),
    "dated ahead and approved": ({"due_at": NOON + DAY}, [APPROVED], Standing(
        State.SCHEDULED, "due 2026-03-25 20:00")),
    "ready": ({}, [SCHEDULED], READY),
    "changed ten minutes ago": ({"changed_at": NOON - 10 * MINUTE, "seen_at": NOON}, [SCHEDULED], Standing(
        State.WAITING, "quiet: mailed when its file is unchanged until 2026-03-24 20:05")),
    "changed ten minutes ago and approved": ({"changed_at": NOON - 10 * MINUTE, "seen_at": NOON}, [APPROVED], READY),
    "changed long ago and seen just now": ({"changed_at": NOON - DAY, "seen_at": NOON}, [SCHEDULED], READY),
    "copied with an old time, seen long ago": ({"changed_at": NOON, "seen_at": NOON - DAY}, [SCHEDULED], READY),
    "quiet to the second": ({"changed_at": NOON - 15 * MINUTE}, [SCHEDULED], READY),
    "its file is gone": ({"missing_at": NOON}, [APPROVED], Standing(State.WAITING, "its file 14.md is gone")),
    "its file changed and is gone": ({"missing_at": NOON, "changed_at": NOON, "seen_at": NOON}, [SCHEDULED], Standing(
        State.WAITING, "its file 14.md is gone")),
    "dated ahead and its file is gone": ({"missing_at": NOON, "due_at": NOON + DAY}, [], Standing(
        State.SCHEDULED, "due 2026-03-25 20:00: its file 14.md is gone")),
    "due, and its file went before": ({"missing_at": NOON, "published_at": None}, [], Standing(
        State.SCHEDULED, "due 2026-03-24 19:00: its file 14.md is gone")),
    "in the feeds when its file went": ({"missing_at": NOON, "published_at": AN_HOUR_AGO}, [], Standing(
        State.PUBLISHED, "its file 14.md is gone")),
    "unreadable before its file went": (
        {"missing_at": NOON, "state": State.PROBLEM, "reason": "14.md: what is wrong"}, [], Standing(
            State.SCHEDULED, "due 2026-03-24 19:00: its file 14.md is gone")),
    "a draft whose file is gone": ({"missing_at": NOON, "draft": True}, [], Standing(
        State.DRAFT, "its file 14.md is gone")),
    "held": ({}, [HELD], Standing(State.HELD, "its own reason")),
    "held for one of two lists": ({}, [DAILY, HELD], Standing(State.HELD, "its own reason")),
    "cancelled": ({}, [CANCELLED], Standing(State.PUBLISHED, "cancelled")),
    "cancelled for one of two lists": ({}, [CANCELLED, DAILY], READY),
    "published without a mailing": ({}, [], Standing(State.PUBLISHED, "published")),
    "adopted": (ADOPTED, [], Standing(State.ADOPTED, "by a person")),
    "adopted when it was held": (ADOPTED, [CANCELLED], Standing(State.ADOPTED, "by a person")),
    "adopted and then approved": (ADOPTED, [APPROVED], READY),
    "sending": ({}, [SENDING], Standing(State.MAILED, "mailing to weekly: sending, 3 readers")),
    "paused": ({}, [PAUSED], Standing(State.MAILED, "mailing to weekly: paused, 3 readers: its own reason")),
    "sent to two lists": ({}, [SENT, replace(SENDING, list="daily")], Standing(
        State.MAILED, "mailing to weekly: sent, 3 readers; mailing to daily: sending, 3 readers")),
    "sent before its file named a second list": ({"lists": ("weekly", "daily")}, [SENT], Standing(
        State.MAILED, "mailing to weekly: sent, 3 readers; "
        "none to daily: its file names that list only since it was mailed")),
    "sent to one of two lists, and cancelled for the other": (
        {"lists": ("weekly", "daily")}, [SENT, replace(CANCELLED, list="daily")], Standing(
            State.MAILED, "mailing to weekly: sent, 3 readers")),
    "cancelled in the middle": ({}, [replace(CANCELLED, started_at=NOON)], Standing(
        State.MAILED, "mailing to weekly: cancelled, 3 readers")),
    "begun for one of two lists when the process died": ({}, [SENDING, DAILY], Standing(
        State.MAILED, "mailing to weekly: sending, 3 readers", ready=True)),
    "re-dated after it was mailed": ({"due_at": NOON + DAY}, [SENT], Standing(
        State.MAILED, "mailing to weekly: sent, 3 readers")),
    "unreadable": ({"state": State.PROBLEM, "reason": "14.md: what is wrong"}, [], Standing(
        State.PROBLEM, "14.md: what is wrong")),
}


@pytest.mark.parametrize("case", STANDINGS)
def test_standing_of_an_issue_that_is(case: str) -> None:
    changes, mailings, expected = STANDINGS[case]

    assert standing(record(**changes), mailings, RULES, NOON) == expected


BURST = "burst: 3 issues are due at once, schedule.max_burst is 2"
FIRST = "approval: the first mailing that really goes out"
ALWAYS = "approval: mailings.approve is `always`"
LATE = "late: first seen 9 days after its hour, schedule.max_age is 7d"
COPY = "copy: its text repeats issue 3, which is out already"
REPEATS = {"4": "3, which is out already"}
LATE_ONE = {"due_at": NOON - 9 * DAY, "due_seen_at": NOON}

HOLDS: dict[str, tuple[list[Record], list[Record], dict[str, str], bool, Rules, dict[str, str]]] = {
    "one that is due goes": ([record()], [], {}, False, RULES, {}),
    "two that are due go": ([record("1"), record("2")], [], {}, False, RULES, {}),
    "three at once are a burst": (
        [record("1"), record("2"), record("3")], [], {}, False, RULES, {"1": BURST, "2": BURST, "3": BURST}),
    "those that wait already count, and are held too": (
        [record("1")], [record("2"), record("3")], {}, False, RULES, {"1": BURST, "2": BURST, "3": BURST}),
    "late": ([record("1", **LATE_ONE)], [], {}, False, RULES, {"1": LATE}),
    "late to the second": (
        [record("1", due_at=NOON - 7 * DAY, due_seen_at=NOON)], [], {}, False, RULES, {}),
    "seen in time and long ago is not late": (
        [record("1", due_at=NOON - 9 * DAY, due_seen_at=NOON - 9 * DAY)], [], {}, False, RULES, {}),
    "never seen as due is not late": ([record("1", due_seen_at=None)], [], {}, False, RULES, {}),
    "ready long ago and still here is late": (
        [], [record("1", due_at=NOON - 9 * DAY, due_seen_at=NOON - 9 * DAY, seen_at=NOON - 8 * DAY)], {}, False, RULES,
        {"1": "late: still not mailed 9 days after its hour, schedule.max_age is 7d"}),
    "a copy": ([record("4")], [], REPEATS, False, RULES, {"4": COPY}),
    "a late copy is a copy": ([record("4", **LATE_ONE)], [], REPEATS, False, RULES, {"4": COPY}),
    "what is held anyway is no burst": (
        [record("1", **LATE_ONE), record("2"), record("3")], [], {}, False, RULES, {"1": LATE}),
    "the first of a new ledger waits for a person": (
        [record()], [], {}, True, replace(RULES, approve=Approve.FIRST), {"14": FIRST}),
    "the second does not": ([record()], [], {}, False, replace(RULES, approve=Approve.FIRST), {}),
    "all wait for a person": ([record()], [], {}, False, replace(RULES, approve=Approve.ALWAYS), {"14": ALWAYS}),
    "nothing waits where approve is never": ([record()], [], {}, True, RULES, {}),
    "a burst of the first is a burst": (
        [record("1"), record("2"), record("3")], [], {}, True, replace(RULES, approve=Approve.FIRST),
        {"1": BURST, "2": BURST, "3": BURST}),
}


@pytest.mark.parametrize("case", HOLDS)
def test_holds_say_why_a_person_must_decide(case: str) -> None:
    candidates, waiting, copies, first, rules, expected = HOLDS[case]

    assert holds(candidates, waiting, copies=copies, first=first, rules=rules, now=NOON) == expected


@pytest.mark.parametrize(("max_age", "shown"), [
    (timedelta(days=7), "7d"), (timedelta(hours=36), "36h"), (timedelta(minutes=90), "90m"),
    (timedelta(seconds=90), "90s"), (timedelta(0), "0s")])
def test_lateness_is_told_in_the_units_of_the_settings(max_age: timedelta, shown: str) -> None:
    late = record(due_at=NOON - 9 * DAY, due_seen_at=NOON)

    reasons = holds([late], [], copies={}, first=False, rules=replace(RULES, max_age=max_age), now=NOON)

    assert reasons == {"14": f"late: first seen 9 days after its hour, schedule.max_age is {shown}"}


@pytest.mark.parametrize(("late", "told"), [
    (timedelta(days=7, hours=5), "more than 7d"), (timedelta(days=8), "8 days")])
def test_lateness_is_told_as_more_than_is_allowed(late: timedelta, told: str) -> None:
    one = record(due_at=NOON - late, due_seen_at=NOON)

    reasons = holds([one], [], copies={}, first=False, rules=replace(RULES, max_age=7 * DAY), now=NOON)

    assert reasons == {"14": f"late: first seen {told} after its hour, schedule.max_age is 7d"}


@pytest.mark.parametrize("now", [NOON, NOON + 400 * DAY, datetime.fromisoformat("2026-03-24T15:59:59+00:00")])
def test_day_on_the_calendar_is_never_asked(now: datetime) -> None:
    """Only the instant counts: the same issue is due on any later day, at any hour."""
    assert standing(record(), [SCHEDULED], RULES, now) == READY
