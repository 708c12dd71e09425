"""People and what they said: subscriber, subscription with its evidence, suppression. Values only.

    Subscription
      nobody yet --ask-------> pending
      nobody yet --add-------> confirmed      someone vouches for the consent, and says how it was given
      nobody yet --leave-----> left           their old book says so: kept, so that no file brings them back
      pending ----ask again--> pending
      pending ----confirm | add-> confirmed
      pending | confirmed --leave--> left
      left -------ask again--> pending        from here only their own confirmation leads on: anybody can
                                              type an address into a form, so the leaving is not forgotten

A suppression stands beside this and above it: whoever is suppressed is not mailed, whatever they said.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

MAX_NAME = 100  # characters
MOVED = "moved"  # why an address is suppressed whose owner gave us another: the one reason that they can take back


class State(StrEnum):
    """Where someone stands with one list."""

    PENDING = "pending"      # asked; we wait for the click in the confirmation letter
    CONFIRMED = "confirmed"  # is mailed
    LEFT = "left"            # is not; the row stays, so that nobody brings them back


class Move(StrEnum):
    """What changes a state."""

    ASK = "ask"
    ADD = "add"
    CONFIRM = "confirm"
    LEAVE = "leave"


# The legal moves: from where, to where; None is somebody who is not on the list yet.
MOVES: Mapping[Move, tuple[frozenset[State | None], State]] = {
    Move.ASK: (frozenset({None, State.PENDING, State.LEFT}), State.PENDING),
    Move.ADD: (frozenset({None, State.PENDING}), State.CONFIRMED),
    Move.CONFIRM: (frozenset({State.PENDING}), State.CONFIRMED),
    Move.LEAVE: (frozenset({None, State.PENDING, State.CONFIRMED}), State.LEFT),
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """How consent was given, so that it can be shown years later (GDPR article 7(1)).

    `source` is the way: "form", "command", "import:mailchimp". `text` is what was agreed to: the words,
    or the form's version. `network` is the address it came from, "" if not kept. `at` is when they said
    so where that is known; `note` keeps what a source said and we could not read.
    """

    source: str
    text: str = ""
    network: str = ""
    at: datetime | None = None
    note: str = ""

    def as_json(self) -> dict[str, str]:
        """Only what is known, instants in ISO 8601; a byte that is no text, as a terminal may send it, becomes `?`."""
        values = {"source": self.source, "text": self.text, "network": self.network, "note": self.note,
                  "at": self.at.isoformat() if self.at else ""}
        return {name: value.encode("utf-8", "replace").decode() for name, value in values.items() if value}

    @classmethod
    def from_json(cls, value: Mapping[str, str]) -> Evidence:
        """What `as_json` gave."""
        at = value.get("at")
        return cls(value.get("source", ""), value.get("text", ""), value.get("network", ""),
                   datetime.fromisoformat(at) if at else None, value.get("note", ""))


@dataclass(frozen=True, slots=True)
class Subscriber:
    """A person. `address` is ready for the wire: its domain is ASCII. Name and language may be ""."""

    id: int
    address: str
    name: str
    language: str
    attributes: Mapping[str, Any]
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Subscription:
    """One person on one list. `reason` says why they left: "unsubscribed", "removed", …

    Who is pending and has a `left_at` left before; their confirmation clears it.
    """

    list: str
    subscriber_id: int
    state: State
    asked_at: datetime | None
    confirmed_at: datetime | None
    left_at: datetime | None
    reason: str
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Member:
    """A person together with one of their subscriptions. `suppressed` says why they are not mailed, or is ""."""

    subscriber: Subscriber
    subscription: Subscription
    suppressed: str = ""

    @property
    def is_mailed(self) -> bool:
        """Whether the next mailing to the list reaches them."""
        return self.subscription.state is State.CONFIRMED and not self.suppressed


@dataclass(frozen=True, slots=True)
class Suppression:
    """Never mail this address again. `address` is None when the person was erased: only the hash is left."""

    address_hash: str
    address: str | None
    reason: str
    source: str
    at: datetime


def plain_name(text: str) -> str:
    """A name that is safe in a header, a log and a greeting: one line, NFC, nothing invisible, 100 characters.

    Direction marks and other controls (Unicode categories C) are dropped, so that a name cannot turn the
    text around it; what HTML makes of `<` is for the template to escape.
    """
    if text.isascii() and text.isprintable():  # most are, and a million of them are read in an import
        return " ".join(text.split())[:MAX_NAME].strip()
    words = ("".join(c for c in word if _is_visible(c)) for word in text.split())
    return unicodedata.normalize("NFC", " ".join(word for word in words if word))[:MAX_NAME].strip()


def _is_visible(character: str) -> bool:
    joins = character == "\N{ZERO WIDTH JOINER}"  # a family, a profession: it holds an emoji together
    return joins or not unicodedata.category(character).startswith("C")
