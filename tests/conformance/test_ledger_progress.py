"""A mailing's deliveries read once each, in order, on both databases."""

from __future__ import annotations

from pipeline.mailings.ledger import Ledger
from pipeline.mailings.mailing import DeliveryState, Outcome
from tests.books import LEASE, NOON, add_issue, add_readers, begin_mailing, open_database


def test_deliveries_are_read_in_order_up_to_the_first_that_waits(database_url: str) -> None:
    database = open_database(database_url)
    for key in ("13", "14"):
        add_issue(database, key)
    add_readers(database, "weekly", 6)
    ledger = Ledger(database)
    begin_mailing(ledger, "13", "weekly")
    claims = ledger.deliveries.claim("w", 1, limit=6, now=NOON, lease=LEASE)
    mailing = begin_mailing(ledger, "14", "weekly")
    claims = ledger.deliveries.claim("w", 1, limit=4, now=NOON, lease=LEASE)
    ledger.deliveries.record(1, [Outcome(claims[0], DeliveryState.SENT, "ok")], now=NOON)

    first = ledger.progress.page(mailing.id, limit=3)
    rest = ledger.progress.page(mailing.id, first[-1].id, limit=3)

    assert [(seen.address, seen.state.value) for seen in first + rest] == [
        ("reader0@example.com", "sent"), *((f"reader{n}@example.com", "sending") for n in (1, 2, 3))]
    assert ledger.progress.page(mailing.id, rest[-1].id) == []
    assert ledger.progress.again([first[0].id, rest[0].id]) == {
        first[0].id: DeliveryState.SENT, rest[0].id: DeliveryState.SENDING}
    assert [seen.id for seen in ledger.progress.everything(mailing.id)] == [seen.id for seen in first + rest]
