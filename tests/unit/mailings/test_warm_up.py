"""A sender whom nobody knows begins with few messages a day; what is left of a mailing waits, and letters do not."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from pipeline.clock import HandClock
from pipeline.errors import Deferred, Unavailable
from pipeline.mailings.send import deliver
from pipeline.mailings.warm_up import DAY, Day, Plan, WarmUp, days_for, waits_until
from pipeline.schema import delivery
from tests.books import NOON
from tests.publications import TODAY, Publication, words
from tests.workplaces import Workplace, to

PLAN = Plan("warm_up outbox example.com", 10, 1.5)
FORTY = timedelta(days=40)


@pytest.fixture
def work(tmp_path: Path) -> Workplace:
    return Workplace(tmp_path, readers=60, plan=PLAN)


def sent(work: Workplace) -> int:
    return work.states.count("sent")


def test_each_day_has_half_as_many_again_as_the_best_before(work: Workplace) -> None:
    days = []
    for _ in range(6):
        before = sent(work)
        work.deliver()
        days.append(sent(work) - before)
        work.clock.turn(DAY)

    assert days == [10, 15, 22, 13, 0, 0]
    work.begin("15", 100)
    work.deliver()
    assert work.ledger.mailings.all()[-1].counts["sent"] == 33  # half as many again as 22: idle days add nothing


def test_day_holds_over_processes_and_restarts(work: Workplace) -> None:
    dispatches = [work.dispatch(), work.dispatch()]
    for _ in range(3):
        for dispatch in dispatches:
            deliver(dispatch, work.stop)
        work.clock.turn(timedelta(hours=7))
    work.deliver()

    assert sent(work) == 10


def test_day_ends_a_day_after_its_first_message(work: Workplace) -> None:
    work.clock.turn(timedelta(hours=5))
    work.deliver()
    begun = work.clock.now()

    assert waits_until(work.ledger, PLAN, begun) == (begun + DAY, 10)
    assert waits_until(work.ledger, PLAN, begun + DAY) is None
    work.clock.turn(DAY - timedelta(seconds=1))
    work.deliver()
    assert sent(work) == 10
    work.clock.turn(timedelta(seconds=1))
    work.deliver()
    assert sent(work) == 25


def test_service_that_idles_does_not_begin_a_day(tmp_path: Path) -> None:
    clock = HandClock(NOON)
    work = Workplace(tmp_path, readers=0, plan=PLAN)
    work.ledger.mailings.finish(NOON)
    ledger = work.ledger
    warm_up = WarmUp(ledger, PLAN, clock.now)

    assert [warm_up.take(20) for _ in range(3)] == [0, 0, 0]

    assert ledger.notebook.note(PLAN.name) is None


def test_service_goes_on_when_the_next_day_begins(work: Workplace) -> None:
    work.clock.at(DAY, lambda: None)
    work.serve(seconds=1)
    work.clock.turn(DAY)
    work.serve(seconds=1)

    assert sent(work) == 25


def test_letters_go_whether_or_not_the_day_is_over(work: Workplace) -> None:
    work.deliver()
    work.write_letter()

    work.deliver()

    assert (sent(work), work.sent[-1]) == (10, "reader0")
    assert len(work.sent) == 11


def test_letter_that_was_put_off_goes_too(work: Workplace) -> None:
    work.deliver()
    work.write_letter()
    work.script = to("reader0", lambda: Deferred("450 later"), 2)
    work.deliver()
    work.clock.turn(timedelta(minutes=5))

    work.deliver()

    with work.database.read() as connection:
        assert connection.execute(select(func.count()).where(
            delivery.c.mailing_id.is_(None), delivery.c.state == "sent")).scalar_one() == 1


def test_what_was_not_handed_over_is_not_counted(work: Workplace) -> None:
    away = {"until": NOON + timedelta(minutes=10)}
    work.script = lambda *_: Unavailable("no connection") if work.clock.now() < away["until"] else None
    for _ in range(5):
        work.deliver()
        work.clock.turn(timedelta(minutes=3))

    work.deliver()

    assert sent(work) == 10


@pytest.mark.parametrize("leap", [FORTY, -FORTY])
def test_clock_that_leaps_and_comes_back_gives_no_second_day(tmp_path: Path, leap: timedelta) -> None:
    true_time = HandClock(NOON)
    work = Workplace(tmp_path, readers=200, plan=PLAN, steady=true_time.now)
    work.deliver()
    for turn in (leap, -leap, leap, -leap):
        work.clock.turn(turn)
        work.deliver()

    assert sent(work) == 10
    assert waits_until(work.ledger, PLAN, NOON) == (NOON + DAY, 10)


@pytest.mark.parametrize("leap", [FORTY, -FORTY])
def test_machine_that_was_started_with_a_wrong_clock_costs_one_day_at_most(leap: timedelta) -> None:
    note = Day(NOON, used=10, best=10).note()

    wrong = Day.read(note, NOON + leap).draw(1000, PLAN)
    right = Day.read(wrong.note(), NOON + timedelta(hours=1)).draw(1000, PLAN)

    assert wrong.used + right.used <= 10 + 2 * 15
    assert right.ends <= NOON + timedelta(hours=1) + DAY


def test_settings_are_read_and_the_mailing_outlives_its_time(tmp_path: Path) -> None:
    letters = Publication(tmp_path, {"transport": {"warm_up": {"start": 2, "growth": 2}}})
    letters.begin(write=False)
    letters.add_readers(*(f"reader{n}@example.com" for n in range(9)))
    letters.write("02-new.md", words(2), day=TODAY)
    sizes = []
    for _ in range(3):
        letters.deliver()
        sizes.append(len(letters.mails))
        letters.turn(days=1)
        letters.restart()

    assert sizes == [2, 6, 9]


def test_settings_without_numbers_have_those_that_are_advised(tmp_path: Path) -> None:
    letters = Publication(tmp_path, {"transport": {"warm_up": {}}})

    assert letters.app.warm_up == Plan("warm_up folder example.com", 200, 1.5)


@pytest.mark.parametrize(("messages", "days"), [(1, 1), (10, 1), (11, 2), (25, 2), (26, 3)])
def test_days_that_a_mailing_takes_grow_as_the_days_do(work: Workplace, messages: int, days: int) -> None:
    assert days_for(work.ledger, PLAN, messages, NOON) == days


def test_day_that_is_used_up_is_the_first_of_those_a_mailing_takes(work: Workplace) -> None:
    work.deliver()

    assert days_for(work.ledger, PLAN, 15, NOON) == 2
