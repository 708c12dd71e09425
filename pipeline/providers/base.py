"""The port to the post: a Message goes in, a Receipt comes back, or one of five verdicts is raised.

The verdicts are `errors.Rejected`, `Deferred`, `Refused`, `Unavailable` and `InDoubt`; raising the
right one is a transport's whole craft. Nothing else may be raised by `send`.

    send        one message                  every transport has it
    send_batch  some messages in one call    a service whose interface takes many; sets `batch_size`
    carry       as many as the source gives    a line on which many are on their way at once (SMTP)

Each of the last two is made of the one before unless a transport knows better.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from pipeline.errors import TransportError, Unavailable

LIST_DOMAIN = "list.invalid"  # RFC 2606: of the one recipient of a broadcast, and of its links, until theirs
TO_NOBODY = "folder"  # the transport whose messages stay on this machine


class Message(NamedTuple):
    """One message to one reader.

    `key` is the delivery's, `message_id` without angle brackets; `sender` and `recipient` are the
    envelope's plain addresses. `mime()` gives the bytes of RFC 5322, CRLF ends, equal at every call.
    `parts()` gives headers, subject, html and text apart, for services that take them so.
    `sequence` is the delivery's place in its mailing, from 1, and `mailing` a name for people.
    `pieces()`, where there is one, gives the same bytes in pieces, most of them shared by all readers, for a line that
    takes them one by one. It vouches that nothing need be looked at before they go out: addresses as
    `headers.plain_address` gives them, all bytes ASCII, no NUL, lines of at most 998 bytes, each ended by CRLF and none
    beginning with a dot.
    """

    key: str
    message_id: str
    sender: str
    recipient: str
    mime: Callable[[], bytes]
    parts: Callable[[], Parts]
    mailing: str = ""
    sequence: int = 0
    pieces: Callable[[], Sequence[bytes]] | None = None


@dataclass(frozen=True, slots=True)
class Parts:
    """A message taken apart. `headers` keep their order and hold neither Subject nor MIME headers."""

    headers: Mapping[str, str]
    subject: str
    html: str
    text: str


class Receipt(NamedTuple):
    """The other side took the message. `provider_id` is its own name for it, `reply` its words."""

    provider: str
    provider_id: str | None
    reply: str
    at: datetime


class MessageSource(Protocol):
    """Where a transport that carries many messages at once gets them, and says what became of each."""

    def next(self) -> Message | float | None:
        """The next message; seconds to go on listening before asking again; None when no more will come."""
        ...

    def depart(self, message: Message) -> bool:
        """Says that the message's bytes go out now. False: it must not go any more, and is not to be landed."""
        ...

    def land(self, message: Message, result: Receipt | TransportError) -> None:
        """What became of a message that `next` gave: once for each that departed, or could not."""
        ...

    def give_back(self, message: Message) -> None:
        """Instead of a landing: nothing of it was handed over, and it says nothing about the post."""
        ...


@dataclass(frozen=True, slots=True)
class Greeting:
    """How the other side received us. `size_bytes` is the largest message it takes, 0 where that is not told.

    `limits` is what may be sent, and how, in words, "" where that is not told; `lacks` what stands in its way although
    it let us in, and `remedy` what to do about that. `takes_sender`: it was asked whether mail may come from us.
    """

    server: str
    is_encrypted: bool
    size_bytes: int = 0
    limits: str = ""
    lacks: str = ""
    remedy: str = ""
    takes_sender: bool = True


class Transport(Protocol):
    """A way to hand messages over; one object serves one thread. Inherit from it: only `send` must be written.

    `name` is the settings' `transport.kind`. `timeout_s` is the longest that one call may take: the
    lease of a delivery is longer. `idempotent` says that handing over the same key twice delivers once,
    as long as `memory` (None: for ever). Where it does not, `repeats` says that a message whose answer was
    lost is handed over again all the same, as RFC 5321 section 4.5.4.1 asks of a mail client.
    `settles` is how long after an attempt `lookup` surely finds what was taken (None: nothing can be looked
    up). `broadcasts` is for a service that owns the readers: it gets one message for all of them.
    `batch_size` is how many messages one call of `send_batch` may take; `lanes` how many threads, each
    with a transport of its own, may work at once (0: as many as `transport.connections` says).
    """

    name: str
    timeout_s: float
    idempotent: bool
    memory: timedelta | None = None
    repeats: bool = False
    settles: timedelta | None = None
    broadcasts: bool = False
    batch_size: int = 1
    lanes: int = 0

    @abstractmethod
    def send(self, message: Message) -> Receipt:
        """Hands one message over. Raises one of the five verdicts, and nothing else."""

    def send_batch(self, messages: Sequence[Message]) -> Sequence[Receipt | TransportError]:
        """Hands up to `batch_size` messages over in one call: a result for each, in their order. Raises nothing."""
        return [self._result(message) for message in messages]

    def lookup(self, message: Message) -> Receipt | None:
        """What the other side says of an earlier attempt: its receipt, or None where it knows of none.

        Raises TransportError where it cannot be asked; then nobody knows still.
        """
        raise Unavailable(f"{self.name} cannot be asked about {message.key}")

    def greet(self, sender: str) -> Greeting | None:  # noqa: ARG002, for those who can
        """Logs in and asks whether mail may come from this address; hands nothing over. None: that cannot be tried.

        Raises Refused and Unavailable.
        """
        return None

    def carry(self, source: MessageSource) -> None:
        """Hands over what the source gives until it gives no more, or nothing just now."""
        while batch := self._batch(source):
            for message, result in zip(batch, self.send_batch(batch), strict=True):
                source.land(message, result)

    @abstractmethod
    def close(self) -> None:
        """Ends the session politely and at once; may be called twice."""

    def _batch(self, source: MessageSource) -> list[Message]:
        batch: list[Message] = []
        while len(batch) < self.batch_size and isinstance(message := source.next(), Message):
            if source.depart(message):
                batch.append(message)
        return batch

    def _result(self, message: Message) -> Receipt | TransportError:
        try:
            return self.send(message)
        except TransportError as error:
            return error
