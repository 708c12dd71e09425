"""The timer of one machine: APScheduler makes each round again, so long after the last one.

It goes by the machine's clock, which anybody may set, and a small computer without a battery begins in 1970. Rounds
neither wait until a clock that was set back is as late as it was, nor are those counted out that were jumped over.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger

from pipeline.engines.clock_watch import ClockWatch
from pipeline.engines.jobs import Round

LOOK_S = 5.0  # how often we look whether somebody has set the clock


class Every(BaseTrigger):  # type: ignore[misc]  # the library has no types
    """So long from now, whenever it was last."""

    __slots__ = ("_length",)

    def __init__(self, length: timedelta) -> None:
        self._length = length

    def get_next_fire_time(self, _previous: datetime | None, now: datetime) -> datetime:
        """What APScheduler asks."""
        return now + self._length


def schedule(rounds: Mapping[str, Round]) -> Callable[[], object]:
    """Every round in its time, each for the first time now; gives what ends it."""
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # a pass that outlasts its interval is no news
    scheduler = BackgroundScheduler(timezone=UTC)
    for name, (job, every) in rounds.items():
        scheduler.add_job(job, Every(every), id=name, coalesce=True, max_instances=1,
                          misfire_grace_time=None, next_run_time=datetime.now(UTC))
    scheduler.start()
    over = threading.Event()
    threading.Thread(target=_follow_clock, args=(scheduler, over), name="timer", daemon=True).start()

    def end() -> None:
        over.set()
        scheduler.shutdown()

    return end


def _follow_clock(scheduler: BackgroundScheduler, over: threading.Event) -> None:
    """Makes each round now when the clock was set: its hour is of the clock as it was."""
    watch = ClockWatch()
    while not over.wait(LOOK_S):
        if watch.was_set():
            for job in scheduler.get_jobs():
                job.modify(next_run_time=datetime.now(UTC))
