"""A lease that ran out before a message went: it does not go; another may have it by now."""

from __future__ import annotations

import math
from collections.abc import Callable
from concurrent.futures import Executor, Future
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import TransportError
from pipeline.mailings import recorder, sender_queue
from pipeline.mailings.board import ENTRIES, Snapshot, read_board
from pipeline.mailings.domains import Limit
from pipeline.mailings.mailing import Doubt, MailingState
from pipeline.mailings.send import deliver
from pipeline.mailings.sender_queue import GROUP
from pipeline.providers.base import Message, MessageSource
from pipeline.providers.local import Faulty
from tests.books import LEASE
from tests.workplaces import Workplace


def test_what_waited_past_its_lease_is_sent_by_whoever_has_it_then_and_by_nobody_else(tmp_path: Path) -> None:
    """The first message takes longer than the lease of the group, and meanwhile somebody takes the rest over."""
    work = Workplace(tmp_path, readers=GROUP, lease=LEASE)
    other = work.ledger.workers.enter("another", host="", boot_id="", pid=1, now=work.clock.now())

    def script(message: Message, attempt: int) -> TransportError | None:
        if message.recipient.startswith("reader0@"):
            work.clock.turn(LEASE * 2)
            work.ledger.doubts.reclaim_leases(work.clock.now())
            work.ledger.doubts.resend(["power"], work.clock.now())  # type: ignore[list-item]
            work.ledger.deliveries.claim(other.id, other.shard, limit=GROUP, now=work.clock.now(),
                                         lease=timedelta(days=1))
        return None

    work.script = script
    work.deliver()

    assert work.sent == ["reader0"]
    assert work.states.count("sending") == GROUP - 1 + (work.states[0] == "sending")


class Overtaken(Faulty):
    """A post with one message in the air when its lease is over, that asks for another before it answers."""

    def __init__(self, work: Workplace) -> None:
        super().__init__(lambda message, attempt: None, work.outbox)
        self._work = work

    def carry(self, source: MessageSource) -> None:
        first = source.next()
        if not isinstance(first, Message):
            return
        assert source.depart(first)
        self._work.clock.turn(LEASE * 2)
        assert self._work.ledger.doubts.reclaim_leases(self._work.clock.now()) == 1
        self._work.ledger.doubts.resend([Doubt.POWER], self._work.clock.now())
        while isinstance(other := source.next(), Message):
            assert source.depart(other)
            source.land(other, self.send(other))
        source.land(first, self.send(first))


@pytest.mark.parametrize("limits", [{}, {"example.com": Limit(concurrency=1)}], ids=["at once", "one by one"])
def test_message_in_the_air_that_is_claimed_again_by_its_own_sender_goes_out_once(
    tmp_path: Path, limits: dict[str, Limit]
) -> None:
    """A sender that was frozen past its lease wakes, and what was taken from it is due again."""
    work = Workplace(tmp_path, readers=1, lease=LEASE, limits=limits)
    work.transport = Overtaken(work)
    dispatch = work.dispatch()

    deliver(dispatch, work.stop)

    assert (work.sent, work.states) == (["reader0"], ["sent"])
    assert (read_board(dispatch.board.path), dispatch.board.room) == (Snapshot(), ENTRIES)


class Stopped(Faulty):
    """A post with three in the air when their lease is over; a person stops the mailing when they are claimed again."""

    def __init__(self, work: Workplace) -> None:
        super().__init__(lambda message, attempt: None, work.outbox)
        self._work = work

    def carry(self, source: MessageSource) -> None:
        work = self._work
        in_the_air: list[Message] = []
        while len(in_the_air) < 3 and isinstance(message := source.next(), Message):
            assert source.depart(message)
            in_the_air.append(message)
        work.clock.turn(LEASE * 2)
        work.ledger.doubts.reclaim_leases(work.clock.now())
        work.ledger.doubts.resend([Doubt.POWER], work.clock.now())
        while isinstance(message := source.next(), Message):  # what was claimed ahead, and is late
            assert not source.depart(message)
            work.ledger.mailings.move(work.mailing_id, MailingState.PAUSED, reason="typo", now=work.clock.now())
        for message in in_the_air:
            source.land(message, self.send(message))


class AtOnce(Executor):
    """What is claimed ahead is claimed before anything else happens."""

    def __init__(self, *_: Any, **_how: Any) -> None:
        pass

    def submit(self, do: Callable[..., Any], /, *args: Any, **how: Any) -> Future[Any]:
        done: Future[Any] = Future()
        done.set_result(do(*args, **how))
        return done


def test_message_in_the_air_that_is_claimed_again_is_not_given_back_where_its_mailing_is_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender_queue, "QUICK_S", math.inf)  # groups grow, so that they are claimed ahead
    monkeypatch.setattr(sender_queue, "GROUP", 1)
    monkeypatch.setattr(recorder, "ThreadPoolExecutor", AtOnce)
    work = Workplace(tmp_path, readers=5, lease=LEASE)
    work.transport = Stopped(work)
    deliver(work.dispatch(), work.stop)
    assert work.sent == ["reader0", "reader1", "reader2"]

    work.transport = Faulty(lambda message, attempt: None, work.outbox)
    work.ledger.mailings.move(work.mailing_id, MailingState.SENDING, reason="", now=work.clock.now())
    work.deliver()

    assert sorted(work.sent) == [f"reader{n}" for n in range(5)]
    assert work.states == ["sent"] * 5
