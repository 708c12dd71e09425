"""Any mail server by SMTP (RFC 5321), near the speed of the wire: the transport over `smtp_session`.

    smtp              this file: a transport for one thread, of many connections
    smtp_pool         which connection takes which message   smtp_growth        how many there are
    smtp_relay        the server as all connections know it  smtp_settings      how to reach it
    smtp_login        greeting, STARTTLS, AUTH               smtp_dialing       the race of addresses
    smtp_session      messages on a connection               smtp_stream        bytes with deadlines
    smtp_transaction  a message on its way                   smtp_dialogue      commands and replies
    smtp_message      a message encoded for one server       smtp_capabilities  what the server offers
    smtp_verdicts     who is to blame                        smtp_replies       what was said, strictly
    smtp_presets      known servers by name

The client is our own because it must know which byte was on the wire when the line was lost, and
because one write a message is ten times as fast as a command at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pipeline.clock import Clock
from pipeline.errors import TransportError
from pipeline.providers.base import Greeting, Message, MessageSource, Receipt, Transport
from pipeline.providers.smtp_pool import Pool
from pipeline.providers.smtp_presets import Security
from pipeline.providers.smtp_relay import Relay
from pipeline.providers.smtp_settings import read_smtp_settings


class Smtp(Transport):
    """A transport over one relay. Its connections are opened when they are needed, and kept."""

    name = "smtp"
    idempotent = False
    repeats = True  # RFC 5321 section 4.5.4.1
    lanes = 1       # one thread carries all its connections

    def __init__(self, relay: Relay) -> None:
        self._relay = relay
        self._pool: Pool | None = None
        self.timeout_s = relay.settings.patience.total_s

    def send(self, message: Message) -> Receipt:
        """Hands one message over and waits for the answer. Raises one of the five verdicts."""
        source = _OneMessage(message)
        self.carry(source)
        if isinstance(source.result, TransportError):
            raise source.result
        return source.result

    def carry(self, source: MessageSource) -> None:
        """Hands messages over on as many connections as the settings allow and the server bears.

        Several are in flight on each where the server allows it; they land in the order of their settling.
        """
        if self._pool is None:
            self._pool = Pool(self._relay, self.timeout_s)
        try:
            self._pool.carry(source)
        except BaseException:
            self.close()  # what is in flight would be answered to nobody
            raise

    def greet(self, sender: str) -> Greeting:
        """Opens a session, and begins and takes back a message. Raises Refused, Unavailable."""
        relay = self._relay.in_a_hurry()
        session, settings = relay.open(), relay.settings
        try:
            session.try_sender(sender)
            return Greeting(settings.server, settings.security is not Security.NONE, session.offer.size_bytes,
                            f"every mail of ours is small enough; {session.offer.pace}")
        finally:
            relay.close(session)

    def close(self) -> None:
        """Says goodbye without waiting for the answers; may be called twice."""
        pool, self._pool = self._pool, None
        if pool:
            pool.close()


def smtp(settings: Mapping[str, Any], clock: Clock) -> Callable[[], Smtp]:
    """For the catalogue: opens transports that share what they learn about the server."""
    relay = Relay(read_smtp_settings(settings), clock)
    return lambda: Smtp(relay)


class _OneMessage(MessageSource):
    """A source with one message on it."""

    def __init__(self, message: Message) -> None:
        self._waiting = [message]
        self.result: Receipt | TransportError

    def next(self) -> Message | None:
        return self._waiting.pop() if self._waiting else None

    def depart(self, message: Message) -> bool:  # noqa: ARG002, the port's shape
        return True

    def land(self, message: Message, result: Receipt | TransportError) -> None:  # noqa: ARG002, as above
        self.result = result

    def give_back(self, message: Message) -> None:
        self._waiting.append(message)
