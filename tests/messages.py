"""Messages and transports for the tests of the post."""

from __future__ import annotations

import hashlib
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Any

from pipeline.clock import HandClock, monotonic
from pipeline.errors import Deferred, InDoubt, Refused, Rejected, TransportError, Unavailable
from pipeline.providers.base import Message, MessageSource, Parts, Receipt, Transport
from pipeline.providers.smtp_presets import Security
from pipeline.providers.smtp_relay import Relay
from pipeline.providers.smtp_settings import Patience, SmtpSettings
from tests.sink import MailServer

NOON = datetime(2026, 3, 24, 12, tzinfo=UTC)
PATIENT = Patience(connect_s=5, login_s=5, command_s=5, data_s=5, transfer_s=10, final_s=5)
VERDICTS = (Rejected, Deferred, Refused, Unavailable, InDoubt)


def message(recipient: str = "ada@example.org", body: bytes = b"Hello.\r\n", **given: Any) -> Message:
    """A message to this reader; its key is the reader's address unless another one is given."""
    key = given.pop("key", recipient)
    message_id = f"{hashlib.sha256(key.encode(errors='surrogatepass')).hexdigest()}@weekly.example.com"
    head = (
        "From: weekly@example.com\r\nTo: reader@example.org\r\nDate: Tue, 24 Mar 2026 08:00:00 +0800\r\n"
        f"Message-ID: <{message_id}>\r\n\r\n"
    )
    content = given.pop("content", head.encode() + body)
    parts = Parts({}, "Weekly 14", "<p>Hello.</p>", "Hello.")
    usual = {"sender": "weekly@example.com", "mailing": "14-weekly", "sequence": 1}
    return Message(key, message_id, recipient=recipient, mime=lambda: content, parts=lambda: parts, **(usual | given))


def impatient(**stages_s: float) -> Patience:
    """Patient with everything but these stages."""
    return replace(PATIENT, **stages_s)


def relay_to(post: MailServer, certificate: Path | None = None, **settings: Any) -> Relay:
    """The mail server as its senders know it; `certificate` is what they trust."""
    usual = {
        "host": "127.0.0.1", "port": post.port, "security": Security(post.behaviour.security), "patience": PATIENT,
        "local_hostname": "here.example.com", "ca_file": certificate, "connections": 1,
        "far_s": 0.0,  # the whole window, though it is near
    }
    ticks = settings.pop("ticks", monotonic)
    return Relay(SmtpSettings(**(usual | settings)), HandClock(NOON), ticks=ticks)


def outcome(result: Receipt | TransportError) -> str:
    """`Receipt`, or which of the five verdicts it is."""
    return next((kind.__name__ for kind in VERDICTS if isinstance(result, kind)), "Receipt")


def send(transport: Transport, letter: Message) -> str:
    """Hands the message over; the outcome in a word."""
    try:
        return outcome(transport.send(letter))
    except TransportError as error:
        return outcome(error)


class Pile(MessageSource):
    """A source with these messages on it; `results` are the outcomes in the order of their landing."""

    def __init__(self, letters: Iterable[Message]) -> None:
        self.letters = iter(letters)
        self.results: list[tuple[Message, Receipt | TransportError]] = []
        self.departed: list[Message] = []

    def next(self) -> Message | float | None:
        return next(self.letters, None)

    def depart(self, message: Message) -> bool:
        self.departed.append(message)
        return True

    def land(self, message: Message, result: Receipt | TransportError) -> None:
        self.results.append((message, result))

    def give_back(self, message: Message) -> None:
        self.letters = chain([message], self.letters)


def send_many(transport: Transport, letters: Iterable[Message]) -> list[tuple[Message, Receipt | TransportError]]:
    """Hands all of them over, and again what was given back; the outcomes in the order of their landing."""
    pile = Pile(letters)
    transport.carry(pile)
    return pile.results


@contextmanager
def puppet(act: Callable[[socket.socket], None]) -> Iterator[int]:
    """A server whose every word to its one guest is scripted; yields its port."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        guest, _ = listener.accept()
        with guest:
            guest.settimeout(5)
            act(guest)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield listener.getsockname()[1]
    thread.join(5)
    listener.close()
