"""How far a mailing is, on both databases: its deliveries read once each, in order; what each worker has in hand."""

from __future__ import annotations

from pipeline.editions.edition import Edition
from pipeline.mailings.ledger import Ledger
from pipeline.mailings.ledger.letters import Sealed
from pipeline.mailings.mailing import DeliveryState, MailingState, Outcome
from tests.books import LEASE, NOON, Books, add_issue, add_readers, begin_mailing, open_database


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


def test_worker_has_so_many_of_each_mailing_and_its_letters_in_hand(books: Books) -> None:
    books.mailing(MailingState.SENDING)
    words = Edition("confirm", "en", "Confirm", "", "<p>Confirm</p>", "Confirm")
    books.ledger.letters.write_all([
        Sealed(words, {}, "", "weekly", books.reader, "reader0@example.com", "", str(n)) for n in range(2)], NOON)

    assert len(books.claim()) == 3

    assert books.ledger.workers.hands() == {"w": {"14 to weekly": 1, "letters": 2}}
