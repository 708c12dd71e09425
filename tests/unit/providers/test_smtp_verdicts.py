"""Who is to blame for a refusal, as one table."""

from __future__ import annotations

import itertools

import pytest

from pipeline.errors import Deferred, Refused, Rejected, TransportError, Unavailable
from pipeline.providers.smtp import Smtp
from pipeline.providers.smtp_replies import Reply
from pipeline.providers.smtp_verdicts import Faulted, Phase, accepts, judge, verdict

G, E, S, A, M, R, D, T = (
    Phase.GREETING, Phase.EHLO, Phase.STARTTLS, Phase.AUTH, Phase.MAIL, Phase.RCPT, Phase.DATA, Phase.DOT,
)

TABLE: list[tuple[Phase, int, str, type[TransportError]]] = [
    # before a reader was named: ours
    (G, 554, "", Refused), (G, 521, "5.3.2", Refused), (G, 550, "5.1.1", Refused), (G, 450, "", Unavailable),
    (E, 550, "", Refused), (E, 504, "", Refused), (E, 451, "4.3.0", Unavailable),
    (S, 501, "", Refused), (S, 454, "4.7.0", Unavailable),
    (A, 535, "5.7.8", Refused), (A, 534, "", Refused), (A, 503, "", Refused), (A, 454, "4.7.0", Unavailable),
    (M, 550, "", Refused), (M, 550, "5.1.1", Refused), (M, 553, "5.1.8", Refused), (M, 501, "5.1.7", Refused),
    (M, 552, "5.3.4", Refused), (M, 530, "5.7.0", Refused), (M, 555, "", Refused),
    (M, 451, "4.7.1", Unavailable), (M, 452, "4.3.1", Unavailable),
    # the reader
    (R, 550, "5.1.1", Rejected), (R, 550, "5.1.2", Rejected), (R, 501, "5.1.3", Rejected), (R, 550, "5.1.6", Rejected),
    (R, 556, "5.1.10", Rejected), (R, 550, "5.1.0", Rejected), (R, 550, "5.2.1", Rejected), (R, 554, "5.1.1", Rejected),
    (R, 550, "", Rejected), (R, 551, "", Rejected), (R, 553, "", Rejected), (R, 556, "", Rejected),
    (R, 550, "5.0.0", Rejected),
    (T, 550, "5.1.1", Rejected), (T, 550, "", Rejected), (T, 554, "5.2.1", Rejected),
    # the reader, later
    (R, 552, "5.2.2", Deferred), (R, 550, "5.2.2", Deferred), (R, 552, "", Deferred), (R, 450, "4.2.0", Deferred),
    (R, 451, "4.7.1", Deferred), (R, 452, "4.2.2", Deferred), (R, 450, "", Deferred),
    (D, 451, "", Deferred), (T, 451, "4.3.0", Deferred), (T, 452, "", Deferred), (T, 552, "5.2.2", Deferred),
    # policy speaks of us to everybody
    (R, 550, "5.7.1", Refused), (R, 550, "5.7.26", Refused), (R, 550, "5.7.515", Refused), (R, 554, "5.7.1", Refused),
    (D, 550, "5.7.1", Refused), (T, 550, "5.7.26", Refused), (T, 554, "5.7.1", Refused), (R, 503, "5.7.0", Refused),
    # the sender's address, although it is said at RCPT
    (R, 550, "5.1.7", Refused), (R, 553, "5.1.8", Refused),
    # their system, the route, the protocol
    (R, 550, "5.3.0", Refused), (R, 554, "5.4.1", Refused), (R, 550, "5.5.0", Refused), (R, 554, "", Refused),
    (R, 530, "", Refused), (R, 521, "", Refused), (D, 554, "", Refused), (D, 550, "", Refused), (T, 554, "", Refused),
    # the address, or whatever we say: nobody can tell before anybody was served
    (R, 501, "", Refused), (R, 501, "5.0.0", Refused), (R, 501, "5.5.4", Refused),
    # the message
    (T, 552, "", Refused), (T, 552, "5.3.4", Refused), (T, 554, "5.6.0", Refused), (T, 550, "5.6.1", Refused),
    # the dialogue
    (M, 503, "5.5.1", Faulted), (M, 500, "", Faulted), (R, 503, "5.5.1", Faulted), (R, 500, "", Faulted),
    (R, 501, "5.3.0", Faulted), (D, 503, "", Faulted), (D, 502, "5.5.1", Faulted), (T, 500, "5.5.2", Faulted),
    (T, 503, "", Faulted), (M, 354, "", Faulted), (D, 250, "2.0.0", Faulted), (Phase.RSET, 550, "", Faulted),
    # 421 anywhere: this connection
    (G, 421, "", Unavailable), (M, 421, "4.7.0", Unavailable), (R, 421, "", Unavailable), (D, 421, "", Unavailable),
    (T, 421, "4.3.2", Unavailable),
]


