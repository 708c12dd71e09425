"""What a server offers, from its answer to EHLO (RFC 5321 section 4.1.1.1)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from pipeline.providers.smtp_replies import Reply

_MESSAGES = re.compile(r"\bMAILMAX=([1-9][0-9]{0,5})\b")
_KEYWORD = re.compile(rb"([A-Za-z0-9][A-Za-z0-9-]*)[ =]?([\x20-\x7e]*)")


@dataclass(frozen=True, slots=True)
class Capabilities:
    """Extension names in upper case, and what came with them. No extension at all after HELO.

    `size_bytes` is the largest message taken, 0 if there is no limit or none is told; `messages` is how many one
    connection takes, None if none is told (RFC 9422). `chunking` says that whole messages go out in one write, several
    in flight (RFC 3030, RFC 2920).
    """

    names: frozenset[str] = frozenset()
    size_bytes: int = 0
    mechanisms: frozenset[str] = frozenset()
    messages: int | None = None
    chunking: bool = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "chunking", self.names >= {"CHUNKING", "PIPELINING"})

    def __contains__(self, name: str) -> bool:
        return name in self.names

    @property
    def pace(self) -> str:
        """How messages go out to this server, in words."""
        if self.chunking:
            return "several messages are on their way at once (CHUNKING)"
        return "a message is one round trip (PIPELINING)" if "PIPELINING" in self else (
            "each message waits for four answers: it offers no PIPELINING")

    def without(self, *names: str) -> Capabilities:
        """The same server, but these are not used."""
        return replace(self, names=self.names - set(names))


def read_capabilities(reply: Reply) -> Capabilities:
    """The offer in a reply to EHLO. Its first line is the server's name; lines that are none are passed over."""
    found = [match.groups() for line in reply.raw[1:] if (match := _KEYWORD.fullmatch(line.strip()))]
    offer = {name.decode().upper(): values.decode().upper() for name, values in found}
    size = offer.get("SIZE", "").strip()
    mechanisms = " ".join(value.decode().upper() for name, value in found if name.upper() == b"AUTH").split()
    told = _MESSAGES.search(offer.get("LIMITS", ""))
    return Capabilities(frozenset(offer), int(size) if size.isdigit() else 0, frozenset(mechanisms),
                        int(told[1]) if told else None)
