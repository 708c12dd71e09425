"""A test message: the bytes of the mailing to an address of one's own, not recorded as a delivery."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import NamedTuple

from pipeline.address import parse
from pipeline.audience.tokens import KeyRing, Purpose
from pipeline.issues.record import Record
from pipeline.mailings.compose import Stencil
from pipeline.mailings.dkim import Seal
from pipeline.mailings.envelope import Envelope, Reader
from pipeline.providers.base import Transport
from pipeline.publish.dress import Dresser

NOBODY = 0  # the subscriber id in a test message's links: they unsubscribe nobody, and open nothing


class Links(NamedTuple):
    """The tokens of a test message."""

    unsubscribe: str
    preferences: str
    view: str


def send_trial(
    record: Record, addresses: Sequence[str], *, dresser: Dresser, ring: KeyRing, list_id: str,
    open_transport: Callable[[], Transport], seal: Seal | None = None,
) -> list[tuple[str, str]]:
    """Hands a test message to the post for each address; gives what it said to each. Raises its verdicts."""
    edition, frozen = dresser.dress(record, list_id)
    stencil = Stencil.compile(edition, Envelope.from_json(frozen), seal)
    links = Links(*(ring.sign(purpose, NOBODY, list_id)
                    for purpose in (Purpose.UNSUBSCRIBE, Purpose.PREFERENCES, Purpose.VIEW)))
    transport = open_transport()
    try:
        return [(address, transport.send(stencil.message(_reader(record, address, links, place, frozen["date"]))).reply)
                for place, address in enumerate(addresses, start=1)]
    finally:
        transport.close()


def _reader(record: Record, address: str, links: Links, place: int, hour: str) -> Reader:
    """Its key differs from test to test, or a provider that knows keys would send the second one nowhere."""
    key = hashlib.sha256(f"test\n{record.key}\n{address}\n{hour}".encode()).hexdigest()[:32]
    return Reader(key=key, message_id=f"test.{key}", address=parse(address).wire, sequence=place,
                  unsubscribe=links.unsubscribe, preferences=links.preferences, view=links.view)
