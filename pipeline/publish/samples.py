"""Messages that are nobody's delivery: a test to an address of one's own, and the sample that a preview shows."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from contextlib import closing

from pipeline.address import parse
from pipeline.audience.tokens import NOBODY, KeyRing, Purpose
from pipeline.errors import AudienceError, PipelineError, TransportError, Unavailable
from pipeline.issues.record import Record
from pipeline.mailings.compose import Stencil
from pipeline.mailings.dkim import DkimSigner
from pipeline.mailings.envelope import Envelope, Reader
from pipeline.providers.base import Transport
from pipeline.publish.dress import Dresser


def send_test_message(
    record: Record, addresses: Sequence[str], *, dresser: Dresser, ring: KeyRing, list_id: str,
    open_transport: Callable[[], Transport], dkim: DkimSigner | None = None,
) -> list[tuple[str, str | PipelineError]]:
    """Hands the mailing's bytes to the post for each address, and records nothing; gives what it said to each, or what
    is wrong with that one. Raises Unavailable, and OutputError.
    """
    edition, frozen = dresser.dress(record, list_id)
    stencil = Stencil(edition, Envelope.from_json(frozen), dkim)

    def hand_over(address: str, place: int) -> str | PipelineError:
        # the hour tells one test from the next, or a provider that knows keys would send the second one nowhere
        about = "test", record.key, address, frozen["date"]
        try:
            reader = sample_reader(ring, list_id, parse(address).wire, about, sequence=place)
            return transport.send(stencil.message(reader)).reply
        except Unavailable:
            raise
        except (AudienceError, TransportError) as error:
            return error

    with closing(open_transport()) as transport:
        return [(address, hand_over(address, place)) for place, address in enumerate(addresses, start=1)]


def sample_reader(
    ring: KeyRing, list_id: str, address: str, about: tuple[str, ...], *, sequence: int = 1,
) -> Reader:
    """Somebody whose links leave nobody and open nothing. `about` tells the message from others; first what it is."""
    key = hashlib.sha256("\n".join(about).encode()).hexdigest()[:32]
    links = {purpose.value: ring.sign(purpose, NOBODY, list_id)
             for purpose in (Purpose.UNSUBSCRIBE, Purpose.PREFERENCES, Purpose.VIEW)}
    return Reader(key=key, message_id=f"{about[0]}.{key}", address=address, sequence=sequence, **links)
