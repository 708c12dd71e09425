"""A ledger belongs to one publication: readers of one are never mailed the issues of another."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.engines.jobs import Shift
from pipeline.errors import Refusal
from pipeline.feeds.addresses import UNSAID
from tests.publications import Publication, words

HOME, ELSEWHERE = "https://letters.example.com/", "https://ink.example.org/"
SMTP = {"kind": "smtp", "host": "127.0.0.1", "port": 9}


@pytest.fixture
def letters(tmp_path: Path) -> Publication:
    """A publication with a reader that has mailed an issue into the `folder` transport, under a name for a trial."""
    letters = Publication(tmp_path / "letters")
    letters.begin(write=False)
    letters.add_readers("ada@example.com")
    letters.write("02-new.md", words(2))
    letters.deliver()
    assert letters.mailings == {"2/weekly": "sent"}
    return letters


def start(letters: Publication, title: str, url: str, *, transport: dict[str, object] = SMTP) -> None:
    """Whatever looks at the ledger before it works."""
    letters.configure({"publication": {"title": title, "url": url}, "transport": transport})
    letters.app.check_ledger()


def mail(letters: Publication, number: int, title: str, url: str) -> None:
    """Begins a mailing under these settings."""
    letters.configure({
        "publication": {"title": title, "url": url}, "transport": SMTP, "mailings": {"approve": "never"}})
    letters.write(f"0{number}-new.md", words(number))
    with Shift.begin(letters.app) as shift:
        assert shift.publish().started


def test_ledger_of_another_publication_is_refused_by_name_whatever_is_asked_of_it(letters: Publication) -> None:
    mail(letters, 3, "Letters", HOME)

    for transport in (SMTP, {"kind": "folder"}):
        with pytest.raises(Refusal, match="belongs to another publication, “Letters” (.*), with readers of its own"):
            start(letters, "Ink", ELSEWHERE, transport=transport)
    with pytest.raises(Refusal, match="belongs to another"):
        letters.add_readers("bo@example.com")


def test_publication_that_changes_its_name_and_then_its_address_is_the_same(letters: Publication) -> None:
    mail(letters, 3, "Letters", HOME)
    start(letters, "Ink", HOME, transport={"kind": "folder"})
    start(letters, "Ink", ELSEWHERE)


def test_who_has_mailed_nobody_may_be_called_anything(letters: Publication) -> None:
    start(letters, "My newsletter", "https://example.com/")
    start(letters, "Letters", HOME)
    mail(letters, 3, "Ink", ELSEWHERE)


def test_address_that_init_made_up_makes_no_owner(letters: Publication) -> None:
    mail(letters, 3, "My newsletter", UNSAID)
    start(letters, "Letters", HOME)


def test_who_was_there_before_the_other_began_begins_no_mailing_after_it(letters: Publication) -> None:
    letters.configure({"publication": {"title": "Ink", "url": ELSEWHERE}, "transport": SMTP})
    with Shift.begin(letters.app) as earlier:
        mail(letters, 3, "Letters", HOME)
        letters.write("04-new.md", words(4))

        with pytest.raises(Refusal, match="belongs to another"):
            earlier.publish()
