"""The three jobs, whoever wakes them: alone on the ledger, and what time and death leave to be done."""

from __future__ import annotations

import logging
import os
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from pipeline.engines import jobs
from pipeline.engines.jobs import LEASE, Shift, alone, present, publish_once, telling
from pipeline.errors import (
    Busy,
    ConfigError,
    Conflict,
    OutputError,
    Refusal,
    TransportError,
    Unavailable,
    Unreachable,
)
from pipeline.mailings.contact import Contact
from pipeline.mailings.mailing import COPIES, Claim, DeliveryState, Doubt, MailingState, Outcome
from pipeline.mailings.sender_queue import GROUP
from pipeline.providers.base import Message, Transport
from pipeline.providers.event import Event, Kind
from pipeline.providers.local import Faulty, Outbox
from tests.fault.house import happens
from tests.publications import Publication, words
from tests.workplaces import Timetable

S = DeliveryState


def publication(tmp_path: Path, settings: dict[str, Any] | None = None, readers: int = 3) -> Publication:
    """An issue that is being mailed, to a post in memory."""
    letters = Publication(tmp_path / "letters", settings or {})
    letters.begin(write=False)
    letters.add_readers(*(f"reader{n}@example.com" for n in range(readers)))
    letters.write("02-new.md", words(2))
    letters.publish(write=False)
    use(letters, Outbox(letters.clock))
    return letters


def use(letters: Publication, transport: Transport) -> None:
    """From now on this process hands its mail over there."""
    letters.app.__dict__["open_transport"] = lambda: transport


def leave_behind(letters: Publication, *outcomes: S | None) -> None:
    """What a process that died has left: deliveries in hand (None), or settled."""
    ledger, now = letters.app.ledger, letters.clock.now()
    claims = ledger.deliveries.claim("dead", 1, limit=len(outcomes), now=now, lease=LEASE)
    ledger.deliveries.record(1, [_outcome(letters, claim, state) for claim, state in zip(claims, outcomes, strict=True)
                                  if state], now=now)
    ledger.workers.enter("dead", host="", boot_id=_boot_id(), pid=1, now=now)


def _outcome(letters: Publication, claim: Claim, state: S) -> Outcome:
    return Outcome(claim, state, "said so", due_at=letters.clock.now() + timedelta(hours=1),
                   doubt=Doubt.LINE if state is S.IN_DOUBT else None)


def _boot_id() -> str:
    from pipeline.mailings.presence import boot_id

    return boot_id()


def counts(letters: Publication) -> dict[str, int]:
    mailing = letters.app.ledger.mailings.all()[-1]
    assert mailing.balances
    return {state.value: n for state, n in mailing.counts.items() if n}


# ---- alone --------------------------------------------------------------------------------------


def test_second_process_that_wants_to_be_alone_is_told_that_another_is_at_work(tmp_path: Path) -> None:
    letters = Publication(tmp_path / "letters")
    lock = letters.folder / "var" / "avviso.lock"

    with alone(letters.app):
        assert lock.read_text("utf-8") == f"{os.getpid()}\n"
        with pytest.raises(Busy) as refused, alone(letters.restart()):
            pass

    assert str(refused.value) == (
        f"{lock}: another avviso is at work on this ledger: let it finish; `avviso status` shows what it does")
    assert refused.value.exit_code == 75
    with alone(letters.app):
        pass


def test_publish_beside_a_publish_is_refused_and_touches_nothing(tmp_path: Path) -> None:
    letters = publication(tmp_path)

    with alone(letters.app), pytest.raises(Busy):
        letters.deliver()

    assert counts(letters) == {"pending": 3}


def test_work_is_not_begun_where_readers_could_not_leave(tmp_path: Path) -> None:
    letters = Publication(tmp_path / "letters", {
        "transport": {"kind": "smtp", "host": "127.0.0.1"}, "web": {"url": None}})

    with pytest.raises(Refusal, match="readers would have no way to unsubscribe"):
        letters.deliver()


