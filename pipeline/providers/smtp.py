"""Any mail server by SMTP (RFC 5321), near the speed of the wire: the transport over `smtp_session`.

    smtp            this file: one connection for one thread, renewed when it tires
    smtp_relay      the server as all connections know it      smtp_settings      how to reach it
    smtp_login      greeting, STARTTLS, AUTH                   smtp_dialing       the race of addresses
    smtp_session    messages on a connection                   smtp_line          bytes with deadlines
    smtp_flight     a message in the air                       smtp_talk          commands and replies
    smtp_parcel     a message packed for one server            smtp_capabilities  what the server offers
    smtp_verdicts   who is to blame                            smtp_replies       what was said, strictly

The client is our own because it must know which byte was on the wire when the line was lost, and
because one write a message is ten times as fast as a command at a time.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from pipeline.clock import Clock, monotonic
from pipeline.errors import TransportError, Unavailable
from pipeline.providers.base import Greeting, Message, Receipt, Transport
from pipeline.providers.smtp_presets import Security
from pipeline.providers.smtp_relay import Relay
from pipeline.providers.smtp_session import Outcome, Session
from pipeline.providers.smtp_settings import read_smtp_settings
from pipeline.providers.smtp_verdicts import Faulted


class Smtp(Transport):
    """A transport over one relay. One object serves one thread; it opens its connection when it is needed."""

    name = "smtp"
    idempotent = False
    repeats = True

    def __init__(self, relay: Relay) -> None:
        self._relay = relay
        self._session: Session | None = None
        self.timeout_s = relay.settings.patience.total_s
        self.lanes = relay.settings.connections  # a preset may allow fewer than the settings ask for

    def send(self, message: Message) -> Receipt:
        """Hands one message over and waits for the answer. Raises one of the five verdicts."""
        (_, result), = self.send_many([message])
        if isinstance(result, TransportError):
            raise result
        return result

    def send_many(self, messages: Iterable[Message]) -> Iterator[Outcome]:
        """Hands messages over, several in the air where the server allows it; outcomes come in order of their settling.

        A message is taken from `messages` only when its first byte can go out at once. Whoever stops
        listening leaves those in the air in doubt. A server that is away answers each message with
        Unavailable: stop, and come back later.
        """
        queue = _Queue(messages, self.timeout_s - self._relay.settings.patience.opening_s)
        try:
            while queue.has_more():
                yield from self._carry(queue)
        finally:
            if self._session and self._session.in_the_air:
                self.close()

    def greet(self, sender: str) -> Greeting:
        """Opens a session, and begins and takes back a message. Raises Refused, Unavailable."""
        session, settings = self._fit_session(), self._relay.settings
        session.try_sender(sender)
        return Greeting(settings.server, settings.security is not Security.NONE, session.offer.size_bytes)

    def close(self) -> None:
        """Says goodbye without waiting for the answer; may be called twice."""
        session, self._session = self._session, None
        if session:
            self._relay.close(session)

    def _carry(self, queue: _Queue) -> Iterator[Outcome]:
        """Works with one session until it tires, or until nobody waits and nobody is in the air."""
        try:
            session = self._fit_session()
        except TransportError as error:
            yield queue.take()[0], error
            return
        while (may_board := session.has_room and queue.has_more()) or session.in_the_air:
            outcomes = _board(session, queue) if may_board else session.listen()
            for message, result in outcomes:
                if not (_may_try_again(session, result) and queue.give_back(message)):
                    queue.forget(message)
                    yield message, result

    def _fit_session(self) -> Session:
        if self._session and not self._session.has_room:
            self.close()
        if not self._session:
            self._session = self._relay.open()
            if not self._session.has_room:
                self.close()
                raise Faulted(f"{self._relay.settings.server}: the server speaks before it is asked")
        return self._session


def smtp(settings: Mapping[str, Any], clock: Clock) -> Callable[[], Smtp]:
    """For the catalogue: opens transports, one a thread, that share what they learn about the server."""
    relay = Relay(read_smtp_settings(settings), clock)
    return lambda: Smtp(relay)


class _Queue:
    """Messages waiting to board. One that a tired connection gave back may try once more, in the time it has left."""

    def __init__(self, messages: Iterable[Message], limit_s: float) -> None:
        self._source = iter(messages)
        self._limit_s = limit_s
        self._waiting: deque[Message] = deque()
        self._deadlines: dict[str, float] = {}
        self._given_back: set[str] = set()

    def has_more(self) -> bool:
        """Whether someone waits; asks the source only when nobody does."""
        if not self._waiting:
            self._waiting.extend(islice(self._source, 1))
        return bool(self._waiting)

    def take(self) -> tuple[Message, float]:
        """The next message and the instant (monotonic) before which it wants its answer."""
        message = self._waiting.popleft()
        return message, self._deadlines.setdefault(message.key, monotonic() + self._limit_s)

    def give_back(self, message: Message) -> bool:
        """Lets a message wait again; False if it had its second try."""
        if message.key in self._given_back:
            return False
        self._given_back.add(message.key)
        self._waiting.append(message)
        return True

    def forget(self, message: Message) -> None:
        """The message is settled."""
        self._deadlines.pop(message.key, None)
        self._given_back.discard(message.key)


def _board(session: Session, queue: _Queue) -> list[Outcome]:
    message, deadline = queue.take()
    try:
        session.board(message, deadline)
    except TransportError as error:
        return [(message, error)]
    return []


def _may_try_again(session: Session, result: Receipt | TransportError) -> bool:
    """Nothing was handed over, by the fault of a connection that had worked or that will be spoken to more simply."""
    is_over = session.at_fault or (session.answered > 0 and not session.is_open)
    return is_over and isinstance(result, Unavailable)
