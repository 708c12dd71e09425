"""What each verdict leads to: every reader ends where the post's answer puts them, and nobody else is touched."""

from __future__ import annotations

import gc
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.errors import (
    Deferred,
    InDoubt,
    Refused,
    Rejected,
    TransportError,
    Unavailable,
)
from pipeline.mailings.mailing import COPIES, DeliveryState, Doubt, DoubtPolicy, MailingState
from pipeline.mailings.send import PATIENCE
from pipeline.mailings.sender_queue import GROUP
from pipeline.mailings.welcome import REFUSALS, UNANSWERED
from pipeline.providers.base import Message
from tests.books import EXPIRE, NOON
from tests.workplaces import RETRY, Workplace, always, refused_session, to

SENT, PENDING, DEFERRED = "sent", "pending", "deferred"
A_MINUTE = timedelta(minutes=1)


@pytest.fixture
def work(tmp_path: Path) -> Workplace:
    return Workplace(tmp_path)


# ---- a receipt ----------------------------------------------------------------------------------


def test_receipt_is_recorded_with_what_the_post_said(work: Workplace) -> None:
    report = work.deliver()

    assert work.sent == ["reader0", "reader1", "reader2"]
    assert work.states == [SENT, SENT, SENT]
    assert report.outcomes == {DeliveryState.SENT: 3}
    row = work.rows()[0]
    assert (row["reply"], row["provider"], row["provider_id"], row["settled_at"], row["attempts"]) == (
        "kept", "outbox", None, NOON, 1)


def test_delivering_again_sends_nothing(work: Workplace) -> None:
    work.deliver()

    report = work.deliver()

    assert (len(work.sent), report.outcomes) == (3, {})


def test_several_senders_share_the_work_and_repeat_nothing(tmp_path: Path) -> None:
    work = Workplace(tmp_path, readers=GROUP * 3, senders=3)

    work.deliver()

    assert sorted(work.sent) == sorted(f"reader{n}" for n in range(GROUP * 3))
    assert work.states == [SENT] * GROUP * 3


def test_the_program_itself_is_searched_for_garbage_again_when_the_work_is_done(work: Workplace) -> None:
    set_aside: list[int] = []
    work.script = lambda message, attempt: set_aside.append(gc.get_freeze_count())  # noqa: ARG005, a script's shape

    work.deliver()

    assert min(set_aside) > 0
    assert gc.get_freeze_count() == 0


def test_all_mailings_that_are_sending_are_delivered(work: Workplace) -> None:
    work.begin("15", 2)

    work.deliver()

    assert work.sent == [f"reader{n}" for n in range(5)]


# ---- Rejected -----------------------------------------------------------------------------------


def test_rejected_fails_that_reader_alone(work: Workplace) -> None:
    work.script = to("reader1", lambda: Rejected("no such user", reply="550 5.1.1 no such user"))

    report = work.deliver()

    assert work.states == [SENT, "failed", SENT]
    assert work.rows()[1]["reply"] == "550 5.1.1 no such user"
    assert report.outcomes == {DeliveryState.SENT: 2, DeliveryState.FAILED: 1}


# ---- Deferred -----------------------------------------------------------------------------------


def test_deferred_is_tried_again_when_the_schedule_says(work: Workplace) -> None:
    work.script = to("reader1", lambda: Deferred("try later", reply="451 try later"), 1)

    work.deliver()
    assert work.states == [SENT, DEFERRED, SENT]
    assert work.rows()[1]["due_at"] == NOON + RETRY[0]
    work.clock.turn(RETRY[0] - timedelta(seconds=1))
    work.deliver()
    assert work.states == [SENT, DEFERRED, SENT]
    work.clock.turn(timedelta(seconds=1))
    work.deliver()

    assert work.states == [SENT, SENT, SENT]
    assert work.rows()[1]["attempts"] == 2


def test_deferred_again_and_again_follows_the_schedule_whose_last_step_repeats(work: Workplace) -> None:
    work.script = to("reader1", lambda: Deferred("try later"))
    gaps = []
    for _ in range(4):
        work.deliver()
        gaps.append(work.rows()[1]["due_at"] - work.clock.now())
        work.clock.turn(gaps[-1])

    assert gaps == [RETRY[0], RETRY[1], RETRY[1], RETRY[1]]


def test_deferred_waits_at_least_as_long_as_the_server_wishes(work: Workplace) -> None:
    work.script = to("reader1", lambda: Deferred("slow down", retry_after_s=1800))

    work.deliver()

    assert work.rows()[1]["due_at"] == NOON + timedelta(minutes=30)