@pytest.mark.parametrize(("phase", "code", "enhanced", "expected"), TABLE)
def test_verdict_is_by_phase_and_status(
    phase: Phase, code: int, enhanced: str, expected: type[TransportError]
) -> None:
    assert judge(phase, code, enhanced) is expected


def test_no_code_before_rcpt_ever_blames_a_reader() -> None:
    statuses = ["", *(f"5.{subject}.{detail}" for subject in range(8) for detail in range(10))]

    cases = itertools.product((G, E, S, A, M), range(400, 560), statuses)

    blamed = {judge(phase, code, status) for phase, code, status in cases}

    assert blamed == {Refused, Unavailable, Faulted}


def test_no_policy_status_ever_blames_a_reader() -> None:
    cases = itertools.product((R, D, T), range(500, 560), (*range(40), 515, 999))

    blamed = {judge(phase, code, f"5.7.{detail}") for phase, code, detail in cases}

    assert blamed == {Refused}


@pytest.mark.parametrize(("phase", "code", "enhanced", "expected"), [
    (R, 501, "", Rejected), (R, 501, "5.0.0", Rejected), (R, 501, "5.5.4", Rejected), (R, 501, "5.7.1", Refused),
    (M, 501, "", Faulted), (R, 500, "", Faulted), (R, 503, "5.5.1", Faulted), (R, 550, "5.7.1", Refused),
])
def test_who_has_served_others_and_cannot_read_an_address_blames_the_address(
    phase: Phase, code: int, enhanced: str, expected: type[TransportError]
) -> None:
    assert judge(phase, code, enhanced, has_served=True) is expected


@pytest.mark.parametrize(("phase", "code", "expected"), [
    (M, 250, True), (M, 200, True), (M, 354, False), (D, 354, True), (D, 250, False), (R, 251, True), (R, 450, False),
    (Phase.LONE_DOT, 554, True), (Phase.LONE_DOT, 354, False),
])
def test_yes_is_told_by_the_first_digit(phase: Phase, code: int, expected: bool) -> None:
    assert accepts(phase, code) is expected


@pytest.mark.parametrize(("phase", "reply", "line"), [
    (R, Reply(550, (b"5.1.1 no such user",)), "post:25: RCPT TO was refused: 550 5.1.1 no such user"),
    (R, Reply(450, (b"4.2.0", b"later")), "post:25: RCPT TO was put off: 450 4.2.0 later"),
    (M, Reply(550, (b"5.7.1 not you",)),
     "post:25: MAIL FROM was refused: 550 5.7.1 not you: check that this account may send as mailings.from"),
    (T, Reply(552, (b"too large",)), "post:25: the message was refused: 552 too large: see what the server says"),
])
def test_message_says_where_what_and_what_to_do(phase: Phase, reply: Reply, line: str) -> None:
    error = verdict(phase, reply, "post:25")

    assert (str(error), error.reply) == (line, reply.text)


def test_a_message_whose_answer_was_lost_is_one_to_repeat() -> None:
    """RFC 5321 section 4.5.4.1; without it `in_doubt: auto` would hold what a machine's death has left."""
    assert Smtp.repeats
    assert not Smtp.idempotent
