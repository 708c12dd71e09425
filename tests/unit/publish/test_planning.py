"""What `plan` says: the very things the next passes would do, without doing any of them."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from pipeline.mailings.mailing import MailingState
from pipeline.publish.clock_guard import DRIFT
from tests.books import statements
from tests.publications import TODAY, Publication, words

DAY = timedelta(days=1)


@pytest.fixture
def letters(tmp_path: Path) -> Publication:
    letters = Publication(tmp_path / "letters", {"schedule": {"quiet": "15m"}})
    letters.fill(1)
    letters.begin(write=False)
    letters.add_readers("ada@example.com", "bo@example.org")
    return letters


def plan(letters: Publication) -> list[dict[str, Any]]:
    """The plan, without sizes; they are looked at elsewhere."""
    planned, problems = letters.app.planned_mailings()
    assert problems == []
    return [{name: value for name, value in one.shape().items() if name != "html_bytes"} for one in planned]


def planned(issue: str, action: str, at: str | None, reason: str) -> dict[str, Any]:
    return {"issue": issue, "list": "weekly", "action": action, "at": at, "reason": reason, "readers": 2}


def test_plan_names_what_will_be_mailed_and_when_in_that_order(letters: Publication) -> None:
    letters.write("4-late.md", words(4), day=TODAY - 9 * DAY)
    letters.write("3-ahead.md", words(3), day=TODAY + DAY)
    letters.write("2-new.md", words(2), age_s=300)

    assert plan(letters) == [
        planned("2", "mail", "2026-03-24T13:10:00+00:00",
                 "quiet: mailed when its file is unchanged until 2026-03-24 13:10"),
        planned("3", "mail", "2026-03-25T08:00:00+00:00", "due 2026-03-25 08:00"),
        planned("4", "hold", None, "late: first seen 9 days after its hour, schedule.max_age is 7d"),
    ]


def test_plan_says_that_a_mistake_will_hold_a_mail_and_that_a_person_let_it_go(letters: Publication) -> None:
    letters.write("2-new.md", "See [the press](TODO).", age_s=3600)
    mistake = ('2-new.md:5: the link "TODO" was never filled in: write the address, or remove the link, '
               "or `avviso approve` it as it is")

    before = plan(letters)
    letters.publish()
    letters.app.decisions.approve(letters.record("2"))

    assert before == [planned("2", "hold", None, mistake)]
    assert [one["action"] for one in plan(letters)] == ["mail"]


def test_plan_says_what_publish_would_refuse_to_begin_with(letters: Publication) -> None:
    letters.write("2-new.md", words(2), age_s=3600)
    letters.configure({"transport": {"kind": "smtp", "host": "127.0.0.1"}, "web": {"url": None}})

    ahead, problems = letters.app.planned_mailings()

    assert [one.issue.key for one in ahead] == ["2"]
    assert [(one.path, one.message) for one in problems] == [
        ("config.yaml", "readers would have no way to unsubscribe")]


def test_plan_changes_nothing(letters: Publication) -> None:
    letters.write("2-new.md", words(2))
    letters.write("3-late.md", words(3), day=TODAY - 9 * DAY)
    before = (letters.output(), letters.standings, letters.mailings, letters.app.archive.files.all())

    first, second = plan(letters), plan(letters)

    assert first == second
    assert (letters.output(), letters.standings, letters.mailings, letters.app.archive.files.all()) == before


@pytest.mark.parametrize("name", ["2-new.md", "3-ahead.md"])
def test_plan_tells_the_size_of_the_mail_also_of_an_issue_that_is_not_due_yet(
    letters: Publication, name: str
) -> None:
    letters.write(name, words(2), day=TODAY + DAY if "ahead" in name else TODAY)

    planned, = letters.app.planned_mailings()[0]

    mailed = letters.app.dresser.dress(letters.app.namer.foresee(_after_a_look(letters)), "weekly")[0]
    assert planned.html_bytes == len(mailed.html.encode()) > 1000


def _after_a_look(letters: Publication) -> Any:
    letters.app.publisher.look_only()
    return list(letters.app.archive.issues().values())[-1]


def test_plan_of_an_issue_that_cannot_be_dressed_has_no_size(letters: Publication) -> None:
    letters.write_template("email/issue.html", "{{ nothing_that_exists }}")
    letters.write("2-new.md", words(2))

    assert [one.html_bytes for one in letters.app.planned_mailings()[0]] == [0]


def test_plan_says_what_runs_and_what_waits_for_a_person(letters: Publication) -> None:
    letters.write("2-new.md", words(2))
    letters.publish()
    assert plan(letters) == [planned("2", "send", "2026-03-24T13:00:00+00:00", "its audience is frozen")]

    mailing, = letters.app.ledger.mailings.all()
    letters.app.ledger.mailings.move(mailing.id, MailingState.PAUSED, reason="by a person", now=letters.clock.now())

    assert plan(letters) == [planned("2", "resume", None, "by a person")]


def test_plan_goes_on_with_a_mailing_to_a_list_that_its_file_has_left(letters: Publication) -> None:
    letters.configure({**letters.settings, "lists": [{"id": "weekly", "name": "W"}, {"id": "extra", "name": "E"}]})
    letters.write("2-new.md", words(2))
    letters.publish()
    letters.write("2-new.md", words(2), front="list: extra\n")

    assert plan(letters) == [planned("2", "send", "2026-03-24T13:00:00+00:00", "its audience is frozen")]


def test_plan_mails_the_other_list_where_a_pass_died_between_the_two(letters: Publication) -> None:
    letters.configure({**letters.settings, "lists": [{"id": "weekly", "name": "W"}, {"id": "extra", "name": "E"}]})
    letters.write("2-new.md", words(2), front="list: [weekly, extra]\n")
    letters.publish(start=False)
    weekly, extra = letters.app.ledger.mailings.all()
    edition, envelope = letters.app.dresser.dress(letters.record("2"), "weekly", strict=True)
    letters.app.ledger.mailings.start(weekly.id, edition, envelope, now=letters.clock.now(), expire=DAY,
                                      broadcasts=False, steady=letters.clock.now())

    foreseen = [(one["list"], one["action"]) for one in plan(letters)]
    letters.publish()

    assert foreseen == [("weekly", "send"), ("extra", "mail")]
    assert letters.app.ledger.mailings.get(extra.id).state is MailingState.SENDING


def test_plan_counts_nobody_twice_who_is_on_two_lists(letters: Publication) -> None:
    letters.configure({**letters.settings, "lists": [{"id": "weekly", "name": "W"}, {"id": "extra", "name": "E"}]})
    letters.add_readers("bo@example.org", "cy@example.com", list_id="extra")
    letters.write("2-new.md", words(2), front="list: [weekly, extra]\n")

    foreseen = [(one["list"], one["readers"]) for one in plan(letters)]
    letters.publish()

    assert foreseen == [(one.list, one.audience) for one in letters.app.ledger.mailings.all()]
    assert foreseen == [("weekly", 2), ("extra", 1)]


@pytest.mark.parametrize("word", ["cancel", "adopt"])
def test_plan_leaves_out_what_a_person_ended_whatever_list_its_file_names_later(
    letters: Publication, word: str
) -> None:
    letters.configure({**letters.settings, "lists": [{"id": "weekly", "name": "W"}, {"id": "extra", "name": "E"}]})
    letters.write("2-new.md", words(2))
    letters.publish(start=False)
    getattr(letters.app.decisions, word)(letters.record("2"))
    letters.write("2-new.md", words(2), front="list: [weekly, extra]\n")

    foreseen = plan(letters)
    letters.publish()

    assert foreseen == []
    assert letters.mailings == {"2/weekly": "cancelled"}


@pytest.mark.parametrize("word", ["cancel", "adopt"])
def test_plan_leaves_out_what_a_person_ended(letters: Publication, word: str) -> None:
    letters.write("2-new.md", words(2))
    letters.publish(start=False)
    getattr(letters.app.decisions, word)(letters.record("2"))

    assert plan(letters) == []


def test_plan_of_an_approved_issue_does_not_wait_for_quiet(letters: Publication) -> None:
    letters.write("2-new.md", words(2), age_s=60)
    letters.publish()
    letters.app.decisions.approve(letters.record("2"))

    assert [(one["action"], one["at"]) for one in plan(letters)] == [("mail", "2026-03-24T13:00:00+00:00")]


def test_plan_of_an_approved_issue_that_is_ahead_keeps_its_hour(letters: Publication) -> None:
    letters.write("2-new.md", words(2), day=TODAY + DAY)
    letters.publish()
    letters.app.decisions.approve(letters.record("2"))

    assert [(one["action"], one["at"]) for one in plan(letters)] == [("mail", "2026-03-25T08:00:00+00:00")]


def test_plan_mails_nothing_whose_file_is_gone(letters: Publication) -> None:
    letters.write("2-new.md", words(2), day=TODAY + DAY)
    letters.write("3-approved.md", words(3), day=TODAY + DAY)
    letters.publish(start=False, write=False)
    letters.app.decisions.approve(letters.record("3"))

    for path in letters.issues.glob("[23]-*.md"):
        path.unlink()

    assert plan(letters) == [
        planned("3", "mend", None, "due 2026-03-25 08:00: its file 3-approved.md is gone")]


def test_plan_of_a_held_issue_that_is_ahead_waits_for_a_person(letters: Publication) -> None:
    letters.write("2-new.md", words(2), day=TODAY + DAY)
    letters.publish()
    letters.app.decisions.hold(letters.record("2"))

    assert plan(letters) == [planned("2", "hold", None, "held by a person 2026-03-24 13:00")]


def test_plan_asks_a_person_to_mend_a_file_that_cannot_be_read(letters: Publication) -> None:
    letters.write("2-new.md", words(2), day=TODAY + DAY)
    letters.publish()
    letters.write("2-new.md", words(2), day="someday")

    planned, problems = letters.app.planned_mailings()

    assert [(one.action, one.at) for one in planned] == [("mend", None)]
    assert [problem.rule for problem in problems] == ["date-impossible"]


def test_plan_asks_a_person_to_mend_what_is_in_the_feeds_and_not_yet_mailed(letters: Publication) -> None:
    """A pass waits for such a file; an issue whose entry stands in the feeds already keeps it."""
    letters.write("2-new.md", words(2), age_s=60)
    letters.publish()
    letters.turn(hours=1)
    letters.write("2-new.md", words(2), day="someday")

    planned, _ = letters.app.planned_mailings()
    letters.publish()

    mistake = '2-new.md:2: date "someday" is not understood: write the year first, like 2024-03-24 or 2024-03-24 08:00'
    assert [(one.action, one.at, one.reason) for one in planned] == [("mend", None, mistake)]
    assert letters.mailings == {"2/weekly": "scheduled"}


def test_plan_of_a_time_to_come_goes_by_a_clock_that_nobody_has_set(letters: Publication) -> None:
    """A machine may have begun its run with a clock that was days ahead; that is no leap of the time that is asked."""
    letters.write("2-new.md", words(2), day=TODAY + DAY)
    letters.publish()
    letters.app.ledger.notebook.write_note(DRIFT, str(-3 * DAY.total_seconds()))

    planned, problems = letters.restart().planned_mailings(letters.clock.now() + 2 * DAY)

    assert ([(one.action, one.at) for one in planned], problems) == (
        [("mail", letters.clock.now() + 2 * DAY)], [])
    assert letters.app.ledger.notebook.note(DRIFT) == "-259200.0"


def test_plan_asks_no_more_of_the_ledger_for_each_issue_that_is_over(letters: Publication) -> None:
    asked = []
    for number in (2, 3, 4):
        letters.write(f"{number}-new.md", words(number), age_s=3600)
        letters.deliver()
        with statements() as said:
            assert plan(letters) == []
        asked.append(len(said))

    assert len(set(asked)) == 1