@pytest.mark.parametrize("web", ["https://letters.example.com/", None])
def test_work_is_not_begun_by_a_post_that_nobody_knows(tmp_path: Path, web: str | None) -> None:
    """Else `run` would freeze text and audience of what nobody can send."""
    letters = Publication(tmp_path / "letters", {"transport": {"kind": "smtpp"}, "web": {"url": web}})

    with pytest.raises(ConfigError, match='transport.kind "smtpp" is not known'):
        letters.app.check_way_out()


# ---- publish once -------------------------------------------------------------------------------


def test_publish_gives_what_it_did_and_which_mailings_it_touched(tmp_path: Path) -> None:
    letters = publication(tmp_path)
    letters.write("03-more.md", words(3))

    made, touched, unreachable = publish_once(letters.app, threading.Event())

    assert [one.key for one in made.picked_up] == ["3"]
    assert [letters.app.ledger.mailings.get(one).issue_key for one in touched] == ["2", "3"]
    assert unreachable == ""
    assert letters.mailings == {"2/weekly": "sent", "3/weekly": "sent"}


def test_publish_gives_the_mailing_whose_last_readers_it_has_given_up(tmp_path: Path) -> None:
    letters = publication(tmp_path)
    leave_behind(letters, S.SENT, S.SENT, S.DEFERRED)
    letters.turn(hours=36)

    _, touched, _ = publish_once(letters.app, threading.Event())

    assert [letters.app.ledger.mailings.get(one).issue_key for one in touched] == ["2"]
    assert (letters.mailings, counts(letters)) == ({"2/weekly": "sent"}, {"sent": 2, "failed": 1})


def test_publish_says_why_the_post_could_not_be_reached_and_loses_nobody(tmp_path: Path) -> None:
    letters = publication(tmp_path, {"transport": {"connections": 1}})
    use(letters, Faulty(lambda message, attempt: Unavailable("no connection"), Outbox(letters.clock)))

    *_, unreachable = publish_once(letters.app, threading.Event())

    assert unreachable == "no connection"
    assert counts(letters) == {"pending": 2, "deferred": 1}


def test_publish_delivers_what_is_frozen_before_it_says_why_its_pass_failed(tmp_path: Path) -> None:
    letters = publication(tmp_path)
    letters.issues.rename(tmp_path / "away")

    with pytest.raises(OutputError, match="the issues folder cannot be listed"):
        publish_once(letters.app, threading.Event())

    assert letters.mailings == {"2/weekly": "sent"}


def test_publish_with_a_broken_template_delivers_what_is_frozen(tmp_path: Path) -> None:
    letters = publication(tmp_path)
    letters.write("03-more.md", words(3))
    letters.write_template("web/page.html", "{% if %}")

    with pytest.raises(ConfigError, match="page.html"):
        publish_once(letters.app, threading.Event())

    assert letters.mailings["2/weekly"] == "sent"


def test_publish_without_sending_delivers_nothing(tmp_path: Path) -> None:
    letters = publication(tmp_path)

    publish_once(letters.app, threading.Event(), send=False)

    assert counts(letters) == {"pending": 3}


# ---- tidy ---------------------------------------------------------------------------------------


def tidy(letters: Publication) -> None:
    with Shift.begin(letters.app) as shift:
        shift.tidy()


@pytest.mark.parametrize(("policy", "found"), [
    ("auto", {"in_doubt": 1, "pending": 2}), ("resend", {"deferred": 1, "pending": 2}),
    ("hold", {"in_doubt": 1, "pending": 2})])
def test_what_a_dead_process_had_on_the_wire_is_decided_by_the_owner(
    tmp_path: Path, policy: str, found: dict[str, int]
) -> None:
    letters = publication(tmp_path, {"mailings": {"in_doubt": policy}})
    leave_behind(letters, None)

    tidy(letters)

    assert counts(letters) == found