def test_service_delivers_what_was_deferred_when_its_hour_comes(work: Workplace) -> None:
    work.script = to("reader1", lambda: Deferred("try later"), 1)

    work.serve(seconds=70)

    assert work.states == [SENT, SENT, SENT]
    assert work.sent == ["reader0", "reader2", "reader1"]


# ---- Refused ------------------------------------------------------------------------------------


def test_refused_in_the_session_pauses_the_mailing_and_blames_nobody(work: Workplace) -> None:
    work.script = always(refused_session)

    report = work.deliver()

    assert work.states == [PENDING, PENDING, PENDING]
    assert (work.mailing.state, work.mailing.reason) == (
        MailingState.PAUSED, "the post refuses us: 535 bad password")
    assert report.paused == {work.mailing_id: "the post refuses us: 535 bad password"}
    assert [row["attempts"] for row in work.rows()] == [0, 0, 0]


def test_refusal_of_a_whole_call_is_said_once(work: Workplace, caplog: pytest.LogCaptureFixture) -> None:
    work.transport.batch_size = 3
    work.script = always(refused_session)

    work.deliver()

    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == ["mailing.paused"]


def test_refused_for_one_reader_is_tried_later_and_pauses_nothing(work: Workplace) -> None:
    work.script = to("reader1", lambda: Refused("552 too large"))

    report = work.deliver()

    assert work.states == [SENT, DEFERRED, SENT]
    assert (work.mailing.state, report.paused) == (MailingState.SENDING, {})


def test_refused_so_often_in_a_row_pauses_the_mailing(tmp_path: Path) -> None:
    work = Workplace(tmp_path, readers=REFUSALS + 5)
    work.script = always(lambda: Refused("550 5.7.1 blocked"))

    work.deliver()

    assert work.states == [DEFERRED] * (REFUSALS - 1) + [PENDING] * 6
    assert work.mailing.state is MailingState.PAUSED


@pytest.mark.parametrize("senders", [1, 2])
def test_small_mailing_of_which_everybody_is_refused_is_paused(tmp_path: Path, senders: int) -> None:
    work = Workplace(tmp_path, senders=senders)
    work.script = always(lambda: Refused("550 5.7.26 not signed"))

    report = work.deliver()

    assert work.states == [DEFERRED] * 3
    assert report.paused == {work.mailing_id: "the post refuses us: 550 5.7.26 not signed"}
    assert work.mailing.state is MailingState.PAUSED


def test_those_who_are_left_of_a_mailing_and_are_refused_again_pause_nothing(work: Workplace) -> None:
    work.script = lambda message, attempt: \
        None if message.recipient.startswith("reader0@") else Refused("550 5.7.1 no")
    work.deliver()
    work.clock.turn(RETRY[0])

    work.deliver()

    assert work.states == [SENT, DEFERRED, DEFERRED]
    assert [row["attempts"] for row in work.rows()] == [1, 2, 2]
    assert work.mailing.state is MailingState.SENDING


def test_last_one_refused_of_a_mailing_whose_others_were_served_since_pauses_nothing(work: Workplace) -> None:
    def script(message: Message, attempt: int) -> TransportError | None:
        if not message.recipient.startswith("reader2@"):
            return Refused("550 5.7.1 no") if attempt == 1 else None
        return Deferred("451 later") if attempt == 1 else Refused("550 5.7.1 no")

    work.script = script

    work.serve(90)

    assert work.states == [SENT, SENT, DEFERRED]
    assert work.mailing.state is MailingState.SENDING


def test_refusals_between_receipts_never_pause(tmp_path: Path) -> None:
    work = Workplace(tmp_path, readers=REFUSALS * 2)
    work.script = lambda message, attempt: \
        Refused("550 5.7.1 no") if int(message.recipient[6:].partition("@")[0]) % 2 else None

    work.deliver()

    assert work.mailing.state is MailingState.SENDING
    assert work.states == [SENT, DEFERRED] * REFUSALS


def test_post_that_takes_and_never_says_so_pauses_the_mailing_before_everybody_has_copies(tmp_path: Path) -> None:
    work = Workplace(tmp_path, readers=UNANSWERED * 3)
    work.script = always(lambda: InDoubt("the line broke"))

    for _ in range(4):
        work.deliver()
        work.clock.turn(timedelta(hours=1))

    assert work.mailing.state is MailingState.PAUSED
    assert work.mailing.reason == "the post takes messages and does not say so: the line broke"
    assert Counter(Counter(work.sent).values()) == {1: UNANSWERED * 2, 2: UNANSWERED}
    assert set(work.states) == {DEFERRED}  # those that were given back too: each may lie there


