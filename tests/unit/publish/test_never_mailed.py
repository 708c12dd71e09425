"""Who must not be mailed is not: whatever an editor, a person's word, a second process and a death do to each other."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.clock import HandClock
from pipeline.issues.archive.names import OtherNames
from pipeline.publish import agenda
from tests.publications import TODAY, Publication, lines, words

DAY = timedelta(days=1)
READERS = ["ada@example.com", "bo@example.org"]


class Died(BaseException):
    """The process ends here."""


@pytest.fixture
def letters(tmp_path: Path) -> Publication:
    """Two issues were adopted, the third was mailed to two readers."""
    made = Publication(tmp_path / "letters")
    made.fill(2)
    made.begin()
    made.add_readers(*READERS)
    made.write("03-apples.md", words(3))
    made.deliver()
    assert made.mails == READERS
    return made


def say(letters: Publication, word: str, key: str) -> str:
    letters.app.publisher.look_only()
    answer: str = getattr(letters.app.decisions, word)(letters.record(key))
    return answer


# ---- what an editor does ------------------------------------------------------------------------


def test_a_mailed_text_that_gave_its_number_on_is_not_mailed_again(letters: Publication) -> None:
    (letters.issues / "03-apples.md").rename(letters.issues / "04-apples.md")
    letters.write("03-bells.md", words(4))

    made = letters.deliver()

    assert letters.mails == READERS
    problem, = lines(made.problems)
    assert problem.startswith('03-bells.md: has the same identity "3" as 04-apples.md: give one of them another number')
    (letters.issues / "03-bells.md").rename(letters.issues / "05-bells.md")
    letters.deliver()
    assert letters.mails == sorted(READERS * 2)
    assert (letters.record("3").title, letters.record("5").title) == ("apples", "bells")


def test_a_mailed_file_without_its_number_keeps_its_identity_from_a_newcomer(letters: Publication) -> None:
    (letters.issues / "03-apples.md").rename(letters.issues / "apples.md")
    letters.deliver()
    letters.write("03-bells.md", words(4))
    letters.deliver()
    letters.touch(letters.issues / "apples.md", age_s=1800)

    made = letters.deliver()

    assert letters.mails == READERS
    assert [problem.path for problem in made.problems] == ["03-bells.md"]


def test_a_copy_is_known_by_the_text_that_was_mailed_though_its_file_says_something_else_by_now(
    letters: Publication,
) -> None:
    letters.write("04-apples.md", words(3))
    letters.write("03-apples.md", words(5))

    letters.deliver()

    assert letters.mails == READERS
    assert letters.record("4").reason == "copy: its text repeats issue 3, which is out already"


@pytest.mark.parametrize("quiet", ["0s", "10m"])
def test_a_copy_that_is_due_with_its_original_is_held(tmp_path: Path, quiet: str) -> None:
    letters = Publication(tmp_path / "letters", {
        "schedule": {"quiet": quiet, "max_burst": 3},
        "lists": [{"id": "weekly", "name": "A"}, {"id": "other", "name": "B"}]})
    letters.begin()
    letters.add_readers(*READERS)
    letters.write("03-apples.md", words(3), age_s=60)
    if quiet != "0s":  # the original waits already
        letters.deliver()
    letters.write("04-apples.md", words(3), age_s=3600)
    letters.write("05-apples.md", words(3), front="list: other\n")  # a list's own file of what another gets

    letters.deliver()
    letters.turn(minutes=10)
    letters.deliver()

    assert letters.mails == READERS
    assert letters.standings == {"3": "mailed", "4": "held", "5": "mailed"}
    assert letters.record("4").reason == "copy: its text repeats issue 3, which is due as well"


def test_text_that_was_cancelled_goes_out_with_another_file(tmp_path: Path) -> None:
    letters = Publication(tmp_path / "letters")
    letters.begin()
    letters.add_readers(*READERS)
    letters.write("03-apples.md", words(3))
    say(letters, "cancel", "3")
    letters.write("04-apples.md", words(3))

    letters.deliver()

    assert letters.mails == READERS
    assert letters.standings == {"3": "published", "4": "mailed"}


@pytest.mark.parametrize("front", ["", "draft: true\n"])
def test_adopted_issue_is_not_mailed_whatever_its_date_or_draft_says_later(letters: Publication, front: str) -> None:
    letters.write("02-letter.md", words(2), day=TODAY + DAY, front=front)
    letters.deliver()
    letters.turn(days=2)
    letters.write("02-letter.md", words(2), day=TODAY + DAY)

    letters.deliver()

    assert (letters.standings["2"], letters.mails) == ("adopted", READERS)


def test_list_that_is_corrected_before_anything_goes_is_the_only_one(tmp_path: Path) -> None:
    letters = Publication(tmp_path / "letters", {
        "schedule": {"quiet": "10m"}, "lists": [{"id": "a", "name": "A"}, {"id": "b", "name": "B"}]})
    letters.begin()
    letters.add_readers("ada@example.com", list_id="a")
    letters.add_readers("bo@example.org", list_id="b")
    letters.write("01-new.md", words(1), front="list: a\n", age_s=10)
    letters.deliver()
    assert letters.mailings == {"1/a": "scheduled"}

    letters.write("01-new.md", words(1), front="list: b\n", age_s=5)
    letters.deliver()
    letters.turn(minutes=11)
    letters.deliver()

    assert (letters.mailings, letters.mails) == ({"1/b": "sent"}, ["bo@example.org"])


def test_issue_for_a_list_that_the_settings_name_no_more_waits_and_the_others_go(tmp_path: Path) -> None:
    both = {"schedule": {"quiet": "10m"}, "lists": [{"id": "a", "name": "A"}, {"id": "b", "name": "B"}]}
    letters = Publication(tmp_path / "letters", both)
    letters.begin()
    letters.add_readers("ada@example.com", list_id="a")
    letters.write("01-b.md", words(1), front="list: b\n", age_s=10)
    letters.write("02-a.md", words(2), age_s=10)
    letters.deliver()

    letters.configure({**both, "lists": both["lists"][:1]})
    letters.turn(minutes=11)
    made = letters.deliver()

    assert letters.mails == ["ada@example.com"]
    assert "01-b.md" in {problem.path for problem in made.problems}
    assert letters.record("1").reason == "its file 01-b.md cannot be read yet"


# ---- a person's word ----------------------------------------------------------------------------


@pytest.mark.parametrize("front", ["", "draft: true\n"])
def test_what_a_person_adopts_before_its_hour_is_published_and_never_mailed(letters: Publication, front: str) -> None:
    letters.write("04-ahead.md", words(4), day=TODAY + DAY, front=front)
    assert say(letters, "adopt", "4") == "adopted: published, never mailed"

    letters.turn(days=2)
    letters.write("04-ahead.md", words(4), day=TODAY + DAY)
    letters.deliver()

    assert (letters.standings["4"], letters.mails) == ("adopted", READERS)
    assert b"/4/" in letters.output()["feeds/atom.xml"]


def test_a_person_who_adopts_while_a_pass_is_under_way_is_heard(
    letters: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    letters.write("04-new.md", words(4))
    other, holds = Publication.restart, agenda.holds

    def adopted_meanwhile(*candidates: object, **how: object) -> object:
        pass_under_way = letters.app
        other(letters)
        say(letters, "adopt", "4")
        letters.app = pass_under_way
        return holds(*candidates, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(agenda, "holds", adopted_meanwhile)
    letters.deliver()
    monkeypatch.undo()
    letters.deliver()

    assert (letters.standings["4"], letters.mails) == ("adopted", READERS)


def test_issue_that_a_person_approves_while_a_pass_is_under_way_goes_with_the_next(
    letters: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    def approved_meanwhile() -> None:
        pass_under_way = letters.app
        letters.write("04-new.md", words(4))
        letters.restart().publisher.look_only()
        say(letters, "approve", "4")
        letters.app = pass_under_way

    monkeypatch.setattr(letters.app.publisher._display, "bring", approved_meanwhile)
    letters.deliver()
    before = letters.mails
    letters.restart()
    letters.deliver()

    assert (before, letters.mailings["4/weekly"], letters.mails) == (READERS, "sent", sorted(READERS * 2))


@pytest.mark.parametrize(("word", "state", "reason"), [
    ("hold", "held", "held by a person 2026-03-24 13:00"),
    ("cancel", "scheduled", "due 2026-03-25 08:00, mailed to nobody: cancelled by a person 2026-03-24 13:00"),
])
def test_what_a_person_said_of_an_issue_ahead_is_seen(
    letters: Publication, word: str, state: str, reason: str
) -> None:
    letters.write("04-ahead.md", words(4), day=TODAY + DAY)
    say(letters, word, "4")

    letters.deliver()

    assert (letters.standings["4"], letters.record("4").reason) == (state, reason)


def test_approval_of_an_issue_whose_file_is_gone_says_so(letters: Publication) -> None:
    letters.write("04-ahead.md", words(4), day=TODAY + DAY).rename(letters.folder / "away.md")

    letters.write("04-ahead.md", words(4), day=TODAY + DAY)
    letters.publish()
    (letters.issues / "04-ahead.md").unlink()

    assert say(letters, "approve", "4") == "approved: will be mailed once its file is back"


# ---- deaths and second looks --------------------------------------------------------------------


def test_where_an_issue_stands_follows_its_mailing_to_the_end(letters: Publication) -> None:
    assert letters.record("3").reason == "mailing to weekly: sent, 2 readers"


def test_draft_without_a_date_stops_nobody_at_the_second_look(letters: Publication) -> None:
    letters.write("06-draft.md", words(6), day=None, front="draft: true\n")
    letters.deliver()
    letters.write("04-new.md", words(4))

    assert letters.deliver().problems == []

    assert letters.mails == sorted(READERS * 2)
    assert "6" not in letters.standings


def test_death_between_a_new_name_and_its_alias_leaves_the_issue_itself(
    letters: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    (letters.issues / "03-apples.md").rename(letters.issues / "apples.md")
    before = letters.record("3").feed_id

    def die(*_: object) -> None:
        raise Died

    monkeypatch.setattr(OtherNames, "add_alias", die)
    with pytest.raises(Died):
        letters.publish()
    monkeypatch.undo()
    letters.restart()
    letters.deliver()

    assert (sorted(letters.standings), letters.record("3").feed_id, letters.mails) == (["1", "2", "3"], before, READERS)


def test_clock_that_leapt_is_not_forgotten_by_a_pass_that_dies(
    letters: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    letters.write("04-ahead.md", words(4), day=TODAY + 3 * DAY)
    true_time = HandClock(letters.clock.now())
    letters.restart().__dict__["steady"] = true_time.now
    letters.publish()
    letters.turn(days=4)

    def die(*_: object, **__: object) -> None:
        raise Died

    with monkeypatch.context() as patched:
        patched.setattr(agenda, "holds", die)
        with pytest.raises(Died):
            letters.publish()
    letters.publish()

    assert letters.standings["4"] == "held"
    assert letters.record("4").reason.startswith("clock: due only since it was set ahead")
