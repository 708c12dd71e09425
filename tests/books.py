"""Books for tests: a ledger with an issue, readers on a list, and a mailing that has begun."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import event, insert, select, update
from sqlalchemy.engine import Engine
from sqlalchemy.pool import Pool

from pipeline.database import Database
from pipeline.editions.edition import Edition
from pipeline.mailings.ledger import Ledger
from pipeline.mailings.mailing import Claim, Mailing, MailingState
from pipeline.schema import delivery, issue, issue_sketch, subscriber, subscription

NOON = datetime(2026, 3, 24, 12, 0, tzinfo=UTC)
LATER = NOON + timedelta(minutes=1)
LEASE = timedelta(minutes=10)
EXPIRE = timedelta(hours=36)
EDITION = Edition("14", "en", "Subject", "Preheader", "<p>Body</p>", "Body")


def open_database(url: str) -> Database:
    """A new ledger at `url`."""
    database = Database(url)
    database.create(now=NOON, orphan=False)
    return database


def copied_database(path: Path) -> Database:
    """A new SQLite ledger at `path`, in a millisecond: a copy of one that was made before."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_pattern())
    return Database(f"sqlite:///{path}")


@event.listens_for(Pool, "checkout")
def _trust_the_power(connection: Any, *_: object) -> None:
    """No test pulls the plug, and what was written to the system outlives whatever else dies: nothing waits."""
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA synchronous=OFF")


@cache
def _pattern() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder, "avviso.db")
        open_database(f"sqlite:///{path}").close()
        return path.read_bytes()


def add_issue(database: Database, key: str) -> None:
    with database.write() as connection:
        connection.execute(insert(issue).values(
            key=key, path=f"{key}.md", title=key, day="2026-03-24", due_at=NOON, description="", tags=[], lists=[],
            draft=False, source_digest="", text_digest="", changed_at=NOON, seen_at=NOON, state="published",
            reason="", since=NOON))
        connection.execute(insert(issue_sketch).values(key=key, sketch=b""))


def add_readers(database: Database, list_id: str, count: int) -> list[int]:
    """`count` new confirmed readers of a list; gives their ids."""
    with database.write() as connection:
        first = len(connection.execute(select(subscriber.c.id)).all())
        people = [
            {"address": f"{name}@example.com", "address_folded": f"{name}@example.com", "address_hash": name,
             "name": "", "language": "", "attributes": {}, "created_at": NOON}
            for name in (f"reader{first + n}" for n in range(count))
        ]
        connection.execute(insert(subscriber), people)
        ids = list(connection.execute(select(subscriber.c.id).order_by(subscriber.c.id).offset(first)).scalars())
        connection.execute(insert(subscription), [
            {"list": list_id, "subscriber_id": id_, "state": "confirmed", "confirmed_at": NOON, "reason": "",
             "evidence": {}} for id_ in ids])
    return ids


def begin_mailing(ledger: Ledger, key: str, list_id: str) -> Mailing:
    """A mailing of an issue to a list, its audience frozen."""
    ledger.mailings.propose(key, list_id, state=MailingState.SCHEDULED, reason="due", send_at=NOON, now=NOON)
    (proposed,) = (one for one in ledger.mailings.all(issue_key=key) if one.list == list_id)
    ledger.mailings.start(proposed.id, EDITION, {}, now=NOON, expire=EXPIRE)
    return ledger.mailings.get(proposed.id)


def states(database: Database, mailing_id: int) -> list[str]:
    """The states of a mailing's deliveries, in their order."""
    return [row["state"] for row in deliveries(database, mailing_id)]


def deliveries(database: Database, mailing_id: int) -> list[dict[str, Any]]:
    """A mailing's deliveries, every column, in their order."""
    rows = select(delivery).where(delivery.c.mailing_id == mailing_id).order_by(delivery.c.id)
    with database.read() as connection:
        return [dict(row._mapping) for row in connection.execute(rows)]


def silent(_done: int, _total: int) -> None:
    """A progress of which nobody is told."""


def leave(database: Database, subscriber_id: int) -> None:
    """A reader leaves every list."""
    with database.write() as connection:
        connection.execute(update(subscription).where(subscription.c.subscriber_id == subscriber_id)
                           .values(state="left", left_at=NOON))


@contextmanager
def statements() -> Iterator[list[str]]:
    """What the databases of this process are asked meanwhile."""
    asked: list[str] = []

    def listen(*words: Any) -> None:
        asked.append(words[2])

    event.listen(Engine, "before_cursor_execute", listen)
    try:
        yield asked
    finally:
        event.remove(Engine, "before_cursor_execute", listen)


def dying(act: Callable[[], object], *, every: int = 1) -> Iterator[int]:
    """Does `act` in processes of their own that die before the first statement or commit, the second, and so on.

    Gives the number of the statement after each death, until `act` has lived to its end; it opens its own database.
    With `every` 7 it dies at the 7th, the 14th, and so on.
    """
    last = every
    while dies(act, last):
        yield last
        last += every


def dies(act: Callable[[], object], statement: int) -> bool:
    """Does `act` in a process of its own that dies before a statement or commit; False where it lived to its end."""
    child = os.fork()
    if child == 0:
        _act_and_die(act, statement)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert code in (ALIVE, DEAD), "it failed before it could die"
    return code == DEAD


ALIVE, DEAD, BROKEN = 40, 41, 42


def _act_and_die(act: Callable[[], object], statement: int) -> None:
    """Never returns, and runs nobody's clean-up: what is left is what a kill leaves."""
    count = 0

    def look(*_: Any) -> None:
        nonlocal count
        count += 1
        if count == statement:
            os._exit(DEAD)

    event.listen(Engine, "before_cursor_execute", look)
    event.listen(Engine, "commit", look)
    try:
        act()
        os._exit(ALIVE)
    finally:
        os._exit(BROKEN)


@dataclass
class Books:
    """A ledger with one issue and one reader, and a mailing of it that was moved to a state along the arrows."""

    database: Database

    def __post_init__(self) -> None:
        self.ledger = Ledger(self.database)
        add_issue(self.database, "14")
        self.reader, = add_readers(self.database, "weekly", 1)

    def mailing(self, state: MailingState) -> Mailing:
        begin = MailingState.HELD if state is MailingState.HELD else MailingState.SCHEDULED
        self.ledger.mailings.propose("14", "weekly", state=begin, reason="new", send_at=NOON, now=NOON)
        self.id = self.ledger.mailings.all()[0].id
        if state not in (MailingState.HELD, MailingState.SCHEDULED):
            self.start()
        if state is MailingState.SENT:
            leave(self.database, self.reader)
            self.claim()
            self.ledger.mailings.finish(NOON)
        elif state in (MailingState.PAUSED, MailingState.CANCELLED):
            self.move(state, NOON)
        return self.ledger.mailings.get(self.id)

    def start(self, now: datetime = NOON) -> int | None:
        return self.ledger.mailings.start(self.id, EDITION, {"to": "all"}, now=now, expire=EXPIRE)

    def move(self, target: MailingState, now: datetime = LATER) -> bool:
        return self.ledger.mailings.move(self.id, target, reason=f"now {target}", now=now)

    def claim(self, now: datetime = NOON) -> list[Claim]:
        return self.ledger.deliveries.claim("w", 1, limit=10, now=now, lease=LEASE)
