"""A sender at work: what cannot be made, who stops it, letters beside mailings, posts that are slow or take batches."""

from __future__ import annotations

import math
import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.errors import (
    AudienceError,
    ConfigError,
    Deferred,
    EditionError,
    InDoubt,
    Refused,
    Rejected,
    TransportError,
    Unavailable,
)
from pipeline.mailings import board, sender_queue
from pipeline.mailings.dispatch import Dispatch, Report
from pipeline.mailings.mailing import COPIES, Claim, DeliveryState, MailingState, Outcome
from pipeline.mailings.send import PATIENCE, deliver, serve
from pipeline.mailings.sender_queue import GROUP
from pipeline.providers.base import Message, Receipt, Transport
from pipeline.providers.local import Faulty, Outbox
from tests.books import LEASE, NOON, leave
from tests.workplaces import Workplace, always, refused_session, to

SENT, PENDING, DEFERRED, FAILED = "sent", "pending", "deferred", "failed"


@pytest.fixture
def work(tmp_path: Path) -> Workplace:
    return Workplace(tmp_path)


# ---- before the post ----------------------------------------------------------------------------


def test_a_reader_who_cannot_be_addressed_fails_alone(work: Workplace) -> None:
    def compose(claim: Claim) -> Message:
        if claim.address.startswith("reader1@"):
            raise AudienceError("cannot be written to a header")
        return work.compose(claim)

    deliver(work.dispatch(compose), work.stop)

    assert work.states == [SENT, "failed", SENT]
    row = work.rows()[1]
    assert (row["reply"], row["attempts"], row["attempted_at"]) == ("cannot be written to a header", 0, None)


def test_a_last_reader_who_cannot_be_addressed_is_recorded_too(work: Workplace) -> None:
    def compose(claim: Claim) -> Message:
        raise AudienceError("no")

    deliver(work.dispatch(compose), work.stop)

    assert work.states == ["failed"] * 3


@pytest.mark.parametrize("error", [EditionError("a link leads nowhere"), ConfigError("the key is gone")])
def test_a_mailing_that_cannot_be_composed_is_paused(work: Workplace, error: EditionError | ConfigError) -> None:
    def compose(claim: Claim) -> Message:
        if claim.mailing_id == work.mailing_id:
            raise error
        return work.compose(claim)

    work.begin("15", 1)

    report = deliver(work.dispatch(compose), work.stop)

    assert work.states == [PENDING] * 3
    assert (work.mailing.state, work.mailing.reason) == (MailingState.PAUSED, str(error))
    assert report.paused == {work.mailing_id: str(error)}
    assert work.sent == ["reader3"]


def test_whoever_leaves_during_the_send_is_skipped(tmp_path: Path) -> None:
    work = Workplace(tmp_path, readers=GROUP + 1)
    last = work.rows()[-1]["subscriber_id"]

    def script(message: Message, attempt: int) -> TransportError | None:
        if message.recipient.startswith("reader0@"):
            leave(work.database, int(str(last)))
        return None

    work.script = script

    work.deliver()

    assert work.states == [SENT] * GROUP + ["skipped"]
    assert work.rows()[-1]["reply"] == "left before it was sent"


def test_whoever_leaves_behind_a_lost_answer_is_skipped_and_may_have_it(work: Workplace) -> None:
    first = work.rows()[0]["subscriber_id"]
    work.script = to("reader0", lambda: InDoubt("the line broke"))
    work.deliver()
    leave(work.database, int(str(first)))
    work.clock.turn(timedelta(minutes=6))

    work.deliver()

    assert work.sent.count("reader0") == 1
    assert (work.states, work.rows()[0]["reply"]) == (
        ["skipped", SENT, SENT], "left before it was sent again, and may have it")


