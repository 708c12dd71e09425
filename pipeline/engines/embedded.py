"""The engine of one machine: APScheduler wakes publish and tidy, and one thread sends.

The timer is only a hint: every job asks the ledger what is due, so a run that is late, doubled or missed
changes nothing. Jobs come from the settings at each start; nothing is persisted.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pipeline.engines.jobs import SENDERS, Round, Shift, telling

if TYPE_CHECKING:
    from pipeline.app import App

RESTART_S = 30.0


def begin(app: App, shift: Shift, only: str | None, ending: threading.Event) -> Callable[[], object]:
    """Begins what `only` names, or all of it; gives what waits for its end once `ending` is set."""
    work = ExitStack()
    rounds = shift.rounds()
    if only in (None, "send"):
        telling("tidy", shift.tidy)()  # what the dead held is taken back before anything is claimed
        telling("hear", shift.hear)()  # and who left by mail while we were away gets nothing more
        work.callback(_start_sending(shift, ending))
    ours = {name: found for name, found in rounds.items() if only != "send" or name in SENDERS}
    work.callback(_schedule(app, ours))
    return work.close


def _schedule(app: App, rounds: Mapping[str, Round]) -> Callable[[], object]:
    """Every round in its time, each for the first time now; gives what ends it."""
    from apscheduler.schedulers.background import BackgroundScheduler  # slow import

    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # a pass that outlasts its interval is no news
    scheduler = BackgroundScheduler(timezone=app.config.zone)
    for name, (job, every) in rounds.items():
        scheduler.add_job(telling(name, job), "interval", seconds=every.total_seconds(), id=name, coalesce=True,
                          max_instances=1, misfire_grace_time=None,
                          next_run_time=datetime.now(UTC))  # its clock is the machine's
    scheduler.start()
    end: Callable[[], object] = scheduler.shutdown
    return end


def _start_sending(shift: Shift, stop: threading.Event) -> Callable[[], None]:
    """Sends in the background; gives what waits for its end."""
    def send() -> None:
        while not stop.is_set():
            telling("send", lambda: shift.serve(stop))()
            stop.wait(RESTART_S)  # something was wrong: at the third time the message that broke it is given up

    thread = threading.Thread(target=send, name="send", daemon=True)
    thread.start()
    return thread.join