@pytest.mark.parametrize("policy", ["auto", "resend", "hold"])
def test_what_was_reported_on_before_its_answer_was_lost_is_sent_and_not_decided(tmp_path: Path, policy: str) -> None:
    letters = publication(tmp_path, {"mailings": {"in_doubt": policy}})
    leave_behind(letters, None)
    (claim,) = letters.app.ledger.deliveries.held("dead")
    letters.app.feedback.take([
        Event("1", Kind.DELIVERED, letters.clock.now(), "postmark", delivery_key=claim.key)])

    tidy(letters)

    assert counts(letters) == {"sent": 1, "pending": 2}


def test_post_that_folds_repeats_is_asked_again_after_any_death(tmp_path: Path) -> None:
    letters = publication(tmp_path)
    letters.restart()  # the folder, which writes each delivery once
    leave_behind(letters, None)

    tidy(letters)

    assert counts(letters) == {"deferred": 1, "pending": 2}


def test_line_that_was_lost_is_asked_again(tmp_path: Path) -> None:
    letters = publication(tmp_path)
    leave_behind(letters, S.IN_DOUBT)

    tidy(letters)

    assert counts(letters) == {"deferred": 1, "pending": 2}


@pytest.mark.parametrize(("policy", "found"), [
    ("auto", {"in_doubt": 1, "pending": 2}), ("resend", {"deferred": 1, "pending": 2}),
])
def test_line_that_was_lost_three_times_waits_for_a_person_who_has_not_decided(
    tmp_path: Path, policy: str, found: dict[str, int]
) -> None:
    letters = publication(tmp_path, {"mailings": {"in_doubt": policy}})
    for _ in range(COPIES):
        leave_behind(letters, S.IN_DOUBT)
        tidy(letters)

    assert counts(letters) == found


@pytest.mark.parametrize(("left", "policy", "found", "state"), [
    ([S.SENT, S.SENT, S.SENT], "auto", {"sent": 3}, "sent"),
    ([S.SENT, S.SENT, S.DEFERRED], "auto", {"sent": 2, "failed": 1}, "sent"),
    ([S.SENT, S.SENT, None], "auto", {"sent": 3}, "sent"),
    ([S.SENT, S.SENT, None], "hold", {"sent": 2, "in_doubt": 1}, "sending"),
    ([S.SENT, S.DEFERRED], "auto", {"sent": 1, "failed": 1, "pending": 1}, "paused"),
])
def test_after_its_time_a_mailing_is_closed_and_what_was_never_tried_waits_for_a_person(
    tmp_path: Path, left: list[S | None], policy: str, found: dict[str, int], state: str
) -> None:
    letters = publication(tmp_path, {"mailings": {"in_doubt": policy}})
    leave_behind(letters, *left)
    letters.turn(hours=36)

    tidy(letters)

    assert counts(letters) == found
    assert letters.mailings == {"2/weekly": state}


@pytest.mark.parametrize(("decide", "state"), [("hold", "paused"), ("cancel", "cancelled")])
def test_doubt_is_closed_after_its_time_though_a_person_stopped_the_mailing(
    tmp_path: Path, decide: str, state: str
) -> None:
    letters = publication(tmp_path)
    leave_behind(letters, S.SENT, None)
    tidy(letters)
    getattr(letters.app.decisions, decide)(letters.record("2"))
    letters.turn(hours=35)
    tidy(letters)
    assert counts(letters)["in_doubt"] == 1
    letters.turn(hours=1)

    tidy(letters)

    assert counts(letters) == {"sent": 2, {"hold": "pending", "cancel": "cancelled"}[decide]: 1}
    assert letters.mailings == {"2/weekly": state}


