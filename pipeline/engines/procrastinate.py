"""The engine of several machines: Procrastinate, on the ledger's own PostgreSQL, wakes the jobs wherever a worker runs.

    publish   every `schedule.check_every`, with notify and hubs; one machine at a time
    tidy      every minute; also wakes the senders, so that a lost wake-up costs a minute
    hear      every minute, where there is a mailbox; in a queue of its own, for a mailbox may be slow
    send      slots: each sends until nothing is due or its turn is over, then queues itself again

A mailing that begins, a letter and a person's `resume` wake the senders in their own transaction, by a trigger. Jobs
hold no truth: one that a dead worker left behind is taken away, because the next tick makes another.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager, AsyncExitStack, suppress
from datetime import timedelta
from functools import partial
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import procrastinate
import psycopg
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from procrastinate.jobs import Status

from pipeline.engines.clock_watch import ClockWatch
from pipeline.engines.engine_log import AWAY, EngineLog
from pipeline.engines.jobs import SENDERS, Shift
from pipeline.errors import DatabaseError, Mistake

if TYPE_CHECKING:
    from pipeline.app import App

log = logging.getLogger(__name__)

Tick = Callable[[], Awaitable[int]]

SLOTS = 8                 # senders at work at once, over all machines
TURN_S = 30.0             # how long one sends before it queues behind the others
STALLED_S = 60.0          # without a heartbeat of its worker for so long, a job is nobody's
RESTART_S = 30.0          # rest after the database went away
QUEUES = {"publish": ("publish", "tidy", "hear"), "send": ("tidy", "hear")}


def begin(app: App, shift: Shift, only: str | None, ending: threading.Event) -> Callable[[], object]:
    """Begins what `only` names, or all of it; gives what waits for its end once `ending` is set."""
    shift.telling("tidy", shift.tidy)()
    shift.telling("hear", shift.hear)()
    clockwork = Clockwork(app.database.conninfo, shift, ending, only, app.ledger.notebook.alone)
    thread = threading.Thread(target=clockwork.run, name="procrastinate", daemon=True)
    thread.start()
    return thread.join


class Clockwork:
    """The workers of this process, in a thread with an event loop of their own."""

    def __init__(
        self, url: str, shift: Shift, ending: threading.Event, only: str | None,
        alone: Callable[[str], AbstractContextManager[bool]],
    ) -> None:
        self._shift = shift
        self._ending = ending
        self._only = only
        self._alone = alone
        self._app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=url))
        self._senders = self._app.task(name="send", queue="send", pass_context=False)(self._send)
        self._ticks = [self._periodic(name, cron(every), job) for name, (job, every) in shift.rounds().items()
                       if name in SENDERS or only != "send"]

    def run(self) -> None:
        """Works until the end is set; while the database is away, or something else is wrong, it tries again."""
        engine_log = EngineLog()
        while not self._ending.is_set():
            try:
                with engine_log.listening():
                    asyncio.run(self._work(engine_log))
            except (ConnectorException, DatabaseError, *AWAY) as error:  # the last: no connection could be opened
                is_ours = isinstance(error, DatabaseError)  # in words for people; its cause quotes a statement
                engine_log.away(error if is_ours else error.__cause__ or error)
                self._ending.wait(RESTART_S)
            except Exception as error:  # the outermost rim of a thread: it would end for good and be missed by nobody
                log.exception("engine.failed", extra={"reason": str(Mistake(error))})
                self._ending.wait(RESTART_S)

    def _periodic(self, name: str, when: str, job: Callable[[], object]) -> Tick:
        async def woken(timestamp: int = 0) -> None:  # noqa: ARG001, what Procrastinate tells of a tick
            await asyncio.to_thread(job)
            if name == "tidy":
                await self._clear()
                await self._wake()

        task = self._app.task(name=name, queue=name if name in SENDERS else "publish", queueing_lock=name)(woken)
        self._app.periodic(cron=when)(task)
        return task.defer_async

    async def _work(self, engine_log: EngineLog) -> None:
        asyncio.get_running_loop().set_exception_handler(partial(_hear_stray, engine_log))
        async with AsyncExitStack() as opened:
            opened.push_async_callback(self._app.close_async)  # also where it could not be opened: it would stay so
            await self._app.open_async()
            while not await self._prepare():
                await asyncio.sleep(0.1)
            await self._clear()
            await self._begin_now()
            engine_log.back()
            queues = [*QUEUES.get(self._only or "publish", ()), *(() if self._only == "publish" else ("send",))]
            workers = [asyncio.create_task(self._app.run_worker_async(
                queues=[queue], concurrency=1, install_signal_handlers=False, delete_jobs="always",
                fetch_job_polling_interval=1.0, name=queue)) for queue in queues]
            await self._until_the_end(workers)

    async def _begin_now(self) -> None:
        """What is due is not kept waiting for the next tick."""
        for tick in self._ticks:
            with suppress(AlreadyEnqueued):
                await tick()
        await self._wake()

    async def _prepare(self) -> bool:
        """Makes Procrastinate's tables and our triggers where they are not there yet; False while another does."""
        with self._alone("engine") as ours:
            if ours:
                if not await self._app.check_connection_async():
                    await self._app.schema_manager.apply_schema_async()
                script = files("pipeline.engines").joinpath("wake.sql").read_text("utf-8")
                await self._app.connector.execute_query_async(script.replace("{slots}", str(SLOTS)))
            return ours

    async def _until_the_end(self, workers: list[asyncio.Task[None]]) -> None:
        """Workers finish what they have in hand; one that fails ends them all.

        So does a clock that was set: their ticks are of the hours that it showed.
        """
        end = asyncio.create_task(asyncio.to_thread(self._wait_for_the_end, workers))
        await asyncio.wait([end, *workers], return_when=asyncio.FIRST_COMPLETED)
        for worker in workers:
            worker.cancel()
        results = await asyncio.gather(*workers, return_exceptions=True)
        end.cancel()
        for result in results:
            if isinstance(result, Exception):
                raise result

    def _wait_for_the_end(self, workers: list[asyncio.Task[None]]) -> None:
        clock = ClockWatch()
        while not self._ending.wait(0.2) and not clock.was_set() and not any(worker.done() for worker in workers):
            pass

    # ---- the jobs -----------------------------------------------------------------------------

    async def _clear(self) -> None:
        """Takes away what dead workers left behind: the ledger knows what they held."""
        for job in await self._app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_S):
            try:
                await self._app.job_manager.finish_job(job, Status.FAILED, delete_job=True)
            except ConnectorException as error:
                if not _is_gone(error):
                    raise
            else:  # no other machine was first
                log.warning("job.cleared", extra={"job": job.task_name})

    async def _send(self, slot: int) -> None:
        """One turn. Whoever did not come to the end of what is due queues again, behind the others."""
        over = threading.Event()
        turn = threading.Timer(TURN_S, over.set)
        turn.start()
        watch = asyncio.create_task(asyncio.to_thread(_either, self._ending, over))
        try:
            await asyncio.to_thread(self._shift.telling("send", lambda: self._shift.turn(over)))
        finally:
            is_over = over.is_set()
            turn.cancel()
            over.set()
            await watch
        if is_over and not self._ending.is_set():
            await self._wake(slot)

    async def _wake(self, *slots: int) -> None:
        for slot in slots or range(1, SLOTS + 1):
            with suppress(AlreadyEnqueued):
                await self._senders.configure(queueing_lock=f"send-{slot}").defer_async(slot=slot)


