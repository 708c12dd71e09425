"""What all messages of a mailing share, and what one reader adds: plain values, frozen with the audience."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any, NamedTuple

from pipeline.address import domain_of

LINK_KEY = "link_key"  # beside the envelope: the key that signs a mailing's links, for its life


@dataclass(frozen=True, slots=True)
class Envelope:
    """The sender's side of a mailing. "" means that there is no such thing.

    Addresses of pages are ASCII and absolute; to a `…_url_prefix` the reader's token is appended.
    `date` is the mailing's hour, not the attempt's. `domain` is the right side of every Message-ID.
    `list_id` is what RFC 2919 puts in angle brackets; without one the message is no list mail, such
    as a letter that asks for confirmation. `unsubscribe_mailto` is a plain address. `mailing` is a
    name for people. `bounce_address` takes plus addresses: what comes back then says which message it is about.
    """

    sender_name: str
    sender_address: str
    date: datetime
    domain: str
    language: str
    publication: str = ""
    mailing: str = ""
    reply_to: str = ""
    list_id: str = ""
    list_name: str = ""
    archive_url: str = ""
    help_url: str = ""
    feedback_id: str = ""
    unsubscribe_url_prefix: str = ""
    unsubscribe_mailto: str = ""
    bounce_address: str = ""
    view_url_prefix: str = ""
    preferences_url_prefix: str = ""

    def as_json(self) -> dict[str, Any]:
        """For the ledger: JSON's own types only."""
        return {**asdict(self), "date": self.date.isoformat()}

    @classmethod
    def from_json(cls, frozen: Mapping[str, Any]) -> Envelope:
        """What `as_json` gave, read again; what else was frozen beside it is not ours."""
        own = {field.name: frozen[field.name] for field in fields(cls) if field.name in frozen}
        return cls(**{**own, "date": datetime.fromisoformat(frozen["date"])})


@dataclass(frozen=True, slots=True)
class Sender:
    """From whom a publication's mail comes, and where readers and answers find it. "" means that there is no such
    thing.

    `web_url` ends with `/`; `mailto` takes unsubscribes by mail, `bounce_address` what comes back, with a plus in it.
    """

    name: str
    address: str
    reply_to: str = ""
    web_url: str = ""
    mailto: str = ""
    bounce_address: str = ""

    @property
    def domain(self) -> str:
        """The right side of its address."""
        return domain_of(self.address)

    def links(self, page: str) -> str:
        """How links to a page of readers begin; "" without pages."""
        return f"{self.web_url}{page}/" if self.web_url else ""

    def envelope(self, mailing: str, *, date: datetime, language: str, publication: str) -> Envelope:
        """The envelope of one mailing, which says nothing yet of lists and of how to leave them."""
        return Envelope(
            sender_name=self.name, sender_address=self.address, date=date, domain=self.domain, language=language,
            publication=publication, mailing=mailing, reply_to=self.reply_to, bounce_address=self.bounce_address)


class Reader(NamedTuple):
    """One person of the audience, and the tokens that are theirs alone.

    `key` is the delivery's, `message_id` the part before the @. `action` is a whole address: what the
    button of a letter does. `sequence` is the delivery's place in its mailing, from 1.
    """

    key: str
    message_id: str
    address: str
    name: str = ""
    unsubscribe: str = ""
    view: str = ""
    preferences: str = ""
    action: str = ""
    sequence: int = 0
