"""A message's header as services take it that put the mail together themselves: names and values, no folding."""

from __future__ import annotations

from collections.abc import Mapping
from email.utils import parseaddr
from typing import NamedTuple

from pipeline.providers.base import Message, Parts

# Said by keys of their own in every interface.
_APART = frozenset({"from", "to", "reply-to", "subject"})


class Mailbox(NamedTuple):
    """A person or publication: the name may be ""."""

    name: str
    address: str

    def __str__(self) -> str:
        """As a header has it, not encoded."""
        name = self.name.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{name}" <{self.address}>' if self.name else self.address

    @property
    def as_json(self) -> dict[str, str]:
        """`{"email": …, "name": …}`, without an empty name."""
        return {"email": self.address} | ({"name": self.name} if self.name else {})


def sender(message: Message, parts: Parts) -> Mailbox:
    """Who it is from."""
    return _mailbox(parts.headers.get("From", ""), message.sender)


def recipient(message: Message, parts: Parts) -> Mailbox:
    """To whom: always the envelope's address, with the name that the header gives."""
    return Mailbox(_mailbox(parts.headers.get("To", ""), "").name, message.recipient)


def reply_to(parts: Parts) -> Mailbox | None:
    """Who gets the answers, if it is not the sender."""
    found = parts.headers.get("Reply-To", "")
    return _mailbox(found, "") if found else None


def other_headers(message: Message, parts: Parts, without: frozenset[str] = frozenset()) -> Mapping[str, str]:
    """Everything else of the header, and our key. `without`: what the service keeps for itself, in lower case."""
    all_of_them = {"Message-ID": f"<{message.message_id}>", "X-Avviso-Delivery": message.key, **parts.headers}
    return {name: value for name, value in all_of_them.items() if name.lower() not in _APART | without}


def _mailbox(written: str, otherwise: str) -> Mailbox:
    name, address = parseaddr(written)
    return Mailbox(name, address or otherwise)
