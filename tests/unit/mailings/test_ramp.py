"""After an outage the queue goes out slowly at first, then faster, in whichever process the post comes back."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from pipeline.clock import HandClock
from pipeline.errors import TransportError, Unavailable
from pipeline.mailings.ledger import Ledger
from pipeline.mailings.pace import LONG_AWAY, Pace
from pipeline.mailings.ramp import DOUBLES, LASTS, Ramp
from pipeline.mailings.send import LONGEST_REST
from pipeline.providers.base import Message
from tests.books import NOON, copied_database
from tests.workplaces import Workplace, always

NIGHT = 4 * LONG_AWAY
FORTY = timedelta(days=40)
SECOND = timedelta(seconds=1)


def seconds(instants: list[datetime]) -> list[float]:
    return [(at - NOON).total_seconds() for at in instants]


def test_first_ones_go_a_second_apart_and_each_quarter_minute_takes_twice_as_many() -> None:
    ramp, times = Ramp(NOON), [NOON]
    while times[-1] < NOON + 4 * DOUBLES:
        times.append(ramp.take(times[-1]))

    assert seconds(times)[1:4] == pytest.approx([0, 1, 1.9], abs=0.1)
    quarters = [sum(NOON + DOUBLES * n <= at < NOON + DOUBLES * (n + 1) for at in times[1:]) for n in range(4)]
    assert [later / before for before, later in zip(quarters, quarters[1:], strict=False)] == pytest.approx(
        [2, 2, 2], rel=0.1)


def test_clock_that_is_set_back_ends_the_ramp(tmp_path: Path) -> None:
    ledger, clock = Ledger(copied_database(tmp_path / "avviso.db")), HandClock(NOON)
    pace = Pace(ledger, clock, "smtp", None)
    pace.lose()
    clock.turn(LONG_AWAY)
    pace.find()
    assert (pace.slot(), (pace.slot() or NOON) > clock.now()) == (clock.now(), True)

    clock.turn(-FORTY)

    assert pace.slot() is None


def test_time_in_which_nothing_went_is_not_caught_up_on() -> None:
    ramp = Ramp(NOON)
    ramp.take(NOON)

    late = NOON + 2 * DOUBLES
    times = [ramp.take(late) for _ in range(8)]

    assert sum(at <= late for at in times) <= 5  # a second's worth: four a second by now


def away_until(work: Workplace, until: datetime, taken: list[datetime]) -> None:
    """A post that cannot be reached until then; what it takes afterwards is written down."""
    def script(message: Message, attempt: int) -> TransportError | None:
        if work.clock.now() < until:
            return Unavailable("no connection")
        taken.append(work.clock.now())
        return None

    work.script = script


def test_queue_of_a_night_drains_with_a_ramp(tmp_path: Path) -> None:
    work, taken = Workplace(tmp_path, readers=60), list[datetime]()
    away_until(work, NOON + NIGHT, taken)

    work.serve(seconds=NIGHT.total_seconds() + 300)

    assert work.states == ["sent"] * 60
    first = [sum(taken[0] + n * DOUBLES <= at < taken[0] + (n + 1) * DOUBLES for at in taken) for n in range(2)]
    assert first[0] <= 25
    assert taken[-1] - taken[0] > DOUBLES


def test_short_outage_needs_no_ramp(tmp_path: Path) -> None:
    work, taken = Workplace(tmp_path, readers=60), list[datetime]()
    away_until(work, NOON + LONG_AWAY / 10, taken)

    work.serve(seconds=LONG_AWAY.total_seconds())

    assert taken.count(taken[0]) >= 57  # but for those who were tried in vain
    assert work.states == ["sent"] * 60


def test_pass_that_finds_the_post_back_ramps_whoever_noticed_the_outage(tmp_path: Path) -> None:
    """As under cron: each pass is a process of its own."""
    work, taken = Workplace(tmp_path, readers=60), list[datetime]()
    away_until(work, NOON + NIGHT, taken)
    assert work.deliver().unreachable == "no connection"
    work.clock.turn(NIGHT)

    assert work.deliver().unreachable == ""

    assert work.states == ["sent"] * 60
    assert taken[-1] - taken[0] > DOUBLES
    again = work.begin("15", 40)
    before = work.clock.now()
    work.clock.turn(LASTS)
    work.deliver()
    assert work.ledger.mailings.get(again).counts["sent"] == 40
    assert work.clock.now() == before + LASTS, "the ramp was over"


def test_pass_ends_where_the_post_asks_for_an_hour_and_says_until_when(tmp_path: Path) -> None:
    work = Workplace(tmp_path)
    work.script = always(lambda: Unavailable("429 too many requests", retry_after_s=3600))

    first, second = work.deliver(), work.deliver()

    assert first.unreachable == "429 too many requests: outbox wants to be left alone until 2026-03-24 13:00 UTC"
    assert second.unreachable == "outbox wants to be left alone until 2026-03-24 13:00 UTC"
    assert (work.clock.now(), work.states) == (NOON, ["pending"] * 3)


def test_pass_waits_for_a_post_that_asks_for_a_minute(tmp_path: Path) -> None:
    work = Workplace(tmp_path)
    work.script = always(lambda: Unavailable("429", retry_after_s=LONGEST_REST.total_seconds()), 1)

    assert work.deliver().unreachable == ""

    assert (work.clock.now() >= NOON + LONGEST_REST, work.states) == (True, ["sent"] * 3)


def test_pass_at_a_slow_rate_waits_however_long_it_takes(tmp_path: Path) -> None:
    work = Workplace(tmp_path, rate=1 / 3600, lease=timedelta(days=1))

    assert work.deliver().unreachable == ""

    assert work.states == ["sent"] * 3
