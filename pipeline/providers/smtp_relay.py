"""One mail server as all our connections know it: how to get in, and what was learnt about it.

The transports of one process share a relay, so that a wrong password is tried once and not by every
thread, a server that bears two connections is not asked for a third each second, and an extension
that does not do what it promises is left alone by all.
"""

from __future__ import annotations

import math
import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

from pipeline.clock import Clock, monotonic
from pipeline.errors import ConfigError, Refused, TransportError, Unavailable
from pipeline.providers.smtp_capabilities import Capabilities
from pipeline.providers.smtp_dialing import ConnectionLost, dial
from pipeline.providers.smtp_login import log_in
from pipeline.providers.smtp_presets import Security
from pipeline.providers.smtp_session import Session
from pipeline.providers.smtp_settings import SmtpSettings
from pipeline.providers.smtp_stream import Stream

REMEMBERED_S = 60.0  # how long a refused login or a full house is believed before it is tried again

Dial = Callable[[str, int, float], socket.socket]


class Relay:
    """Opens sessions. Safe for many threads. Raises ConfigError when made with certificates that cannot be read."""

    def __init__(
        self, settings: SmtpSettings, clock: Clock, *, dial: Dial = dial, ticks: Callable[[], float] = monotonic
    ) -> None:
        self.settings = settings
        self._clock = clock
        self._dial = dial
        self._ticks = ticks
        self._tls = _context(settings)
        self._lock = threading.Lock()
        self._first_login = threading.Lock()
        self._has_logged_in = not settings.username
        self._refusal: tuple[Refused, float] | None = None
        self._open = 0
        self._borne: tuple[int, float] | None = None
        self._distrusted: tuple[str, ...] = ()
        self._quickest_s = math.inf  # the quickest answer to EHLO so far

    def in_a_hurry(self) -> Relay:
        """The same server, as nobody knows it yet, for somebody who waits before a screen."""
        return Relay(self.settings.in_a_hurry(), self._clock, dial=self._dial, ticks=self._ticks)

    def open(self) -> Session:
        """A session ready for mail. Raises Refused or Unavailable. Give it back with `close`."""
        with self._turn():
            self._check_memory()
            try:
                session = self._log_in()
            except TransportError as error:
                self._learn(error)
                raise
            with self._lock:
                self._has_logged_in = True
                self._open += 1
            return session

    def close(self, session: Session) -> None:
        """Ends a session that `open` gave, and learns from it."""
        session.close()
        with self._lock:
            self._open -= 1
            if session.at_fault:
                self._distrust(session.offer)

    def _turn(self) -> AbstractContextManager[object]:
        """The first login goes alone: a wrong password is to be tried once."""
        return nullcontext() if self._has_logged_in else self._first_login

    def _log_in(self) -> Session:
        settings = self.settings
        try:
            stream = Stream(self._dial(settings.host, settings.port, settings.patience.connect_s))
        except ConnectionLost as error:
            raise Unavailable(f"{settings.server}: {error}") from error
        try:
            dialogue, offer, answered_s = log_in(stream, settings, self._tls, monotonic() + settings.patience.login_s)
        except TransportError:
            stream.close()
            raise
        self._quickest_s = min(self._quickest_s, answered_s)
        return Session(dialogue, offer.without(*self._distrusted), settings, self._clock, self._window)

    def _window(self) -> int:
        """How many may be in flight: near by, waiting costs little, and doubt after a crash is least."""
        return self.settings.window if self._quickest_s >= self.settings.far_s else 1

    def _check_memory(self) -> None:
        with self._lock:
            if self._refusal and self._ticks() < self._refusal[1]:
                known = self._refusal[0]
                raise Refused(known.problem.message, reply=known.reply, session=True)
            if self._borne and self._open >= self._borne[0] and self._ticks() < self._borne[1]:
                raise Unavailable(
                    f"{self.settings.server}: it takes no more than {self._borne[0]} connections from us at present")

    def _learn(self, error: TransportError) -> None:
        with self._lock:
            if isinstance(error, Refused):
                self._refusal = error, self._ticks() + REMEMBERED_S
            elif self._open:
                self._borne = self._open, self._ticks() + REMEMBERED_S

    def _distrust(self, offer: Capabilities) -> None:
        """After a dialogue that went wrong the boldest extension it used is not used again."""
        boldest = next((name for name in ("CHUNKING", "PIPELINING") if name in offer), None)
        if boldest:
            self._distrusted = (*self._distrusted, boldest)


def _context(settings: SmtpSettings) -> ssl.SSLContext:
    if settings.security is Security.NONE:
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # never used; trusts nobody
    try:
        return ssl.create_default_context(cafile=settings.ca_file)
    except OSError as error:
        raise ConfigError(
            f"transport.ca_file {settings.ca_file} cannot be read ({error.strerror or error})",
            remedy="name a PEM file of certificates",
        ) from error
