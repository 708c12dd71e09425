"""`avviso run`: the web answers, an engine wakes the work, and changed settings are followed.

Which engine is a setting: `embedded` wakes the work of this process alone, `procrastinate` shares it with other
machines. Either is only an alarm clock; the ledger says what is to be done.
"""

from __future__ import annotations

import gc
import logging
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from pipeline import GARBAGE
from pipeline.engines.jobs import Shift, alone, present
from pipeline.errors import DatabaseError, OutputError, PipelineError, SchemaOutdated, Unreachable
from pipeline.privacy import warn_if_shared

if TYPE_CHECKING:
    from pipeline.app import App

log = logging.getLogger(__name__)

T = TypeVar("T")

# Begins the work of a shift and gives what ends it; `only` is publish, send or None, the event is set at the end.
Begin = Callable[["App", Shift, str | None, threading.Event], Callable[[], object]]

PUBLISHES = (None, "publish")  # what no two may do at once: each pass writes the feeds of the folder as it saw it
LOOK_S = 5.0  # how often the settings and the version of the ledger are looked at
GRACE_S = 8.0  # how long work in hand may take once we are asked to end; the rest is the next start's


def run(open_app: Callable[[], App], settings: Path, stop: threading.Event, *, only: str | None = None) -> None:
    """Runs until `stop` is set. `only` is one of publish, send, web; None is all of them.

    When the file `settings` changes and can be read, everything in hand is finished and begun again with it, under
    the same lock; one that cannot be read or begun with is said once, and the old settings stay in force. A ledger
    that is away at the start is waited for; readers are served meanwhile, and what they ask lies in the spool.
    Raises Busy where another process publishes, if this one would too.
    Raises SchemaOutdated, with what was in hand finished, once the ledger has another version than this program.
    """
    with _in_time(stop):
        _run(open_app, settings, stop, only)


def _run(open_app: Callable[[], App], settings: Path, stop: threading.Event, only: str | None) -> None:
    seen = _changed_at(settings)  # before it is read: a change after that is one to follow
    first = open_app()
    _ = first.mail_templates  # those of this version, should the program be replaced before the first mail
    gc.set_threshold(GARBAGE)  # all is loaded, and we stay
    app: App | None = first
    before: App | None = None
    with alone(first) if only in PUBLISHES else nullcontext():
        while app is not None and not stop.is_set():
            with ExitStack() as until_changed:
                try:
                    begin = until_changed.enter_context(_at_work(app, settings, only))
                except PipelineError as error:
                    if before is None:
                        raise
                    log.warning("settings.ignored", extra={"reason": str(error)})
                    app, before = before, None
                    continue
                log.info("run.started", extra={"only": only or "all"})
                following, seen = _wait(app, open_app, settings, seen, stop, begin)
                log.info("run.ending")
            app, before = following, app


@contextmanager
def _in_time(stop: threading.Event) -> Iterator[None]:
    """Once `stop` is set the block may take GRACE_S more. Then the process ends as it is, whatever it waits for, be it
    a database that says nothing: the ledger has its mark, and the next start looks.
    """
    is_over = threading.Event()

    def watch() -> None:
        stop.wait()
        if not is_over.wait(GRACE_S):
            log.warning("run.cut_short", extra={"seconds": GRACE_S})
            os._exit(0)

    threading.Thread(target=watch, name="end", daemon=True).start()
    try:
        yield
    finally:
        is_over.set()


@contextmanager
def _at_work(app: App, settings: Path, only: str | None) -> Iterator[Callable[[], bool] | None]:
    """Works with one set of settings until the block ends; gives what is to be begun later, if anything is."""
    if only != "web":
        app.check_way_out()
    if app.config.spelt_out:
        warn_if_shared(settings)
    with ExitStack() as shift, ExitStack() as stack:  # we leave the list of workers when our work is done
        work = stack.enter_context(ExitStack())  # finished however long it takes: new settings wait for it
        ending = threading.Event()
        stack.callback(ending.set)
        if only in (None, "web"):
            work.callback(_serve_web(app))
        begin = partial(_begin, app, only, shift, work, ending)
        yield None if begin() else begin


def _begin(app: App, only: str | None, shift: ExitStack, work: ExitStack, ending: threading.Event) -> bool:
    """Begins what needs the ledger. False while that is away, and then said: it is tried again."""
    try:
        app.database.check_version()
        at_work = shift.enter_context(_listed(_served(app) if only == "web" else Shift.begin(app, only or "all")))
    except Unreachable as error:
        app.contact.lose("run", error)
        return False
    app.contact.find("run")
    if at_work:
        work.callback(_engine(app)(app, at_work, only, ending))
    return True


@contextmanager
def _served(app: App) -> Iterator[None]:
    """Stands in the list of workers while the web alone is at work."""
    with present(app, "web"):
        yield


@contextmanager
def _listed(work: AbstractContextManager[T]) -> Iterator[T]:
    """Work that stands in the list of workers; a ledger that is away need not hear of its end."""
    with ExitStack() as listed:
        yield listed.enter_context(work)
        with suppress(DatabaseError):
            listed.close()


def _engine(app: App) -> Begin:
    """What begins to wake the work."""
    if app.config.engine == "procrastinate":
        from pipeline.engines import procrastinate  # optional extra `postgres`

        return procrastinate.begin
    from pipeline.engines import embedded  # slow import

    return embedded.begin


def _wait(
    app: App, open_app: Callable[[], App], settings: Path, seen: int, stop: threading.Event,
    begin: Callable[[], bool] | None,
) -> tuple[App | None, int]:
    """Waits for the end, or for new settings that can be used; `begin` is tried again until it did.

    Raises SchemaOutdated when another machine has brought the ledger to a version that is not ours.
    """
    while not stop.wait(LOOK_S):
        if begin is None:
            _check_version(app)
        elif begin():
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


def _check_version(app: App) -> None:
    """Raises SchemaOutdated. A ledger that is away says nothing: whoever works on it waits for it."""
    try:
        app.database.check_version()
    except SchemaOutdated:
        raise
    except (DatabaseError, OutputError) as error:
        log.debug("ledger.away", extra={"reason": str(error)})


def _changed_at(path: Path) -> int:
    """The file's change time; 0 while there is none."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def _serve_web(app: App) -> Callable[[], None]:
    """Answers readers; gives what ends it."""
    from pipeline.web.assembly import open_server  # optional extra `web`

    server = open_server(app)
    server.start()
    return server.stop
