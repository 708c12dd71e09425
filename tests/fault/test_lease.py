"""A lease that ran out before a message went: it does not go; another may have it by now."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from pipeline.errors import TransportError
from pipeline.mailings.sender_queue import GROUP
from pipeline.providers.base import Message
from tests.books import LEASE
from tests.workplaces import Workplace


def test_what_waited_past_its_lease_is_sent_by_whoever_has_it_then_and_by_nobody_else(tmp_path: Path) -> None:
    """The first message takes longer than the lease of the group, and meanwhile somebody takes the rest over."""
    work = Workplace(tmp_path, readers=GROUP, lease=LEASE)
    other = work.ledger.workers.enter("another", host="", boot_id="", pid=1, now=work.clock.now())

    def script(message: Message, attempt: int) -> TransportError | None:
        if message.recipient.startswith("reader0@"):
            work.clock.turn(LEASE * 2)
            work.ledger.doubts.reclaim_leases(work.clock.now())
            work.ledger.doubts.resend(["power"], work.clock.now())  # type: ignore[list-item]
            work.ledger.deliveries.claim(other.id, other.shard, limit=GROUP, now=work.clock.now(),
                                         lease=timedelta(days=1))
        return None

    work.script = script
    work.deliver()

    assert work.sent == ["reader0"]
    assert work.states.count("sending") == GROUP - 1 + (work.states[0] == "sending")
