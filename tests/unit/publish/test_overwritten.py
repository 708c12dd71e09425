"""A new issue saved over the file of one that is out: a person is told, and the old one stands."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.publications import TODAY, Publication, lines, words

DAY = timedelta(days=1)


@pytest.fixture
def letters(tmp_path: Path) -> Publication:
    """Issue 14 was there before, and is out."""
    letters = Publication(tmp_path / "letters")
    letters.write("14-apples.md", text(14), day=TODAY - 7 * DAY)
    letters.begin()
    letters.add_readers("ada@example.com")
    letters.turn(days=1)
    return letters


def text(n: int) -> str:
    """Long enough to tell another text from the same one."""
    return f"{words(n)}\n\n{words(100 + n)}"


def test_new_issue_in_the_file_of_one_that_is_out_is_told_and_the_old_one_stands(letters: Publication) -> None:
    feed = (letters.folder / "feeds" / "atom.xml").read_bytes()
    letters.write("14-apples.md", text(15), day=TODAY + DAY)

    told = [lines(letters.deliver().problems), lines(letters.deliver().problems)]

    said = ("14-apples.md: holds another text, and a later date, than the issue of 2026-03-17 that is out already: "
            "save a new issue under a name and number of its own; an old one that is rewritten keeps its date")
    assert told == [[said], [said]]
    assert (letters.folder / "feeds" / "atom.xml").read_bytes() == feed
    assert (letters.standings, letters.mails) == ({"14": "adopted"}, [])


@pytest.mark.parametrize(("name", "key"), [("15-pears.md", "15"), ("pears.md", "pears")])
def test_it_is_mailed_under_a_name_of_its_own(letters: Publication, name: str, key: str) -> None:
    """Nothing of the old one may be left by then: who saved over it may have no other copy."""
    path = letters.write("14-apples.md", text(15), day=TODAY + DAY)
    letters.deliver()
    path.rename(letters.issues / name)

    problems = letters.deliver().problems

    assert lines(problems) == []
    assert letters.standings == {"14": "adopted", key: "mailed"}
    assert len(letters.mails) == 1


def test_an_old_file_of_that_number_that_went_meanwhile_changes_nothing(letters: Publication) -> None:
    (letters.issues / "14-apples.md").unlink()
    letters.write("14-pears.md", text(15), day=TODAY + DAY)

    problems = letters.deliver().problems

    assert [(one.path, one.rule) for one in problems] == [("14-pears.md", "issue-overwritten")]
    assert letters.mails == []


def test_a_draft_of_the_next_issue_does_not_take_the_old_one_away(letters: Publication) -> None:
    feed = (letters.folder / "feeds" / "atom.xml").read_bytes()
    letters.write("14-apples.md", text(15), day=TODAY + DAY, front="draft: true\n")

    problems = letters.deliver().problems

    assert [one.rule for one in problems] == ["issue-overwritten"]
    assert (letters.folder / "feeds" / "atom.xml").read_bytes() == feed


def test_who_approves_the_old_one_meanwhile_does_not_give_it_the_new_text(letters: Publication) -> None:
    feed = (letters.folder / "feeds" / "atom.xml").read_bytes()
    letters.write("14-apples.md", text(15), day=TODAY + DAY)
    letters.deliver()
    letters.app.decisions.approve(letters.record("14"))

    problems = [one for _ in range(3) for one in letters.deliver().problems]

    assert [one.rule for one in problems] == ["issue-overwritten"] * 3
    assert (letters.folder / "feeds" / "atom.xml").read_bytes() == feed
    assert letters.mails == []


@pytest.mark.parametrize(("body", "day"), [
    pytest.param(text(15), TODAY - 7 * DAY, id="rewritten, with its date"),
    pytest.param(f"{words(14)}\n\n{words(15)}", TODAY + DAY, id="half rewritten"),
    pytest.param(text(14), TODAY + DAY, id="dated anew"),
    pytest.param("Sold out.", TODAY + DAY, id="too short to tell"),
])
def test_an_author_may_edit_what_is_out(letters: Publication, body: str, day: object) -> None:
    letters.write("14-apples.md", body, day=str(day))

    problems = letters.deliver().problems

    assert lines(problems) == []
    assert body.split(maxsplit=1)[0] in (letters.folder / "feeds" / "atom.xml").read_text("utf-8")
    assert letters.mails == []


def test_what_is_not_out_yet_may_become_another_text_on_another_day(letters: Publication) -> None:
    letters.write("15-pears.md", text(15), day=TODAY + 7 * DAY)
    letters.deliver()
    letters.write("15-pears.md", text(16), day=TODAY + 8 * DAY)

    problems = letters.deliver().problems

    assert lines(problems) == []
    assert letters.record("15").day == TODAY + 8 * DAY
