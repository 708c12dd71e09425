"""The rate holds across dispatches and processes, because each takes its seconds from one row."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from pipeline.clock import HandClock
from pipeline.mailings.ledger import Ledger
from pipeline.mailings.pace import Pace
from pipeline.mailings.send import serve
from pipeline.providers.base import Message
from tests.books import NOON, copied_database
from tests.workplaces import Workplace


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(copied_database(tmp_path / "avviso.db"))


def pass_times(pace: Pace, clock: HandClock, count: int) -> list[float]:
    """When each of so many messages may go, in seconds from noon."""
    times = []
    for _ in range(count):
        slot = pace.slot()
        clock.turn(max(timedelta(0), slot - clock.now()) if slot else timedelta(0))
        times.append((clock.now() - NOON).total_seconds())
    return times


def test_without_a_rate_everything_passes_at_once(ledger: Ledger) -> None:
    clock = HandClock(NOON)

    assert pass_times(Pace(ledger, clock, "smtp", None), clock, 3) == [0, 0, 0]


def test_open_pace_is_believed_for_a_second_and_not_behind_a_rest(ledger: Ledger) -> None:
    clock = HandClock(NOON)
    pace, seconds = Pace(ledger, clock, "smtp", None), timedelta(seconds=1)
    before = pace.is_open(NOON)
    pace.slot()
    believed = [pace.is_open(NOON + seconds * n) for n in (-0.1, 0, 0.9, 1)]
    pace.rest(5)

    assert (before, believed, pace.is_open(NOON)) == (False, [False, True, True, False], False)


@pytest.mark.parametrize("rate", [1.0, 1 / 3600])
def test_pace_with_a_rate_is_never_open(ledger: Ledger, rate: float) -> None:
    pace = Pace(ledger, HandClock(NOON), "smtp", rate)
    pace.slot()

    assert not pace.is_open(NOON)


@pytest.mark.parametrize(("rate", "times"), [
    (2.0, [0, 0.5, 1, 1.5, 2]),
    (0.5, [0, 2, 4, 6, 8]),
    (1 / 3600, [0, 3600, 7200, 10800, 14400]),
    (2.5, [0, 0.4, 0.8, 1.2, 1.6]),
])
def test_messages_pass_at_the_rate(ledger: Ledger, rate: float, times: list[float]) -> None:
    clock = HandClock(NOON)

    assert pass_times(Pace(ledger, clock, "smtp", rate), clock, 5) == pytest.approx(times)


@pytest.mark.parametrize("rate", [10.0, 1 / 60])
def test_clock_that_is_set_back_costs_no_more_than_a_turn(tmp_path: Path, rate: float) -> None:
    work = Workplace(tmp_path, readers=4, rate=rate)

    def script(message: Message, attempt: int) -> None:
        if message.recipient.startswith("reader1@"):
            work.clock.turn(timedelta(days=-40))

    work.script = script
    work.deliver()

    assert work.sent == ["reader0", "reader1", "reader2", "reader3"]
    assert work.clock.now() < NOON - timedelta(days=40) + timedelta(minutes=5)


def test_claim_that_waited_too_long_for_its_turn_leaves_it_to_the_next(tmp_path: Path) -> None:
    """Twenty are claimed for a minute in which twelve have their turn; no turn is lost with the other eight."""
    work = Workplace(tmp_path, readers=20, rate=0.2)
    work.lease = timedelta(seconds=60 + work.transport.timeout_s)

    work.deliver()

    assert len(work.sent) == 20
    assert work.clock.now() == NOON + timedelta(seconds=19 * 5)


def test_rest_that_a_wrong_clock_wrote_down_is_none(ledger: Ledger) -> None:
    clock = HandClock(NOON + timedelta(days=40))
    Pace(ledger, clock, "smtp", None).rest(60)
    clock.turn(timedelta(days=-40))
    pace = Pace(ledger, clock, "smtp", None)

    assert (pace.slot(), pace.rests_until) == (None, None)

    pace.rest(60)
    assert pace.rests_until == NOON + timedelta(seconds=60)


def test_two_offices_share_one_rate(tmp_path: Path) -> None:
    work = Workplace(tmp_path, readers=8, rate=2.0)
    sent: list[datetime] = []
    work.script = lambda message, attempt: sent.append(work.clock.now())  # type: ignore[func-returns-value]
    dispatches = [work.dispatch(), work.dispatch()]

    for dispatch in dispatches:
        work.clock.at(timedelta(seconds=1.9), work.stop.set)
        serve(dispatch, work.stop)
        work.stop.clear()

    elapsed = sorted((at - NOON).total_seconds() for at in sent)
    assert all(later - earlier >= 0.49 for earlier, later in zip(elapsed, elapsed[1:], strict=False))
    assert len(elapsed) >= 6


def test_four_workers_keep_one_rate_over_a_minute_within_two_percent(ledger: Ledger) -> None:
    """Each takes a second's slots at a time; no second of the minute has more than its hundred and a slot."""
    clocks = [HandClock(NOON) for _ in range(4)]
    paces = [Pace(ledger, clock, "smtp", 100.0) for clock in clocks]
    times: list[float] = []
    while min(clock.now() for clock in clocks) < NOON + timedelta(seconds=60):
        pace, clock = min(zip(paces, clocks, strict=True), key=lambda pair: pair[1].now())  # who is free goes next
        times += pass_times(pace, clock, 1)

    within = sorted(at for at in times if at < 60)
    assert len(within) == pytest.approx(6000, rel=0.02)
    assert max(sum(second <= at < second + 1 for at in within) for second in range(60)) <= 102


