"""One mail transaction (RFC 5321 section 3.3): the steps it goes by, the replies it waits for, what has become of it.

    lock-step      MAIL | RCPT | DATA | content.       each step waits for the replies to the one before
    PIPELINING     MAIL RCPT DATA | content.
    CHUNKING       MAIL RCPT BDAT content RSET         one step
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import NamedTuple

from pipeline.errors import TransportError
from pipeline.providers.base import Message, Receipt
from pipeline.providers.smtp_capabilities import Capabilities
from pipeline.providers.smtp_message import WireMessage
from pipeline.providers.smtp_verdicts import Phase

RESET = b"RSET\r\n"
_ENVELOPE: tuple[Phase, ...] = (Phase.MAIL, Phase.RCPT, Phase.DATA)
_CHUNK = (Phase.MAIL, Phase.RCPT, Phase.DOT, Phase.RSET)


class Step(NamedTuple):
    """Bytes to say at once, the phases whose replies they call for, and how many bytes follow the message's last."""

    pieces: tuple[bytes, ...]
    phases: tuple[Phase, ...]
    tail: int = 0


@dataclass(slots=True)
class Transaction:
    """A message on its way. `deadline` is monotonic.

    `is_ending`: its last step is said, or is due; another message may follow it. `end` is the stream's count behind
    the message's last byte, once all of it is queued. `result` is the first refusal, or the receipt: what the message's
    sender hears when the transaction is over. A receipt that is not `is_sure` counts only if the dialogue goes on in
    step.
    """

    message: Message
    steps: deque[Step]
    deadline: float
    awaited: deque[Phase] = field(default_factory=deque)
    has_reader: bool = False
    result: Receipt | TransportError | None = None
    is_sure: bool = False
    is_ending: bool = False
    end: int | None = None


def steps_for(wire: WireMessage, offer: Capabilities, *, reset: bool) -> deque[Step]:
    """The steps for a server with this offer; `reset` first clears away what the message before left behind.

    A chunk clears away behind itself.
    """
    if offer.chunking:
        return deque([Step((wire.mail, wire.rcpt, *wire.as_chunk(), RESET), _CHUNK, len(RESET))])
    words: tuple[bytes, ...]
    words, phases = (wire.mail, wire.rcpt, b"DATA\r\n"), _ENVELOPE
    if reset:
        words, phases = (RESET, *words), (Phase.RSET, *phases)
    content = Step(wire.as_data(), (Phase.DOT,))
    if "PIPELINING" in offer:
        return deque([Step(words, phases), content])
    return deque([*(Step((word,), (phase,)) for word, phase in zip(words, phases, strict=True)), content])
