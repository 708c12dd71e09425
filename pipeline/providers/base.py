"""The port to the post: a Message goes in, a Receipt comes back, or one of five verdicts is raised.

The verdicts are `errors.Rejected`, `Deferred`, `Refused`, `Unavailable` and `InDoubt`; raising the
right one is a transport's whole craft. Nothing else may be raised by `send`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Message:
    """One message to one reader.

    `key` is the delivery's, `message_id` without angle brackets; `sender` and `recipient` are the
    envelope's plain addresses. `mime()` gives the bytes of RFC 5322, CRLF ends, equal at every call.
    `parts()` gives headers, subject, html and text apart, for services that take them so.
    `sequence` is the delivery's place in its mailing, from 1, and `mailing` a name for people.
    """

    key: str
    message_id: str
    sender: str
    recipient: str
    mime: Callable[[], bytes]
    parts: Callable[[], Parts]
    mailing: str = ""
    sequence: int = 0


@dataclass(frozen=True, slots=True)
class Parts:
    """A message taken apart. `headers` keep their order and hold neither Subject nor MIME headers."""

    headers: Mapping[str, str]
    subject: str
    html: str
    text: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """The other side took the message. `provider_id` is its own name for it, `reply` its words."""

    provider: str
    provider_id: str | None
    reply: str
    at: datetime


class Transport(Protocol):
    """A way to hand messages over; one object serves one thread.

    `name` is the settings' `transport.kind`. `timeout_s` is the longest that `send` may take: the
    lease of a delivery is longer. `idempotent` says that handing over the same key twice delivers once.
    """

    name: str
    timeout_s: float
    idempotent: bool

    def send(self, message: Message) -> Receipt:
        """Hands one message over. Raises one of the five verdicts, and nothing else."""
        ...

    def close(self) -> None:
        """Ends the session politely and at once; may be called twice."""
        ...
