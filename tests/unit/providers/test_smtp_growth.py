"""How many connections: more while it helps, fewer where the server bears no more."""

from __future__ import annotations

import pytest

from pipeline.providers import smtp_growth
from pipeline.providers.smtp_growth import FREELY, REMEMBERED_S, Growth


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The instant, which a test turns."""
    time = [0.0]
    monkeypatch.setattr(smtp_growth, "monotonic", lambda: time[0])
    return time


def second(growth: Growth, now: list[float], answered: int) -> int:
    """A second in which so many messages were answered; gives how many connections are allowed then."""
    now[0] += 1
    growth.answer(answered)
    growth.consider(is_full=True)
    return growth.allowed


@pytest.mark.parametrize(("limit", "at_once"), [(1, 1), (4, 4), (50, FREELY)])
def test_a_few_are_opened_at_once(limit: int, at_once: int) -> None:
    assert Growth(limit).allowed == at_once


def test_more_are_opened_while_each_step_carries_more(now: list[float]) -> None:
    growth = Growth(100)

    assert [second(growth, now, answered) for answered in (100, 190, 350, 600)] == [20, 40, 80, 100]


def test_a_step_that_carries_no_more_is_taken_back_for_a_while(now: list[float]) -> None:
    growth = Growth(100)

    assert [second(growth, now, answered) for answered in (600, 590, 600)] == [20, 10, 10]

    now[0] += REMEMBERED_S
    assert second(growth, now, 36_600) == 20


def test_nothing_is_concluded_while_there_is_too_little_to_send(now: list[float]) -> None:
    growth = Growth(100)
    now[0] += 1
    growth.consider(is_full=False)

    assert growth.allowed == FREELY


def test_a_server_that_turns_one_away_is_not_asked_again_for_a_while(now: list[float]) -> None:
    growth = Growth(8)
    growth.turn_away(2)

    assert (growth.allowed, second(growth, now, 100)) == (2, 2)
    now[0] += REMEMBERED_S
    assert second(growth, now, 6_000) == 4


def test_one_connection_is_always_worth_a_try() -> None:
    growth = Growth(8)
    growth.turn_away(0)

    assert growth.allowed == 1
