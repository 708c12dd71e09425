"""No statement of a send reads all deliveries: each finds its rows by an index, on both databases."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, event, text, update

from pipeline.database import Database
from pipeline.mailings.ledger import Ledger
from pipeline.mailings.mailing import Carrier, DeliveryState, Doubt, Outcome, Which
from pipeline.schema import delivery
from tests.books import EXPIRE, LEASE, NOON, add_issue, add_readers, begin_mailing, open_database

ROWS = 10_000
WAITING = 100  # those of the first mailing that are not sent yet
NOW = NOON + timedelta(hours=1)
SMTP = Carrier("smtp")

# A part is what an index holds that is made of some states only.
WHOLE = re.compile(r"[ ->]*(Seq Scan on delivery|SCAN (?:TABLE )?delivery(?! USING (COVERING )?INDEX ix_delivery_"
                   r"(pending|sending|deferred|in_doubt)\b))")


def claim_and_record(ledger: Ledger, mailing_id: int) -> None:
    claims = ledger.deliveries.claim("w", 1, limit=20, now=NOW, lease=LEASE, by=SMTP)
    assert len(claims) == 20
    assert ledger.deliveries.otherwise([one.id for one in claims]) == set()
    ledger.deliveries.record(1, [Outcome(one, DeliveryState.SENT, "ok", "smtp") for one in claims], now=NOW)


def claim_some(ledger: Ledger, mailing_id: int) -> None:
    claims = ledger.deliveries.claim("w", 1, limit=20, now=NOW, lease=LEASE, by=SMTP, of_mailings=5)
    assert len(claims) == 5


def suspects(ledger: Ledger, mailing_id: int) -> None:
    some = range(1, 50)
    ledger.suspects.blame(some, NOW)
    ledger.suspects.waiting()
    ledger.suspects.parked(NOON)
    assert ledger.deliveries.claim("w", 1, limit=20, now=NOW, lease=LEASE, by=SMTP, which=Which(but=some))
    assert ledger.deliveries.claim("w", 1, limit=1, now=NOW, lease=LEASE, by=SMTP, which=Which(only=ROWS))


def fan_out(ledger: Ledger, mailing_id: int) -> None:
    begin_mailing(ledger, "15", "small")


def status(ledger: Ledger, mailing_id: int) -> None:
    ledger.mailings.all()
    ledger.doubts.count()
    ledger.progress.page(mailing_id)


def doubts(ledger: Ledger, mailing_id: int) -> None:
    ledger.deliveries.claim("gone", 1, limit=20, now=NOW, lease=LEASE, by=SMTP)
    ledger.deliveries.held("gone")
    ledger.doubts.reclaim("gone", Doubt.PROCESS)
    ledger.doubts.reclaim_leases(NOW + LEASE * 2)
    ledger.doubts.strand("smtp", NOW)
    ledger.doubts.open("smtp", 10)
    ledger.doubts.repeat("smtp", [Doubt.POWER], NOW)
    ledger.doubts.assume_sent(NOW, mailing_id=mailing_id)
    ledger.doubts.assume_sent(NOW, over_at=NOW)


def ends(ledger: Ledger, mailing_id: int) -> None:
    ledger.deliveries.expire(mailing_id, 1, NOW)
    ledger.mailings.overdue(NOW + EXPIRE * 2)
    ledger.mailings.finish(NOW)


def people(ledger: Ledger, mailing_id: int) -> None:
    ledger.deliveries.of(1)
    ledger.deliveries.erase(2)
    ledger.deliveries.delivered(mailing_id, 3)


@pytest.fixture
def database(database_url: str) -> Database:
    """A mailing of which nearly everybody has their mail, and another that is to begin."""
    database = open_database(database_url)
    ledger = Ledger(database)
    add_issue(database, "14")
    add_readers(database, "weekly", ROWS)
    begin_mailing(ledger, "14", "weekly")
    with database.write() as connection:
        connection.execute(update(delivery).where(delivery.c.id <= ROWS - WAITING).values(
            state=DeliveryState.SENT, settled_at=NOON, attempted_at=NOON, attempts=1, fence=1, worker="w"))
    add_issue(database, "15")
    add_readers(database, "small", 5)
    with database.write() as connection:
        connection.execute(text("ANALYZE"))
    return database


def plans(database: Database, act: Callable[[], object]) -> list[tuple[str, str]]:
    """Every statement about deliveries that `act` makes, with the way the database takes."""
    found: list[tuple[str, str]] = []
    explain = "EXPLAIN QUERY PLAN " if database.is_sqlite else "EXPLAIN "

    def look(connection: Connection, _: Any, statement: str, given: Any, __: Any, many: bool) -> None:  # noqa: FBT001
        if "delivery" not in statement or statement.startswith("EXPLAIN"):
            return
        rows = connection.exec_driver_sql(explain + statement, given[0] if many else given).all()
        found.append((statement, "\n".join(str(row[-1]) for row in rows)))

    event.listen(database._engine, "before_cursor_execute", look)
    try:
        act()
    finally:
        event.remove(database._engine, "before_cursor_execute", look)
    return found


def reads_everything(plan: str) -> bool:
    """SQLite says SCAN for a whole table or index, PostgreSQL Seq Scan; an index of some states is no such thing."""
    return any(WHOLE.match(line) for line in plan.splitlines())


def test_no_statement_reads_all_deliveries(database: Database) -> None:
    ledger = Ledger(database)
    (mailing,) = ledger.mailings.all()

    for step in (claim_and_record, claim_some, suspects, fan_out, status, doubts, ends, people):
        found = plans(database, lambda step=step: step(ledger, mailing.id))
        assert found, step.__name__
        assert [(statement, plan) for statement, plan in found if reads_everything(plan)] == []

    ((_, plan),) = plans(database, lambda: whole(database))
    assert reads_everything(plan), "one that does would not be noticed"


def whole(database: Database) -> None:
    with database.read() as connection:
        connection.execute(delivery.select().where(delivery.c.reply == "nobody said this"))
