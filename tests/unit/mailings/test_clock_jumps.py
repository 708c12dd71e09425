"""Somebody sets the clock 40 days ahead or back in the middle: leases keep their length, nobody is mailed by it."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.clock import HandClock, SystemClock, since_boot
from pipeline.config import load
from pipeline.engines.jobs import Shift
from pipeline.errors import TransportError
from pipeline.mailings.ledger.letters import Sealed
from pipeline.mailings.mailing import DeliveryState, Outcome
from pipeline.mailings.sender_queue import GROUP
from pipeline.providers.base import Message
from tests.books import EDITION, LEASE, NOON
from tests.publications import TODAY, Publication, words
from tests.workplaces import Workplace

FORTY = timedelta(days=40)


@pytest.mark.parametrize("leap", [FORTY, -FORTY])
def test_leases_keep_their_length_when_the_clock_is_set_in_a_send(tmp_path: Path, leap: timedelta) -> None:
    """What is in hand stays in hand: nothing is given back, taken back or sent twice, and one group is claimed once."""
    true_time = HandClock(NOON)
    work = Workplace(tmp_path, readers=GROUP, lease=LEASE, steady=true_time.now)

    def script(message: Message, attempt: int) -> TransportError | None:
        if message.recipient.startswith("reader3@"):
            work.clock.turn(leap)
            assert work.ledger.doubts.reclaim_leases(true_time.now()) == 0
        return None

    work.script = script
    work.deliver()

    assert work.sent == [f"reader{n}" for n in range(GROUP)]
    assert work.states == ["sent"] * GROUP
    assert {row["fence"] for row in work.rows()} == {1}


def test_lease_that_is_over_is_over_whatever_the_clock_shows(tmp_path: Path) -> None:
    work = Workplace(tmp_path)
    worker = work.ledger.workers.enter("one", host="", boot_id="", pid=1, now=NOON)
    work.ledger.deliveries.claim(worker.id, worker.shard, limit=2, now=NOON + FORTY, lease=LEASE, steady=NOON)

    assert work.ledger.doubts.reclaim_leases(NOON + LEASE - timedelta(seconds=1)) == 0
    assert work.ledger.doubts.reclaim_leases(NOON + LEASE) == 2


def leaping(tmp_path: Path, by: timedelta) -> Publication:
    """A publication with issues due over the next forty days; the clock is set a minute after the last pass."""
    letters = Publication(tmp_path / "letters", {"mailings": {"approve": "never"}})
    letters.begin(write=False)
    letters.add_readers("ada@example.com")
    for n in range(2, 8):
        letters.write(f"{n:02}-next.md", words(n), day=TODAY + timedelta(days=6 * n))
    true_time = HandClock(letters.clock.now())
    set_steady(letters, true_time)
    letters.publish(write=False)
    true_time.turn(timedelta(minutes=1))
    letters.turn(seconds=60)
    letters.turn(days=by.days)
    set_steady(letters, true_time)
    return letters


def set_steady(letters: Publication, true_time: HandClock) -> None:
    letters.restart().__dict__["steady"] = true_time.now


def test_clock_that_is_set_ahead_mails_nothing_and_is_said(tmp_path: Path) -> None:
    letters = leaping(tmp_path, FORTY)

    made = letters.deliver()

    assert letters.mails == []
    assert set(letters.mailings.values()) == {"held"}
    said, = (str(one) for one in made.problems if one.rule == "clock-moved")
    assert said == ("clock: it was set ahead by 40 days since the last pass: it shows 2026-05-03 13:01 UTC: "
                    "set it right; what seems to be due since is held")
    letters.deliver()
    assert letters.mails == []


def test_clock_that_is_set_back_mails_nothing(tmp_path: Path) -> None:
    letters = leaping(tmp_path, -FORTY)

    made = letters.deliver()

    assert (letters.mails, letters.mailings) == ([], {})
    assert [one.rule for one in made.problems] == ["clock-moved"]


def test_time_that_really_passed_is_no_leap(tmp_path: Path) -> None:
    letters = Publication(tmp_path / "letters", {"mailings": {"approve": "never"}})
    letters.begin(write=False)
    letters.add_readers("ada@example.com")
    letters.write("02-next.md", words(2), day=TODAY + timedelta(days=6))
    letters.publish(write=False)
    letters.turn(days=6)

    made = letters.deliver()

    assert (letters.mails, made.problems) == (["ada@example.com"], [])


def under_way_and_set_ahead(tmp_path: Path) -> tuple[Publication, HandClock]:
    """A mailing under way in a publication whose clock was set ahead by forty days; and the clock that nobody sets."""
    letters = Publication(tmp_path / "letters", {"mailings": {"approve": "never"}})
    letters.begin(write=False)
    letters.add_readers("ada@example.com")
    letters.write("02-next.md", words(2))
    letters.publish(write=False)
    steady = HandClock(letters.clock.now())
    letters.turn(days=40)
    set_steady(letters, steady)
    return letters, steady


def test_mailing_does_not_end_because_the_clock_was_set_ahead(tmp_path: Path) -> None:
    letters, _ = under_way_and_set_ahead(tmp_path)

    with Shift.begin(letters.app) as shift:
        shift.tidy()

    assert letters.mailings == {"2/weekly": "sending"}


@pytest.mark.parametrize("wrong", [timedelta(days=-20_000), -FORTY, FORTY, timedelta(days=20_000)])
def test_mailing_ends_after_its_time_although_the_machine_began_with_a_wrong_clock(
    tmp_path: Path, wrong: timedelta
) -> None:
    """A small computer that keeps no time when it is off, or whose battery is empty, and asks for the time later."""
    letters = Publication(tmp_path / "letters", {"mailings": {"approve": "never"}})
    steady = HandClock(letters.clock.now() + wrong)
    set_steady(letters, steady)
    letters.begin(write=False)
    letters.add_readers("ada@example.com")
    letters.write("02-next.md", words(2))
    steady.turn(letters.clock.now() + wrong - steady.now())
    letters.publish(write=False)
    ledger = letters.app.ledger
    claims = ledger.deliveries.claim("w", 1, limit=1, now=letters.clock.now(), lease=LEASE)
    ledger.deliveries.record(1, [Outcome(claims[0], DeliveryState.DEFERRED, "451", due_at=letters.clock.now())],
                             now=letters.clock.now())

    def states_after(hours: int) -> dict[str, str]:
        letters.turn(hours=hours)
        steady.turn(timedelta(hours=hours))
        with Shift.begin(letters.app) as shift:
            shift.tidy()
        return dict(letters.mailings)

    assert [states_after(35), states_after(1)] == [{"2/weekly": "sending"}, {"2/weekly": "sent"}]


def test_mailing_that_a_person_resumes_has_its_full_time_whatever_the_clock_shows(tmp_path: Path) -> None:
    letters, steady = under_way_and_set_ahead(tmp_path)
    decisions, record = letters.app.decisions, letters.record("2")

    decisions.hold(record)
    decisions.resume(record)

    (mailing,) = letters.app.ledger.mailings.all()
    assert mailing.expires_at == steady.now() + letters.app.config.mailings.expire


@pytest.mark.parametrize(("off", "left"), [
    (timedelta(hours=10), timedelta(hours=25)),
    (timedelta(days=3), timedelta(hours=-37)),
    (timedelta(days=20_000), timedelta(hours=35)),  # nobody believes that
    (timedelta(days=-20_000), timedelta(hours=35)),
])
def test_next_run_of_the_machine_believes_no_clock_that_cannot_be_right(
    tmp_path: Path, off: timedelta, left: timedelta
) -> None:
    """An hour of a mailing's 36 was over when the machine went off; this is how much is left when it is on again."""
    work = Workplace(tmp_path)
    notebook = work.ledger.notebook
    before = NOON + timedelta(hours=1)
    notebook.anchor("first run", NOON, now=NOON)
    notebook.note_steady(before)

    assert notebook.anchor("second run", before + off, now=before + off) == before + off

    assert work.mailing.expires_at == before + off + left


