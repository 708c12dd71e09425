"""How the mail server behaves: towards everybody, and towards an address that asks for it by its local part."""

from __future__ import annotations

import hashlib
import re
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

EVERYTHING = ("PIPELINING", "CHUNKING", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES")
DATA_ONLY = ("PIPELINING", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES")

DROP = "*drop*"  # instead of a reply: cut the line
HANG = "*hang*"  # instead of a reply: say nothing any more

REFUSAL = re.compile(r"(temp|perm|policy)-(\d{3})(?:-(\d\.\d{1,3}\.\d{1,3}))?(?:-at-(rcpt|data|dot))?$")
SLOW = re.compile(r"slow-([\d.]+)s$")
STATUS = {"temp": "4.2.0", "perm": "5.1.1", "policy": "5.7.26"}


@dataclass(frozen=True)
class Behaviour:
    """How this server behaves towards everybody.

    `replies` replaces the reply at a place (greeting ehlo helo starttls auth mail rcpt data beyond dot rset quit):
    a text is sent with CRLF, bytes as they are, DROP and HANG act. A list is used up, one entry a time,
    None being the usual reply. At the dot a reply that begins with 2 means that the message is kept.
    `login` is the pair that AUTH wants; without it nobody has to log in. `mechanisms` are offered then.
    """

    offers: Sequence[str] = EVERYTHING
    size_bytes: int | None = None
    replies: Mapping[str, str | bytes | Sequence[str | bytes | None]] = field(default_factory=dict)
    login: tuple[str, str] | None = None
    mechanisms: Sequence[str] = ("PLAIN", "LOGIN")
    tls: ssl.SSLContext | None = None
    security: str = "none"  # none, starttls or tls
    behind_starttls: bytes = b""  # injected in clear text right behind the 220
    messages_per_session: int | None = None
    connections: int | None = None
    eager_354: bool = False  # DATA is answered 354 even when every RCPT was refused (RFC 2920 section 3.1)
    content_limit: int | None = None  # a longer message is refused in its middle, and the line cut
    delay_s: float = 0.0  # before each write
    drip_s: float = 0.0  # after each byte
    keep: bool = True  # messages and commands in memory; the journal is written in any case


@dataclass(frozen=True)
class Accepted:
    """One message that was taken."""

    session: int
    sender: str
    recipients: tuple[str, ...]
    parameters: str  # what stood behind the sender in MAIL
    content: bytes
    by: str  # DATA or BDAT

    @property
    def recipient(self) -> str:
        (only,) = self.recipients
        return only

    def as_json(self) -> dict[str, object]:
        head = self.content[: self.content.find(b"\r\n\r\n")]
        found = re.search(rb"^Message-ID:\s*<([^>]*)>", head, re.IGNORECASE | re.MULTILINE)
        return {
            "session": self.session,
            "sender": self.sender,
            "recipient": " ".join(self.recipients),
            "message_id": found[1].decode() if found else "",
            "size": len(self.content),
            "sha256": hashlib.sha256(self.content).hexdigest(),
        }


def word_of(recipient: str) -> str:
    """What the address asks for: the local part up to a plus sign."""
    return recipient.rpartition("@")[0].partition("+")[0]
