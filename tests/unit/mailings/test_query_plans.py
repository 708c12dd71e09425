"""What a start and each claim ask of a million deliveries goes by an index: no statement reads them all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from pipeline.mailings.ledger import Ledger
from pipeline.mailings.mailing import DeliveryState, Doubt, Outcome
from tests.books import LEASE, NOON, add_issue, add_readers, begin_mailing, copied_database

ASKED: dict[str, Callable[[Ledger], object]] = {
    "claim": lambda ledger: ledger.deliveries.claim("w", 1, limit=5, now=NOON, lease=LEASE),
    "record": lambda ledger: ledger.deliveries.record(
        1, [Outcome(one, DeliveryState.SENT, "") for one in ledger.deliveries.held("w")], now=NOON),
    "what a dead worker held": lambda ledger: ledger.doubts.reclaim("w", Doubt.PROCESS),
    "leases that are over": lambda ledger: ledger.doubts.reclaim_leases(NOON),
    "doubts to resend": lambda ledger: ledger.doubts.resend(list(Doubt), NOON),
    "doubts of a mailing": lambda ledger: ledger.doubts.assume_sent(NOON, mailing_id=1),
    "how many doubts": lambda ledger: ledger.doubts.count(),
    "next due": lambda ledger: ledger.deliveries.next_due(),
    "what has expired": lambda ledger: ledger.deliveries.expire(1, 1, NOON),
    "mailings and their counts": lambda ledger: ledger.mailings.all(),
    "how far the ledger has come": lambda ledger: ledger.notebook.reach(5),
}


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    """A mailing with some deliveries in hand."""
    database = copied_database(Path(tmp_path_factory.mktemp("books")) / "avviso.db")
    ledger = Ledger(database)
    add_issue(database, "14")
    add_readers(database, "weekly", 50)
    begin_mailing(ledger, "14", "weekly")
    ledger.deliveries.claim("w", 1, limit=5, now=NOON, lease=LEASE)
    yield ledger
    database.close()


@pytest.mark.parametrize("question", ASKED)
def test_no_statement_reads_all_deliveries(ledger: Ledger, question: str) -> None:
    for statement, plan in plans(ledger, question):
        assert "SCAN delivery" not in plan, statement


def test_each_outcome_finds_its_row_by_id_and_not_by_all_that_its_worker_holds(ledger: Ledger) -> None:
    ledger.deliveries.claim("w", 1, limit=5, now=NOON, lease=LEASE)

    updates = [plan for statement, plan in plans(ledger, "record") if statement.startswith("UPDATE delivery")]

    assert [[step for step in plan if " delivery " in step] for plan in updates] == [
        ["SEARCH delivery USING INTEGER PRIMARY KEY (rowid=?)"]]


def plans(ledger: Ledger, question: str) -> list[tuple[str, list[str]]]:
    """Each statement that the question leads to, with SQLite's plan for it."""
    asked: list[tuple[str, Any]] = []
    engine = ledger.notebook._db._engine

    def listen(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        asked.append((statement, parameters[0] if isinstance(parameters, list) else parameters))

    event.listen(engine, "before_cursor_execute", listen)
    try:
        ASKED[question](ledger)
    finally:
        event.remove(engine, "before_cursor_execute", listen)

    about = [one for one in asked if one[0].startswith(("SELECT", "UPDATE", "DELETE", "INSERT"))]
    assert about
    with ledger.notebook._db.read() as connection:
        return [(statement, [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given)])
                for statement, given in about]
