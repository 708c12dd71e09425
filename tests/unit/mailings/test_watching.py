"""A running mailing seen from outside: rate, what is left, and how each domain takes it."""

from __future__ import annotations

import threading
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from pipeline.cli.watch import follow, progress_line, progress_table
from pipeline.mailings import watching
from pipeline.mailings.ledger import Ledger
from pipeline.mailings.mailing import Claim, DeliveryState, MailingState, Outcome
from pipeline.mailings.watching import Watch
from tests.books import LEASE, NOON, add_issue, add_readers, begin_mailing, copied_database

SENT, DEFERRED, FAILED = DeliveryState.SENT, DeliveryState.DEFERRED, DeliveryState.FAILED


class Desk:
    """A sender at work on a mailing to twelve readers."""

    def __init__(self, folder: Path) -> None:
        database = copied_database(folder / "avviso.db")
        add_issue(database, "14")
        add_readers(database, "weekly", 12)
        self.ledger = Ledger(database)
        self.mailing = begin_mailing(self.ledger, "14", "weekly")
        self.worker = self.ledger.workers.enter("w", host="", boot_id="", pid=1, now=NOON)
        self.watch = Watch(self.ledger)

    def claim(self, count: int) -> list[Claim]:
        return self.ledger.deliveries.claim("w", 1, limit=count, now=NOON, lease=LEASE)

    def settle(self, claims: list[Claim], state: DeliveryState) -> None:
        due_at = NOON + timedelta(hours=1) if state is DEFERRED else None
        self.ledger.deliveries.record(1, [Outcome(one, state, "", due_at=due_at) for one in claims], now=NOON)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_nothing_is_seen_where_nothing_is_sent(desk: Desk) -> None:
    desk.ledger.mailings.move(desk.mailing.id, MailingState.PAUSED, reason="", now=NOON)

    assert desk.watch.look(0) == []
    assert desk.watch.is_over([])


def test_rate_and_what_is_left_come_from_the_last_half_minute(desk: Desk) -> None:
    before, = desk.watch.look(0)
    desk.settle(desk.claim(4), SENT)
    after, = desk.watch.look(2)
    later, = desk.watch.look(60)

    assert (before.rate, before.left, before.done) == (0, None, 0)
    assert (after.rate, after.left, after.done) == (2, timedelta(seconds=4), 4)
    assert (later.rate, later.left) == (0, None)


def test_domains_follow_each_delivery_until_it_is_final(desk: Desk) -> None:
    first, second = desk.claim(3), desk.claim(3)
    desk.settle(first[:2], SENT)
    desk.settle(first[2:], FAILED)
    half, = desk.watch.look(0)
    desk.settle(second, DEFERRED)
    whole, = desk.watch.look(1)

    assert half.domains == [("example.com", {DeliveryState.SENDING: 3, SENT: 2, FAILED: 1})]
    assert whole.domains == [("example.com", {DEFERRED: 3, SENT: 2, FAILED: 1})]


def test_domain_walk_takes_page_after_page_and_asks_again_in_turn(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "AGAIN", 2)
    monkeypatch.setattr(watching, "LOOKED_AFTER", 1000)
    claims = desk.claim(12)
    desk.watch.look(0)
    desk.settle(claims, SENT)

    seen = [desk.watch.look(n)[0].domains[0][1][SENT] for n in range(1, 8)]

    assert seen == [2, 4, 6, 8, 10, 12, 12]


def test_it_is_over_when_everything_is_final_or_nobody_sends(desk: Desk) -> None:
    claims = desk.claim(12)
    assert not desk.watch.is_over(desk.watch.look(0))

    desk.settle(claims[:11], SENT)
    desk.settle(claims[11:], DEFERRED)
    assert not desk.watch.is_over(desk.watch.look(1))

    desk.ledger.workers.leave(["w"])
    assert desk.watch.is_over(desk.watch.look(2))


def test_it_is_over_where_whoever_sent_has_died_and_others_only_answer_readers(desk: Desk) -> None:
    desk.ledger.workers.enter("web", host="", boot_id="", pid=2, now=NOON, work="web")
    watch = Watch(desk.ledger, lambda worker: worker.id == "w")

    assert watch.is_over(watch.look(0))


def test_lines_elsewhere_than_on_a_terminal(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    claims = desk.claim(12)
    desk.watch.look(0)
    desk.settle(claims[:10], SENT)
    desk.settle(claims[10:], DEFERRED)
    desk.ledger.workers.leave(["w"])

    follow(desk.watch, threading.Event())

    line, end = capsys.readouterr().out.splitlines()
    assert line.startswith("14 to weekly: 10 of 12 done (83 %), ")
    assert " a second, 10 sent, 2 deferred, 0 failed, 0 in doubt, " in line
    assert line.endswith("; example.com: 2 deferred")
    assert end == "14 to weekly: sending, 10 of 12 done: 2 wait for the next `avviso publish` or `avviso run`"


def test_why_it_stands_still_is_said_at_each_look(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.ledger.workers.leave(["w"])

    follow(desk.watch, threading.Event(), lambda: ["waits until 08:40: smtp wants to be left alone"])

    assert capsys.readouterr().out.splitlines()[1] == "waits until 08:40: smtp wants to be left alone"


def test_what_is_paused_meanwhile_waits_for_a_person_and_for_no_pass(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.settle(desk.claim(3), SENT)
    desk.watch.look(0)
    desk.ledger.mailings.move(desk.mailing.id, MailingState.PAUSED, reason="", now=NOON)

    follow(desk.watch, threading.Event())

    assert capsys.readouterr().out.splitlines()[-1] == (
        "14 to weekly: paused, 3 of 12 done: 9 wait for `avviso resume 14`")


def test_watching_nothing_says_so(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.ledger.mailings.move(desk.mailing.id, MailingState.PAUSED, reason="", now=NOON)

    follow(desk.watch, threading.Event())

    assert capsys.readouterr().out == "nothing is being sent\n"


def test_asked_to_stop_it_stops_at_once(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    stop = threading.Event()
    stop.set()

    follow(desk.watch, stop)

    assert capsys.readouterr().out.count("\n") == 1


def test_table_on_a_terminal_names_everybody_and_the_domains(desk: Desk) -> None:
    desk.settle(desk.claim(12), SENT)
    picture, = desk.watch.look(0)
    console = Console(width=100, record=True, file=StringIO())

    console.print(progress_table(picture))

    shown = " ".join(console.export_text().split())
    assert "14 to weekly 12 of 12 100 % 0 a second" in shown
    assert progress_line(picture).startswith("14 to weekly: 12 of 12 done (100 %)")
    assert "everybody" in shown
    assert "example.com" in shown
