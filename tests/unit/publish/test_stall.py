"""Why a pass came to nothing is noted until one comes to its end."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.errors import Busy, Conflict, OutputError, Unreachable
from pipeline.publish.stall import noting_stall, stall
from tests.publications import Publication


@pytest.fixture
def letters(tmp_path: Path) -> Publication:
    letters = Publication(tmp_path / "weekly")
    letters.begin(write=False)
    return letters


def fail(letters: Publication, error: Exception) -> None:
    with pytest.raises(type(error)), noting_stall(letters.app.ledger.notebook, letters.clock):
        raise error


def test_first_of_several_says_since_when_and_the_last_one_why(letters: Publication) -> None:
    began = letters.clock.now()
    fail(letters, OutputError("disk full", remedy="free some space"))
    letters.clock.turn(timedelta(hours=1))
    fail(letters, ValueError("odd"))

    found = stall(letters.app.ledger.notebook)

    assert found
    assert (found.since, found.reason.partition(": this")[0]) == (began, "ValueError: odd")
    with noting_stall(letters.app.ledger.notebook, letters.clock):
        pass
    assert stall(letters.app.ledger.notebook) is None


def test_reason_that_cannot_be_noted_is_raised_all_the_same(
    letters: Publication, monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(*_: object) -> None:
        raise OutputError("the ledger cannot be written")

    with monkeypatch.context() as filled:
        filled.setattr(type(letters.app.ledger.notebook), "write_note", full)
        fail(letters, ValueError("odd"))

    assert stall(letters.app.ledger.notebook) is None


@pytest.mark.parametrize("error", [Busy("another"), Conflict("another"), Unreachable("away")])
def test_pass_that_another_makes_or_a_ledger_that_is_away_is_no_stall(letters: Publication, error: Exception) -> None:
    fail(letters, error)

    assert stall(letters.app.ledger.notebook) is None


def test_publication_that_is_begun_anew_stands_no_more(letters: Publication) -> None:
    fail(letters, OutputError("disk full"))

    letters.app.publisher.adopt_due()

    assert letters.app.standstill() == []
