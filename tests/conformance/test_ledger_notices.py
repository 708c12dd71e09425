"""What the maintainer was told is written down with the letter, or not at all; on both databases."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.database import Database
from pipeline.editions.edition import Edition
from pipeline.mailings.ledger import Ledger
from pipeline.mailings.ledger.letters import Sealed
from pipeline.mailings.mailing import MAINTAINER
from tests.books import LEASE, NOON, copied_database, dying, open_database

LETTER = Sealed(Edition("notice", "en", "News", "", "<p>News</p>", "News"), {}, "", "", MAINTAINER,
                "editor@example.com", "", "now")


@pytest.fixture
def ledger(database_url: str) -> Ledger:
    return Ledger(open_database(database_url))


def letters(ledger: Ledger) -> list[str]:
    """Who would be written to now."""
    with_worker = ledger.deliveries.claim("w", 1, limit=9, now=NOON, lease=LEASE)
    return [claim.address for claim in with_worker]


def test_nothing_was_told_at_first(ledger: Ledger) -> None:
    assert ledger.notices.told() is None


def test_letter_goes_to_the_maintainer_who_is_no_reader(ledger: Ledger) -> None:
    assert ledger.notices.tell(None, {"held 14"}, LETTER, NOON)

    assert letters(ledger) == ["editor@example.com"]
    assert ledger.notices.told() == {"held 14"}


def test_what_another_process_told_meanwhile_is_not_told_again(ledger: Ledger) -> None:
    ledger.notices.tell(None, {"held 14"}, LETTER, NOON)

    assert not ledger.notices.tell(None, {"held 14"}, LETTER, NOON)
    assert letters(ledger) == ["editor@example.com"]


def test_what_does_not_stand_any_more_is_forgotten_without_a_letter(ledger: Ledger) -> None:
    ledger.notices.tell(None, {"held 14", "doubt 2"}, None, NOON)

    assert ledger.notices.tell({"held 14", "doubt 2"}, {"doubt 2"}, None, NOON)
    assert ledger.notices.told() == {"doubt 2"}
    assert letters(ledger) == []


def test_death_at_any_statement_leaves_letter_and_note_or_neither(tmp_path: Path) -> None:
    copied_database(tmp_path / "avviso.db").close()

    def act() -> None:
        books = Ledger(Database(f"sqlite:///{tmp_path / 'avviso.db'}"))
        books.notices.tell(books.notices.told(), {"held 14"}, LETTER, NOON)

    deaths = list(dying(act))
    books = Ledger(Database(f"sqlite:///{tmp_path / 'avviso.db'}"))

    assert len(deaths) > 5
    assert (books.notices.told(), letters(books)) == ({"held 14"}, ["editor@example.com"])
