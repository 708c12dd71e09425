"""What a start and each claim ask of a million deliveries goes by an index: no statement reads them all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event

from pipeline.database import Database
from pipeline.mailings.ledger import Ledger
from pipeline.mailings.mailing import DeliveryState, Doubt, Outcome
from tests.books import LEASE, NOON, add_issue, add_readers, begin_mailing, copied_database, open_database
from tests.conftest import run_sql

ASKED: dict[str, Callable[[Ledger], object]] = {
    "claim": lambda ledger: ledger.deliveries.claim("w", 1, limit=5, now=NOON, lease=LEASE),
    "record": lambda ledger: ledger.deliveries.record(
        1, [Outcome(one, DeliveryState.SENT, "") for one in ledger.deliveries.held("w")], now=NOON),
    "what a dead worker held": lambda ledger: ledger.doubts.reclaim("w", Doubt.PROCESS),
    "what each worker has in hand": lambda ledger: ledger.workers.hands(),
    "leases that are over": lambda ledger: ledger.doubts.reclaim_leases(NOON),
    "doubts to resend": lambda ledger: ledger.doubts.resend(list(Doubt), NOON),
    "doubts of a mailing": lambda ledger: ledger.doubts.assume_sent(NOON, mailing_id=1),
    "how many doubts": lambda ledger: ledger.doubts.count(),
    "doubts that were reported on": lambda ledger: ledger.doubts.prove_reported(NOON),
    "the last doubt": lambda ledger: ledger.doubts.last_attempt("smtp"),
    "what was put off too far": lambda ledger: ledger.deliveries.bring_near(NOON, LEASE),
    "what has expired": lambda ledger: ledger.deliveries.expire(1, 1, NOON),
    "when the first is tried again": lambda ledger: ledger.progress.next_try(),
    "mailings and their counts": lambda ledger: ledger.mailings.all(),
    "how far the ledger has come": lambda ledger: ledger.notebook.reach(5),
    "what the post refused": lambda ledger: ledger.events.refusals((NOON, 0)),
}
ASKED_OF_A_SERVER = ASKED | {
    "a claim whose commit was not answered": lambda ledger: ledger.commits.kept(ledger.deliveries.held("w")),
}


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    database = copied_database(Path(tmp_path_factory.mktemp("books")) / "avviso.db")
    yield filled(database)
    database.close()


@pytest.fixture(scope="module")
def on_postgres(postgres_server: str) -> Iterator[Ledger]:
    """A server that takes an index wherever there is one, as it would among a million rows."""
    run_sql(postgres_server, "CREATE DATABASE plans")
    run_sql(postgres_server, "ALTER DATABASE plans SET enable_seqscan = off")
    database = open_database(f"{postgres_server}/plans")
    yield filled(database)
    database.close()
    run_sql(postgres_server, "DROP DATABASE plans")


def filled(database: Database) -> Ledger:
    """A mailing with some deliveries in hand."""
    ledger = Ledger(database)
    add_issue(database, "14")
    add_readers(database, "weekly", 50)
    begin_mailing(ledger, "14", "weekly")
    ledger.deliveries.claim("w", 1, limit=5, now=NOON, lease=LEASE)
    return ledger


# Partial indexes of what few deliveries are at a time: they may be read from end to end.
FEW = ("ix_delivery_sending", "ix_delivery_in_doubt", "ix_delivery_deferred")


@pytest.mark.parametrize("question", ASKED)
def test_no_statement_reads_all_deliveries(ledger: Ledger, question: str) -> None:
    for statement, plan in plans(ledger, ASKED[question]):
        assert [step for step in plan if step.startswith("SCAN delivery") and not step.endswith(FEW)] == [], statement


@pytest.mark.parametrize("question", ASKED_OF_A_SERVER)
def test_no_statement_reads_all_deliveries_on_postgresql(on_postgres: Ledger, question: str) -> None:
    for statement, plan in plans(on_postgres, ASKED_OF_A_SERVER[question]):
        assert [step for step in plan if "Seq Scan on delivery" in step] == [], statement


def test_claim_reads_no_more_deliveries_than_it_takes_whatever_postgresql_knows_of_them(on_postgres: Ledger) -> None:
    """As a large mailing begins, PostgreSQL knows only that nothing was pending when it last looked."""
    database = on_postgres.notebook._db
    with database.write() as connection:
        connection.exec_driver_sql("ALTER TABLE delivery SET (autovacuum_enabled = false)")
    while taken := on_postgres.deliveries.claim("w", 1, limit=50, now=NOON, lease=LEASE):
        on_postgres.deliveries.record(1, [Outcome(one, DeliveryState.SENT, "") for one in taken], now=NOON)
    with database.write() as connection:
        connection.exec_driver_sql("ANALYZE delivery")
    add_readers(database, "weekly", 20_000)
    add_issue(database, "15")
    begin_mailing(on_postgres, "15", "weekly")

    found = asked(on_postgres, ASKED["claim"])
    with database.write() as connection:
        rows = [read for statement, given in found for read in rows_read(connection, statement, given)]
        connection.rollback()

    assert max(rows) == 5


def rows_read(connection: Connection, statement: str, given: Any) -> Iterator[int]:
    """How many deliveries each step of a statement read, as it is carried out."""
    if statement.startswith("SET"):
        connection.exec_driver_sql(statement)
        return
    (whole,) = connection.exec_driver_sql(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", given).scalar_one()
    steps = [whole["Plan"]]
    while steps:
        step = steps.pop()
        steps += step.get("Plans", [])
        if step.get("Relation Name") == "delivery":
            yield step["Actual Rows"] + step.get("Rows Removed by Filter", 0)


def test_each_outcome_finds_its_row_by_id_and_not_by_all_that_its_worker_holds(ledger: Ledger) -> None:
    ledger.deliveries.claim("w", 1, limit=5, now=NOON, lease=LEASE)

    updates = [plan for statement, plan in plans(ledger, ASKED["record"]) if statement.startswith("UPDATE delivery")]

    assert [[step.replace("TABLE ", "") for step in plan if " delivery " in step] for plan in updates] == [
        ["SEARCH delivery USING INTEGER PRIMARY KEY (rowid=?)"]]


def test_audience_is_frozen_in_the_order_of_an_index_so_that_memory_does_not_grow_with_it(ledger: Ledger) -> None:
    add_issue(ledger.notebook._db, "15")

    found = plans(ledger, lambda ledger: begin_mailing(ledger, "15", "weekly"))

    freezing, = (plan for statement, plan in found if statement.startswith("INSERT INTO delivery"))
    assert [step for step in freezing if "TEMP" in step] == []


def plans(ledger: Ledger, ask: Callable[[Ledger], object]) -> list[tuple[str, list[str]]]:
    """Each statement that the question leads to, with the database's plan for it."""
    explain = "EXPLAIN QUERY PLAN" if ledger.notebook._db.is_sqlite else "EXPLAIN"
    with ledger.notebook._db.read() as connection:
        return [(statement, [row[-1] for row in connection.exec_driver_sql(f"{explain} {statement}", given)])
                for statement, given in asked(ledger, ask) if not statement.startswith("SET")]


def asked(ledger: Ledger, ask: Callable[[Ledger], object]) -> list[tuple[str, Any]]:
    """The statements that the question leads to, and what they are given."""
    found: list[tuple[str, Any]] = []
    engine = ledger.notebook._db._engine

    def listen(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        found.append((statement, parameters[0] if isinstance(parameters, list) else parameters))

    event.listen(engine, "before_cursor_execute", listen)
    try:
        ask(ledger)
    finally:
        event.remove(engine, "before_cursor_execute", listen)

    about = [one for one in found if one[0].startswith(("SELECT", "UPDATE", "DELETE", "INSERT", "SET"))]
    assert about
    return about
