"""From a claim to a message: the mailing's stencil, compiled once, and the reader's own links."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import islice
from typing import Any

from pipeline.audience.tokens import LIFETIMES, KeyRing, Purpose, Signer
from pipeline.errors import PipelineError
from pipeline.mailings.compose import Stencil
from pipeline.mailings.dkim import DkimSigner
from pipeline.mailings.envelope import LINK_KEY, Envelope, Reader
from pipeline.mailings.ledger import Ledger
from pipeline.mailings.mailing import Claim
from pipeline.providers.base import Message

AHEAD = 4              # messages that are signed before a sender asks for them
MOST_AHEAD = 256       # kept for all senders; they have 50 KB each
MOST_PLATES = 16       # kept of a process that runs for years; half a megabyte each, made anew in milliseconds


@dataclass(frozen=True, slots=True)
class Plate:
    """What is made once for each mailing and serves all its readers."""

    stencil: Stencil
    unsubscribe: Signer
    preferences: Signer
    view: Signer

    def message(self, claim: Claim, action: str = "") -> Message:
        """The message of one delivery."""
        return self.stencil.message(Reader(
            key=claim.key, message_id=claim.message_id, address=claim.address, name=claim.name,
            unsubscribe=self.unsubscribe(claim.subscriber_id), preferences=self.preferences(claim.subscriber_id),
            view=self.view(claim.subscriber_id), action=action, sequence=claim.sequence,
        ))


class Composer:
    """Composes messages for any number of threads; `composer(claim)` costs microseconds.

    With a DKIM signer a pool signs on all cores: what a sender will ask for next, while it is busy with the wire.
    `now` is for letters that wait for so long that the link of their button dies.
    """

    def __init__(
        self, ledger: Ledger, ring: KeyRing, dkim: DkimSigner | None = None, *, now: Callable[[], datetime],
    ) -> None:
        self._ledger = ledger
        self._ring = ring
        self._now = now
        self._dkim = dkim
        self._lock = threading.Lock()
        # Who left one list of two gets the link out of the other: the list tells two plates, and two messages, apart.
        self._plates: dict[tuple[int, str], Plate] = {}
        # By delivery key, list and address, which a reader may change: in the pool, not asked for yet.
        self._ahead: dict[tuple[str, str, str], Message] = {}

    def prepare(self, waiting: Iterable[Claim]) -> None:
        """Begins to sign the next few of these. What cannot be composed is left to say so in its turn."""
        if not self._dkim:
            return
        if len(self._ahead) > MOST_AHEAD:
            self._ahead.clear()  # of mailings that were stopped
        for claim in islice(waiting, AHEAD):
            if _name(claim) not in self._ahead:
                with suppress(PipelineError):
                    self._ahead[_name(claim)] = self._being_signed(self._compose(claim))

    def __call__(self, claim: Claim) -> Message:
        """The message of a claim, with the same bytes at every attempt: but of a letter that nobody may have, a day on.

        Raises AudienceError for a reader who cannot be addressed, EditionError or ConfigError for a mailing
        that cannot be composed at all.
        """
        if not self._dkim:
            return self._compose(claim)
        return self._ahead.pop(_name(claim), None) or self._being_signed(self._compose(claim))

    def _compose(self, claim: Claim) -> Message:
        if claim.mailing_id is None:
            envelope, action = self._ledger.letters.frozen(claim.id)  # nothing of a letter serves anybody else
            return self._make(envelope, claim).message(claim, action if claim.copies else self._alive(action))
        return self._plate(claim.mailing_id, claim).message(claim)

    def _alive(self, action: str) -> str:
        """Where a button leads, with a link that lives long enough also where the mail server was away for days."""
        place, slash, token = action.rpartition("/")
        for purpose in LIFETIMES:
            token = self._ring.renewed(purpose, token, self._now())
        return f"{place}{slash}{token}"

    def _being_signed(self, message: Message) -> Message:
        """The message, whose bytes are being made."""
        signed = self._signers.submit(message.mime).result
        return message._replace(mime=signed, pieces=message.pieces and (lambda: [signed()]))

    @cached_property
    def _signers(self) -> ThreadPoolExecutor:
        """A key operation frees the interpreter's lock: as many at once as there are cores."""
        return ThreadPoolExecutor(os.cpu_count(), thread_name_prefix="signer")

    def _plate(self, mailing_id: int, claim: Claim) -> Plate:
        kind = mailing_id, claim.list
        if plate := self._plates.get(kind):
            return plate
        with self._lock:
            if kind not in self._plates:
                made = self._make(self._ledger.mailings.envelope(mailing_id), claim)
                while len(self._plates) >= MOST_PLATES:
                    del self._plates[next(iter(self._plates))]
                self._plates[kind] = made
            return self._plates[kind]

    def _make(self, frozen: Mapping[str, Any], claim: Claim) -> Plate:
        envelope = Envelope.from_json(frozen)
        stencil = Stencil(self._ledger.mailings.edition(claim.edition_digest), envelope, self._dkim)

        def signer(purpose: Purpose, about: str, wanted: object) -> Signer:
            return self._ring.signer(purpose, about, key_id=frozen.get(LINK_KEY)) if wanted else _no_link

        return Plate(
            stencil,
            unsubscribe=signer(Purpose.UNSUBSCRIBE, claim.list,
                               envelope.unsubscribe_url_prefix or envelope.unsubscribe_mailto),
            preferences=signer(Purpose.PREFERENCES, claim.list, envelope.preferences_url_prefix),
            view=signer(Purpose.VIEW, str(claim.mailing_id), envelope.view_url_prefix),
        )


def _name(claim: Claim) -> tuple[str, str, str]:
    """What tells a message from any other that is made of the same delivery."""
    return claim.key, claim.list, claim.address


def _no_link(_: int) -> str:
    """The token where the envelope has no such address."""
    return ""
