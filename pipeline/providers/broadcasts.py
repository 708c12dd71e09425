"""Services that own the readers: an issue goes there once, and they mail it.

    look for our mark -> found, and on its way             taken: a receipt
                      -> found as a draft -+-> put the text in -> start it
                      -> not found: create a draft with our mark -^

Every step can be taken twice without harm: a draft mails nobody, and starting names the one draft. So a lost
answer is followed by another look, never by a second broadcast, and `idempotent` is true without any key.

Their templates meet our text: what would mean something to them in it is broken up first, so that the
issue's words stay words; then our placeholder for leaving becomes their own tag.
"""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar

from pipeline.clock import Clock
from pipeline.errors import InDoubt, Refused, Rejected, Unavailable
from pipeline.providers.base import LIST_DOMAIN, Message, Parts, Receipt
from pipeline.providers.http import Answer, Call, HttpClient
from pipeline.providers.vendor import ODD, Standing, Vendor

_STYLE = re.compile(r"(<style\b.*?</style>)", re.IGNORECASE | re.DOTALL)
_BODY = re.compile(r"<body\b[^>]*>(.*)</body>", re.IGNORECASE | re.DOTALL)
_WAY_OUT = re.compile(rf"https://{re.escape(LIST_DOMAIN)}/unsubscribe/[A-Za-z0-9._~-]*")
_MARK = 24  # characters of the delivery's key: enough to be the only one, short enough for a title


class Stage(StrEnum):
    """How far a broadcast is at the service."""

    DRAFT = "draft"
    GOING = "going"  # begun, or done
    ENDED = "ended"  # somebody cancelled it there


@dataclass(frozen=True, slots=True)
class Found:
    """A broadcast at the service: what it is called, the mark it bears, and how far it is in their own word."""

    id: str
    mark: str
    stage: Stage
    word: str


@dataclass(frozen=True, slots=True)
class Copy:
    """An issue in the form the service takes."""

    mark: str
    subject: str
    html: str
    text: str
    sender: Message
    parts: Parts


class Broadcast(Vendor):
    """A transport whose only reader is a service's list. `is_draft`: a person presses the button there."""

    idempotent = True
    broadcasts = True
    lanes = 1
    opening: ClassVar[re.Pattern[str]] = re.compile(r"\{(?=[{%#])")  # begins a tag of theirs
    way_out: ClassVar[str] = ""                                      # their tag for leaving
    listing: str = ""                            # the path of the newest broadcasts, or of those with `{mark}`

    def __init__(self, client: HttpClient, clock: Clock, *, is_draft: bool) -> None:
        super().__init__(client, clock)
        self._is_draft = is_draft

    @property
    def timeout_s(self) -> float:  # type: ignore[override]  # elsewhere a plain number; here the client's
        """Four calls at most: look, create, put the text in, start."""
        return 4 * self._client.longest_s

    # ---- what a service's module says --------------------------------------------------------------

    @abstractmethod
    def listed(self, document: Any) -> Iterable[Found]:
        """The broadcasts in that list."""

    @abstractmethod
    def create(self, copy: Copy) -> Call:
        """Makes a draft with our mark."""

    @abstractmethod
    def created(self, document: Any) -> str:
        """The id in the answer to that."""

    def put(self, id_: str, copy: Copy) -> Call | None:  # noqa: ARG002, for those who can
        """Puts the text into a draft, where `create` cannot; may be done again."""
        return None

    @abstractmethod
    def start(self, id_: str, copy: Copy) -> Call:
        """Sends a draft out."""

    @property
    def account(self) -> str:  # type: ignore[override]  # elsewhere a plain name; here it needs the listing
        """The list of broadcasts is what a key must be good for."""
        return self.listing.replace("{mark}", "avviso-doctor")

    def standing(self, document: Any) -> Standing:
        list(self.listed(document))
        return Standing()

    # ---- the port ----------------------------------------------------------------------------------

    def send(self, message: Message) -> Receipt:
        """Brings the issue to the service, unless it is there. Raises one of the five verdicts."""
        if not message.recipient.endswith(f"@{LIST_DOMAIN}"):
            raise Refused(f"{self.name} mails its whole list, not {message.recipient}: preview the issue, or use its "
                          "own test mail", session=True)
        copy = self._copy(message)
        found = self._find(copy)
        if found is None:
            return self._go(self._create(copy), copy)
        if found.stage is Stage.DRAFT:
            return self._go(found.id, copy)
        if found.stage is Stage.ENDED:
            raise Rejected(f"{self.name}: broadcast {found.id} was ended there ({found.word})")
        return self.receipt(found.id, f"on its way: {found.word}")

    def lookup(self, message: Message) -> Receipt | None:
        """The broadcast with our mark, if it is on its way."""
        found = self._find(self._copy(message))
        return self.receipt(found.id, f"found: {found.word}") if found and found.stage is Stage.GOING else None

    # ---- the steps ---------------------------------------------------------------------------------

    def _find(self, copy: Copy) -> Found | None:
        """Ours, the one that got farthest if a lost answer left several."""
        document = self.ask(self.listing.replace("{mark}", copy.mark))
        try:
            ours = [found for found in self.listed(document) if found.mark == copy.mark]
        except ODD as error:
            raise Unavailable(f"{self.name}: the list of broadcasts cannot be read") from error
        order = (Stage.GOING, Stage.ENDED, Stage.DRAFT)
        return min(ours, key=lambda found: order.index(found.stage), default=None)

    def _create(self, copy: Copy) -> str:
        answer = self._done(self.create(copy))
        try:
            return self.created(answer.document)
        except ODD:
            raise InDoubt(f"{self.name}: the answer cannot be read ({answer.status}: {answer.words})") from None

    def _go(self, id_: str, copy: Copy) -> Receipt:
        if content := self.put(id_, copy):
            self._done(content)
        if self._is_draft:
            return self.receipt(id_, f"draft {id_} waits at {self.name} for a person to send it")
        self._done(self.start(id_, copy))
        return self.receipt(id_, f"broadcast {id_} is on its way")

    def _done(self, call: Call) -> Answer:
        answer = self._client.call(call)
        if not 200 <= answer.status < 300:
            raise self.refusal(answer)
        return answer

    # ---- the text ----------------------------------------------------------------------------------

    def _copy(self, message: Message) -> Copy:
        parts = message.parts()
        return Copy(f"avviso-{message.key[:_MARK]}", self._plain(parts.subject), self._html(parts.html),
                    _WAY_OUT.sub(lambda _: self.way_out, self._plain(parts.text)), message, parts)

    def _html(self, html: str) -> str:
        pieces = _STYLE.split(html)
        pieces[::2] = [self.opening.sub(lambda tag: f"&#{ord(tag[0])};", piece) for piece in pieces[::2]]
        pieces[1::2] = [self._plain(piece) for piece in pieces[1::2]]
        return _WAY_OUT.sub(lambda _: self.way_out, "".join(pieces))

    def _plain(self, text: str) -> str:
        return self.opening.sub(lambda tag: f"{tag[0]} ", text)


def inside(html: str) -> str:
    """What stands inside a page's body, for services that put their own page around it."""
    found = _BODY.search(html)
    return found[1].strip() if found else html
