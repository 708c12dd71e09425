"""Transactions of PostgreSQL that overlap: neither sees what the other writes, so one of them waits."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import event, text

from pipeline.address import parse
from pipeline.audience.intake import Verdict
from pipeline.audience.roster import Roster
from pipeline.audience.subscriber import Evidence
from pipeline.database import Database
from pipeline.issues.archive import Archive
from pipeline.mailings.ledger import Ledger
from pipeline.mailings.ledger.pacing import PostState
from tests.books import LATER, LEASE, NOON, add_issue, add_readers, begin_mailing, deliveries, open_database

ADA = parse("ada@example.com")
_WAITING = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")


@pytest.fixture
def database(postgres_url: str) -> Iterator[Database]:
    database = open_database(postgres_url)
    add_issue(database, "14")
    yield database
    database.close()


def test_machines_that_are_started_at_once_make_one_ledger(postgres_url: str) -> None:
    first, second = Database(postgres_url), Database(postgres_url)

    with ThreadPoolExecutor() as others:
        with first.together():
            first.create(now=NOON, orphan=False)
            made = others.submit(second.create, now=LATER, orphan=True)
            until_it_waits(first, made)
        made.result()

    assert not Ledger(second).notebook.identity().orphan
    first.close()
    second.close()


def test_erasure_waits_for_a_mailing_that_writes_its_readers_down(database: Database) -> None:
    roster, ledger = Roster(database, Ledger(database).notebook.identity().key), Ledger(database)
    roster.add(ADA, ["weekly"], Evidence("command", ""), NOON)

    def erase() -> None:
        with database.together():
            roster.forget(ADA, NOON)
            ledger.deliveries.erase(1)

    with ThreadPoolExecutor() as others:
        with database.together():
            mailing = begin_mailing(ledger, "14", "weekly")
            erased = others.submit(erase)
            until_it_waits(database, erased)
        erased.result()

    (row,) = deliveries(database, mailing.id)
    assert row["address"] is None


@pytest.mark.parametrize("is_rehearsed", [False, True], ids=["written", "rehearsed"])
def test_who_writes_of_issues_in_another_order_waits_and_neither_gives_way(
    database: Database, postgres_url: str, *, is_rehearsed: bool
) -> None:
    other = Database(postgres_url)
    here, there = Archive(database), Archive(other)
    add_issue(database, "15")
    first, second = here.issues().values()

    def both_the_other_way_round() -> None:
        with other.rehearse() if is_rehearsed else there.together():
            for record in (second, first):
                there.stand([replace(record, reason="there")])

    with ThreadPoolExecutor() as others:
        with here.together():
            here.stand([replace(first, reason="here")])
            wrote = others.submit(both_the_other_way_round)
            until_it_waits(database, wrote)
            here.stand([replace(second, reason="here")])
        wrote.result()

    reasons = {record.reason for record in here.issues().values()}
    other.close()
    assert reasons == {"here" if is_rehearsed else "there"}


def test_who_asks_while_they_are_erased_stays_erased_and_neither_fails(database: Database) -> None:
    roster = Roster(database, Ledger(database).notebook.identity().key)
    roster.add(ADA, ["weekly"], Evidence("command", ""), NOON)

    with ThreadPoolExecutor() as others:
        with database.together():
            assert roster.forget(ADA, NOON)
            asked = others.submit(roster.ask, ADA, ["weekly", "daily"], Evidence("form", ""), LATER)
            until_it_waits(database, asked)

        assert (asked.result(), roster.find(ADA)) == ((), None)


def test_who_is_imported_while_they_are_erased_stays_erased(database: Database) -> None:
    roster = Roster(database, Ledger(database).notebook.identity().key)
    roster.add(ADA, ["weekly"], Evidence("command", ""), NOON)

    with ThreadPoolExecutor() as others:
        with database.together():
            roster.forget(ADA, NOON)
            added = others.submit(roster.add, ADA, ["daily"], Evidence("command", ""), LATER)
            until_it_waits(database, added)

        assert (added.result(), roster.find(ADA)) == (Verdict.KEPT_OUT, None)


def test_who_is_erased_while_they_ask_is_erased(database: Database) -> None:
    roster = Roster(database, Ledger(database).notebook.identity().key)
    roster.add(ADA, ["weekly"], Evidence("command", ""), NOON)

    with ThreadPoolExecutor() as others:
        with database.together():
            roster.ask(ADA, ["daily"], Evidence("form", ""), NOON)
            erased = others.submit(roster.forget, ADA, LATER)
            until_it_waits(database, erased)

        assert (erased.result(), roster.find(ADA)) == (True, None)


def test_look_at_a_claim_waits_for_its_transaction_that_is_still_at_work_behind_a_lost_line(database: Database) -> None:
    ledger = Ledger(database)
    add_readers(database, "weekly", 3)
    begin_mailing(ledger, "14", "weekly")

    with ThreadPoolExecutor() as others:
        with database.together():
            claims = ledger.deliveries.claim("w", 1, limit=2, now=NOON, lease=LEASE)
            kept = others.submit(ledger.commits.kept, claims)
            until_it_waits(database, kept)
        assert kept.result() == claims


def test_post_that_one_machine_finds_while_another_loses_it_ends_no_sender(
    database: Database, postgres_url: str
) -> None:
    other = Database(postgres_url)
    here, there = Ledger(database).pacing, Ledger(other).pacing
    here.lose("smtp", NOON)
    event.listen(database._engine, "after_cursor_execute", lambda *_: there.find("smtp"), once=True)

    since = here.lose("smtp", LATER)

    assert (since, here.state("smtp")) == (LATER, PostState())
    other.close()


def until_it_waits(database: Database, act: Future[object]) -> None:
    """Until it stands before a lock, or has passed where there is none."""
    with database._engine.connect() as watcher:
        while not act.done() and not watcher.execute(_WAITING).scalar():
            watcher.rollback()
