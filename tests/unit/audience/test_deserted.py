"""What goes to a list without readers, while there are some, reaches nobody, and somebody has to say so."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline.cli import avviso
from pipeline.clock import HandClock
from tests.publications import Publication, words

WEEKLY, MAIN, DAILY = ({"id": one, "name": "Weekly"} for one in ("weekly", "main", "daily"))


@pytest.fixture
def letters(tmp_path: Path) -> Publication:
    """Two readers of `weekly`, one of `daily`."""
    letters = Publication(tmp_path / "letters")
    letters.add_readers("ada@example.com", "bo@example.org")
    letters.add_readers("cy@example.org", list_id="daily")
    return letters


def needs(letters: Publication, lists: Sequence[dict[str, str]]) -> list[str]:
    """What `status` says under such settings."""
    letters.configure({"lists": list(lists)})
    said = CliRunner().invoke(avviso, ["status", "--json", "--config", str(letters.folder / "config.yaml")])
    return list(json.loads(said.stdout)["needs"])


def test_list_that_was_given_another_id_is_named_by_status_with_what_to_do(letters: Publication) -> None:
    line, = needs(letters, [MAIN, DAILY])

    assert line.startswith("the list weekly has 2 readers and config.yaml does not name it, while main has nobody: ")


@pytest.mark.parametrize("lists", [[WEEKLY, DAILY], [WEEKLY], [DAILY], [WEEKLY, DAILY, MAIN],
                                   [WEEKLY, MAIN]],
                         ids=["as it was", "one taken away", "the first taken away", "a new one", "both"])
def test_list_that_was_taken_away_or_is_new_needs_nobody(letters: Publication, lists: list[dict[str, str]]) -> None:
    assert needs(letters, lists) == []


def test_issue_that_went_to_nobody_since_another_list_is_the_first_is_named_until_it_is_approved(
    letters: Publication,
) -> None:
    letters.clock = HandClock(datetime.now(UTC))
    letters.configure({"lists": [MAIN, WEEKLY, DAILY]})
    letters.begin(write=False)
    letters.write("02-new.md", words(2), day=f"{letters.clock.now():%Y-%m-%d %H:%M:%S}+00:00")
    letters.deliver()
    before = needs(letters, [MAIN, WEEKLY, DAILY])

    letters.configure({"lists": [WEEKLY, MAIN, DAILY]})
    letters.app.publisher.look_only()
    letters.app.decisions.approve(letters.record("2"))
    letters.deliver()

    line, = before
    assert line.startswith("2 went to nobody: main, the first of `lists`, has no readers, while weekly has 2 readers: ")
    assert (needs(letters, [WEEKLY, MAIN, DAILY]), letters.mails) == ([], ["ada@example.com", "bo@example.org"])
