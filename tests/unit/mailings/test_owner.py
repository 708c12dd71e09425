"""A ledger belongs to one publication: readers of one are never mailed the issues of another."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import Refusal
from tests.publications import Publication, words

HOME, ELSEWHERE = "https://letters.example.com/", "https://ink.example.org/"
SMTP = {"kind": "smtp", "host": "127.0.0.1", "port": 9}


@pytest.fixture
def letters(tmp_path: Path) -> Publication:
    """A publication that has mailed an issue, in the `folder` transport as yet."""
    letters = Publication(tmp_path / "letters")
    letters.begin(write=False)
    letters.add_readers("ada@example.com")
    letters.write("02-new.md", words(2))
    letters.deliver()
    assert letters.mailings == {"2/weekly": "sent"}
    return letters


def named(letters: Publication, title: str, url: str, *, mails: bool = True) -> None:
    """The same ledger under such settings, at the start of a `publish`."""
    letters.configure({"publication": {"title": title, "url": url}, **({"transport": SMTP} if mails else {})})
    letters.app.check_ledger()


def test_ledger_of_another_publication_is_refused_by_name_whatever_is_asked_of_it(letters: Publication) -> None:
    named(letters, "Letters", HOME)

    for mails in (True, False):
        with pytest.raises(Refusal, match="belongs to another publication, “Letters” (.*), with readers of its own"):
            named(letters, "Ink", ELSEWHERE, mails=mails)
    with pytest.raises(Refusal, match="belongs to another"):
        letters.add_readers("bo@example.com")


def test_publication_that_changes_its_name_and_then_its_address_is_the_same(letters: Publication) -> None:
    named(letters, "Letters", HOME)
    named(letters, "Ink", HOME)
    named(letters, "Ink", ELSEWHERE)


def test_what_went_into_the_outbox_was_a_trial_and_binds_nobody(letters: Publication) -> None:
    named(letters, "My newsletter", "https://example.com/", mails=False)
    named(letters, "Ink", ELSEWHERE)


def test_publication_that_has_mailed_nobody_may_be_called_anything(tmp_path: Path) -> None:
    letters = Publication(tmp_path / "letters")
    named(letters, "My newsletter", "https://example.com/")
    named(letters, "Ink", ELSEWHERE)
