"""The engine of one machine: APScheduler wakes publish and tidy, one thread sends, the web answers.

The timer is only a hint: every job asks the ledger what is due, so a run that is late, doubled or missed
changes nothing. Jobs come from the settings at each start; nothing is persisted.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.engines.jobs import Shift, alone
from pipeline.errors import PipelineError, Unreachable

if TYPE_CHECKING:
    from pipeline.app import App

log = logging.getLogger(__name__)

TIDY_S = 60
SETTINGS_S = 5.0
RESTART_S = 30.0
GRACE_S = 8.0  # how long work in hand may take once we are asked to end; the rest is the next start's


def run(open_app: Callable[[], App], settings: Path, stop: threading.Event, *, only: str | None = None) -> None:
    """Runs until `stop` is set. `only` is one of publish, send, web; None is all of them.

    When the file `settings` changes and can be read, everything in hand is finished and begun again with it;
    one that cannot be read is said once, and the old settings stay in force. While the ledger is away at the start,
    readers are served: their asking and leaving lies in the tray until it is back.
    """
    seen = _changed_at(settings)  # before it is read: a change after that is one to follow
    following: App | None = open_app()
    while following is not None:
        following, seen = _run_with(following, open_app, settings, seen, stop, only)


def _run_with(
    app: App, open_app: Callable[[], App], settings: Path, seen: int, stop: threading.Event, only: str | None
) -> tuple[App | None, int]:
    """Runs with one set of settings, last changed at `seen`; gives the next, or None at the end."""
    if only != "web":
        app.check_way_out()
    with ExitStack() as stack:
        if only is None:
            stack.enter_context(alone(app))
        shift = stack.enter_context(ExitStack())  # we leave the list of workers when our work is done
        work = ExitStack()  # ended together, so that all of it takes no longer than GRACE_S
        stack.callback(_end_within, GRACE_S, work.close)
        ending = threading.Event()
        if only in (None, "web"):
            work.callback(_serve_web(app))
        begin = partial(_begin, app, only, shift, work, ending)
        begun = begin()
        log.info("run.started", extra={"only": only or "all"})
        following = _wait(open_app, settings, seen, stop, None if begun else begin)
        log.info("run.ending")
        ending.set()
        return following


def _begin(app: App, only: str | None, shift: ExitStack, work: ExitStack, ending: threading.Event) -> bool:
    """Begins what needs the ledger. False while that is away: whom we serve on the web is served all the same."""
    try:
        app.database.check_version()
        at_work = shift.enter_context(Shift.begin(app)) if only != "web" else None
    except Unreachable as error:
        if only not in (None, "web"):
            raise
        log.warning("ledger.away", extra={"reason": str(error)})
        return False
    if at_work and only in (None, "publish"):
        work.callback(_schedule(app, at_work))
    if at_work and only in (None, "send"):
        _tell("tidy", at_work.tidy)()
        work.callback(_start_sending(at_work, ending))
    return True


def _wait(
    open_app: Callable[[], App], settings: Path, seen: int, stop: threading.Event, begin: Callable[[], bool] | None,
) -> tuple[App | None, int]:
    """Waits for the end, or for new settings that can be used; `begin` is tried again until it did."""
    while not stop.wait(SETTINGS_S):
        if begin and begin():
            begin = None
        now = _changed_at(settings)
        if now == seen:
            continue
        seen = now
        try:
            following = open_app()
            following.check_way_out()
        except PipelineError as error:
            log.warning("settings.ignored", extra={"reason": str(error)})
        else:
            log.info("settings.changed")
            return following, seen
    return None, seen


def _changed_at(path: Path) -> int:
    """The file's change time; 0 while there is none."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def _schedule(app: App, shift: Shift) -> Callable[[], object]:
    """Publish now and every `schedule.check_every`, tidy and notify every minute; gives what ends it."""
    from apscheduler.schedulers.background import BackgroundScheduler  # slow import

    scheduler = BackgroundScheduler(timezone=app.config.zone)
    jobs: dict[str, tuple[Callable[[], object], float]] = {
        "publish": (shift.publish, app.config.schedule.check_every.total_seconds()),
        "tidy": (shift.tidy, TIDY_S),
        "notify": (shift.notify, TIDY_S),
    }
    for name, (job, seconds) in jobs.items():
        scheduler.add_job(_tell(name, job), "interval", seconds=seconds, id=name, coalesce=True, max_instances=1,
                          misfire_grace_time=None, next_run_time=datetime.now(UTC))  # its clock is the machine's
    scheduler.start()
    end: Callable[[], object] = scheduler.shutdown
    return end


def _tell(name: str, job: Callable[[], object]) -> Callable[[], None]:
    """A job whose failure is one line in the log; the next run tries again."""

    def told() -> None:
        try:
            job()
        except PipelineError as error:
            log.error("job.failed", extra={"job": name, "reason": str(error)})

    return told


def _start_sending(shift: Shift, stop: threading.Event) -> Callable[[], None]:
    """Sends in the background; gives what waits for its end."""
    def send() -> None:
        while not stop.is_set():
            _tell("send", lambda: shift.office().serve(stop))()
            stop.wait(RESTART_S)  # it ended by itself: something was wrong

    thread = threading.Thread(target=send, name="send", daemon=True)
    thread.start()
    return thread.join


def _end_within(seconds: float, finish: Callable[[], object]) -> None:
    """Lets work in hand finish. What takes longer is cut off: the ledger has its mark, and the next start looks."""
    finishing = threading.Thread(target=finish, name="finish", daemon=True)
    finishing.start()
    finishing.join(seconds)
    if finishing.is_alive():
        log.warning("run.cut_short", extra={"seconds": seconds})
        os._exit(0)


def _serve_web(app: App) -> Callable[[], None]:
    """Answers readers; gives what ends it."""
    from pipeline.web.assembly import open_server  # optional extra `web`

    server = open_server(app)
    server.start()
    return server.stop