def test_mailing_that_was_paused_for_its_time_goes_on_when_a_person_says_so(tmp_path: Path) -> None:
    letters = publication(tmp_path)
    letters.turn(hours=36)
    tidy(letters)
    assert letters.app.ledger.mailings.all()[0].reason.startswith("not sent within mailings.expire")

    letters.app.decisions.resume(letters.record("2"))
    letters.deliver()

    assert counts(letters) == {"sent": 3}


def test_mailing_that_takes_its_days_gives_each_reader_as_long_as_any_other(tmp_path: Path) -> None:
    """A new sender is put off by many, also on its third day."""
    letters = publication(tmp_path, {
        "transport": {"warm_up": {"start": 2, "growth": 2}}, "mailings": {"retry": ["12h"]}})
    letters.turn(days=3)
    leave_behind(letters, S.DEFERRED, None)

    for hours, found in (0, {"deferred": 1, "in_doubt": 1}), (35, {"deferred": 1, "in_doubt": 1}), (
            1, {"deferred": 1, "sent": 1}):
        letters.turn(hours=hours)
        tidy(letters)
        assert counts(letters) == {"pending": 1, **found}
    for _ in range(2):
        leave_behind(letters, S.DEFERRED)
        letters.turn(hours=12)
        tidy(letters)

    assert (counts(letters), letters.mailings) == ({"sent": 1, "failed": 1, "pending": 1}, {"2/weekly": "sending"})


# ---- the senders --------------------------------------------------------------------------------


def test_turn_waits_for_one_that_the_engine_left_behind(tmp_path: Path) -> None:
    """Its thread may hang at a silent server for longer than an event loop waits for it: what it holds is its own."""
    letters = publication(tmp_path, {"transport": {"connections": 1}}, readers=3)
    is_at_the_post, may_go_on, stop = threading.Event(), threading.Event(), threading.Event()
    post = Outbox(letters.clock)

    def script(message: Message, attempt: int) -> TransportError | None:
        is_at_the_post.set()
        assert may_go_on.wait(60)
        return None

    use(letters, Faulty(script, post))
    with Shift.begin(letters.app) as shift:
        turns = [threading.Thread(target=shift.turn, args=[stop]) for _ in range(2)]
        turns[0].start()
        assert is_at_the_post.wait(60)
        turns[1].start()
        turns[1].join(0.3)
        may_go_on.set()
        for turn in turns:
            turn.join(60)

    assert sorted(message.recipient for message in post.messages) == [f"reader{n}@example.com" for n in range(3)]
    assert counts(letters) == {"sent": 3}


@pytest.mark.parametrize("rate", ["100/h", "10/h"])
def test_slow_rate_is_kept_to_the_last_reader(tmp_path: Path, rate: str) -> None:
    """Nobody's claim runs out while it waits for its turn."""
    letters = publication(tmp_path, {"transport": {"rate": rate, "connections": 1}}, readers=GROUP)

    letters.deliver()

    assert counts(letters) == {"sent": GROUP}


@pytest.mark.parametrize(("rate", "interval_s"), [("100/h", 36), ("10/h", 360), ("120/h", 30), ("1/s", 1)])
def test_slow_rate_is_kept_over_turns_that_are_shorter_than_it(tmp_path: Path, rate: str, interval_s: int) -> None:
    """What a turn has reserved and not used is the next one's, else each would put the next message farther off."""
    letters = publication(tmp_path, {"transport": {"rate": rate, "connections": 1}}, readers=GROUP)
    letters.clock = letters.app.clock = Timetable(letters.clock.now())
    began, post, turns = letters.clock.now(), Outbox(letters.clock), 0
    use(letters, post)
    with Shift.begin(letters.app) as shift:
        while len(post.messages) < GROUP and turns < 1000:
            over = threading.Event()
            letters.clock.at(timedelta(seconds=30), over.set)
            shift.turn(over)
            turns += 1

    assert letters.clock.now() - began <= timedelta(seconds=GROUP * interval_s + 30)
    assert counts(letters) == {"sent": GROUP}


