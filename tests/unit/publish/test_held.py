"""What may not go stays: whatever becomes of lists, dates, files and the machine before a person has decided."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.errors import Refusal
from pipeline.mailings.highwater import stop_what_may_have_gone_on
from pipeline.mailings.mailing import MailingState
from pipeline.publish.overview import overview
from tests.publications import TODAY, Publication, words

DAY = timedelta(days=1)
QUIET = {"schedule": {"quiet": "15m"}}


def lists(*names: str) -> dict[str, object]:
    return {"lists": [{"id": name, "name": name.title()} for name in names]}


@pytest.fixture
def letters(tmp_path: Path) -> Publication:
    """Issue 1 is adopted; the lists weekly and daily have a reader each."""
    letters = Publication(tmp_path / "letters", lists("weekly", "daily") | QUIET)
    letters.fill(1)
    letters.begin(write=False)
    letters.add_readers("ada@example.com")
    letters.add_readers("bo@example.org", list_id="daily")
    return letters


def to_daily(letters: Publication) -> None:
    """The author sends it to another list."""
    letters.write("2-new.md", words(2), front="list: daily\n")


def to_both(letters: Publication) -> None:
    letters.write("2-new.md", words(2), front="list: [weekly, daily]\n")


def rename_the_list(letters: Publication) -> None:
    """The owner calls it otherwise in config.yaml, with those who read it."""
    letters.configure(lists("letters", "daily") | QUIET)
    letters.add_readers("ada@example.com", list_id="letters")


CHANGES: dict[Callable[[Publication], None], dict[str, str]] = {
    to_daily: {"2/daily": "held"},
    to_both: {"2/daily": "held", "2/weekly": "held"},
    rename_the_list: {"2/letters": "held"},
}


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
@pytest.mark.parametrize("ahead", [timedelta(0), DAY], ids=["due", "ahead"])
def test_what_a_person_held_is_held_on_the_lists_it_goes_to_now(
    letters: Publication, change: Callable[[Publication], None], ahead: timedelta
) -> None:
    letters.write("2-new.md", words(2), day=TODAY + ahead)
    letters.publish(start=False, write=False)
    letters.app.decisions.hold(letters.record("2"))

    letters.turn(hours=1)
    change(letters)
    letters.deliver()
    letters.turn(days=2)
    letters.deliver()

    assert letters.mails == []
    assert letters.mailings == CHANGES[change]
    assert letters.record("2").reason == "held by a person 2026-03-24 13:00"


def test_burst_is_held_on_another_list_too(letters: Publication) -> None:
    for n in (2, 3, 4):
        letters.write(f"{n}-new.md", words(n))
    letters.deliver()

    letters.turn(hours=1)
    to_daily(letters)
    letters.deliver()

    assert letters.mailings == {"2/daily": "held", "3/weekly": "held", "4/weekly": "held"}


def break_it(letters: Publication) -> Path:
    return letters.write("2-new.md", words(2) + "\n\nThe correction.", front="tags: [\n", age_s=3)


def write_at_it(letters: Publication) -> Path:
    """It changes while the pass looks, and again two seconds later."""
    return letters.write("2-new.md", words(2) + "\n\nThe corr", age_s=-1)


@pytest.mark.parametrize("correct", [break_it, write_at_it], ids=lambda correct: correct.__name__)
@pytest.mark.parametrize("approved", [False, True])
def test_old_text_is_not_mailed_while_its_author_corrects_it(
    letters: Publication, correct: Callable[[Publication], Path], approved: bool
) -> None:
    letters.write("2-new.md", words(2), age_s=10)
    letters.deliver()
    letters.turn(minutes=20)

    path = correct(letters)
    if approved:
        letters.app.decisions.approve(letters.record("2"))
    letters.deliver()
    assert (letters.standings["2"], letters.mails) == ("waiting", [])
    assert letters.record("2").reason == "its file 2-new.md cannot be read yet"

    letters.turn(minutes=1)
    letters.touch(letters.write(path.name, words(2) + "\n\nThe correction."))
    letters.deliver()

    mail, = (letters.folder / "var" / "outbox").rglob("*.eml")
    assert b"The correction." in mail.read_bytes()


def wait_for_quiet(letters: Publication) -> None:
    letters.write("2-new.md", words(2), age_s=10)
    letters.deliver()


def wait_for_its_new_date(letters: Publication) -> None:
    wait_for_quiet(letters)
    letters.turn(minutes=5)
    letters.write("2-new.md", words(2), day=TODAY + DAY)
    letters.deliver()


def wait_for_its_file(letters: Publication) -> None:
    wait_for_quiet(letters)
    (letters.issues / "2-new.md").rename(letters.folder / "kept.md")
    letters.turn(minutes=20)
    letters.deliver()
    (letters.folder / "kept.md").rename(letters.issues / "2-new.md")


# How each waits, and how many days after its hour it is a month later.
WAITS: dict[Callable[[Publication], None], tuple[str, int]] = {
    wait_for_quiet: ("waiting", 30), wait_for_its_new_date: ("scheduled", 29), wait_for_its_file: ("waiting", 30),
}


@pytest.mark.parametrize("wait", WAITS, ids=lambda wait: wait.__name__)
def test_what_was_ready_long_ago_waits_for_a_person(letters: Publication, wait: Callable[[Publication], None]) -> None:
    stands, late_days = WAITS[wait]
    wait(letters)
    assert letters.standings["2"] == stands

    letters.turn(days=30)
    letters.deliver()
    assert (letters.standings["2"], letters.mails) == ("held", [])
    assert letters.record("2").reason == (
        f"late: still not mailed {late_days} days after its hour, schedule.max_age is 7d")

    letters.app.decisions.approve(letters.record("2"))
    letters.deliver()
    assert letters.mails == ["ada@example.com"]


@pytest.mark.parametrize("wait", WAITS, ids=lambda wait: wait.__name__)
def test_what_was_ready_within_the_week_goes(letters: Publication, wait: Callable[[Publication], None]) -> None:
    wait(letters)

    letters.turn(days=6)
    letters.deliver()

    assert letters.mails == ["ada@example.com"]


def test_text_that_is_edited_for_weeks_after_its_hour_is_not_late_when_it_is_quiet(letters: Publication) -> None:
    wait_for_quiet(letters)
    for day in range(9):
        letters.turn(days=1)
        letters.write("2-new.md", words(2) + f"\n\nDay {day}.", age_s=10)
        letters.deliver()
    letters.turn(minutes=20)

    letters.deliver()

    assert letters.mails == ["ada@example.com"]


def test_held_issue_whose_file_is_gone_asks_nobody_and_is_held_again_when_it_is_back(letters: Publication) -> None:
    """To delete it is an answer, too; a timer that watches exit codes hears no more of it."""
    path = letters.write("2-late.md", words(2), day=TODAY - 9 * DAY)
    letters.publish()
    assert letters.standings["2"] == "held"

    path.unlink()
    made = letters.publish()
    assert (made.held, letters.record("2").state, letters.record("2").reason) == (
        [], "waiting", "its file 2-late.md is gone")
    assert overview(letters.app.archive, letters.app.ledger).needs == ()
    assert [(one.action, one.reason) for one in letters.app.planned_mailings()[0]] == [
        ("mend", "its file 2-late.md is gone")]

    letters.write("2-late.md", words(2), day=TODAY - 9 * DAY)
    letters.publish()
    assert (letters.standings["2"], letters.mailings) == ("held", {"2/weekly": "held"})


@pytest.fixture
def half_mailed(letters: Publication) -> Publication:
    """Issue 2 was mailed to one of its lists; for the other it is held."""
    mail_to_the_first(letters)
    assert (letters.standings["2"], letters.mails) == ("mailed", ["ada@example.com"])
    return letters


def mail_to_the_first(letters: Publication) -> None:
    """Issue 2 is mailed to weekly; for daily it is held."""
    to_both(letters)
    letters.publish(start=False, write=False)
    daily = letters.app.ledger.mailings.all()[1]
    letters.app.ledger.mailings.move(daily.id, MailingState.HELD, reason="late: for a reason", now=letters.clock.now())
    weekly = letters.app.ledger.mailings.all()[0]
    edition, envelope = letters.app.dresser.dress(letters.record("2"), weekly.list)
    letters.app.ledger.mailings.start(weekly.id, edition, envelope, now=letters.clock.now(), expire=DAY)
    letters.deliver()


def test_list_that_is_held_beside_one_that_was_mailed_is_named(half_mailed: Publication) -> None:
    app = half_mailed.app

    assert overview(app.archive, app.ledger).needs == (
        "2 to daily is held: late: for a reason: `avviso approve 2` mails it",)


def test_list_that_is_held_beside_one_that_was_mailed_can_be_approved_once(half_mailed: Publication) -> None:
    decisions = half_mailed.app.decisions

    assert decisions.approve(half_mailed.record("2")) == "approved: will be mailed by the next pass"
    half_mailed.deliver()

    assert half_mailed.mails == ["ada@example.com", "bo@example.org"]
    with pytest.raises(Refusal, match="was mailed already"):
        decisions.approve(half_mailed.record("2"))


def test_list_that_had_no_readers_is_mailed_with_the_one_that_was_held_beside_it(letters: Publication) -> None:
    letters.app.roster.remove(1, "removed", letters.clock.now())
    mail_to_the_first(letters)
    assert (letters.mailings, letters.mails) == ({"2/weekly": "sent", "2/daily": "held"}, [])
    letters.add_readers("new@example.com")

    letters.app.decisions.approve(letters.record("2"))
    letters.deliver()

    assert letters.mails == ["bo@example.org", "new@example.com"]


def test_issue_that_is_held_for_a_mistake_goes_when_that_is_mended_and_its_file_is_quiet(letters: Publication) -> None:
    letters.write("2-new.md", f"[The list](LINK_HERE). {words(2)}")
    letters.publish(write=False)
    held = letters.record("2").reason
    letters.write("2-new.md", f"[The list](TODO). {words(2)}")
    letters.publish(write=False)
    other = letters.record("2").reason

    letters.write("2-new.md", f"[The list](https://example.com/list). {words(2)}", age_s=60)
    letters.publish(write=False)
    waits = letters.standings["2"], letters.mailings
    letters.turn(minutes=15)
    letters.publish(write=False)

    assert ['"LINK_HERE"' in held, '"TODO"' in other] == [True, True]  # what is wrong now, not what was
    assert waits == ("waiting", {"2/weekly": "scheduled"})
    assert letters.mailings == {"2/weekly": "sending"}


@pytest.mark.parametrize("how", ["picture", "text"])
def test_mistake_that_is_mended_after_a_week_leaves_the_mail_to_a_person(letters: Publication, how: str) -> None:
    """Whoever mends old files, all at once perhaps, does not mail them."""
    letters.write("2-new.md", f"![Ink](ink.png) {words(2)}")
    letters.publish(write=False)
    held = letters.record("2").reason

    letters.turn(days=8)
    if how == "picture":
        (letters.issues / "ink.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    else:
        letters.write("2-new.md", words(2))
    letters.publish(write=False)

    assert held.startswith("mistake: 2-new.md:5: ")
    assert letters.record("2").reason == (
        "late: still not mailed 8 days after its hour, schedule.max_age is 7d")


def test_what_a_person_holds_beside_a_mistake_stays_held_when_that_is_mended(letters: Publication) -> None:
    letters.write("2-new.md", f"[The list](LINK_HERE). {words(2)}")
    letters.publish(write=False)
    letters.app.decisions.hold(letters.record("2"))

    letters.write("2-new.md", f"[The list](https://example.com/list). {words(2)}")
    letters.publish(write=False)

    assert letters.mailings == {"2/weekly": "held"}
    assert letters.record("2").reason.startswith("held by a person ")


def test_what_was_approved_with_its_mistake_goes_when_the_template_is_mended(letters: Publication) -> None:
    letters.write("2-new.md", f"[The list](LINK_HERE). {words(2)}")
    letters.publish(write=False)
    letters.app.decisions.approve(letters.record("2"))
    letters.write_template("email/issue.html", "{{ titel }}")
    letters.publish(write=False)
    held = letters.record("2").reason

    (letters.folder / "templates/email/issue.html").unlink()
    letters.restart()
    letters.publish(write=False)

    assert "'titel' is undefined" in held
    assert letters.mailings == {"2/weekly": "sending"}


def test_mistake_that_is_mended_after_a_restore_mails_nobody_who_may_have_it_already(letters: Publication) -> None:
    """It may have been mended, and mailed, before the ledger was put back."""
    letters.write("2-new.md", f"[The list](LINK_HERE). {words(2)}")
    letters.publish(write=False)
    stop_what_may_have_gone_on(letters.app.ledger, letters.clock.now())

    letters.write("2-new.md", f"[The list](https://example.com/list). {words(2)}", age_s=3600)
    letters.publish(write=False)

    assert letters.mailings == {"2/weekly": "held"}
    assert letters.record("2").reason == "the ledger was restored: whom this was mailed to since is not known"


def test_what_a_person_decides_while_a_pass_looks_at_a_mistake_stands(letters: Publication) -> None:
    letters.write("2-new.md", f"[The list](LINK_HERE). {words(2)}")
    letters.publish(write=False)
    mailings = letters.app.ledger.mailings
    seen, now = mailings.all(issue_key="2")[0], letters.clock.now()
    letters.app.decisions.hold(letters.record("2"))

    assert not mailings.reconsider(seen, MailingState.SCHEDULED, reason="due", now=now)
    assert letters.mailings == {"2/weekly": "held"}


def test_what_was_mailed_from_another_file_while_it_was_held_for_a_mistake_waits_for_a_person(
    letters: Publication
) -> None:
    letters.write("2-new.md", f"![Ink](ink.png) {words(2)}")
    letters.publish(write=False)
    letters.write("3-again.md", words(2))
    letters.deliver()

    (letters.issues / "ink.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    letters.deliver()

    assert letters.mailings == {"2/weekly": "held", "3/weekly": "sent"}
    assert letters.record("2").reason == "copy: its text repeats issue 3, which is out already"


def test_two_of_one_text_that_are_mended_at_once_are_not_both_mailed(letters: Publication) -> None:
    for name in ("2-new.md", "3-again.md"):
        letters.write(name, f"![Ink](ink.png) {words(2)}")
        letters.publish(write=False)
    assert letters.mailings == {"2/weekly": "held", "3/weekly": "held"}

    (letters.issues / "ink.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    letters.deliver()

    assert letters.mailings == {"2/weekly": "sent", "3/weekly": "held"}
    assert letters.record("3").reason == "copy: its text repeats issue 2, which is due as well"


@pytest.mark.parametrize("approved", [False, True])
@pytest.mark.parametrize("mistake", ["", "[The list](LINK_HERE). "])
def test_what_was_put_off_before_a_restore_and_brought_forward_mails_nobody_who_may_have_it_already(
    letters: Publication, mistake: str, approved: bool
) -> None:
    """In the backup it was to go tomorrow; its file says today, and may have gone."""
    letters.write("2-new.md", mistake + words(2), age_s=60)
    letters.publish(write=False)
    letters.write("2-new.md", mistake + words(2), day=TODAY + DAY, age_s=50)
    letters.publish(write=False)
    if approved:
        letters.app.decisions.approve(letters.record("2"))
    now = letters.turn(minutes=1)
    stop_what_may_have_gone_on(letters.app.ledger, now)
    letters.app.ledger.notebook.begin_epoch(now, after=int(now.timestamp()) - 1)

    letters.write("2-new.md", words(2))
    letters.publish(write=False)

    assert letters.mailings == {"2/weekly": "held"}
    assert letters.record("2").reason.startswith("restored: due before the ledger was restored 2026-03-24 13:01, ")


def test_hold_stands_where_a_pass_finds_the_mistake_just_then(
    letters: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The person's command saw it scheduled; before its word is written, the pass has found the mistake."""
    letters.write("2-new.md", f"[The list](LINK_HERE). {words(2)}")
    letters.publish(start=False, write=False)
    record, seen = letters.record("2"), letters.app.ledger.mailings.all(issue_key="2")
    letters.publish(write=False)
    monkeypatch.setattr(letters.app.decisions, "_mailings", lambda _: seen)

    assert letters.app.decisions.hold(record) == "held: mailing to weekly"
    letters.write("2-new.md", words(2))
    letters.publish(write=False)

    assert letters.record("2").reason == "held by a person 2026-03-24 13:00"


def test_mistake_in_what_is_due_only_since_the_clock_was_set_ahead_is_not_all_that_holds_it(
    letters: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    letters.write("2-new.md", f"[The list](LINK_HERE). {words(2)}", age_s=60)
    letters.publish(write=False)
    letters.turn(minutes=20)
    letters.publish(write=False)
    letters.write("2-new.md", f"[The list](LINK_HERE). {words(2)}", day=TODAY + 20 * DAY)
    letters.publish(write=False)
    steady = letters.clock.now()
    monkeypatch.setattr(letters.app.publisher._clock_guard, "_steady", lambda: steady)
    letters.turn(days=21)
    letters.publish(write=False)

    letters.write("2-new.md", words(2), day=TODAY + 20 * DAY, age_s=1800)
    letters.publish(write=False)

    assert letters.mailings == {"2/weekly": "held"}
    assert letters.record("2").reason == "clock: due only since it was set ahead to 2026-04-14 13:20 UTC"
