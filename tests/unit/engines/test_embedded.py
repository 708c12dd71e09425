"""The timer of one machine."""

from __future__ import annotations

import logging
import threading
from datetime import UTC, timedelta
from types import SimpleNamespace
from typing import Any

from pipeline.engines.embedded import _schedule
from tests.services import SOON_S, Said

SOON = timedelta(milliseconds=10)


def test_pass_that_outlasts_its_interval_is_no_news() -> None:
    heard, ticks, passed, logger = Said(), threading.Semaphore(0), threading.Event(), logging.getLogger("apscheduler")
    logger.addHandler(heard)

    def work() -> None:
        for _ in range(5):
            assert ticks.acquire(timeout=SOON_S)
        passed.set()

    app: Any = SimpleNamespace(config=SimpleNamespace(zone=UTC))
    end = _schedule(app, {"publish": (work, SOON), "tidy": (ticks.release, SOON)})
    try:
        assert passed.wait(SOON_S)
    finally:
        end()
        logger.removeHandler(heard)

    assert heard.events == []
