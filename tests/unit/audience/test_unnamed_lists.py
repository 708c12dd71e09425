"""A list that was given another id loses its readers, and somebody has to say so."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline.cli import avviso
from tests.publications import Publication

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


@pytest.mark.parametrize("lists", [[WEEKLY, DAILY], [WEEKLY], [DAILY], [WEEKLY, DAILY, MAIN]],
                         ids=["as it was", "one taken away", "the first taken away", "a new one"])
def test_list_that_was_taken_away_or_is_new_needs_nobody(letters: Publication, lists: list[dict[str, str]]) -> None:
    assert needs(letters, lists) == []
