"""Messages that are nobody's delivery: a test to an address of one's own, and the sample that a preview shows."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

from pipeline.address import parse
from pipeline.audience.tokens import NOBODY, KeyRing, Purpose
from pipeline.issues.record import Record
from pipeline.mailings.compose import Stencil
from pipeline.mailings.dkim import DkimSigner
from pipeline.mailings.envelope import Envelope, Reader
from pipeline.providers.base import Transport
from pipeline.publish.dress import Dresser


def send_test_message(
    record: Record, addresses: Sequence[str], *, dresser: Dresser, ring: KeyRing, list_id: str,
    open_transport: Callable[[], Transport], dkim: DkimSigner | None = None,
) -> list[tuple[str, str]]:
    """Hands the mailing's bytes to the post for each address, and records nothing; gives what it said to each.

    Raises the post's verdicts.
    """
    edition, frozen = dresser.dress(record, list_id)
    stencil = Stencil(edition, Envelope.from_json(frozen), dkim)
    transport = open_transport()
    try:  # the hour tells one test from the next, or a provider that knows keys would send the second one nowhere
        return [(address, transport.send(stencil.message(sample_reader(
            ring, list_id, parse(address).wire, ("test", record.key, address, frozen["date"]), sequence=place))).reply)
                for place, address in enumerate(addresses, start=1)]
    finally:
        transport.close()


def sample_reader(
    ring: KeyRing, list_id: str, address: str, about: tuple[str, ...], *, sequence: int = 1,
) -> Reader:
    """Somebody whose links leave nobody and open nothing. `about` tells the message from others; first what it is."""
    key = hashlib.sha256("\n".join(about).encode()).hexdigest()[:32]
    links = {purpose.value: ring.sign(purpose, NOBODY, list_id)
             for purpose in (Purpose.UNSUBSCRIBE, Purpose.PREFERENCES, Purpose.VIEW)}
    return Reader(key=key, message_id=f"{about[0]}.{key}", address=address, sequence=sequence, **links)
