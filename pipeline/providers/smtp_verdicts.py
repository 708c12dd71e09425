"""What a refusal means: the phase of the dialogue and the class of RFC 3463 decide who is to blame.

                         4xx           5xx
    greeting ... AUTH    Unavailable   Refused       we are not welcome; no reader has been named yet
    MAIL                 Unavailable   Refused       the sender
    RCPT                 Deferred      by the table  the reader, or us: 5.7.x speaks of us to everybody
    DATA, the dot        Deferred      by the table  the message
    anywhere             421: Unavailable            this connection is over; the reader goes by another
    MAIL, RCPT           452, as it says 4.5.3 or nothing, where others were served: the same (`smtp_session`)
    RCPT                 501, but for what 5.1.x says: the reader's odd address where others were served, else us

Blaming a reader for what is our fault costs a whole list; blaming ourselves for a reader costs one
look by a person. So what is not plainly about the mailbox is about us.
"""

from __future__ import annotations

from enum import StrEnum

from pipeline.errors import Deferred, Refused, Rejected, TransportError, Unavailable
from pipeline.providers.smtp_replies import Reply


class Phase(StrEnum):
    """Which command a reply answers."""

    GREETING = "the greeting"
    EHLO = "EHLO"
    STARTTLS = "STARTTLS"
    AUTH = "AUTH"
    RSET = "RSET"
    MAIL = "MAIL FROM"
    RCPT = "RCPT TO"
    DATA = "DATA"
    DOT = "the message"
    LONE_DOT = "the empty message"

    __hash__ = str.__hash__  # that of an enum is written in Python, and each reply looks its phase up


class Faulted(Unavailable):
    """Client and server do not understand each other: the connection is not to be trusted any more."""


_YES = {Phase.DATA: (3,), Phase.LONE_DOT: (2, 4, 5)}
_OPENING = frozenset({Phase.GREETING, Phase.EHLO, Phase.STARTTLS, Phase.AUTH})
_BEFORE_A_READER = _OPENING | {Phase.MAIL}
_OUT_OF_STEP = frozenset({500, 501, 502, 503, 504})  # x0z: syntax, RFC 5321 section 4.2.1
_ODD_PARAMETER = 501  # at RCPT there is one parameter: the address. Exim says no more of one that it cannot parse

# By subject and detail of RFC 3463, the longer key first.
_BY_STATUS: dict[str, type[TransportError]] = {
    "1.7": Refused,   # the sender's address
    "1.8": Refused,
    "1": Rejected,    # the recipient's address
    "2.1": Rejected,  # the mailbox is switched off
    "2": Deferred,    # the mailbox is full
    "3": Refused,     # their system
    "4": Refused,     # the route
    "5": Refused,     # the protocol
    "6": Refused,     # the message
    "7": Refused,     # policy
}

# Codes that come without a status; all others are about us.
_BY_CODE: dict[tuple[Phase, int], type[TransportError]] = {
    (Phase.RCPT, 550): Rejected,
    (Phase.RCPT, 551): Rejected,
    (Phase.RCPT, 552): Deferred,  # the mailbox is full
    (Phase.RCPT, 553): Rejected,
    (Phase.RCPT, 556): Rejected,  # the domain takes no mail, RFC 7504
    (Phase.DOT, 550): Rejected,
    (Phase.DOT, 551): Rejected,
    (Phase.DOT, 553): Rejected,
}

_REMEDY = {
    Phase.GREETING: "the server refuses this machine: ask its operator",
    Phase.EHLO: "the server refuses this machine: ask its operator",
    Phase.STARTTLS: "ask the server's operator, or set transport.security: tls",
    Phase.AUTH: "check transport.username and transport.password",
    Phase.MAIL: "check that this account may send as mailings.from",
}


def accepts(phase: Phase, code: int) -> bool:
    """Whether this code is the yes of this phase: by the first digit, as RFC 5321 section 4.2 asks."""
    return code // 100 in _YES.get(phase, (2,))


def verdict(phase: Phase, reply: Reply, server: str, *, has_served: bool = False) -> TransportError:
    """The verdict on a reply that `accepts` did not accept. `server` is its name for people.

    `has_served`: it has taken a message on this connection, so it understands what we say.
    """
    kind = judge(phase, reply.code, reply.enhanced, has_served=has_served)
    word = "refused" if reply.code >= 500 else "put off" if reply.code >= 400 else "answered out of step"
    text = f"{server}: {phase} was {word}: {reply.text}"
    if kind is Refused:
        remedy = _REMEDY.get(phase, "see what the server says")
        return Refused(f"{text}: {remedy}", reply=reply.text, session=phase in _BEFORE_A_READER)
    return kind(text, reply=reply.text)


def judge(phase: Phase, code: int, enhanced: str, *, has_served: bool = False) -> type[TransportError]:
    """The class of the verdict. `enhanced` is like `5.1.1`, or ""."""
    if code == 421:
        return Unavailable
    if code < 400:
        return Faulted
    if code < 500:
        return Deferred if phase in (Phase.RCPT, Phase.DATA, Phase.DOT) else Unavailable
    if phase in _OPENING:
        return Refused
    return _permanent(phase, code, enhanced.partition(".")[2], has_served=has_served)


def _permanent(phase: Phase, code: int, status: str, *, has_served: bool) -> type[TransportError]:
    """`status` is subject and detail of RFC 3463, like `1.1`, or ""."""
    subject = status.partition(".")[0]
    if phase is Phase.RCPT and code == _ODD_PARAMETER and subject in ("", "0", "5"):
        return Rejected if has_served else Refused
    if code in _OUT_OF_STEP and subject in ("", "0", "3", "4", "5"):
        return Faulted
    if phase is Phase.RSET:
        return Faulted
    if phase is Phase.MAIL:
        return Refused
    if subject in ("", "0"):
        return _BY_CODE.get((phase, code), Refused)
    return _BY_STATUS.get(status) or _BY_STATUS.get(subject, Refused)