def test_two_paces_of_one_provider_take_turns_and_another_provider_has_its_own(ledger: Ledger) -> None:
    clocks = [HandClock(NOON) for _ in range(3)]
    names = ("smtp", "smtp", "ses")
    first, second, other = (Pace(ledger, clock, name, 2.0) for clock, name in zip(clocks, names, strict=True))

    assert pass_times(first, clocks[0], 2) == [0, 0.5]
    assert pass_times(second, clocks[1], 2) == [1, 1.5]
    assert pass_times(first, clocks[0], 1) == [2]
    assert pass_times(other, clocks[2], 1) == [0]


def test_time_in_which_nothing_was_sent_is_not_caught_up_on(ledger: Ledger) -> None:
    clock = HandClock(NOON)
    pace = Pace(ledger, clock, "smtp", 10.0)
    pass_times(pace, clock, 1)
    clock.turn(timedelta(hours=1))

    times = pass_times(pace, clock, 12)

    assert times[-1] - times[0] == pytest.approx(1.1)


def test_a_clock_that_was_wrong_for_a_while_does_not_stop_the_post(ledger: Ledger) -> None:
    ahead = HandClock(NOON + timedelta(days=40))
    pass_times(Pace(ledger, ahead, "smtp", 1.0), ahead, 1)
    clock = HandClock(NOON)

    assert pass_times(Pace(ledger, clock, "smtp", 1.0), clock, 2) == [0, 1]


@pytest.mark.parametrize(("late_s", "then_s"), [(0, [60, 120]), (100, [60, 120]), (200, [200, 260])])
def test_slot_that_is_given_back_is_the_next_ones_for_as_long_as_a_message_takes(
    ledger: Ledger, late_s: float, then_s: list[float]
) -> None:
    clock = HandClock(NOON)
    pace = Pace(ledger, clock, "smtp", 1 / 60)
    pass_times(pace, clock, 1)
    slot = pace.slot()
    assert slot is not None
    pace.give_back(slot)
    clock.turn(timedelta(seconds=late_s))

    assert [(found - NOON).total_seconds() for found in (pace.slot(), pace.slot()) if found] == then_s


@pytest.mark.parametrize(("rate", "seconds"), [(None, 0), (2.0, 10), (1 / 36, 720)])
def test_pace_says_how_long_messages_take(ledger: Ledger, rate: float | None, seconds: float) -> None:
    pace = Pace(ledger, HandClock(NOON), "smtp", rate)

    assert pace.takes(20).total_seconds() == pytest.approx(seconds)


def test_wish_to_wait_holds_for_every_process_with_and_without_a_rate(tmp_path: Path) -> None:
    ledger, clock = Ledger(copied_database(tmp_path / "avviso.db")), HandClock(NOON)
    ours, theirs, paced = (Pace(ledger, clock, "postmark", rate) for rate in (None, None, 1.0))
    other = Pace(ledger, clock, "resend", None)
    assert [theirs.slot(), other.slot()] == [None, None]

    ours.rest(60)
    ours.rest(5)
    clock.turn(timedelta(seconds=1))

    until = NOON + timedelta(seconds=60)
    assert [ours.slot(), theirs.slot(), paced.slot(), other.slot()] == [until, until, until, None]
    clock.turn(timedelta(seconds=60))
    assert [ours.slot(), theirs.slot()] == [None, None]


def test_machine_whose_clock_is_minutes_ahead_has_nobody_wait_for_its_hour(ledger: Ledger) -> None:
    clock, ahead = HandClock(NOON), HandClock(NOON + timedelta(minutes=4))
    right = Pace(ledger, clock, "smtp", 1.0, steady=clock.now)
    wrong = Pace(ledger, ahead, "smtp", 1.0, steady=clock.now)

    theirs = wrong.slot()

    assert theirs == ahead.now()
    assert pass_times(right, clock, 2) == [1, 2]
