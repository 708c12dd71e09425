"""Who is forgotten is forgotten by both books at once, or by neither."""

from __future__ import annotations

from pathlib import Path

from pipeline.address import parse
from pipeline.app import App
from pipeline.config import load
from pipeline.mailings.mailing import DeliveryState, MailingState, Outcome
from tests.books import EDITION, EXPIRE, LEASE, NOON, add_issue, deliveries, dying
from tests.readers import House

ADA = parse("ada@example.com")


def test_death_at_any_statement_leaves_the_person_in_both_books_or_in_none(tmp_path: Path) -> None:
    house = House(tmp_path)
    add_issue(house.app.database, "14")
    house.add(ADA.wire)
    mailings = house.app.ledger.mailings
    mailings.propose("14", "weekly", state=MailingState.SCHEDULED, reason="", send_at=NOON, now=NOON)
    mailings.start(1, EDITION, {}, now=NOON, expire=EXPIRE)
    house.app.database.close()

    def forget() -> None:
        App(load(tmp_path / "config.yaml", {}), house.clock).subscriptions.forget(ADA)

    seen = []
    for _ in dying(forget):
        (row,) = deliveries(house.app.database, 1)
        seen.append((house.standing(ADA.wire), house.app.roster.suppression(ADA) is None, row["address"]))
        house.app.database.close()
    (row,) = deliveries(house.app.database, 1)

    kept = ({"weekly": "confirmed"}, True, ADA.wire)
    assert seen[0] == kept
    assert [one for one in seen if one not in (kept, ({}, False, None))] == []
    assert (house.standing(ADA.wire), row["address"]) == ({}, None)


def test_address_that_its_reader_has_left_behind_is_forgotten_and_what_they_are_owed_goes_to_the_new_one(
    tmp_path: Path,
) -> None:
    house = House(tmp_path)
    house.add(ADA.wire.title())
    ledger = house.app.ledger
    for number, key in enumerate(("13", "14"), start=1):
        add_issue(house.app.database, key)
        ledger.mailings.propose(key, "weekly", state=MailingState.SCHEDULED, reason="", send_at=NOON, now=NOON)
        ledger.mailings.start(number, EDITION, {}, now=NOON, expire=EXPIRE)
    claim, = ledger.deliveries.claim("w", 1, limit=1, now=NOON, lease=LEASE)
    ledger.deliveries.record(1, [Outcome(claim, DeliveryState.SENT, "250 OK for Ada@example.com")], now=NOON)
    house.app.roster.readdress(claim.subscriber_id, parse("ada@new.example.com"), NOON)

    erased = house.app.subscriptions.forget(ADA)
    again = house.app.subscriptions.forget(ADA)

    assert (erased, again) == (True, False)
    assert [(row["address"], row["reply"]) for n in (1, 2) for row in deliveries(house.app.database, n)] == [
        (None, ""), ("ada@new.example.com", "")]
    assert not any(b"ada@example.com" in file.read_bytes().lower() for file in (tmp_path / "var").glob("avviso.db*"))
    owed, = ledger.deliveries.claim("w", 1, limit=1, now=NOON, lease=LEASE)
    assert owed.address == "ada@new.example.com"
