"""Who is erased at the very moment a mailing begins is not written down by it: transactions of PostgreSQL overlap."""

from concurrent.futures import Future, ThreadPoolExecutor

from sqlalchemy import text

from pipeline.address import parse
from pipeline.audience.roster import Roster
from pipeline.audience.subscriber import Evidence
from pipeline.database import Database
from pipeline.mailings.ledger import Ledger
from tests.books import NOON, add_issue, begin_mailing, deliveries, open_database

ADA = parse("ada@example.com")
_WAITING = text("SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database "
                "WHERE datname = current_database() AND locktype = 'advisory' AND NOT granted")


def test_erasure_waits_for_a_mailing_that_writes_its_readers_down(postgres_url: str) -> None:
    database = open_database(postgres_url)
    roster, ledger = Roster(database, database.key()), Ledger(database)
    roster.add(ADA, ["weekly"], Evidence("command", ""), NOON)
    add_issue(database, "14")

    def erase() -> None:
        with database.together():
            roster.forget(ADA, NOON)
            ledger.deliveries.erase(1)

    with ThreadPoolExecutor() as others:
        with database.together():
            mailing = begin_mailing(ledger, "14", "weekly")
            erased = others.submit(erase)
            _wait_until_it_waits(database, erased)
        erased.result()

    (row,) = deliveries(database, mailing.id)
    assert row["address"] is None
    database.close()


def _wait_until_it_waits(database: Database, act: Future[None]) -> None:
    """Until it stands before the lock, or has passed where there is none."""
    with database._engine.connect() as watcher:
        while not act.done() and not watcher.execute(_WAITING).scalar():
            watcher.rollback()
