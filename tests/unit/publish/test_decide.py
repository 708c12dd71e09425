"""A person decides: each word, from each state an issue may stand in, and the line or the refusal that follows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.errors import Refusal
from pipeline.mailings.mailing import DeliveryState as S
from pipeline.mailings.mailing import Doubt, MailingState, Outcome
from tests.books import LEASE
from tests.publications import TODAY, Publication, words

DAY = timedelta(days=1)


@pytest.fixture
def letters(tmp_path: Path) -> Publication:
    """Issue 1 is adopted; one reader."""
    letters = Publication(tmp_path / "letters")
    letters.fill(1)
    letters.begin(write=False)
    letters.add_readers("ada@example.com")
    return letters


def decide(letters: Publication, word: str, key: str = "2") -> str:
    said: str = getattr(letters.app.decisions, word)(letters.record(key))
    return said


def bring(letters: Publication, stage: str) -> None:
    """Issue 2, brought to a stage by the shortest way."""
    STAGES[stage](letters)


def _due(letters: Publication) -> None:
    letters.write("2-new.md", words(2))
    letters.publish(start=False, write=False)


def _ahead(letters: Publication) -> None:
    letters.write("2-new.md", words(2), day=TODAY + DAY)
    letters.publish(write=False)


def _held(letters: Publication) -> None:
    letters.write("2-new.md", words(2), day=TODAY - 9 * DAY)
    letters.publish(write=False)


def _draft(letters: Publication) -> None:
    letters.write("2-new.md", words(2), front="draft: true\n")
    letters.publish(write=False)


def _sending(letters: Publication) -> None:
    letters.write("2-new.md", words(2))
    letters.publish(write=False)


def _paused(letters: Publication) -> None:
    _sending(letters)
    decide(letters, "hold")


def _sent(letters: Publication) -> None:
    letters.write("2-new.md", words(2))
    letters.deliver()


def _cancelled(letters: Publication) -> None:
    _due(letters)
    decide(letters, "cancel")


def _adopted(letters: Publication) -> None:
    _due(letters)
    decide(letters, "adopt")


STAGES: dict[str, Callable[[Publication], None]] = {
    "ahead": _ahead, "due": _due, "held": _held, "draft": _draft, "sending": _sending, "paused": _paused,
    "sent": _sent, "cancelled": _cancelled, "adopted": _adopted,
}

# What each word leads to: the mailing's state after it, or the refusal.
DECISIONS: dict[str, dict[str, str]] = {
    "ahead": {"approve": "scheduled", "hold": "held", "resume": "!cannot be resumed: its mailing is not begun",
              "cancel": "cancelled", "adopt": "cancelled"},
    "due": {"approve": "scheduled", "hold": "held", "resume": "!cannot be resumed: its mailing is scheduled",
            "cancel": "cancelled", "adopt": "cancelled"},
    "held": {"approve": "scheduled", "hold": "held", "resume": "scheduled", "cancel": "cancelled",
             "adopt": "cancelled"},
    "draft": {"approve": "!is a draft", "hold": "!is not to be mailed: its front matter says so",
              "resume": "!cannot be resumed: its mailing is not begun",
              "cancel": "!is not to be mailed: its front matter says so", "adopt": "cancelled"},
    "sending": {"approve": "!was mailed already", "hold": "paused",
                "resume": "!cannot be resumed: its mailing is sending", "cancel": "cancelled",
                "adopt": "!was mailed already"},
    "paused": {"approve": "!is being mailed, and paused", "hold": "!cannot be held: its mailing is paused",
               "resume": "sending", "cancel": "cancelled", "adopt": "!was mailed already"},
    "sent": {"approve": "!was mailed already", "hold": "!cannot be held: its mailing is sent",
             "resume": "!cannot be resumed: its mailing is sent",
             "cancel": "!cannot be cancelled: its mailing is sent", "adopt": "!was mailed already"},
    "cancelled": {"approve": "!was cancelled", "hold": "!cannot be held: its mailing is cancelled",
                  "resume": "!cannot be resumed: its mailing is cancelled",
                  "cancel": "!cannot be cancelled: its mailing is cancelled", "adopt": "cancelled"},
    "adopted": {"approve": "!was cancelled", "hold": "!cannot be held: its mailing is cancelled",
                "resume": "!cannot be resumed: its mailing is cancelled",
                "cancel": "!cannot be cancelled: its mailing is cancelled", "adopt": "cancelled"},
}


@pytest.mark.parametrize("stage", STAGES)
def test_word_of_a_person_moves_the_mailing_or_is_refused(letters: Publication, stage: str) -> None:
    bring(letters, stage)
    for word, expected in DECISIONS[stage].items():
        with letters.app.database.rehearse():  # the next word finds the issue where this one did
            if expected.startswith("!"):
                with pytest.raises(Refusal) as refused:
                    decide(letters, word)
                assert refused.value.problem.message == f"issue 2 {expected[1:]}", word
            else:
                decide(letters, word)
                assert letters.mailings.get("2/weekly", "") == expected, word


def test_approve_overrides_late_and_mails_at_once(letters: Publication) -> None:
    bring(letters, "held")

    assert decide(letters, "approve") == "approved: will be mailed by the next pass"
    letters.deliver()

    assert letters.mails == ["ada@example.com"]


def test_issue_that_went_to_nobody_is_mailed_when_a_person_says_so(letters: Publication) -> None:
    letters.app.roster.remove(1, "removed", letters.clock.now())
    bring(letters, "sent")
    explained = letters.app.archive.issues()["2"].reason
    letters.add_readers("bo@example.com")
    letters.deliver()
    by_itself = letters.mails

    assert decide(letters, "approve") == "approved: will be mailed by the next pass"
    letters.deliver()

    assert explained == "mailing to weekly: sent, 0 readers: `avviso approve` mails it when there are some"
    assert (by_itself, letters.mails) == ([], ["bo@example.com"])
    with pytest.raises(Refusal, match="was mailed already"):
        decide(letters, "approve")


def test_approved_issue_whose_file_cannot_be_read_waits_until_it_can(letters: Publication) -> None:
    bring(letters, "due")
    letters.write("2-new.md", words(2), day="someday")
    letters.publish(start=False)

    assert decide(letters, "approve") == (
        "approved: will be mailed once its file can be read; `avviso status` says what is wrong")
    letters.publish()

    assert letters.mailings == {"2/weekly": "scheduled"}


@pytest.mark.parametrize("word", ["cancel", "adopt"])
def test_what_a_person_ended_is_not_approved_for_a_list_that_its_file_names_later(
    letters: Publication, word: str
) -> None:
    letters.configure({"lists": [{"id": "weekly", "name": "Weekly"}, {"id": "extra", "name": "Extra"}]})
    bring(letters, "due")
    decide(letters, word)
    letters.write("2-new.md", words(2), front="list: extra\n")
    letters.publish()

    with pytest.raises(Refusal, match="was cancelled: that is for ever"):
        decide(letters, "approve")

    assert letters.mailings == {"2/weekly": "cancelled"}


def test_approve_says_of_what_was_held_for_another_reason_that_readers_have_had_its_text(letters: Publication) -> None:
    letters.write("2-new.md", words(2), day=TODAY - 9 * DAY)
    letters.publish()
    letters.write("3-anew.md", words(2))
    letters.deliver()

    assert letters.record("2").reason.startswith("late: ")
    assert decide(letters, "approve") == (
        "approved: will be mailed by the next pass; its text repeats issue 3, which is out already: `avviso hold 2` "
        "stops it")


def test_approve_of_what_is_held_for_a_copy_says_nothing_new(letters: Publication) -> None:
    letters.write("3-first.md", words(2))
    letters.deliver()
    letters.write("2-new.md", words(2))
    letters.publish()

    assert letters.record("2").reason == "copy: its text repeats issue 3, which is out already"
    assert decide(letters, "approve") == "approved: will be mailed by the next pass"


def test_approve_overrides_burst(letters: Publication) -> None:
    for n in (2, 3, 4):
        letters.write(f"{n}-new.md", words(n))
    letters.publish()
    assert set(letters.mailings.values()) == {"held"}

    decide(letters, "approve", "3")
    letters.deliver()

    assert letters.mailings == {"2/weekly": "held", "3/weekly": "sent", "4/weekly": "held"}


def test_approve_overrides_copy(letters: Publication) -> None:
    letters.write("2-new.md", words(1))
    letters.publish()
    assert letters.record("2").reason.startswith("copy:")

    decide(letters, "approve")
    letters.deliver()

    assert letters.mails == ["ada@example.com"]


def test_approve_overrides_quiet(tmp_path: Path) -> None:
    letters = Publication(tmp_path / "letters", {"schedule": {"quiet": "15m"}})
    letters.begin(write=False)
    letters.add_readers("ada@example.com")
    letters.write("2-new.md", words(2), age_s=10)
    letters.publish()
    assert letters.standings == {"2": "waiting"}

    decide(letters, "approve")
    letters.deliver()

    assert letters.mails == ["ada@example.com"]


def test_approve_never_overrides_the_due_instant(letters: Publication) -> None:
    bring(letters, "ahead")

    assert decide(letters, "approve") == "approved: will be mailed 2026-03-25 08:00"
    letters.deliver()
    assert (letters.standings["2"], letters.mails) == ("scheduled", [])
    letters.turn(days=1)
    letters.deliver()

    assert letters.mails == ["ada@example.com"]


def test_approve_mails_an_issue_that_the_baseline_adopted(letters: Publication) -> None:
    said = decide(letters, "approve", "1")
    letters.deliver()

    assert said == (f"approved, though it is of {letters.record('1').day} and was adopted: "
                    "will be mailed by the next pass")
    assert (letters.standings, letters.mails) == ({"1": "mailed"}, ["ada@example.com"])


def test_hold_before_the_first_pass_holds(letters: Publication) -> None:
    letters.write("2-new.md", words(2), day=TODAY + DAY)
    letters.app.publisher.look_only()

    assert decide(letters, "hold") == "held: mailing to weekly"
    letters.turn(days=2)
    letters.deliver()

    assert (letters.standings["2"], letters.mails) == ("held", [])
    assert letters.record("2").reason == "held by a person 2026-03-24 13:00"


def test_resume_goes_on_with_what_was_paused(letters: Publication) -> None:
    bring(letters, "paused")
    letters.deliver()
    assert letters.mails == []

    assert decide(letters, "resume") == "resumed: mailing to weekly"
    letters.deliver()

    assert letters.mails == ["ada@example.com"]


def test_cancelled_issue_stays_published_and_is_never_mailed(letters: Publication) -> None:
    bring(letters, "cancelled")

    letters.deliver()

    assert (letters.standings["2"], letters.record("2").reason, letters.mails) == ("published", "cancelled", [])
    assert b"/2/" in letters.output()["feeds/atom.xml"]


def test_adopted_issue_is_never_mailed(letters: Publication) -> None:
    bring(letters, "held")

    assert decide(letters, "adopt") == "adopted: published, never mailed"
    letters.deliver()

    assert (letters.standings["2"], letters.record("2").reason, letters.mails) == (
        "adopted", "adopted by a person 2026-03-24 13:00", [])


@pytest.mark.parametrize(("resend", "line", "state"), [
    (True, "1 delivery to be sent again", S.DEFERRED), (False, "1 delivery taken as sent", S.SENT)])
def test_resolve_decides_what_is_in_doubt(letters: Publication, resend: bool, line: str, state: S) -> None:
    bring(letters, "sending")
    ledger, now = letters.app.ledger, letters.clock.now()
    claim, = ledger.deliveries.claim("w", 1, limit=9, now=now, lease=LEASE)
    ledger.deliveries.record(1, [Outcome(claim, S.IN_DOUBT, "lost", doubt=Doubt.LINE)], now=now)

    assert letters.app.decisions.resolve(letters.record("2"), resend=resend) == line

    assert ledger.mailings.all()[0].counts[state] == 1
    with pytest.raises(Refusal, match="has no delivery in doubt"):
        letters.app.decisions.resolve(letters.record("2"), resend=resend)


def test_nothing_of_a_cancelled_mailing_is_said_to_be_sent_again(letters: Publication) -> None:
    bring(letters, "sending")
    ledger, now = letters.app.ledger, letters.clock.now()
    claim, = ledger.deliveries.claim("w", 1, limit=9, now=now, lease=LEASE)
    ledger.deliveries.record(1, [Outcome(claim, S.IN_DOUBT, "lost", doubt=Doubt.LINE)], now=now)
    decide(letters, "cancel")

    with pytest.raises(Refusal, match="was cancelled: that is for ever; `--assume-sent` closes what is in doubt"):
        letters.app.decisions.resolve(letters.record("2"), resend=True)

    assert letters.app.decisions.resolve(letters.record("2"), resend=False) == "1 delivery taken as sent"


def test_refusal_names_the_file_and_a_way(letters: Publication) -> None:
    bring(letters, "draft")

    with pytest.raises(Refusal) as refused:
        decide(letters, "approve")

    assert str(refused.value) == "2-new.md: issue 2 is a draft: take `draft` out of its front matter"
    assert refused.value.exit_code == 4


def test_decision_in_one_of_two_lists_is_told_for_both(tmp_path: Path) -> None:
    lists = [{"id": "weekly", "name": "Weekly"}, {"id": "daily", "name": "Daily"}]
    letters = Publication(tmp_path / "letters", {"lists": lists})
    letters.begin(write=False)
    letters.write("2-new.md", words(2), front="lists: [weekly, daily]\n")
    letters.publish(start=False)
    daily = letters.app.ledger.mailings.all()[1]
    letters.app.ledger.mailings.move(daily.id, MailingState.CANCELLED, reason="", now=letters.clock.now())

    assert decide(letters, "hold") == "held: mailing to weekly"
    assert letters.mailings == {"2/weekly": "held", "2/daily": "cancelled"}