def _either(ending: threading.Event, over: threading.Event) -> None:
    """Ends a turn when the process is to end."""
    while not over.wait(0.2):
        if ending.is_set():
            over.set()


def _hear_stray(engine_log: EngineLog, loop: asyncio.AbstractEventLoop, told: dict[str, Any]) -> None:
    """What Procrastinate's workers could not write down at the end of a job: a line, where it says nothing of us.

    A worker that was frozen until another one took it for dead finds its job gone when it wakes.
    """
    error = told.get("exception")
    if _is_gone(error):
        log.warning("job.gone", extra={"reason": "its worker was taken for dead"})
    elif isinstance(error, ConnectorException) and isinstance(error.__cause__, AWAY):
        engine_log.away(error.__cause__)
    else:
        loop.default_exception_handler(told)


def _is_gone(error: BaseException | None) -> bool:
    """Whether a job that is to be ended is not there any more: its own function in the database says so."""
    return isinstance(error, ConnectorException) and isinstance(error.__cause__, psycopg.errors.RaiseException)


def cron(every: timedelta) -> str:
    """How Procrastinate is told of an interval: by the seconds below a minute, else by whole minutes up to an hour."""
    seconds = int(every.total_seconds())
    if seconds < 60:
        return f"* * * * * */{max(seconds, 1)}"
    minutes = min(seconds // 60, 60)
    return "0 * * * *" if minutes == 60 else f"*/{minutes} * * * *"
