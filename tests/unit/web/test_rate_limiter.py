"""Who is let through to the form, when, and who is not; the seconds are counted by hand."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from pipeline.mailings.ledger.confirmations import Limits
from pipeline.web import rate_limiter as module
from pipeline.web.rate_limiter import Pace, RateLimiter, Turn
from tests.readers import WIDE, House

DAY_S, HOUR_S = 86_400, 3_600


class Gate:
    """A limiter whose time stands still unless somebody moves it; whoever waits is asked how long."""

    def __init__(self, limits: Limits = WIDE, pace: Pace | None = None) -> None:
        self.now = 1000.0
        self.waits: list[float] = []
        self.limiter = RateLimiter(limits, pace or Pace(a_second=10**9), rest=self._rest, now=lambda: self.now)

    async def _rest(self, seconds: float) -> None:
        self.waits.append(round(seconds, 3))
        await asyncio.sleep(0)

    def enter(self, *networks: str) -> list[Turn]:
        """What becomes of requests that come at once."""
        async def all_of_them() -> list[Turn]:
            return await asyncio.gather(*map(self.limiter.enter, networks))

        return asyncio.run(all_of_them())


def test_burst_passes_at_once_and_the_rest_in_the_pace_until_patience_ends() -> None:
    gate = Gate(pace=Pace(a_second=8, burst=2, patience_s=0.375))

    turns = gate.enter(*[""] * 8)

    assert turns == [Turn.TAKEN] * 5 + [Turn.BUSY] * 3
    assert gate.waits == [0.125, 0.25, 0.375, 0.375, 0.375, 0.375]


def test_pace_is_that_of_a_burst_again_after_a_quiet_while() -> None:
    gate = Gate(pace=Pace(a_second=8, burst=2, patience_s=0))
    gate.enter(*[""] * 9)

    gate.now += 0.125
    assert gate.enter("", "") == [Turn.TAKEN, Turn.BUSY]
    gate.now += 100
    assert gate.enter(*[""] * 4) == [Turn.TAKEN] * 2 + [Turn.BUSY] * 2


def test_who_comes_when_too_many_wait_is_told_so_at_once() -> None:
    gate = Gate(pace=Pace(a_second=1, burst=1, patience_s=100, most=3))

    turns = gate.enter(*[""] * 6)

    assert turns == [Turn.TAKEN] * 4 + [Turn.BUSY] * 2
    assert len(gate.waits) == 3


def test_network_has_its_share_and_takes_nothing_of_anothers() -> None:
    gate = Gate(Limits(network_a_day=2, all_an_hour=10**9))

    assert gate.enter(*["203.0.113.0/24"] * 6) == [Turn.TAKEN] * 4 + [Turn.SPENT] * 2
    assert gate.enter("198.51.100.0/24", "") == [Turn.TAKEN] * 2
    gate.now += DAY_S / 4
    assert gate.enter(*["203.0.113.0/24"] * 2) == [Turn.TAKEN, Turn.SPENT]


def test_networks_that_are_long_silent_are_forgotten_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "NETWORKS", 2)
    gate = Gate(Limits(network_a_day=1, all_an_hour=10**9))

    assert gate.enter(*"aa", "b", *"aa", "c", *"aa") == [
        Turn.TAKEN, Turn.TAKEN, Turn.TAKEN, Turn.SPENT, Turn.SPENT, Turn.TAKEN, Turn.SPENT, Turn.SPENT]
    assert gate.enter(*"bb") == [Turn.TAKEN] * 2  # forgotten for c, so it begins anew


def test_all_together_have_one_budget_and_the_log_says_once_that_it_is_spent(
    caplog: pytest.LogCaptureFixture
) -> None:
    gate = Gate(Limits(network_a_day=10**9, all_an_hour=3))

    with caplog.at_level("WARNING", "pipeline"):
        assert gate.enter(*"abcde") == [Turn.TAKEN] * 3 + [Turn.BUSY] * 2

    assert [one.message for one in caplog.records] == ["asking.turned_away"]
    gate.now += HOUR_S / 3
    assert gate.enter(*"ab") == [Turn.TAKEN, Turn.BUSY]


def test_who_has_had_their_share_gets_the_same_answer_and_nothing_is_written(tmp_path: Path) -> None:
    house = House(tmp_path, limiter=RateLimiter(Limits(network_a_day=1, all_an_hour=3)))
    house.add("known@example.com")

    answers = [house.client.post("/subscribe", data={"email": f"{name}@example.com"})
               for name in ("ann", "ben", "cid", "known")]

    assert len({(answer.status_code, answer.content) for answer in answers}) == 1
    assert [one.values["email"] for one in house.app.spool.submissions()] == ["ann@example.com", "ben@example.com"]
    assert house.browser("192.0.2.9").post("/subscribe", data={"email": "dan@example.com"}).status_code == 200
    assert house.browser("192.0.3.9").post("/subscribe", data={"email": "eve@example.com"}).status_code == 503
