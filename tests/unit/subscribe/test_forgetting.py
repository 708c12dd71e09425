"""Who is forgotten is forgotten by both books at once, or by neither."""

from __future__ import annotations

from pathlib import Path

from pipeline.address import parse
from pipeline.app import App
from pipeline.config import load
from pipeline.mailings.mailing import MailingState
from tests.books import EDITION, EXPIRE, NOON, add_issue, deliveries, dying
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
