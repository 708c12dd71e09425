"""One pass from the folder to feeds and mailings, on real files and a real ledger."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.errors import Refusal
from pipeline.issues.issue import State
from pipeline.publish.publisher import Pass
from tests.books import NOON
from tests.publications import TODAY, Publication, lines, words

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def letters(tmp_path: Path) -> Publication:
    return Publication(tmp_path / "letters")


@pytest.fixture
def running(letters: Publication) -> Publication:
    """A publication whose first two issues were adopted, with two readers."""
    letters.fill(2)
    letters.begin()
    letters.add_readers("ada@example.com", "bo@example.org")
    return letters


# ---- baseline and orphan ------------------------------------------------------------------------


def test_first_pass_adopts_what_is_due_and_mails_nobody(letters: Publication) -> None:
    letters.fill(3)
    letters.write("04-ahead.md", words(4), day=TODAY + DAY)
    letters.add_readers("ada@example.com")

    made = letters.deliver()

    assert letters.standings == {"1": "adopted", "2": "adopted", "3": "adopted", "4": "scheduled"}
    assert [one.key for one in made.adopted] == ["1", "2", "3"]
    assert (made.picked_up, letters.mailings, letters.mails) == ([], {}, [])
    assert len(made.feeds_written) == 3


def test_adopt_due_draws_the_baseline_that_init_promises(letters: Publication) -> None:
    letters.fill(2)

    adopted = letters.app.publisher.adopt_due()

    assert [one.key for one in adopted.adopted] == ["1", "2"]
    assert letters.app.ledger.notebook.identity().baseline_at == NOON
    letters.write("03-new.md", words(3))
    made = letters.publish()
    assert ([one.key for one in made.picked_up], made.adopted) == (["3"], [])
    assert (letters.standings["3"], letters.mailings) == ("mailed", {"3/weekly": "sending"})


def test_what_becomes_due_after_the_baseline_is_mailed_once(running: Publication) -> None:
    running.write("03-new.md", words(3))

    passes = [running.deliver() for _ in range(3)]

    assert running.mails == ["ada@example.com", "bo@example.org"]
    assert running.standings == {"1": "adopted", "2": "adopted", "3": "mailed"}
    assert [[one.key for one in made.picked_up] for made in passes] == [["3"], [], []]
    assert running.mailings == {"3/weekly": "sent"}


def test_ledger_beside_old_feeds_refuses_to_mail_or_adopt(tmp_path: Path) -> None:
    letters = Publication(tmp_path / "letters", has_ledger=False)
    letters.fill(2)
    letters.publish()
    for path in (letters.folder / "var").glob("avviso.db*"):
        path.unlink()
    letters.restart()
    before = letters.output()

    for door in (letters.publish, letters.app.publisher.look_only):  # the second is where a person's word begins
        with pytest.raises(Refusal, match="this ledger is new, but feeds/ or var/ shows earlier runs"):
            door()

    assert letters.output() == before
    assert letters.standings == {}
    letters.app.publisher.adopt_due()
    assert letters.publish().problems == []
    assert letters.standings == {"1": "adopted", "2": "adopted"}


# ---- the guards ---------------------------------------------------------------------------------


def test_scheduled_issue_waits_for_its_instant_and_is_then_picked_up(running: Publication) -> None:
    running.write("03-ahead.md", words(3), day="2026-03-25 09:30")

    assert running.publish().picked_up == []
    assert (running.record("3").state, running.record("3").reason) == ("scheduled", "due 2026-03-25 09:30")
    running.turn(days=1)
    running.deliver()

    assert running.mails == ["ada@example.com", "bo@example.org"]


def test_issue_whose_hour_passed_while_nobody_looked_goes_when_somebody_does(running: Publication) -> None:
    running.write("03-ahead.md", words(3), day=TODAY + DAY)
    running.publish()
    running.turn(days=6)

    running.deliver()

    assert running.standings["3"] == "mailed"


def test_draft_is_nowhere_until_its_author_says_otherwise(running: Publication) -> None:
    running.write("03-draft.md", words(3), front="draft: true\n")
    before = running.output()

    running.deliver()
    assert (running.standings["3"], running.mails, running.output()) == ("draft", [], before)
    running.turn(hours=1)
    running.write("03-draft.md", words(3))
    running.deliver()

    assert running.standings["3"] == "mailed"


def test_quiet_lets_the_author_correct_before_the_mail_goes(tmp_path: Path) -> None:
    letters = Publication(tmp_path / "letters", {"schedule": {"quiet": "15m"}})
    letters.fill(1)
    letters.begin()
    letters.add_readers("ada@example.com")
    letters.write("02-new.md", words(2), age_s=10)

    letters.deliver()
    assert (letters.standings["2"], letters.mails) == ("waiting", [])
    letters.turn(minutes=10)
    letters.write("02-new.md", words(2) + "\n\nOne correction.", age_s=10)
    letters.turn(minutes=10)
    letters.deliver()
    assert letters.standings["2"] == "waiting"
    letters.turn(minutes=6)
    letters.deliver()

    mail, = (letters.folder / "var" / "outbox").rglob("*.eml")
    assert letters.standings["2"] == "mailed"
    assert b"One correction." in mail.read_bytes()


def test_late_issue_is_held_and_in_the_feeds(running: Publication) -> None:
    running.write("03-late.md", words(3), day=TODAY - 9 * DAY)

    made = running.deliver()

    assert [(one.key, one.reason) for one in made.held] == [
        ("3", "late: first seen 9 days after its hour, schedule.max_age is 7d")]
    assert running.mailings == {"3/weekly": "held"}
    assert b"/3/" in running.output()["feeds/atom.xml"]


def test_burst_is_held_whole(running: Publication) -> None:
    for n in (3, 4, 5):
        running.write(f"0{n}-new.md", words(n))

    made = running.deliver()

    assert {one.reason for one in made.held} == {"burst: 3 issues are due at once, schedule.max_burst is 2"}
    assert running.mailings == {"3/weekly": "held", "4/weekly": "held", "5/weekly": "held"}
    assert running.mails == []


def test_burst_counts_those_that_wait_for_quiet(tmp_path: Path) -> None:
    letters = Publication(tmp_path / "letters", {"schedule": {"quiet": "15m"}})
    letters.fill(1)
    letters.begin()
    letters.write("02-new.md", words(2), age_s=10)
    letters.write("03-new.md", words(3), age_s=10)
    letters.publish()
    assert letters.mailings == {"2/weekly": "scheduled", "3/weekly": "scheduled"}
    letters.write("04-new.md", words(4), age_s=10)

    letters.publish()

    assert set(letters.mailings.values()) == {"held"}


def test_copy_of_an_issue_that_was_out_before_is_held(running: Publication) -> None:
    running.write("old copy.md", words(1))

    made = running.deliver()

    assert [(one.key, one.reason) for one in made.held] == [
        ("old copy", "copy: its text repeats issue 1, which is out already")]


def test_first_mailing_over_a_real_post_waits_for_a_person(tmp_path: Path) -> None:
    smtp = {"transport": {"kind": "smtp", "host": "127.0.0.1", "port": 1, "security": "none"}}
    letters = Publication(tmp_path / "letters", smtp)
    letters.fill(1)
    letters.begin()
    letters.write("02-new.md", words(2))

    made = letters.publish()
    assert [one.reason for one in made.held] == ["approval: the first mailing that really goes out"]
    letters.app.decisions.approve(letters.record("2"))
    letters.publish()
    assert letters.mailings == {"2/weekly": "sending"}
    letters.turn(hours=20)
    letters.write("03-new.md", words(3))
    letters.publish()

    assert letters.mailings == {"2/weekly": "sending", "3/weekly": "sending"}


def test_mailings_into_a_folder_are_trials_and_the_first_real_one_still_waits(tmp_path: Path) -> None:
    """Who tries it out approves an issue or two and then sets the transport: that was no yes to real mail."""
    letters = Publication(tmp_path / "letters")
    letters.fill(1)
    letters.begin()
    letters.add_readers("ada@example.com", "bo@example.com")
    letters.write("02-new.md", words(2))
    letters.deliver()
    letters.app.decisions.approve(letters.record("1"))
    letters.deliver()
    assert letters.mailings == {"1/weekly": "sent", "2/weekly": "sent"}
    letters.configure({"transport": {"kind": "smtp", "host": "127.0.0.1", "port": 1, "security": "none"}})
    letters.write("03-new.md", words(3))

    made = letters.publish()

    assert [one.key for one in made.held] == ["3"]


@pytest.mark.parametrize(("approve", "state"), [("always", "held"), ("never", "sending")])
def test_approve_always_and_never(tmp_path: Path, approve: str, state: str) -> None:
    letters = Publication(tmp_path / "letters", {
        "transport": {"kind": "smtp", "host": "127.0.0.1", "port": 1, "security": "none"},
        "mailings": {"approve": approve}})
    letters.fill(1)
    letters.begin()
    letters.write("02-new.md", words(2))

    letters.publish()

    assert letters.mailings == {"2/weekly": state}


# ---- mailings -----------------------------------------------------------------------------------


def test_log_says_once_that_a_mailing_has_ended_and_how(running: Publication, caplog: pytest.LogCaptureFixture) -> None:
    running.write("03-new.md", words(3))
    caplog.set_level("INFO", "pipeline")

    running.deliver()
    running.deliver()

    ended = [record for record in caplog.records if record.message == "mailing.sent"]
    assert [(one.issue, one.list, one.audience, one.sent) for one in ended] == [("3", "weekly", 2, 2)]


def test_text_of_the_mail_is_frozen_with_its_audience(running: Publication) -> None:
    running.write("03-new.md", words(3))
    running.publish()
    running.turn(hours=1)
    running.write("03-new.md", words(3) + "\n\nToo late for the mail.")
    running.add_readers("late@example.com")

    running.deliver()

    mails = b"".join(path.read_bytes() for path in (running.folder / "var" / "outbox").rglob("*.eml"))
    assert running.mails == ["ada@example.com", "bo@example.org"]
    assert b"Too late" not in mails
    assert b"Too late" in running.output()["feeds/atom.xml"]


def test_re_dated_issue_takes_its_mailing_along(tmp_path: Path) -> None:
    letters = Publication(tmp_path / "letters", {"schedule": {"quiet": "15m"}})
    letters.fill(1)
    letters.begin()
    letters.write("02-new.md", words(2), age_s=10)
    letters.publish()
    letters.turn(hours=1)
    letters.write("02-new.md", words(2), day=TODAY + 2 * DAY)

    letters.publish()

    mailing, = letters.app.ledger.mailings.all()
    assert (letters.standings["2"], letters.mailings) == ("scheduled", {"2/weekly": "scheduled"})
    assert mailing.send_at == NOON + 2 * DAY - 4 * HOUR


def test_issue_for_two_lists_reaches_each_reader_once(tmp_path: Path) -> None:
    lists = [{"id": "weekly", "name": "Weekly"}, {"id": "daily", "name": "Daily"}]
    letters = Publication(tmp_path / "letters", {"lists": lists})
    letters.fill(1)
    letters.begin()
    letters.add_readers("both@example.com", "weekly@example.com")
    letters.add_readers("both@example.com", "daily@example.com", list_id="daily")
    letters.write("02-new.md", words(2), front="list: [weekly, daily]\n")

    letters.deliver()

    assert letters.mails == ["both@example.com", "daily@example.com", "weekly@example.com"]
    assert letters.mailings == {"2/weekly": "sent", "2/daily": "sent"}


def test_issue_without_a_list_goes_to_the_first_of_the_settings(tmp_path: Path) -> None:
    letters = Publication(tmp_path / "letters", {
        "lists": [{"id": "daily", "name": "Daily"}, {"id": "weekly", "name": "Weekly"}]})
    letters.fill(1)
    letters.begin()
    letters.write("02-new.md", words(2))

    letters.publish()

    assert letters.mailings == {"2/daily": "sending"}


def test_issue_that_cannot_be_dressed_is_held_and_the_others_go_on(running: Publication) -> None:
    running.write_template("email/issue.html", "{{ nothing_that_exists }}")
    running.write("03-new.md", words(3))

    made = running.deliver()

    assert running.mailings == {"3/weekly": "held"}
    assert len(made.problems) == 1
    assert "issue.html" in str(made.problems[0])
    assert running.mails == []


def test_text_with_a_placeholder_is_held_until_a_person_approves_it_as_it_is(running: Publication) -> None:
    running.write("03-new.md", f"![A picture](not-there.png)\n\n{words(3)}")

    made = running.deliver()
    assert running.mailings == {"3/weekly": "held"}
    assert ("image-missing", "03-new.md") in {(problem.rule, Path(problem.path).name) for problem in made.problems}
    running.app.decisions.approve(running.record("3"))
    running.deliver()

    assert running.mails == ["ada@example.com", "bo@example.org"]


def test_no_send_records_mailings_and_delivers_nothing(running: Publication) -> None:
    running.write("03-new.md", words(3))

    made = running.publish(start=False)

    assert (running.mailings, running.mails) == ({"3/weekly": "scheduled"}, [])
    assert [one.key for one in made.picked_up] == ["3"]


# ---- what is missing ----------------------------------------------------------------------------


def test_folder_that_lost_too_much_changes_nothing(letters: Publication) -> None:
    letters.fill(12)
    letters.begin()
    before = letters.output()
    for n in (1, 2, 3):
        (letters.issues / f"0{n}-letter.md").unlink()
    letters.write("13-new.md", words(13))

    made = letters.deliver()

    assert lines(made.problems) == [(
        "01-letter.md: 3 known issues are missing from the folder: feeds stand, nothing new is mailed: "
        "bring them back, or run `avviso build --accept-missing`")]
    assert (letters.output(), letters.mails, made.feeds_written) == (before, [], [])
    assert letters.record("1").missing_at is None


def test_issues_that_went_before_their_hour_never_come_and_hold_up_nobody(letters: Publication) -> None:
    letters.fill(2)
    letters.begin()
    letters.add_readers("ada@example.com")
    gone = [letters.write(f"0{n}-gone.md", words(n), day=TODAY + DAY) for n in (3, 4)]
    letters.write("05-here.md", words(5), day=TODAY + DAY)
    letters.deliver()
    for path in gone:
        path.unlink()
    letters.turn(days=1, hours=1)

    made = letters.deliver()

    assert (lines(made.problems), made.held, [record.key for record in made.picked_up]) == ([], [], ["5"])
    assert len(letters.mails) == 1
    assert [one.issue_key for one in letters.app.ledger.mailings.all()] == ["5"]


def test_issues_that_went_while_they_were_quiet_or_only_in_the_feeds_are_no_burst(tmp_path: Path) -> None:
    letters = Publication(tmp_path / "letters", {"schedule": {"quiet": "15m"}})
    letters.fill(2)
    letters.begin()
    letters.add_readers("ada@example.com")
    gone = [letters.write("03-quiet.md", words(3), age_s=60)]
    letters.publish()
    gone.append(letters.write("04-built.md", words(4)))
    letters.app.publisher.build()
    for path in gone:
        path.unlink()
    letters.write("05-here.md", words(5))

    made = letters.deliver()

    assert (made.held, len(letters.mails)) == ([], 1)
    assert [one.issue_key for one in letters.app.ledger.mailings.all()] == ["3", "5"]


def test_the_baseline_adopts_what_is_known_and_away_for_a_moment(letters: Publication) -> None:
    path = letters.write("09-soon.md", words(9), day=TODAY + DAY)
    letters.fill(2)
    letters.add_readers("ada@example.com")
    letters.app.publisher.build()
    path.rename(letters.folder / "away.md")
    letters.turn(days=2)
    letters.begin()

    (letters.folder / "away.md").rename(path)
    letters.deliver()

    assert (letters.record("9").state, letters.mails) == (State.ADOPTED, [])


def test_an_issue_that_comes_back_after_its_hour_is_mailed(letters: Publication) -> None:
    letters.fill(2)
    letters.begin()
    letters.add_readers("ada@example.com")
    letters.write("03-gone.md", words(3), day=TODAY + DAY)
    letters.deliver()
    (letters.issues / "03-gone.md").rename(letters.folder / "kept.md")
    letters.turn(days=2)
    letters.deliver()
    before = len(letters.mails)

    (letters.folder / "kept.md").rename(letters.issues / "03-gone.md")
    letters.deliver()

    assert (before, len(letters.mails)) == (0, 1)


def test_accept_missing_says_yes_to_the_loss(letters: Publication) -> None:
    letters.fill(12)
    letters.begin()
    for n in (1, 2, 3):
        (letters.issues / f"0{n}-letter.md").unlink()

    built = letters.app.publisher.build(accept_missing=True)

    assert (lines(built.problems), len(built.feeds_written)) == ([], 3)
    assert b"/1/" not in letters.output()["feeds/atom.xml"]
    assert letters.deliver().problems == []


@pytest.mark.parametrize(("known", "gone", "depleted"), [(12, 2, False), (30, 3, False), (29, 3, True), (3, 3, True)])
def test_loss_is_doubted_from_three_and_more_than_a_tenth_on(
    letters: Publication, known: int, gone: int, depleted: bool
) -> None:
    letters.fill(known)
    letters.app.publisher.look(Pass())
    for n in range(1, gone + 1):
        (letters.issues / f"{n:02}-letter.md").unlink()

    gathered = letters.app.publisher.look(Pass())

    assert (gathered.depleted, len(gathered.missing)) == (depleted, gone)


def test_a_removed_issue_leaves_the_feeds_and_comes_back_as_it_was(running: Publication) -> None:
    before = running.output()
    text = (running.issues / "01-letter.md").read_text("utf-8")
    (running.issues / "01-letter.md").unlink()
    running.publish()
    assert b"/1/" not in running.output()["feeds/atom.xml"]
    (running.issues / "01-letter.md").write_text(text, "utf-8")
    running.touch(running.issues / "01-letter.md")

    running.publish()

    assert running.output() == before
    assert running.standings == {"1": "adopted", "2": "adopted"}


# ---- build --------------------------------------------------------------------------------------


def test_build_writes_feeds_and_mails_nobody_and_adopts_nobody(letters: Publication) -> None:
    letters.fill(2)

    built = letters.app.publisher.build()

    assert [Path(path).name for path in built.feeds_written] == ["atom.xml", "rss.xml", "feed.json"]
    assert (letters.mailings, letters.app.ledger.notebook.identity().baseline_at) == ({}, None)
    assert [one.key for one in letters.publish().adopted] == ["1", "2"]


def test_equal_build_writes_nothing(running: Publication) -> None:
    before = {path: path.stat().st_mtime_ns for path in running.folder.rglob("*") if path.is_file()
              and "var" not in path.parts}
    running.restart()

    assert running.app.publisher.build().feeds_written == []
    assert {path: path.stat().st_mtime_ns for path in before} == before


def test_a_clock_that_went_back_is_said_and_mails_nobody_twice(running: Publication) -> None:
    running.write("03-new.md", words(3))
    running.deliver()
    running.turn(days=-40)

    made = running.deliver()

    assert [problem.rule for problem in made.problems] == ["clock-moved"]
    assert running.mails == ["ada@example.com", "bo@example.org"]
    running.turn(days=80)
    assert running.deliver().problems == []
    assert running.mails == ["ada@example.com", "bo@example.org"]
