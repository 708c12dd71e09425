"""A pass that dies at any statement is simply made again: nobody is mailed twice, no list is forgotten."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.feeds.writing import PREFIX, SUFFIX
from tests.books import dying
from tests.publications import Publication, words

LISTS = {"lists": [{"id": "weekly", "name": "Weekly"}, {"id": "daily", "name": "Daily"}]}


@pytest.fixture
def letters(tmp_path: Path) -> Publication:
    """One old issue, adopted; a new one for two lists lies in the folder."""
    letters = Publication(tmp_path / "letters", LISTS)
    letters.fill(1)
    letters.begin()
    letters.add_readers("ada@example.com", "bo@example.org")
    letters.add_readers("bo@example.org", "cy@example.net", list_id="daily")
    letters.write("02-new.md", words(2), front="lists: [weekly, daily]\n")
    letters.app.publisher.look_only()
    letters.app.database.close()
    return letters


def test_pass_that_dies_anywhere_is_made_good_by_the_next(
    letters: Publication, trials: Callable[[int, int], int]
) -> None:
    """Each death is followed by a whole pass; a copy of the publication is taken for each."""
    pristine = (letters.folder / "var" / "avviso.db").read_bytes()

    def publish() -> None:
        letters.restart().publisher.make_pass()

    for statement in dying(publish, every=trials(41, 1)):
        assert _is_consistent(letters), statement
        letters.restart().publisher.make_pass()
        assert letters.mailings == {"2/weekly": "sending", "2/daily": "sending"}, statement
        assert [mailing.audience for mailing in letters.app.ledger.mailings.all()] == [2, 1], statement
        _put_back(letters, pristine)


def test_burst_in_which_a_pass_dies_is_held_whole_by_the_next(
    letters: Publication, trials: Callable[[int, int], int]
) -> None:
    for n in (3, 4):
        letters.write(f"{n:02}-new.md", words(n))
    letters.restart().publisher.look_only()
    letters.app.database.close()
    pristine = (letters.folder / "var" / "avviso.db").read_bytes()

    def propose() -> None:
        letters.restart().publisher.make_pass(start=False, write=False)

    for statement in dying(propose, every=trials(3, 1)):
        letters.restart().publisher.make_pass(write=False)
        assert letters.mailings == dict.fromkeys(("2/weekly", "2/daily", "3/weekly", "4/weekly"), "held"), statement
        _put_back(letters, pristine)


def _put_back(letters: Publication, ledger: bytes) -> None:
    """The ledger as it was before the pass that died."""
    letters.app.database.close()
    for path in (letters.folder / "var").glob("avviso.db*"):
        path.unlink()
    (letters.folder / "var" / "avviso.db").write_bytes(ledger)


def _is_consistent(letters: Publication) -> bool:
    """What the dead pass left: each mailing without deliveries, or with all of them."""
    app = letters.restart()
    found = app.ledger.mailings.all()
    consistent = all(one.balances and bool(one.started_at) == (one.state == "sending") for one in found)
    app.database.close()
    return consistent


def test_temporary_files_of_a_build_that_died_are_removed_by_the_next(letters: Publication) -> None:
    letters.restart().publisher.make_pass()
    left = letters.folder / "feeds" / f"{PREFIX}1-2{SUFFIX}"
    left.write_bytes(b"half a feed")
    letters.app.manifest.open()  # what a build does first; then it was killed

    letters.restart().publisher.build()

    assert not left.exists()


def test_list_whose_mailing_was_not_proposed_before_a_death_gets_one(letters: Publication) -> None:
    letters.restart().publisher.make_pass(start=False)
    with letters.app.database.write() as connection:
        connection.exec_driver_sql("DELETE FROM mailing WHERE list = 'daily'")

    letters.deliver()

    assert letters.mailings == {"2/weekly": "sent", "2/daily": "sent"}
    assert letters.mails == ["ada@example.com", "bo@example.org", "cy@example.net"]


def test_list_whose_mailing_had_not_begun_before_a_death_is_mailed(letters: Publication) -> None:
    app = letters.restart()
    app.publisher.make_pass(start=False)
    weekly, daily = app.ledger.mailings.all()
    edition, envelope = app.dresser.dress(letters.record("2"), "weekly")
    app.ledger.mailings.start(weekly.id, edition, envelope, now=letters.clock.now(), expire=app.config.mailings.expire)

    letters.deliver()

    assert letters.mails == ["ada@example.com", "bo@example.org", "cy@example.net"]
    assert daily.state == "scheduled"


def test_list_that_an_author_adds_after_the_mailing_is_not_mailed(letters: Publication) -> None:
    letters.write("03-more.md", words(3))
    letters.deliver()
    letters.turn(hours=1)

    letters.write("03-more.md", words(3), front="lists: [weekly, daily]\n")
    letters.deliver()

    assert letters.mailings == {"2/weekly": "sent", "2/daily": "sent", "3/weekly": "sent"}


def test_mailing_that_a_person_cancelled_is_not_proposed_for_another_list(letters: Publication) -> None:
    letters.write("03-more.md", words(3))
    letters.restart().publisher.make_pass(start=False)
    letters.app.decisions.cancel(letters.record("3"))

    letters.write("03-more.md", words(3), front="lists: [weekly, daily]\n")
    letters.publish()

    assert letters.mailings["3/weekly"] == "cancelled"
    assert "3/daily" not in letters.mailings
