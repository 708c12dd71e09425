"""The ledger away for a while: a service keeps what it knows and goes on; a single pass ends with one line."""

from __future__ import annotations

import errno
import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import NoReturn

import pytest
from sqlalchemy import Connection

from pipeline.errors import Damaged, Deferred, OutputError, Refused, TransportError, Unavailable, Unreachable
from pipeline.mailings import sender_queue
from pipeline.mailings.board import read_board
from pipeline.mailings.domains import Limit
from pipeline.mailings.mailing import Claim, Doubt, MailingState, Outcome
from pipeline.mailings.presence import take_back
from pipeline.mailings.send import BRAKES_S, deliver, serve
from pipeline.mailings.sender_queue import GROUP
from pipeline.providers.base import Message, MessageSource
from pipeline.providers.local import Faulty
from tests.books import NOON
from tests.workplaces import Workplace

AWAY = timedelta(seconds=5)

Access = Callable[..., AbstractContextManager[Connection]]


@dataclass
class Remote(Workplace):
    """A workplace on PostgreSQL, which may throw everybody out and let nobody in for a while."""

    is_away: bool = False

    def lose_the_ledger(self) -> None:
        """Away, once, until the clock says that it is back."""
        if not self.is_away:
            self.is_away = True
            name = self.database.url.database
            self._do(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false",
                     f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
            self.clock.at(AWAY, lambda: self._do(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true"))

    def _do(self, *statements: str) -> None:
        import psycopg  # optional extra

        server = str(self.url).rpartition("/")[0]
        with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)


@pytest.fixture
def work(postgres_url: str, tmp_path: Path) -> Remote:
    return Remote(tmp_path, url=postgres_url)


def during(work: Remote, verdict: Callable[[], TransportError | None]) -> None:
    """The ledger goes away while the second reader's message is on the wire."""
    def script(message: Message, attempt: int) -> TransportError | None:
        if message.recipient.startswith("reader1@") and attempt == 1:
            work.lose_the_ledger()
            return verdict()
        return None

    work.script = script


def refused() -> Refused:
    error = Refused("535")
    error.session = True
    return error


def test_receipt_is_recorded_when_the_ledger_is_back_and_nobody_is_mailed_twice(work: Remote) -> None:
    during(work, lambda: None)

    work.serve(seconds=20)

    assert work.sent == ["reader0", "reader1", "reader2"]
    assert work.states == ["sent", "sent", "sent"]
    assert BRAKES_S[1] in work.clock.waits


def test_deferral_is_recorded_when_the_ledger_is_back(work: Remote) -> None:
    during(work, lambda: Deferred("later"))

    work.serve(seconds=20)

    assert work.states == ["sent", "deferred", "sent"]


def test_pause_is_made_when_the_ledger_is_back(work: Remote) -> None:
    during(work, refused)

    work.serve(seconds=20)

    assert work.states == ["sent", "pending", "pending"]
    assert work.mailing.state is MailingState.PAUSED


def test_message_is_composed_when_the_ledger_is_back(work: Remote) -> None:
    def compose(claim: Claim) -> Message:
        work.lose_the_ledger()
        work.ledger.mailings.envelope(work.mailing_id)
        return work.compose(claim)

    dispatch = work.dispatch(compose)
    work.clock.at(timedelta(seconds=20), work.stop.set)
    serve(dispatch, work.stop)

    assert work.states == ["sent", "sent", "sent"]


def test_pace_is_taken_when_the_ledger_is_back(postgres_url: str, tmp_path: Path) -> None:
    work = Remote(tmp_path, url=postgres_url, rate=1.0)
    during(work, lambda: None)

    work.serve(seconds=30)

    assert work.sent == ["reader0", "reader1", "reader2"]
    assert work.states == ["sent", "sent", "sent"]


def test_single_pass_ends_with_one_line(work: Remote) -> None:
    during(work, lambda: None)

    with pytest.raises(Unreachable, match="the database does not answer"):
        work.deliver()


def test_service_that_is_stopped_during_an_outage_ends_with_one_line(work: Remote) -> None:
    during(work, lambda: None)

    with pytest.raises(Unreachable):
        work.serve(seconds=3)


class Airborne(Faulty):
    """A post that has all messages in the air before it answers any."""

    def carry(self, source: MessageSource) -> None:
        in_flight: list[Message] = []
        while isinstance(message := source.next(), Message):
            if source.depart(message):
                in_flight.append(message)
        for message in in_flight:
            try:
                source.land(message, self.send(message))
            except TransportError as error:
                source.land(message, error)


@pytest.mark.parametrize(("verdicts", "found"), [
    ([None, Unavailable("gone")], ["sent", "pending"]), ([Unavailable("gone"), None], ["pending", "sent"])])
def test_what_became_of_all_in_the_air_is_on_the_board_before_the_ledger_hears_of_the_post(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, verdicts: list[TransportError | None], found: list[str]
) -> None:
    """A ledger that is full just then takes neither the news of the post nor an outcome: the next process reads them.
    """
    work = Workplace(tmp_path, readers=2)
    work.transport = Airborne(lambda message, attempt: verdicts[int(message.recipient[6])], work.outbox)
    dispatch = work.dispatch()
    dispatch.pace.lose()
    claim = dispatch.claim

    def claim_while_there_is_room(known: Sequence[Outcome], limit: int, *, is_alone: bool = False) -> list[Claim]:
        return fill_the_disk() if known else claim(known, limit, is_alone=is_alone)

    def fill_the_disk() -> NoReturn:
        work.stop.set()
        raise OutputError("the ledger cannot be written: the disk is full")

    monkeypatch.setattr(dispatch, "claim", claim_while_there_is_room)
    monkeypatch.setattr(dispatch.pace, "find", fill_the_disk)
    monkeypatch.setattr(dispatch.pace, "lose", fill_the_disk)
    with pytest.raises(OutputError):
        deliver(dispatch, work.stop)

    take_back(work.ledger, dispatch.worker, read_board(dispatch.board.path), Doubt.PROCESS, NOON, has_died=True)
    assert work.states == found


def test_what_is_in_the_air_when_a_single_pass_loses_the_ledger_is_heard_and_not_in_doubt(
    postgres_url: str, tmp_path: Path,
) -> None:
    work = Remote(tmp_path, url=postgres_url, readers=GROUP + 5)
    work.transport = Airborne(lambda message, attempt: None, work.outbox)
    dispatch = work.dispatch(lambda claim: work.lose_the_ledger() or work.compose(claim))  # type: ignore[func-returns-value]

    with pytest.raises(Unreachable):
        deliver(dispatch, work.stop)
    work.clock.wait(work.stop, AWAY.total_seconds())
    take_back(work.ledger, dispatch.worker, read_board(dispatch.board.path), Doubt.PROCESS, NOON)

    assert work.states == ["sent"] * GROUP + ["pending"] * 5


def test_message_that_cannot_be_made_because_a_single_pass_loses_the_ledger_is_suspected_of_nothing(
    work: Remote,
) -> None:
    def compose(claim: Claim) -> Message:
        work.lose_the_ledger()
        work.ledger.mailings.envelope(work.mailing_id)
        return work.compose(claim)

    dispatch = work.dispatch(compose)
    with pytest.raises(Unreachable):
        deliver(dispatch, work.stop)
    work.clock.wait(work.stop, AWAY.total_seconds())
    take_back(work.ledger, dispatch.worker, read_board(dispatch.board.path), Doubt.PROCESS, NOON, has_died=True)

    assert (work.ledger.suspects.waiting(), work.states) == ({}, ["pending"] * 3)


@pytest.mark.parametrize("shortage", [MemoryError(), OSError(errno.EMFILE, "too many open files")], ids=repr)
def test_message_that_a_machine_in_need_could_not_make_is_suspected_of_nothing(
    tmp_path: Path, shortage: Exception,
) -> None:
    def compose(claim: Claim) -> Message:
        raise shortage

    work = Workplace(tmp_path)
    dispatch = work.dispatch(compose)
    with pytest.raises(type(shortage)):
        deliver(dispatch, work.stop)
    take_back(work.ledger, dispatch.worker, read_board(dispatch.board.path), Doubt.PROCESS, NOON, has_died=True)

    assert (work.ledger.suspects.waiting(), work.states) == ({}, ["pending"] * 3)


@pytest.mark.parametrize("batch_size", [1, 2])
def test_ledger_that_fails_for_good_while_a_message_is_made_ends_the_pass_and_leaves_nobody_in_hand(
    tmp_path: Path, batch_size: int,
) -> None:
    work = Workplace(tmp_path)
    work.transport.batch_size = batch_size
    compose = iter([work.compose, damage, work.compose, work.compose])

    with pytest.raises(Damaged):
        deliver(work.dispatch(lambda claim: next(compose)(claim)), work.stop)

    assert work.states == ["sent", "pending", "pending"]


def damage(claim: Claim) -> Message:
    raise Damaged("the ledger is damaged")


def test_turn_of_a_machine_among_many_waits_for_the_ledger(work: Remote) -> None:
    dispatch = work.dispatch(lambda claim: work.lose_the_ledger() or work.compose(claim))  # type: ignore[func-returns-value]

    deliver(dispatch, work.stop, is_patient=True)

    assert work.states == ["sent", "sent", "sent"]


@pytest.mark.parametrize("step", range(1, 13))
def test_ledger_that_fails_once_at_any_step_leaves_nobody_in_hand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int,
) -> None:
    """A pass that ends as if all were well has seen to everybody; one that says so is made good by the next."""
    monkeypatch.setattr(sender_queue, "QUICK_S", math.inf)  # groups grow, and are claimed ahead
    monkeypatch.setattr(sender_queue, "UNRECORDED_S", math.inf)
    work = Workplace(tmp_path, readers=150, limits={"example.com": Limit(concurrency=3)}, rate=1_000)
    dispatch, turns = work.dispatch(), count(1)
    for way in ("read", "write"):
        monkeypatch.setattr(work.database, way, failing_at(step, turns, getattr(work.database, way)))

    try:
        deliver(dispatch, work.stop)
    except Unreachable:
        take_back(work.ledger, dispatch.worker, read_board(dispatch.board.path), Doubt.PROCESS, NOON)
        work.deliver()

    assert next(turns) > step
    assert work.states == ["sent"] * 150
    assert set(Counter(work.sent).values()) == {1}


def failing_at(step: int, turns: Iterator[int], way: Access) -> Access:
    """A way to the ledger, which is away at this one of the turns."""
    @contextmanager
    def flaky(*given: object) -> Iterator[Connection]:
        if next(turns) == step:
            raise Unreachable("the database does not answer")
        with way(*given) as connection:
            yield connection

    return flaky
