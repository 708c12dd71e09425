"""What `status` shows: where everything stands, and what needs a person, a line each."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from pipeline.cli.lines import status_lines
from pipeline.errors import IssueError
from pipeline.mailings.mailing import DeliveryState, Doubt, MailingState, Outcome
from pipeline.mailings.presence import Presence, is_dead
from pipeline.publish.overview import Overview, overview
from pipeline.publish.pickup import Approve
from pipeline.publish.stall import ORPHAN
from tests.books import LEASE
from tests.publications import TODAY, Publication, words


@pytest.fixture
def letters(tmp_path: Path) -> Publication:
    letters = Publication(tmp_path / "letters")
    letters.fill(1)
    letters.begin(write=False)
    letters.add_readers("ada@example.com", "bo@example.org")
    return letters


def look(letters: Publication) -> Overview:
    return overview(letters.app.archive, letters.app.ledger)


def test_overview_of_a_quiet_publication_needs_nobody(letters: Publication) -> None:
    found = look(letters)

    assert (found.states, found.needs, found.mailings, found.feeds) == (
        {"adopted": 1}, (), [], datetime(2026, 2, 22, 8, tzinfo=UTC))
    assert found.shape() == {
        "issues": [{"id": "1", "number": 1, "title": "letter", "date": "2026-02-22", "path": "01-letter.md",
                    "state": "adopted",
                    "reason": "baseline: due before the first pass, so published and never mailed"}],
        "mailings": [], "needs": [], "workers": []}


def test_overview_before_the_first_pass_has_no_feeds(tmp_path: Path) -> None:
    found = look(Publication(tmp_path / "letters"))

    assert (found.states, found.feeds, found.shape()) == (
        {}, None, {"issues": [], "mailings": [], "needs": [], "workers": []})


@pytest.mark.parametrize("front", ["", "draft: true\n"], ids=["dated ahead", "a draft"])
def test_an_issue_whose_file_went_before_anything_came_of_it_is_not_shown(letters: Publication, front: str) -> None:
    path = letters.write("2-new.md", words(2), day=TODAY + timedelta(days=1), front=front)
    letters.publish(write=False)
    known = [one.key for one in look(letters).issues]

    path.unlink()
    letters.publish(write=False)

    assert (known, [one.key for one in look(letters).issues]) == (["1", "2"], ["1"])
    assert letters.record("2").reason.endswith("its file 2-new.md is gone")


def test_an_issue_that_was_cancelled_before_its_file_went_is_not_shown(letters: Publication) -> None:
    path = letters.write("2-new.md", words(2), day=TODAY + timedelta(days=1))
    letters.publish(write=False)
    letters.app.decisions.hold(letters.record("2"))
    letters.app.decisions.cancel(letters.record("2"))

    path.unlink()
    letters.publish(write=False)

    assert [one.key for one in look(letters).issues] == ["1"]


@pytest.mark.parametrize("ahead", [timedelta(0), timedelta(days=1)], ids=["due", "ahead"])
def test_approved_issue_whose_file_is_gone_needs_a_person(letters: Publication, ahead: timedelta) -> None:
    path = letters.write("2-new.md", words(2), day=TODAY + ahead)
    letters.publish(start=False, write=False)
    letters.app.decisions.approve(letters.record("2"))
    path.unlink()
    letters.publish(write=False)

    assert look(letters).needs == ("2 new waits for its file 2-new.md: put it back, or `avviso cancel 2`",)


def test_held_issue_needs_a_person(letters: Publication) -> None:
    letters.write("02-late.md", words(2), day=TODAY - timedelta(days=9))
    letters.publish()

    line, = look(letters).needs
    assert line == ("2 late is held: late: first seen 9 days after its hour, schedule.max_age is 7d: "
                    "`avviso approve 2` mails it, `avviso adopt 2` publishes it without mail")


def test_issue_held_for_a_mistake_is_approved_only_where_that_can_mail_it(letters: Publication) -> None:
    letters.write("02-news.md", "See [the press](TODO).")
    letters.publish()
    (text,) = look(letters).needs
    letters.write_template("email/issue.html", "{{ titel }}")
    letters.write("02-news.md", words(2))
    letters.restart()
    letters.publish()
    (template,) = look(letters).needs

    assert text.endswith("or `avviso approve` it as it is: `avviso approve 2` mails it, `avviso adopt 2` publishes it "
                         "without mail")
    assert template.endswith(": it goes once that is mended; `avviso adopt 2` publishes it without mail")


def test_first_issue_that_waits_for_approval_says_how_to_look_at_it(letters: Publication) -> None:
    app = letters.restart()
    app.rules = replace(app.rules, approve=Approve.FIRST)  # files in a folder never wait
    letters.write("02-new.md", words(2))
    letters.publish()

    line, = look(letters).needs
    assert line == (
        "2 new waits for your approval (the first mailing that really goes out): `avviso preview 2` shows it, "
        "`avviso approve 2` mails it, `avviso adopt 2` publishes it without mail")
    shown = list(status_lines(look(letters), letters.clock.now(), ZoneInfo("UTC")))
    assert shown[3:6] == ["Mailings  1", "  2 to weekly: held", "Workers   none at work"]  # no readers are counted yet


@pytest.mark.parametrize("name", ["02-new.md", "02-new", "2"])
def test_who_asks_for_a_file_that_cannot_be_used_hears_what_is_wrong_with_it(letters: Publication, name: str) -> None:
    letters.write("02-new.md", words(2))
    letters.write("2-other.md", words(3))
    letters.publish()

    with pytest.raises(IssueError, match='^(02-new|2-other).md: has the same identity "2" as '):
        letters.app.find(name)


def test_status_of_many_old_files_is_one_screen(letters: Publication) -> None:
    for n in range(2, 60):
        letters.write(f"{n:02}-old.md", words(n), day=TODAY - timedelta(days=900 - n))
    letters.publish()

    shown, whole = (list(status_lines(look(letters), letters.clock.now(), ZoneInfo("UTC"), everything=everything))
                    for everything in (False, True))

    assert shown[-1] == "  48 more like this (-v shows all) (held)"
    assert (len(shown) < 45, len(whole) - len(shown)) == (True, 47)


def test_status_says_why_only_of_issues_that_are_not_over(letters: Publication) -> None:
    letters.write("02-new.md", words(2))
    letters.publish()

    shown = list(status_lines(look(letters), letters.clock.now(), ZoneInfo("UTC")))

    assert shown[1:3] == [
        "  2026-02-22  adopted    1 letter (01-letter.md)", "  2026-03-24  mailed     2 new (02-new.md)"]


def test_every_hour_is_shown_in_the_owner_s_zone(letters: Publication) -> None:
    letters.write("02-new.md", words(2))
    letters.publish()

    shown = list(status_lines(look(letters), letters.clock.now(), ZoneInfo("Asia/Shanghai")))

    assert [line for line in shown if line.startswith("Feeds")] == [
        "Feeds     newest entry or edit 2026-03-24 16:00"]  # 08:00 in UTC


def test_feeds_without_an_issue_are_not_said_to_be_missing(letters: Publication) -> None:
    before_any_issue = replace(look(letters), feeds=None)

    shown = list(status_lines(before_any_issue, letters.clock.now(), ZoneInfo("UTC")))

    assert [line for line in shown if line.startswith("Feeds")] == ["Feeds     no issue is in them yet"]


def test_mailing_is_shown_with_counts_that_add_up(letters: Publication) -> None:
    letters.write("02-new.md", words(2))
    letters.publish()
    ledger, now = letters.app.ledger, letters.clock.now()
    claim, _ = ledger.deliveries.claim("w", 1, limit=9, now=now, lease=LEASE)
    ledger.deliveries.record(1, [Outcome(claim, DeliveryState.IN_DOUBT, "lost", doubt=Doubt.LINE)], now=now)
    ledger.mailings.move(claim.mailing_id or 0, MailingState.PAUSED, reason="by a person", now=now)

    found = look(letters)

    assert found.shape()["mailings"] == [{
        "issue": "2", "list": "weekly", "round": 1, "state": "paused", "audience": 2, "counts": {
            "pending": 0, "sending": 1, "deferred": 0, "sent": 0, "failed": 0, "in_doubt": 1, "skipped": 0,
            "cancelled": 0}}]
    assert found.needs == (
        "2 to weekly has 1 delivery in doubt: `avviso resolve 2 --assume-sent` or `--resend`",
        "2 to weekly is paused: by a person: `avviso resume 2` goes on")


def test_every_worker_is_shown_with_what_it_has_in_hand(letters: Publication) -> None:
    letters.write("02-new.md", words(2))
    letters.publish()
    ledger, now = letters.app.ledger, letters.clock.now()
    busy, idle, *_ = (ledger.workers.enter(name, host=f"{name}.example.com", boot_id="", pid=pid, now=now, work=work)
                      for name, pid, work in (("busy", 7, "send"), ("idle", 8, "all"), ("web", 9, "web")))
    ledger.deliveries.claim(busy.id, busy.shard, limit=9, now=now, lease=LEASE)
    later = now + timedelta(minutes=9)
    ledger.workers.beat(idle.id, later)

    found = look(letters)

    assert found.shape()["workers"] == [
        {"id": "busy", "host": "busy.example.com", "pid": 7, "work": "send", "since": now.isoformat(),
         "seen": now.isoformat(), "hands": {"2 to weekly": 2}},
        {"id": "idle", "host": "idle.example.com", "pid": 8, "work": "all", "since": now.isoformat(),
         "seen": later.isoformat(), "hands": {}},
        {"id": "web", "host": "web.example.com", "pid": 9, "work": "web", "since": now.isoformat(),
         "seen": now.isoformat(), "hands": {}}]
    assert [line for line in status_lines(found, later, ZoneInfo("UTC")) if "process" in line] == [
        "  busy.example.com, process 7, sends since 2026-03-24 13:00: 2 of 2 to weekly; not heard of for 9 minutes",
        "  idle.example.com, process 8, does all since 2026-03-24 13:00: idle",
        "  web.example.com, process 9, answers readers since 2026-03-24 13:00: not heard of for 9 minutes"]


def test_worker_that_died_is_not_at_work_and_named_for_what_it_held(letters: Publication) -> None:
    """Who was killed says nothing, and looks idle for minutes."""
    letters.write("02-new.md", words(2))
    letters.publish()
    app, now, folder = letters.app, letters.clock.now(), letters.folder / "workers"
    alive = Presence(app.ledger, folder, host="one", now=now, work="web")
    for name, host in (("busy", "one"), ("idle", "one"), ("gone", ""), ("elsewhere", "two")):
        worker = app.ledger.workers.enter(name, host=host, boot_id="", pid=7, now=now, work="send")
        if name in ("busy", "idle"):
            (folder / f"{name}.lock").touch()  # nobody holds it any more
        if name == "busy":
            app.ledger.deliveries.claim(worker.id, worker.shard, limit=9, now=now, lease=LEASE)

    found = overview(app.archive, app.ledger, is_dead=lambda one: is_dead(one, folder))

    shown = list(status_lines(found, now, ZoneInfo("UTC")))
    at = shown.index("Workers   2")
    assert set(shown[at + 1:at + 4]) == {
        "  one, process 7 died with 2 of 2 to weekly: the next `publish` or `run` goes on",
        f"  one, process {os.getpid()}, answers readers since 2026-03-24 13:00",
        "  two, process 7, sends since 2026-03-24 13:00: idle"}
    alive.leave()


def test_file_that_is_no_issue_is_shown_as_a_problem(letters: Publication) -> None:
    letters.write("02-new.md", words(2), day="someday")
    letters.publish()

    found = look(letters)

    assert [one.path for one in found.unread] == ["02-new.md"]
    assert found.shape()["issues"][-1] == {
        "id": "02-new", "number": None, "title": "02-new", "date": None, "path": "02-new.md", "state": "problem",
        "reason": found.needs[0]}
    assert found.needs[0].startswith('02-new.md:2: date "someday"')


def test_broken_file_of_a_known_issue_is_one_line_and_the_issue_stands(letters: Publication) -> None:
    letters.write("01-letter.md", words(1), day="someday")
    letters.publish()

    found = look(letters)

    assert [(one["id"], one["state"]) for one in found.shape()["issues"]] == [("1", "adopted")]
    assert len(found.needs) == 1


def test_ledger_beside_old_feeds_needs_a_person(tmp_path: Path) -> None:
    letters = Publication(tmp_path / "letters", has_ledger=False)
    (letters.folder / "feeds").mkdir()
    (letters.folder / "feeds" / "atom.xml").write_text("<feed/>", "utf-8")

    assert look(letters).needs == (str(ORPHAN),)
