"""The next group is claimed beside the one in hand: the wire does not wait, and nobody pays for what goes wrong."""

from __future__ import annotations

import logging
import math
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import TransportError, Unreachable
from pipeline.mailings import sender_queue
from pipeline.mailings.mailing import MailingState
from pipeline.mailings.send import deliver
from pipeline.mailings.sender_queue import GROUP
from pipeline.providers.base import Message
from tests.books import NOON
from tests.workplaces import Workplace

READERS = 8 * GROUP  # groups of 20, 40, 80: from the second on the next is claimed ahead
SECOND = GROUP + 2   # a message of the second group
LIMIT_S = 60

Commit = Callable[..., Any]


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workplace:
    monkeypatch.setattr(sender_queue, "QUICK_S", math.inf)  # however busy the machine is, groups grow,
    monkeypatch.setattr(sender_queue, "UNRECORDED_S", math.inf)  # and no second passes
    return Workplace(tmp_path, readers=READERS)


def beside(work: Workplace, monkeypatch: pytest.MonkeyPatch, act: Callable[[Commit], Commit]) -> None:
    """Puts something in the way of the commits that are made beside the wire."""
    claim = work.ledger.deliveries.claim
    hindered = act(claim)

    def choose(*given: Any, **named: Any) -> Any:
        is_beside = threading.current_thread().name.startswith("recorder")
        return (hindered if is_beside else claim)(*given, **named)

    monkeypatch.setattr(work.ledger.deliveries, "claim", choose)


def at(number: int, act: Callable[[], object]) -> Callable[[Message, int], TransportError | None]:
    """A post that takes everything; `act` happens while it takes this message."""
    taken = iter(range(1, READERS + 1))

    def script(message: Message, attempt: int) -> None:
        if next(taken) == number:
            act()

    return script


def test_ledger_that_an_earlier_turn_missed_is_found_with_the_first_commit(
    work: Workplace, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    dispatch, told = work.dispatch(), list[str]()
    dispatch.miss_ledger(Unreachable("the database does not answer"))
    work.script = at(1, lambda: told.extend(record.message for record in caplog.records))

    deliver(dispatch, work.stop)

    assert told == ["ledger.unreachable", "ledger.reached"]


def test_messages_go_out_while_the_commit_waits_for_the_disk(
    work: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    has_gone_on = threading.Event()
    work.script = at(SECOND, has_gone_on.set)
    waited: list[bool] = []

    def wait_for_the_wire(claim: Commit) -> Commit:
        def slow(*given: Any, **named: Any) -> Any:
            waited.append(has_gone_on.wait(LIMIT_S))
            return claim(*given, **named)

        return slow

    beside(work, monkeypatch, wait_for_the_wire)

    work.deliver()

    assert waited
    assert all(waited)
    assert work.states == ["sent"] * READERS


def test_group_claimed_ahead_is_given_back_where_a_person_has_stopped_its_mailing(work: Workplace) -> None:
    work.script = at(SECOND, lambda: work.ledger.mailings.move(
        work.mailing_id, MailingState.PAUSED, reason="by a person", now=NOON))

    work.deliver()

    assert work.states.count("sent") == 3 * GROUP  # the group in hand, and nobody of the next
    assert work.states.count("pending") == READERS - 3 * GROUP
    assert {row["attempts"] for row in work.rows() if row["state"] == "pending"} == {0}


def test_group_claimed_ahead_is_given_back_where_the_ledger_fails_once_as_it_is_taken(
    work: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    sending, failures = work.ledger.mailings.sending, iter([Unreachable("the database does not answer")])

    def flaky() -> set[int]:
        if failure := next(failures, None):
            raise failure
        return sending()

    monkeypatch.setattr(work.ledger.mailings, "sending", flaky)
    work.deliver()

    assert next(failures, None) is None
    assert work.states == ["sent"] * READERS


def test_commit_that_fails_beside_the_wire_forgets_nothing_and_repeats_nobody(
    work: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(claim: Commit) -> Commit:
        def away(*given: Any, **named: Any) -> Any:
            raise Unreachable("the database does not answer")

        return away

    beside(work, monkeypatch, fail)

    work.deliver()

    assert work.states == ["sent"] * READERS
    assert len(work.sent) == READERS