@pytest.mark.parametrize("off", [timedelta(hours=-10), timedelta(days=20_000)])
def test_run_of_the_machine_that_ends_at_once_leaves_mailings_their_time(tmp_path: Path, off: timedelta) -> None:
    work = Workplace(tmp_path)
    notebook = work.ledger.notebook
    notebook.anchor("first run", NOON, now=NOON)
    notebook.note_steady(NOON)

    for number in range(3):
        now = NOON + off + number * timedelta(hours=1)
        notebook.anchor(f"run {number} with a wrong clock", now, now=now)

    assert work.mailing.expires_at == NOON + off + timedelta(hours=36)


def test_what_was_put_off_by_a_wrong_clock_goes_out_when_it_is_right(tmp_path: Path) -> None:
    """Readers and a letter were told to wait while the clock was ahead by forty days."""
    letters = Publication(tmp_path / "letters", {"mailings": {"approve": "never"}})
    letters.begin(write=False)
    letters.add_readers("ada@example.com", "bo@example.com")
    letters.write("02-next.md", words(2))
    letters.publish(write=False)
    letters.turn(days=40)
    ledger, now = letters.app.ledger, letters.clock.now()
    ledger.letters.write_all([Sealed(EDITION, {}, "", "weekly", 1, "ada@example.com", "", "1")], now)
    claims = ledger.deliveries.claim("w", 1, limit=3, now=now, lease=LEASE)
    ledger.deliveries.record(1, [
        Outcome(one, DeliveryState.DEFERRED, "451", due_at=now + LEASE) for one in claims], now=now)
    ledger.letters.write_all([Sealed(EDITION, {}, "", "weekly", 2, "bo@example.com", "", "1")], now)
    letters.turn(days=-40)
    assert ledger.deliveries.claim("w", 1, limit=4, now=letters.clock.now(), lease=LEASE) == []

    with Shift.begin(letters.app) as shift:
        shift.tidy()

    assert len(ledger.deliveries.claim("w", 1, limit=5, now=letters.clock.now(), lease=LEASE)) == 4


def test_steady_clock_is_one_for_all_processes_of_a_machine_and_goes_by_its_uptime(tmp_path: Path) -> None:
    letters = Publication(tmp_path / "letters")
    letters.restart()
    first, second = (type(letters.app)(load(letters.folder / "config.yaml", {}), SystemClock()) for _ in range(2))

    began = first.steady() - since_boot()

    assert abs((second.steady() - since_boot()) - began) < timedelta(seconds=1)
    assert abs(first.steady() - SystemClock().now()) < timedelta(seconds=5)


def test_pretended_hour_is_the_steady_one_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """libfaketime shows the hour since 1970 as the time since the machine was started."""
    letters = Publication(tmp_path / "letters")
    letters.restart()
    true, pretended = (type(letters.app)(load(letters.folder / "config.yaml", {}), SystemClock()) for _ in range(2))
    true.steady()

    monkeypatch.setattr("pipeline.clock._SINCE_BOOT", time.CLOCK_REALTIME)

    assert abs(pretended.steady() - SystemClock().now()) < timedelta(seconds=5)
