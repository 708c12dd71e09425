"""How to reach one mail server, as plain values: config.yaml's `transport` for `kind: smtp`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pipeline.errors import ConfigError
from pipeline.privacy import is_here
from pipeline.providers.smtp_presets import MANY, PORTS, Preset, Security, find_preset


@dataclass(frozen=True, slots=True)
class Patience:
    """How long each stage of the dialogue may take, in seconds: absolute, however lively the line is.

    The figures of RFC 5321 section 4.5.3.2. `connect` covers all addresses of the host, `login`
    everything from the greeting to AUTH, `command` one of MAIL, RCPT and QUIT.
    """

    connect_s: float = 60
    login_s: float = 300
    command_s: float = 300
    data_s: float = 120
    transfer_s: float = 180
    final_s: float = 600

    @property
    def opening_s(self) -> float:
        """The longest it may take until a connection is ready for mail."""
        return self.connect_s + self.login_s

    @property
    def total_s(self) -> float:
        """The longest one message may take: opened twice, for a connection that had died unseen."""
        return 2 * self.opening_s + 3 * self.command_s + self.data_s + self.transfer_s + self.final_s


HURRY = Patience(connect_s=15, login_s=30, command_s=30)  # some servers make strangers wait for their greeting


@dataclass(frozen=True, slots=True)
class SmtpSettings:
    """One server and how to speak to it.

    `window` is how many messages may be in flight on one connection to a server that needs `far_s` or more for
    an answer, where waiting for each would cost most of the time; a nearer one has one at a time. After a
    crash so many are in doubt. `local_hostname` is what EHLO says; "" takes the machine's name. `ca_file` replaces the
    system's certificates.
    """

    host: str
    port: int
    security: Security = Security.STARTTLS
    username: str = ""
    password: str = field(default="", repr=False)
    ca_file: Path | None = None
    connections: int = 4
    local_hostname: str = ""
    window: int = 4
    far_s: float = 0.08
    messages_per_connection: int = 1_000
    patience: Patience = field(default_factory=Patience)

    def __post_init__(self) -> None:
        if self.username and self.security is Security.NONE and not is_here(self.host):
            raise ConfigError(
                "transport.security is none, and the password would cross the network in clear text",
                remedy="set transport.security: starttls (or tls)",
            )

    def in_a_hurry(self) -> SmtpSettings:
        """The same server for somebody who waits before a screen."""
        mine = self.patience
        return replace(self, patience=replace(
            mine, connect_s=min(mine.connect_s, HURRY.connect_s), login_s=min(mine.login_s, HURRY.login_s),
            command_s=min(mine.command_s, HURRY.command_s)))

    @property
    def server(self) -> str:
        """The server's name for people."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def read_smtp_settings(values: Mapping[str, Any]) -> SmtpSettings:
    """Settings from the plain values of config.yaml's `transport`; None and missing keys take the default.

    Raises ConfigError where they contradict each other; types are config's affair.
    """
    server = _server(values)
    given = {name: values[name] for name in _OPTIONAL if values.get(name) is not None}
    port = None if values.get("preset") else values.get("port")
    settings = SmtpSettings(server.host, port or PORTS[server.security], server.security, **given)
    return replace(settings, connections=min(settings.connections, server.connections))


_OPTIONAL = (
    "username", "password", "ca_file", "connections", "local_hostname", "window", "messages_per_connection",
    "patience",
)


def _server(values: Mapping[str, Any]) -> Preset:
    if preset := values.get("preset"):
        return find_preset(preset)
    if not values.get("host"):
        raise ConfigError("transport.host is missing", remedy="name the mail server, as in `host: mail.example.com`")
    return Preset(values["host"], Security(values.get("security") or Security.STARTTLS), MANY)