def test_whoever_leaves_while_their_message_waits_in_hand_is_skipped_within_a_second(
    work: Workplace, monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sender_queue, "UNRECORDED_S", -1)
    second = work.rows()[1]["subscriber_id"]

    def script(message: Message, attempt: int) -> TransportError | None:
        leave(work.database, int(str(second)))
        return None

    work.script = script

    work.deliver()

    assert work.sent == ["reader0", "reader2"]
    assert work.states == [SENT, "skipped", SENT]
    assert work.rows()[1]["reply"] == "left before it was sent"


# ---- a person stops it, or we are stopped ---------------------------------------------------------


@pytest.mark.parametrize(("target", "rest"), [(MailingState.PAUSED, PENDING), (MailingState.CANCELLED, "cancelled")])
def test_a_person_who_stops_a_mailing_stops_it_after_the_group_in_hand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, target: MailingState, rest: str
) -> None:
    monkeypatch.setattr(sender_queue, "UNRECORDED_S", math.inf)  # however busy the machine is, less than that
    work = Workplace(tmp_path, readers=GROUP + 2)

    def script(message: Message, attempt: int) -> TransportError | None:
        work.ledger.mailings.move(work.mailing_id, target, reason="by a person", now=NOON)
        return None

    work.script = script

    work.deliver()
    work.ledger.mailings.finish(NOON)

    assert work.states == [SENT] * GROUP + [rest] * 2


@pytest.mark.parametrize(("target", "rest"), [(MailingState.PAUSED, PENDING), (MailingState.CANCELLED, "cancelled")])
def test_a_person_who_stops_a_mailing_stops_it_in_a_second_where_the_post_is_slow(
    work: Workplace, monkeypatch: pytest.MonkeyPatch, target: MailingState, rest: str
) -> None:
    monkeypatch.setattr(sender_queue, "UNRECORDED_S", -1)

    def script(message: Message, attempt: int) -> TransportError | None:
        work.ledger.mailings.move(work.mailing_id, target, reason="by a person", now=NOON)
        return None

    work.script = script

    work.deliver()
    work.ledger.mailings.finish(NOON)

    assert work.sent == ["reader0"]
    assert work.states == [SENT, rest, rest]


def test_stop_in_the_middle_gives_back_what_was_not_attempted(tmp_path: Path) -> None:
    work = Workplace(tmp_path, readers=5)

    def script(message: Message, attempt: int) -> TransportError | None:
        if message.recipient.startswith("reader1@"):
            work.stop.set()
        return None

    work.script = script

    report = serve(work.dispatch(), work.stop)

    assert work.states == [SENT, SENT, PENDING, PENDING, PENDING]
    assert report.outcomes == {DeliveryState.SENT: 2}
    work.stop.clear()
    work.script = always(lambda: Rejected("never"), 2)
    work.deliver()
    assert work.sent == [f"reader{n}" for n in range(5)]


def test_stop_before_the_start_sends_nothing(work: Workplace) -> None:
    work.stop.set()

    work.deliver()

    assert (work.sent, work.states) == ([], [PENDING] * 3)


def test_transport_is_opened_when_it_is_needed_and_closed_at_the_end(work: Workplace) -> None:
    log: list[str] = []

    class Logged(Faulty):
        def close(self) -> None:
            log.append("closed")

    def opening() -> Transport:
        log.append("opened")
        return Logged(work.script, work.outbox)

    dispatch = work.dispatch()
    dispatch.post = replace(dispatch.post, open=opening)
    deliver(dispatch, work.stop)
    assert log == ["opened", "closed"]

    deliver(dispatch, work.stop)
    assert log == ["opened", "closed"]  # nothing was due: no connection


@pytest.mark.parametrize("senders", [1, 3])
def test_batches_larger_than_the_board_go_out_in_smaller_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, senders: int
) -> None:
    """Postmark takes 500 in a call: from six connections on, all that is begun at once has no room on the board."""
    monkeypatch.setattr(board, "ENTRIES", 64)

    class Batching(Outbox):
        batch_size = 100

    work = Workplace(tmp_path, readers=300, senders=senders)
    work.transport = post = Batching(work.clock)  # type: ignore[assignment]
    work.deliver()

    assert (work.states, len(post.messages)) == (["sent"] * 300, 300)