def test_answers_that_are_lost_between_receipts_never_pause(tmp_path: Path) -> None:
    """So it is where one mailbox, and not the post, loses them."""
    work = Workplace(tmp_path, readers=UNANSWERED * 4)
    work.script = lambda message, attempt: \
        InDoubt("lost") if int(message.recipient[6:].partition("@")[0]) % 2 and attempt < 3 \
        else Deferred("later") if attempt == 1 else None

    for _ in range(3):
        work.deliver()
        work.clock.turn(timedelta(hours=1))

    assert work.mailing.state is MailingState.SENDING
    assert work.states == [SENT] * UNANSWERED * 4


def test_refusal_of_one_mailing_lets_the_others_go_on(work: Workplace) -> None:
    other = work.begin("15", 2)
    work.script = lambda message, attempt: \
        refused_session() if message.recipient.startswith(("reader0@", "reader1@", "reader2@")) else None

    work.deliver()

    assert work.sent == ["reader3", "reader4"]
    assert [one.state for one in work.ledger.mailings.all()] == [MailingState.PAUSED, MailingState.SENDING]
    assert other != work.mailing_id


def test_a_mailing_that_a_person_resumes_goes_on_at_full_speed(tmp_path: Path) -> None:
    """One service all the time: what it remembers of the pause must not hold the mailing up."""
    work = Workplace(tmp_path, readers=GROUP)
    work.script = lambda message, attempt: refused_session() if work.clock.now() < NOON + A_MINUTE else None
    work.clock.at(A_MINUTE, lambda: work.ledger.mailings.resume(
        work.mailing_id, reason="by a person", now=work.clock.now(), expire=EXPIRE))

    work.serve(seconds=120)

    assert work.states == [SENT] * GROUP
    assert max(row["fence"] for row in work.rows()) == 2  # the claim that was refused, and one more


# ---- Unavailable --------------------------------------------------------------------------------


def test_unavailable_once_puts_back_and_goes_on(work: Workplace) -> None:
    work.script = to("reader0", lambda: Unavailable("no connection"), 1)

    report = work.deliver()

    assert work.states == [SENT, SENT, SENT]
    assert work.sent == ["reader0", "reader1", "reader2"]
    assert work.rows()[0]["attempts"] == 1  # what was never handed over is no attempt
    assert report.unreachable == ""


def test_unavailable_twice_for_one_reader_makes_way_for_the_others(work: Workplace) -> None:
    work.script = to("reader0", lambda: Unavailable("no connection"))

    report = work.deliver()

    assert work.states == [DEFERRED, SENT, SENT]
    assert work.rows()[0]["attempts"] == 0
    assert report.unreachable == ""


def test_unavailable_so_often_in_a_row_ends_a_single_pass(work: Workplace) -> None:
    work.script = always(lambda: Unavailable("no connection"))

    report = work.deliver()

    assert report.unreachable == "no connection"
    assert report.outcomes.total() == PATIENCE
    assert work.states == [DEFERRED, PENDING, PENDING]
    assert work.sent == []


@pytest.mark.parametrize("readers", [1, 2])
def test_a_pass_that_reached_nobody_says_so_however_few_they_are(tmp_path: Path, readers: int) -> None:
    work = Workplace(tmp_path, readers=readers)
    work.script = always(lambda: Unavailable("no connection"))

    assert work.deliver().unreachable == "no connection"


def test_service_brakes_longer_each_time_and_goes_on_when_the_post_is_back(work: Workplace) -> None:
    work.script = lambda message, attempt: \
        Unavailable("no connection") if work.clock.now() < NOON + timedelta(seconds=20) else None

    report = work.serve(seconds=120)

    assert work.clock.waits[:4] == [1.0, 2.0, 5.0, 15.0]
    assert work.states == [SENT, SENT, SENT]
    assert sorted(work.sent) == ["reader0", "reader1", "reader2"]
    assert report.unreachable == ""


def test_service_waits_at_least_as_long_as_the_post_wishes(work: Workplace) -> None:
    work.script = to("reader0", lambda: Unavailable("421 come back", retry_after_s=50), 1)

    work.serve(seconds=100)

    assert work.clock.waits[0] == 50
    assert work.states == [SENT, SENT, SENT]


# ---- InDoubt ------------------------------------------------------------------------------------


@pytest.mark.parametrize("policy", [DoubtPolicy.AUTO, DoubtPolicy.RESEND])
@pytest.mark.parametrize(("taken", "copies"), [(True, 2), (False, 1)])
def test_lost_answer_is_asked_for_again_with_the_same_bytes(
    tmp_path: Path, policy: DoubtPolicy, taken: bool, copies: int
) -> None:
    work = Workplace(tmp_path, policy=policy, is_taken=taken)
    work.script = to("reader1", lambda: InDoubt("the line broke"), 1)

    work.deliver()
    assert work.states == [SENT, DEFERRED, SENT]
    work.clock.turn(RETRY[0])
    work.deliver()

    mine = [one for one in work.outbox.messages if one.recipient.startswith("reader1@")]
    assert work.states == [SENT, SENT, SENT]
    assert len(mine) == copies
    assert len({(one.message_id, one.mime()) for one in mine}) == 1


