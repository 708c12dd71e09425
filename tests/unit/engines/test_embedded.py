"""The timer of one machine."""

from __future__ import annotations

import logging
import threading
from datetime import UTC, datetime, timedelta

import pytest
from apscheduler.schedulers import base

from pipeline.engines import clock_watch, timer
from tests.books import NOON
from tests.services import SOON_S, Said, SetClock

SOON = timedelta(milliseconds=10)


def test_pass_that_outlasts_its_interval_is_no_news() -> None:
    heard, ticks, passed, logger = Said(), threading.Semaphore(0), threading.Event(), logging.getLogger("apscheduler")
    logger.addHandler(heard)

    def work() -> None:
        for _ in range(5):
            assert ticks.acquire(timeout=SOON_S)
        passed.set()

    end = timer.schedule({"publish": (work, SOON), "tidy": (ticks.release, SOON)})
    try:
        assert passed.wait(SOON_S)
    finally:
        end()
        logger.removeHandler(heard)

    assert heard.events == []


def test_round_does_not_wait_for_a_clock_that_was_set_back(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (base, timer, clock_watch):
        monkeypatch.setattr(module, "datetime", SetClock)
    monkeypatch.setattr(SetClock, "by", timedelta(days=400))
    monkeypatch.setattr(timer, "LOOK_S", 0.02)
    ticks = threading.Semaphore(0)
    end = timer.schedule({"publish": (ticks.release, SOON)})
    try:
        assert all(ticks.acquire(timeout=SOON_S) for _ in range(3))
        monkeypatch.setattr(SetClock, "by", timedelta(0))
        assert all(ticks.acquire(timeout=SOON_S) for _ in range(20))
    finally:
        end()


def test_years_that_a_clock_jumped_over_are_not_counted_out() -> None:
    assert timer.Every(SOON).get_next_fire_time(datetime(1970, 1, 1, tzinfo=UTC), NOON) == NOON + SOON
