"""What comes back from the post, in our words: the same whoever said it and by whichever way.

The words are those of the field (after django-anymail). `sent` means handed over to the provider, `delivered`
only ever comes from outside.

    queued sent delivered deferred     on its way
    bounced                            came back: `hard`, this address is dead; `soft`, it may live again
    rejected failed                    not taken, or come back, for a reason that is not the reader's
    complained unsubscribed            the reader has had enough
    autoresponded opened clicked       says nothing about the address
    unknown                            said in words that nobody translated
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    """What happened."""

    QUEUED = "queued"
    SENT = "sent"
    DELIVERED = "delivered"
    DEFERRED = "deferred"
    BOUNCED = "bounced"
    REJECTED = "rejected"
    FAILED = "failed"
    COMPLAINED = "complained"
    UNSUBSCRIBED = "unsubscribed"
    OPENED = "opened"
    CLICKED = "clicked"
    AUTORESPONDED = "autoresponded"
    UNKNOWN = "unknown"


class Bounce(StrEnum):
    """How dead an address is."""

    HARD = "hard"
    SOFT = "soft"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to one message. "" means that it was not said.

    `key` is its own for ever, so that a report that is repeated is known. What tells which message is meant:
    `delivery_key` (our header or tag), `message_id` (what stands before the @ of ours), `provider_id` (theirs); or
    `token`, the way out of a mail, for who leaves by mail. `bounce` is set exactly when the kind is bounced.
    `address` is who it is about as it was reported, and proves nothing. `status` is like `5.1.1`.
    """

    key: str
    kind: Kind
    at: datetime
    provider: str
    bounce: Bounce | None = None
    address: str = ""
    delivery_key: str = ""
    message_id: str = ""
    provider_id: str = ""
    token: str = ""
    status: str = ""
    reason: str = ""
    raw: str = ""


def event_key(provider: str, *words: str) -> str:
    """The key of an event, from what its provider calls it or, where that has no name, from all that was said."""
    return hashlib.sha256("\n".join((provider, *words)).encode("utf-8", "replace")).hexdigest()[:32]
