"""Why a mailing that goes out stands still, told where a person looks for it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from pipeline.errors import Deferred
from pipeline.mailings.mailing import MailingState
from pipeline.mailings.waiting import waits
from tests.books import NOON
from tests.workplaces import Workplace, always, to

GREY = "451 4.7.1 greylisted"
MINUTE = timedelta(minutes=1)


def told(work: Workplace, after: timedelta = timedelta(0)) -> list[str]:
    now = NOON + after
    return waits(work.ledger, "outbox", None, now=now, steady=now, zone=ZoneInfo("Asia/Shanghai"))


def test_mailing_that_waits_for_those_who_were_put_off_says_until_when_and_why(tmp_path: Path) -> None:
    work = Workplace(tmp_path, script=to("reader1", lambda: Deferred("later", reply=GREY)))
    work.deliver()

    assert told(work) == [f"waits until 2026-03-24 20:01 to try again what was deferred: {GREY}"]
    assert told(work, after=2 * MINUTE) == []  # the next pass does it


def test_mailing_with_others_to_mail_does_not_wait(tmp_path: Path) -> None:
    work = Workplace(tmp_path, script=always(lambda: Deferred("later", reply=GREY)))
    work.deliver()
    work.begin("15", 3)

    assert told(work) == []


def test_what_was_deferred_in_a_mailing_that_a_person_stopped_waits_for_nobody(tmp_path: Path) -> None:
    work = Workplace(tmp_path, script=to("reader1", lambda: Deferred("later", reply=GREY)))
    work.deliver()
    work.ledger.mailings.move(work.mailing_id, MailingState.PAUSED, reason="", now=NOON)
    work.begin("15", 3)
    work.script = lambda message, attempt: None
    work.deliver()

    assert (work.states, len(work.sent)) == (["sent", "deferred", "sent"], 5)
    assert told(work) == []


def test_cause_that_holds_all_mail_back_is_told_alone(tmp_path: Path) -> None:
    work = Workplace(tmp_path, script=to("reader1", lambda: Deferred("later", reply=GREY)))
    work.deliver()
    work.ledger.pacing.rest("outbox", NOON + timedelta(hours=2))

    assert told(work) == ["waits until 2026-03-24 22:00: outbox wants to be left alone"]
