"""One message in the air: the steps it goes by, the replies it waits for, what has become of it.

    lock-step      MAIL | RCPT | DATA | content.       each step waits for the replies to the one before
    PIPELINING     MAIL RCPT DATA | content.
    CHUNKING       MAIL RCPT BDAT content RSET         one step
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from pipeline.errors import TransportError
from pipeline.providers.base import Message, Receipt
from pipeline.providers.smtp_capabilities import Capabilities
from pipeline.providers.smtp_parcel import Parcel
from pipeline.providers.smtp_verdicts import Phase

RESET = b"RSET\r\n"


@dataclass(frozen=True, slots=True)
class Step:
    """Bytes to say at once, the phases whose replies they call for, and how many bytes follow the message's last."""

    pieces: tuple[bytes, ...]
    phases: tuple[Phase, ...]
    tail: int = 0


@dataclass(slots=True)
class Flight:
    """A message on its way. `deadline` is monotonic.

    `end` is the line's count behind the message's last byte, once all of it is queued. `result` is the first
    refusal, or the receipt: what the message's sender hears when the flight is over. A receipt that is not
    `is_sure` counts only if the dialogue goes on in step.
    """

    message: Message
    steps: deque[Step]
    deadline: float
    awaited: deque[Phase] = field(default_factory=deque)
    has_reader: bool = False
    result: Receipt | TransportError | None = None
    is_sure: bool = False
    end: int | None = None


def itinerary(parcel: Parcel, offer: Capabilities, *, reset: bool) -> deque[Step]:
    """The steps for a server with this offer; `reset` first clears away what the message before left behind."""
    before = [Step((RESET,), (Phase.RSET,))] if reset else []
    envelope = [*before, Step((parcel.mail,), (Phase.MAIL,)), Step((parcel.rcpt,), (Phase.RCPT,))]
    if offer.chunking:
        chunk = [Step(parcel.as_chunk(), (Phase.DOT,)), Step((RESET,), (Phase.RSET,))]
        return deque([_joined(envelope + chunk, len(RESET))])
    envelope.append(Step((b"DATA\r\n",), (Phase.DATA,)))
    content = Step(parcel.as_data(), (Phase.DOT,))
    return deque([_joined(envelope), content] if "PIPELINING" in offer else [*envelope, content])


def _joined(steps: list[Step], tail: int = 0) -> Step:
    phases = tuple(phase for step in steps for phase in step.phases)
    return Step(tuple(piece for step in steps for piece in step.pieces), phases, tail)