def test_shift_is_on_the_list_of_workers_while_it_lasts(tmp_path: Path) -> None:
    letters = Publication(tmp_path / "letters")

    with Shift.begin(letters.app):
        at_work = [one.pid for one in letters.app.ledger.workers.all()]

    assert (at_work, letters.app.ledger.workers.all()) == ([os.getpid()], [])


def test_person_who_stops_the_process_stops_the_send(tmp_path: Path) -> None:
    letters = publication(tmp_path)
    stop = threading.Event()

    def script(message: Message, attempt: int) -> TransportError | None:
        stop.set()
        return None

    use(letters, Faulty(script, Outbox(letters.clock)))
    letters.app.__dict__["sample"] = Outbox(letters.clock)

    publish_once(letters.app, stop)

    assert counts(letters)["pending"] >= 1
    assert set(counts(letters)) == {"sent", "pending"}


def test_process_at_work_is_seen_again_and_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "SEEN", timedelta(milliseconds=5))
    letters = publication(tmp_path)
    letters.clock.turn(timedelta(hours=2))
    with Shift.begin(letters.app):
        (worker,) = letters.app.ledger.workers.all()
        letters.clock.turn(timedelta(hours=1))

        assert happens(lambda: letters.app.ledger.workers.all()[0].seen_at > worker.started_at, 10)


def test_nobody_is_at_the_ledger_behind_whoever_has_left_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "SEEN", timedelta(milliseconds=5))
    begun, left = threading.Event(), threading.Event()
    met = []

    def job() -> None:
        begun.set()
        met.append(left.wait(0.2))

    with present(publication(tmp_path).app, "web", ("mark", job)):
        assert begun.wait(10)
    left.set()

    assert met
    assert not any(met)


def test_one_thread_carries_all_connections_of_smtp(tmp_path: Path) -> None:
    """More threads would open as many connections each."""
    letters = Publication(tmp_path / "letters", {"transport": {
        "kind": "smtp", "host": "127.0.0.1", "security": "none", "connections": 4}})

    with Shift.begin(letters.app) as shift:
        assert shift.dispatch().terms.senders == 1