def test_lost_answer_is_held_where_a_person_decides(tmp_path: Path) -> None:
    work = Workplace(tmp_path, policy=DoubtPolicy.HOLD)
    work.script = to("reader1", lambda: InDoubt("the line broke", reply="lost after the dot"))

    report = work.deliver()

    assert work.states == [SENT, "in_doubt", SENT]
    row = work.rows()[1]
    assert (row["doubt"], row["reply"]) == ("line", "lost after the dot")
    assert report.outcomes[DeliveryState.IN_DOUBT] == 1
    assert len(work.sent) == 3


def test_reader_whose_answers_are_always_lost_gets_three_copies_and_then_waits_for_a_person(tmp_path: Path) -> None:
    work = Workplace(tmp_path)
    work.script = to("reader1", lambda: InDoubt("the line broke"))

    for _ in range(6):
        work.deliver()
        work.ledger.doubts.repeat("outbox", list(Doubt), work.clock.now(), copies=COPIES)
        work.clock.turn(timedelta(hours=1))

    assert Counter(work.sent) == {"reader0": 1, "reader1": COPIES, "reader2": 1}
    assert (work.states, work.mailing.state) == ([SENT, "in_doubt", SENT], MailingState.SENDING)


def test_person_who_decided_for_copies_beforehand_is_not_asked(tmp_path: Path) -> None:
    work = Workplace(tmp_path, policy=DoubtPolicy.RESEND)
    work.script = to("reader1", lambda: InDoubt("the line broke"), *range(1, COPIES + 2))

    for _ in range(COPIES + 2):
        work.deliver()
        work.clock.turn(timedelta(hours=1))

    assert Counter(work.sent) == {"reader0": 1, "reader1": COPIES + 2, "reader2": 1}
    assert work.states == [SENT, SENT, SENT]


def test_person_who_decides_for_another_copy_is_asked_again_after_three(tmp_path: Path) -> None:
    work = Workplace(tmp_path, readers=1)
    work.script = always(lambda: InDoubt("the line broke"))

    for _ in range(2):
        for _ in range(COPIES + 1):
            work.deliver()
            work.clock.turn(timedelta(hours=1))
        assert work.states == ["in_doubt"]
        work.ledger.doubts.resend(list(Doubt), work.clock.now(), mailing_id=work.mailing_id)

    assert len(work.sent) == 2 * COPIES


def test_answers_that_came_leave_a_lost_one_its_repeats(tmp_path: Path) -> None:
    """Greylisted, put off and put off again: no copy lies anywhere."""
    work = Workplace(tmp_path, readers=1)
    work.script = lambda message, attempt: Deferred("450 later") if attempt < 4 else InDoubt("lost") if attempt < 6 \
        else None

    for _ in range(6):
        work.deliver()
        work.clock.turn(timedelta(hours=1))

    assert work.states == [SENT]


@pytest.mark.parametrize("between", [Deferred("450 later"), Unavailable("away"), Refused("550 5.7.1 no")])
def test_repeat_that_is_not_handed_over_stays_with_its_provider(tmp_path: Path, between: TransportError) -> None:
    """Its first copy may lie there: another provider would give the reader a second one, and nobody would say so."""
    work = Workplace(tmp_path, readers=1)
    work.script = lambda message, attempt: InDoubt("the line broke") if attempt == 1 else between

    work.deliver()
    work.clock.turn(timedelta(hours=1))
    work.deliver()

    assert [(row["state"], row["provider"]) for row in work.rows()] == [(DEFERRED, "outbox")]
    assert work.ledger.doubts.strand("another", work.clock.now()) == 1


def test_repeat_that_a_person_stopped_before_it_departed_stays_with_its_provider(tmp_path: Path) -> None:
    work = Workplace(tmp_path, readers=2)
    work.script = always(lambda: InDoubt("the line broke"), 1)
    work.deliver()
    work.clock.turn(timedelta(hours=1))

    def stop(message: Message, attempt: int) -> None:
        work.stop.set()

    work.script = stop
    work.deliver()

    assert work.sent == ["reader0", "reader1", "reader0"]
    row = work.rows()[1]
    assert (row["state"], row["provider"], row["attempts"], row["reply"]) == (DEFERRED, "outbox", 1, "the line broke")
