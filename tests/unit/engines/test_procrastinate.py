"""Machines that share the work of one PostgreSQL: woken when there is something to do, never in each other's way."""

from __future__ import annotations

import asyncio
import logging
import socket
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack, suppress
from datetime import UTC, timedelta
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest

pytest.importorskip("procrastinate", reason="needs the `postgres` extra")

import psycopg
from procrastinate import periodic
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from pipeline.database import Database
from pipeline.engines import clock_watch
from pipeline.engines import procrastinate as engine
from pipeline.engines.engine_log import EngineLog
from pipeline.engines.jobs import Shift, alone
from pipeline.errors import Busy, Unreachable
from pipeline.mailings.mailing import MailingState
from pipeline.providers.base import Message, Receipt
from tests.books import EXPIRE
from tests.conftest import run_sql
from tests.fault.house import happens
from tests.publications import Publication, words
from tests.services import SOON_S, Post, Said, SetClock, running


def machine(folder: Path, url: str, **settings: object) -> Publication:
    """A publication in a folder of its own, on the ledger that all machines share."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    return Publication(folder, {
        "database": url, "engine": "procrastinate", "schedule": {"check_every": "1s"},
        "web": {"listen": f"127.0.0.1:{port}", "secret": "one for all machines"}, "transport": {"connections": 1},
        **settings}, has_ledger=False)


@pytest.fixture
def letters(tmp_path: Path, postgres_url: str) -> Publication:
    letters = machine(tmp_path / "letters", postgres_url)
    letters.begin(write=False)
    letters.add_readers(*(f"reader{n}@example.com" for n in range(20)))
    return letters


def jobs(url: str) -> list[tuple[str, str]]:
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT task_name, status::text FROM procrastinate_jobs ORDER BY id").fetchall()


def leave_behind_jobs(url: str, count: int) -> None:
    """As a worker does that dies."""
    with psycopg.connect(url) as connection:
        connection.execute("DELETE FROM procrastinate_jobs")
        connection.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 hour')")
        connection.execute(
            "INSERT INTO procrastinate_jobs (task_name, queue_name, status, worker_id) "
            "SELECT 'send', 'elsewhere', 'doing', (SELECT max(id) FROM procrastinate_workers) "
            "FROM generate_series(1, %s)", [count])


def test_issue_is_published_and_sent_once_by_machines_that_share_the_work(
    letters: Publication, tmp_path: Path, said: Said, postgres_url: str
) -> None:
    helper = machine(tmp_path / "helper", postgres_url)
    post = Post(expected=20)
    letters.write("02-new.md", words(2))

    with ExitStack() as machines:
        machines.enter_context(running(helper, said, post, only="send"))
        machines.enter_context(running(letters, said, post))
        assert post.done.wait(30)

    assert sorted(message.recipient for message in post.messages) == sorted(f"reader{n}@example.com" for n in range(20))
    assert letters.restart().ledger.workers.all() == []


@pytest.mark.parametrize("only", [None, "send", "publish"])
def test_mailbox_is_heard_whatever_this_machine_does(
    letters: Publication, tmp_path: Path, postgres_url: str, only: str | None
) -> None:
    """In a queue of its own: it may take minutes."""
    mailbox = {"host": "127.0.0.1", "port": 1, "username": "letters", "password": "secret"}
    machine_with = machine(tmp_path / "with", postgres_url, mailbox=mailbox)
    ending, trouble = threading.Event(), partial(letters.app.ledger.notebook.note, "mailbox_trouble")
    with Shift.begin(machine_with.app) as shift:
        clockwork = engine.Clockwork(postgres_url, shift, ending, only, letters.app.ledger.notebook.alone)
        thread = threading.Thread(target=clockwork.run)
        thread.start()
        try:
            assert happens(lambda: trouble() is not None, SOON_S)
        finally:
            ending.set()
            thread.join()


def test_round_does_not_wait_for_a_clock_that_was_set_back(
    letters: Publication, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(periodic, "time", SimpleNamespace(time=lambda: SetClock.now(UTC).timestamp()))
    monkeypatch.setattr(clock_watch, "datetime", SetClock)
    monkeypatch.setattr(SetClock, "by", timedelta(days=400))
    ending, passes = threading.Event(), threading.Semaphore(0)
    monkeypatch.setattr(Shift, "publish", lambda _: passes.release())
    with Shift.begin(letters.app) as shift:
        clockwork = engine.Clockwork(postgres_url, shift, ending, "publish", letters.app.ledger.notebook.alone)
        thread = threading.Thread(target=clockwork.run)
        thread.start()
        try:
            assert all(passes.acquire(timeout=SOON_S) for _ in range(3))
            monkeypatch.setattr(SetClock, "by", timedelta(0))
            assert all(passes.acquire(timeout=SOON_S) for _ in range(4))
        finally:
            ending.set()
            thread.join()


def test_senders_are_woken_in_the_transaction_that_gives_them_work(
    letters: Publication, said: Said, postgres_url: str
) -> None:
    with running(letters, said):
        pass
    letters.write("02-new.md", words(2))
    with psycopg.connect(postgres_url) as connection:
        connection.execute("DELETE FROM procrastinate_jobs")
    app = letters.restart()

    app.publisher.make_pass()
    begun = jobs(postgres_url)
    mailing, = app.ledger.mailings.all()
    app.ledger.mailings.move(mailing.id, MailingState.PAUSED, reason="a person", now=letters.clock.now())
    app.ledger.mailings.resume(mailing.id, reason="a person", now=letters.clock.now(), expire=EXPIRE)

    assert begun == [("send", "todo")] * engine.SLOTS
    assert jobs(postgres_url) == begun


def test_job_of_a_dead_worker_is_taken_away(letters: Publication, said: Said, postgres_url: str) -> None:
    with running(letters, said):
        pass
    leave_behind_jobs(postgres_url, 1)

    with running(letters, said, Post(expected=1)):
        said.wait("job.cleared")

    assert ("send", "doing") not in jobs(postgres_url)


class Slow(Post):
    """A post during whose first message something happens."""

    def __init__(self, meanwhile: Callable[[], object]) -> None:
        super().__init__(expected=20)
        self._plans = [meanwhile]

    def send(self, message: Message) -> Receipt:
        while self._plans:
            self._plans.pop()()
        return super().send(message)


def test_worker_that_was_taken_for_dead_says_so_in_a_line_and_goes_on(
    letters: Publication, said: Said, postgres_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    """It was frozen, and other machines cleared away the job that it wakes up in."""
    def clear() -> None:
        with psycopg.connect(postgres_url) as connection:
            connection.execute("DELETE FROM procrastinate_jobs WHERE status = 'doing'")

    letters.write("02-new.md", words(2))
    post = Slow(clear)

    with running(letters, said, post):
        assert post.done.wait(SOON_S)
        said.wait("job.gone")

    assert [record.getMessage() for record in caplog.records if record.exc_info] == []


def test_jobs_of_a_dead_worker_that_two_machines_find_are_taken_away_once(
    letters: Publication, said: Said, postgres_url: str
) -> None:
    with running(letters, said):
        pass
    leave_behind_jobs(postgres_url, 2)
    with psycopg.connect(postgres_url) as connection:  # the other machine is a step ahead
        connection.execute(
            "CREATE FUNCTION another_machine() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN DELETE FROM procrastinate_jobs WHERE queue_name = 'elsewhere'; RETURN NULL; END $$")
        connection.execute(
            "CREATE TRIGGER another_machine AFTER DELETE ON procrastinate_jobs FOR EACH ROW "
            "WHEN (OLD.queue_name = 'elsewhere') EXECUTE FUNCTION another_machine()")

    with running(letters, said, Post(expected=1)):
        said.wait("job.cleared")

    assert said.events.count("job.cleared") == 1
    assert "engine.away" not in said.events


@pytest.mark.parametrize(("trouble", "said_as"), [
    (Unreachable("the database does not answer"), "engine.away"), (RuntimeError("who knows"), "engine.failed")])
def test_engine_begins_again_whatever_ended_it(
    letters: Publication, said: Said, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture,
    trouble: Exception, said_as: str,
) -> None:
    monkeypatch.setattr(engine, "RESTART_S", 0.01)
    ending, troubles = threading.Event(), [trouble]
    hold = letters.app.ledger.notebook.alone

    def alone_at_last(name: str) -> AbstractContextManager[bool]:
        if troubles:
            raise troubles.pop() from RuntimeError("[SQL: SELECT 1]")
        ending.set()  # it has come to its work
        return hold(name)

    with Shift.begin(letters.app) as shift:
        engine.Clockwork(letters.app.database.conninfo, shift, ending, "send", alone_at_last).run()

    assert ending.is_set()
    assert said_as in said.events
    assert not [record for record in caplog.records if "SELECT" in getattr(record, "reason", "")]


def test_engine_goes_on_when_a_database_that_was_away_for_long_is_back(
    letters: Publication, said: Said, monkeypatch: pytest.MonkeyPatch, postgres_server: str, postgres_url: str,
) -> None:
    monkeypatch.setattr(engine, "RESTART_S", 0.01)
    allow = f"ALTER DATABASE {postgres_url.rpartition('/')[2]} ALLOW_CONNECTIONS"
    ending, waited, hold = threading.Event(), [], letters.app.ledger.notebook.alone

    async def open_in_vain_at_first(pool: AsyncConnectionPool, wait: bool) -> None:  # noqa: FBT001, the library's shape
        try:
            await open_pool(pool, wait, 30 if len(waited) > 1 else 0.1)
        except PoolTimeout:
            waited.append(pool)
            run_sql(postgres_server, f"{allow} {str(len(waited) > 1).lower()}")
            raise

    def begin_to_work(name: str) -> AbstractContextManager[bool]:
        ending.set()
        return hold(name)

    open_pool = AsyncConnectionPool.open
    monkeypatch.setattr(AsyncConnectionPool, "open", open_in_vain_at_first)
    with Shift.begin(letters.app) as shift:
        run_sql(postgres_server, f"{allow} false")
        engine.Clockwork(letters.app.database.conninfo, shift, ending, "send", begin_to_work).run()

    assert len(waited) == 2
    assert [event for event in said.events if event.startswith("engine")] == ["engine.away", "engine.back"]


@pytest.mark.usefixtures("said")
@pytest.mark.parametrize("away", [psycopg.OperationalError, psycopg.errors.ReadOnlySqlTransaction])
def test_database_that_is_away_is_said_once_and_what_is_about_anything_else_is_handed_on(
    caplog: pytest.LogCaptureFixture, away: type[psycopg.Error],
) -> None:
    theirs = logging.getLogger("procrastinate.worker")

    with EngineLog().listening():
        theirs.error("a job failed", exc_info=KeyError("slot"))
        theirs.error("listener failed", exc_info=away("terminating connection\ndue to a command"))
        logging.getLogger("psycopg.pool").warning("error in %r: %s", "pool-1", psycopg.OperationalError("refused"))
    theirs.error("afterwards", exc_info=psycopg.OperationalError("no matter"))

    assert [record.getMessage() for record in caplog.records if record.name.startswith("p")] == [
        "a job failed", "engine.away", "afterwards"]
    assert caplog.records[-2].__dict__["reason"] == "terminating connection due to a command"


@pytest.mark.usefixtures("said")
def test_connection_whose_line_was_lost_is_thrown_away_in_silence(
    caplog: pytest.LogCaptureFixture, postgres_url: str,
) -> None:
    async def lose_one() -> None:
        async with AsyncConnectionPool(postgres_url, min_size=1, open=False) as pool:
            with suppress(psycopg.OperationalError):
                async with pool.connection() as connection:
                    await connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")
            async with pool.connection() as another:
                await another.execute("SELECT 1")

    with EngineLog().listening():
        asyncio.run(lose_one())

    assert [record.getMessage() for record in caplog.records if record.name == "psycopg.pool"] == []


def test_one_machine_publishes_at_a_time(letters: Publication, postgres_url: str) -> None:
    other = Database(postgres_url)

    with Shift.begin(letters.app) as shift:
        with other.alone("publish"), pytest.raises(Busy, match="another machine publishes from this ledger"):
            shift.publish()
        shift.publish()

    other.close()


def test_full_run_of_another_process_on_this_machine_is_refused(letters: Publication, said: Said) -> None:
    with alone(letters.app), pytest.raises(Busy), running(letters, said):
        pass


@pytest.mark.parametrize(("seconds", "expected"), [
    (1, "* * * * * */1"), (30, "* * * * * */30"), (59, "* * * * * */59"), (60, "*/1 * * * *"), (90, "*/1 * * * *"),
    (900, "*/15 * * * *"), (3600, "0 * * * *"), (86_400, "0 * * * *"),
])
def test_interval_is_told_as_procrastinate_takes_it(seconds: int, expected: str) -> None:
    assert engine.cron(timedelta(seconds=seconds)) == expected