@pytest.mark.parametrize(("conflicts", "said"), [(4, []), (9, ["job.failed"])])
def test_job_that_met_another_writer_is_made_again_and_only_then_said(
    conflicts: int, said: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    met = iter([Conflict("another writer was first")] * conflicts)

    def job() -> None:
        if error := next(met, None):
            raise error

    telling("tidy", job, Contact())()

    assert [record.message for record in caplog.records] == said


def test_end_of_a_pass_that_met_another_writer_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    letters = publication(tmp_path)
    settle, met = letters.app.publisher.settle, iter([Conflict("another writer was first")])

    def meet_another_first() -> None:
        if error := next(met, None):
            raise error
        settle()

    monkeypatch.setattr(letters.app.publisher, "settle", meet_another_first)

    publish_once(letters.app, threading.Event())

    assert (list(met), letters.mailings) == ([], {"2/weekly": "sent"})


def test_pass_that_another_machine_makes_is_no_failure(caplog: pytest.LogCaptureFixture) -> None:
    """Of two machines with one ledger either meets the other again and again, and nobody has to see to it."""
    caplog.set_level(logging.INFO)

    def job() -> None:
        raise Busy("another machine publishes from this ledger just now")

    telling("publish", job, Contact())()

    assert [(record.levelname, record.message) for record in caplog.records] == [("INFO", "job.left")]


def test_ledger_that_is_away_is_said_again_where_something_else_is_to_be_done(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    contact, met = Contact(), iter([
        Unreachable("refused", remedy="start it"), Unreachable("shutting down", remedy="start it"),
        Unreachable("its disk is full", remedy="free some space"), Unreachable("refused", remedy="start it"), None,
        Unreachable("refused", remedy="start it")])

    def job() -> None:
        if error := next(met):
            raise error

    for _ in range(6):
        telling("publish", lambda: None, contact)()  # it did not ask
        telling("tidy", job, contact)()

    assert [(record.message, getattr(record, "reason", "")) for record in caplog.records] == [
        ("ledger.unreachable", "refused: start it"), ("ledger.unreachable", "its disk is full: free some space"),
        ("ledger.reached", ""), ("ledger.unreachable", "refused: start it")]


def test_job_that_alone_finds_the_ledger_away_for_hours_says_so_each_hour(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    contact = Contact()

    def job() -> None:
        raise Unreachable("the database broke a statement off", remedy="find out who cancelled it")

    for minute in range(121):
        monkeypatch.setattr("pipeline.mailings.contact.monotonic", lambda at=minute * 60.0: at)
        telling("publish", job, contact)()
        telling("tidy", lambda: None, contact)()

    assert [record.message for record in caplog.records] == ["ledger.unreachable"] * 3


def test_ledger_that_is_away_is_no_trouble_of_the_mailbox(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    letters = publication(tmp_path, {"mailbox": {
        "host": "127.0.0.1", "port": 1, "username": "letters", "password": "secret"}})

    def away(*_: object) -> None:
        raise Unreachable("the database does not answer")

    with Shift.begin(letters.app) as shift, monkeypatch.context() as outage:
        outage.setattr(type(letters.app.ledger.notebook), "write_note", away)
        outage.setattr(type(letters.app.ledger.notebook), "note", away)
        caplog.clear()
        shift.rounds()["hear"][0]()

    assert [record.message for record in caplog.records] == ["ledger.unreachable"]


def test_disk_that_is_full_is_no_trouble_of_the_mailbox(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The ledger can be read, and says of the mailbox what was so before."""
    letters = publication(tmp_path, {"mailbox": {
        "host": "127.0.0.1", "port": 1, "username": "letters", "password": "secret"}})

    def full(*_: object) -> None:
        raise OutputError("the ledger cannot be written: database or disk is full")

    with Shift.begin(letters.app) as shift, monkeypatch.context() as filled:
        filled.setattr(type(letters.app.ledger.notebook), "write_note", full)
        caplog.clear()
        shift.rounds()["hear"][0]()

    assert [(record.message, getattr(record, "reason", "")) for record in caplog.records] == [
        ("job.failed", "the ledger cannot be written: database or disk is full")]


def test_nothing_waits_for_a_mailbox_but_the_round_that_reads_it(tmp_path: Path) -> None:
    """A slow one took hours, and with it what dead senders held, doubts, and mailings that are done."""
    away = {"host": "127.0.0.1", "port": 1, "username": "letters", "password": "secret"}
    letters, plain = publication(tmp_path / "one", {"mailbox": away}), publication(tmp_path / "other")

    with Shift.begin(letters.app) as shift, Shift.begin(plain.app) as without:
        assert sorted(shift.rounds().keys() - without.rounds().keys()) == ["hear"]
        shift.tidy()
        assert letters.app.ledger.notebook.note("mailbox_trouble") is None
        shift.hear()

    assert letters.app.ledger.notebook.note("mailbox_trouble") == (
        "the mailbox of letters at 127.0.0.1:1 does not answer: [Errno 111] Connection refused: "
        "it is tried again in a minute; nothing in it is lost")


def test_a_mailing_is_over_with_its_last_reader_and_waits_for_no_tidying(
    tmp_path: Path, caplog: pytest.LogCaptureFixture,
) -> None:
    letters = publication(tmp_path)

    with caplog.at_level(logging.INFO), Shift.begin(letters.app) as shift:
        shift.turn(threading.Event())

    assert letters.app.ledger.mailings.all()[-1].state == MailingState.SENT
    assert counts(letters) == {"sent": 3}
    assert [one.getMessage() for one in caplog.records].count("mailing.sent") == 1