def test_sender_that_cannot_start_ends_those_that_did_before_anybody_else_takes_what_they_hold(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine that starts no more threads: the next attempt takes back what this one held, so nobody may hold it."""
    work, begin, senders = Workplace(tmp_path, senders=2), threading.Thread.start, []

    def start(thread: threading.Thread) -> None:
        if thread.name == "sender":
            if senders:
                raise RuntimeError("can't start new thread")
            senders.append(thread)
        begin(thread)

    monkeypatch.setattr(threading.Thread, "start", start)

    with pytest.raises(RuntimeError, match="can't start new thread"):
        serve(work.dispatch(), work.stop)

    assert [sender.is_alive() for sender in senders] == [False]


# ---- slow posts ---------------------------------------------------------------------------------


def test_a_slow_post_is_served_to_the_last_reader(tmp_path: Path) -> None:
    """A claim whose lease ran out while the ones before it were handed over is given back and claimed anew."""
    work = Workplace(tmp_path, readers=GROUP, lease=LEASE)

    def script(message: Message, attempt: int) -> TransportError | None:
        work.clock.turn(LEASE / 4)
        return None

    work.script = script

    work.deliver()

    assert work.states == [SENT] * GROUP
    assert work.sent == [f"reader{n}" for n in range(GROUP)]


def test_refused_letter_pauses_nothing_and_is_tried_later(work: Workplace) -> None:
    work.write_letter()
    work.ledger.mailings.move(work.mailing_id, MailingState.PAUSED, reason="", now=NOON)
    work.script = always(refused_session)

    report = work.deliver()

    assert (work.sent, report.paused) == ([], {})
    assert report.outcomes == {DeliveryState.DEFERRED: 1}


@pytest.mark.parametrize(("verdict", "state", "reply", "attempts"), [
    (Deferred("451 later"), FAILED, "gave up after `mailings.expire`: 451 later", 8),
    (Refused("501 what address"), FAILED, "gave up after `mailings.expire`: 501 what address", 8),
    (InDoubt("the line broke"), SENT, "assumed sent: the line broke", COPIES),
])
def test_letter_is_not_tried_for_ever(
    tmp_path: Path, verdict: TransportError, state: str, reply: str, attempts: int
) -> None:
    """One minute, then five and five again: expire is over with the eighth; a reader has three copies before."""
    work = Workplace(tmp_path, readers=1, expire=timedelta(minutes=36))
    work.write_letter()
    work.script = lambda message, attempt: verdict if message.key == work.letter["key"] else None

    for _ in range(12):
        work.deliver()
        work.clock.turn(timedelta(minutes=6))

    letter = work.letter
    assert (letter["state"], letter["reply"], letter["attempts"]) == (state, reply, attempts)


def test_letter_waits_as_long_as_everybody_is_refused(tmp_path: Path) -> None:
    """A wrong password blames no reader, however long it stands."""
    work = Workplace(tmp_path, readers=1, expire=timedelta(minutes=36))
    work.write_letter()
    work.ledger.mailings.move(work.mailing_id, MailingState.PAUSED, reason="", now=NOON)
    work.script = always(refused_session)

    for _ in range(12):
        work.deliver()
        work.clock.turn(timedelta(minutes=6))

    assert work.letter["state"] == DEFERRED


def test_a_letter_that_cannot_be_composed_fails_alone(work: Workplace) -> None:
    def compose(claim: Claim) -> Message:
        if claim.mailing_id is None:
            raise EditionError("no header can carry it")
        return work.compose(claim)

    work.write_letter()

    report = deliver(work.dispatch(compose), work.stop)

    assert report.outcomes == {DeliveryState.FAILED: 1, DeliveryState.SENT: 3}
    assert report.paused == {}


def test_a_mistake_in_a_transport_ends_all_senders_with_that_mistake(work: Workplace) -> None:
    """Not with a thread that is gone and a report that sounds well."""
    def script(message: Message, attempt: int) -> TransportError | None:
        raise RuntimeError("a mistake of ours")

    work.script = script

    with pytest.raises(RuntimeError, match="a mistake of ours"):
        work.deliver()


@pytest.mark.parametrize("senders", [1, 4])
def test_post_that_nobody_reaches_is_said_whoever_tried(tmp_path: Path, senders: int) -> None:
    work = Workplace(tmp_path, readers=2, senders=senders)
    work.script = always(lambda: Unavailable("no connection"))

    report = work.deliver()

    assert (report.unreachable, work.sent) == ("no connection", [])


class Lines:
    """Two lines, each of which has readers in hand before anything is tried; the one with the first reader is cut.

    The other one hands over nothing before the cut one tries for the third time, and so for the last.
    """

    def __init__(self, work: Workplace) -> None:
        self.work = work
        self.others_began, self.is_last_try = threading.Event(), threading.Event()
        self.may_give_up, self.has_given_up = threading.Event(), threading.Event()

    def open(self) -> Transport:
        lines, work = self, self.work

        class Line(Outbox):
            tries = 0

            def send(self, message: Message) -> Receipt:
                if not (self.tries or message.recipient.startswith("reader0@")):
                    lines.hand_over(len(self.messages))
                    receipt = super().send(message)
                    work.outbox.messages.append(message)
                    return receipt
                self.tries += 1
                lines.fail(self.tries)
                raise Unavailable("no connection")

            def close(self) -> None:
                if self.tries:
                    lines.has_given_up.set()

        return Line(work.clock)

    def hand_over(self, handed_over: int) -> None:
        self.others_began.set()
        assert self.is_last_try.wait(60)

    def fail(self, tries: int) -> None:
        assert self.others_began.wait(60)
        if tries == PATIENCE:
            self.is_last_try.set()
            assert self.may_give_up.wait(60)

    def deliver(self) -> Report:
        dispatch = self.work.dispatch()
        dispatch.post = replace(dispatch.post, open=self.open)
        return deliver(dispatch, self.work.stop)


def test_sender_whose_line_is_cut_leaves_its_readers_to_the_others(tmp_path: Path) -> None:
    """One of them made way after two tries and waits; nobody says that the post is away."""
    class AtWork(Lines):
        def hand_over(self, handed_over: int) -> None:
            super().hand_over(handed_over)
            if handed_over == 1:
                self.may_give_up.set()
            if handed_over == GROUP - 1:
                assert self.has_given_up.wait(60)

    work = Workplace(tmp_path, readers=GROUP * 2, senders=2)

    report = AtWork(work).deliver()

    assert report.unreachable == ""
    assert (work.states.count(SENT), work.states.count(DEFERRED)) == (GROUP * 2 - 1, 1)


def test_sender_whose_line_is_cut_leaves_its_readers_to_one_that_had_nothing_more_to_do(tmp_path: Path) -> None:
    """Else a pass would end well, with people who were never tried."""
    class Idle(Lines):
        def deliver(self) -> Report:
            claim = Dispatch.claim

            def watched(dispatch: Dispatch, known: Sequence[Outcome], limit: int, *, is_alone: bool = False,
                        ) -> list[Claim]:
                claims = claim(dispatch, known, limit, is_alone=is_alone)
                if limit and not claims:
                    self.may_give_up.set()
                return claims

            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(Dispatch, "claim", watched)
                return super().deliver()

    work = Workplace(tmp_path, readers=GROUP + 1, senders=2)

    report = Idle(work).deliver()

    assert report.unreachable == ""
    assert (work.states.count(SENT), work.states.count(DEFERRED)) == (GROUP, 1)
