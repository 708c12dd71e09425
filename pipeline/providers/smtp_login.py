"""From a fresh connection to a server that takes our mail: greeting, EHLO, STARTTLS, EHLO, AUTH.

Nobody's mail is on the wire yet, so every refusal here is about us, and every lost line harmless.
The password is said only on an encrypted line (or to this very machine), and never shown.
"""

from __future__ import annotations

import socket
import ssl
from base64 import b64encode
from collections.abc import Callable

from pipeline.clock import monotonic
from pipeline.errors import Refused, TransportError, Unavailable
from pipeline.providers.smtp_capabilities import Capabilities, read_capabilities
from pipeline.providers.smtp_dialing import ConnectionLost
from pipeline.providers.smtp_dialogue import Dialogue
from pipeline.providers.smtp_presets import Security
from pipeline.providers.smtp_replies import Garbled, Reply
from pipeline.providers.smtp_settings import SmtpSettings
from pipeline.providers.smtp_stream import Stream
from pipeline.providers.smtp_verdicts import Faulted, Phase, accepts, verdict

_EHLO_UNKNOWN = (500, 502)  # a server older than RFC 1869: HELO is spoken instead


def log_in(
    stream: Stream, settings: SmtpSettings, tls: ssl.SSLContext, deadline: float
) -> tuple[Dialogue, Capabilities, float]:
    """The dialogue, ready for MAIL, what the server offers, and in how many seconds it answered EHLO.

    Raises Refused, Unavailable or Faulted.
    """
    return _Login(stream, settings, tls, deadline).run()


class _Login:
    """One attempt at it. `_phase` is where it stands, for the message when it fails."""

    def __init__(self, stream: Stream, settings: SmtpSettings, tls: ssl.SSLContext, deadline: float) -> None:
        self._dialogue = Dialogue(stream)
        self._stream = stream
        self._settings = settings
        self._tls = tls
        self._deadline = deadline
        self._phase = Phase.GREETING
        self._answered_s = 0.0

    def run(self) -> tuple[Dialogue, Capabilities, float]:
        try:
            return self._dialogue, self._walk(), self._answered_s
        except ConnectionLost as error:
            raise Unavailable(f"{self._settings.server}: {self._phase}: {error}") from error
        except Garbled as error:
            raise Faulted(f"{self._settings.server}: {self._phase}: {error}") from error

    def _walk(self) -> Capabilities:
        if self._settings.security is Security.TLS:
            self._encrypt()
        self._need(Phase.GREETING, self._hear(Phase.GREETING))
        offer = self._greet()
        if self._settings.security is Security.STARTTLS:
            self._start_tls(offer)
            offer = self._greet()  # what was offered in clear text is forgotten: RFC 3207 section 4.2
        if self._settings.username:
            self._authenticate(offer)
        return offer

    def _ask(self, phase: Phase, command: str) -> Reply:
        self._dialogue.say(command.encode() + b"\r\n")
        return self._hear(phase)

    def _hear(self, phase: Phase) -> Reply:
        self._phase = phase
        return self._dialogue.hear_alone(self._deadline)

    def _need(self, phase: Phase, reply: Reply) -> Reply:
        if not accepts(phase, reply.code):
            raise verdict(phase, reply, self._settings.server)
        return reply

    def _greet(self) -> Capabilities:
        name = self._settings.local_hostname or own_name(self._stream.local_address)
        asked_at = monotonic()
        reply = self._ask(Phase.EHLO, f"EHLO {name}")
        self._answered_s = monotonic() - asked_at
        if reply.code in _EHLO_UNKNOWN:
            self._need(Phase.EHLO, self._ask(Phase.EHLO, f"HELO {name}"))
            return Capabilities()
        return read_capabilities(self._need(Phase.EHLO, reply))

    def _start_tls(self, offer: Capabilities) -> None:
        if "STARTTLS" not in offer:
            raise self._refused("the server offers no STARTTLS: set transport.security to what it speaks")
        self._need(Phase.STARTTLS, self._ask(Phase.STARTTLS, "STARTTLS"))
        self._encrypt()

    def _encrypt(self) -> None:
        try:
            self._stream.encrypt(self._tls, self._settings.host, self._deadline)
        except ssl.SSLCertVerificationError as error:
            raise self._refused(
                f"its certificate is not trusted ({error.verify_message.rstrip('.')}): "
                "check transport.host, or name its issuer in transport.ca_file"
            ) from error

    def _authenticate(self, offer: Capabilities) -> None:
        name = next((known for known in _MECHANISMS if known in offer.mechanisms), None)
        if name is None:
            raise self._refused("it offers no login that avviso knows: remove transport.username if it needs none")
        lines = _MECHANISMS[name](self._settings.username, self._settings.password)
        reply = self._ask(Phase.AUTH, f"AUTH {name} {lines[0]}".rstrip())
        for line in lines[1:]:
            if reply.code == 334:
                reply = self._ask(Phase.AUTH, line)
        if reply.code != 235:
            raise self._without_secrets(verdict(Phase.AUTH, reply, self._settings.server), lines)

    def _without_secrets(self, error: TransportError, lines: list[str]) -> TransportError:
        """Some servers repeat the command that they refuse."""
        shown, reply = error.problem.message, error.reply
        for secret in filter(None, (self._settings.password, *lines)):
            shown, reply = shown.replace(secret, "***"), reply.replace(secret, "***")
        if isinstance(error, Refused):
            return Refused(shown, reply=reply, session=True)
        return type(error)(shown, reply=reply)

    def _refused(self, what: str) -> Refused:
        return Refused(f"{self._settings.server}: {what}", session=True)


def own_name(local_address: str) -> str:
    """What EHLO says: this machine's full name, or its address as a literal (RFC 5321 section 4.1.4)."""
    name = socket.gethostname()
    if "." in name and name.isascii():
        return name
    return f"[IPv6:{local_address}]" if ":" in local_address else f"[{local_address}]"


def _plain(username: str, password: str) -> list[str]:
    """RFC 4616: one line."""
    return [_base64(f"\0{username}\0{password}")]


def _login(username: str, password: str) -> list[str]:
    """Never a standard, spoken by everyone: the server asks for one after the other."""
    return ["", _base64(username), _base64(password)]


def _xoauth2(username: str, password: str) -> list[str]:
    """Google's page "OAuth 2.0 mechanism" (2026): the password is an access token; a refusal wants an empty line."""
    return [_base64(f"user={username}\1auth=Bearer {password}\1\1"), ""]


_MECHANISMS: dict[str, Callable[[str, str], list[str]]] = {"PLAIN": _plain, "LOGIN": _login, "XOAUTH2": _xoauth2}


def _base64(text: str) -> str:
    return b64encode(text.encode(errors="surrogateescape")).decode()  # as it stood in the environment
