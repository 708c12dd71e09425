"""From a claim to a message: the mailing's stencil, compiled once, and the reader's own links."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from pipeline.audience.tokens import KeyRing, Purpose, Signer
from pipeline.mailings.compose import Stencil
from pipeline.mailings.envelope import Envelope, Reader
from pipeline.mailings.ledger import Ledger
from pipeline.mailings.mailing import Claim
from pipeline.providers.base import Message

LINK_KEY = "link_key"  # beside the envelope: the key that signs a mailing's links, for its life


@dataclass(frozen=True, slots=True)
class Plate:
    """What is made once for each mailing and serves all its readers."""

    stencil: Stencil
    unsubscribe: Signer


class Composer:
    """Composes messages for any number of threads; `composer(claim)` costs microseconds."""

    def __init__(self, ledger: Ledger, ring: KeyRing) -> None:
        self._ledger = ledger
        self._ring = ring
        self._lock = threading.Lock()
        self._plates: dict[int, Plate] = {}

    def __call__(self, claim: Claim) -> Message:
        """The message of a claim, with the same bytes at every attempt.

        Raises AudienceError for a reader who cannot be addressed, EditionError or ConfigError for a mailing
        that cannot be composed at all.
        """
        if claim.mailing_id is None:
            return self._letter(claim)
        plate = self._plate(claim.mailing_id, claim)
        return plate.stencil.message(Reader(
            key=claim.key, message_id=claim.message_id, address=claim.address, name=claim.name,
            unsubscribe=plate.unsubscribe(claim.subscriber_id), sequence=claim.sequence,
        ))

    def _letter(self, claim: Claim) -> Message:
        """A letter is one of its kind: nothing of it serves anybody else."""
        envelope, action = self._ledger.letters.frozen(claim.id)
        stencil = Stencil.compile(self._ledger.mailings.edition(claim.edition_digest), Envelope.from_json(envelope))
        return stencil.message(Reader(
            key=claim.key, message_id=claim.message_id, address=claim.address, name=claim.name, action=action,
            sequence=claim.sequence,
        ))

    def _plate(self, mailing_id: int, claim: Claim) -> Plate:
        with self._lock:
            if mailing_id not in self._plates:
                self._plates[mailing_id] = self._make(mailing_id, claim)
            return self._plates[mailing_id]

    def _make(self, mailing_id: int, claim: Claim) -> Plate:
        frozen = dict(self._ledger.mailings.envelope(mailing_id))
        key_id = str(frozen.pop(LINK_KEY))
        stencil = Stencil.compile(self._ledger.mailings.edition(claim.edition_digest), Envelope.from_json(frozen))
        return Plate(stencil, self._ring.signer(Purpose.UNSUBSCRIBE, claim.list, key_id=key_id))


