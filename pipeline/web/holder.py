"""Who holds a link: in which language the page speaks to them."""

from __future__ import annotations

from dataclasses import dataclass, field

import anyio

from pipeline.audience.tokens import Claim
from pipeline.errors import DatabaseError, OutputError
from pipeline.subscribe.subscriptions import Subscriptions

PATIENCE_S = 1.0    # how long a reader waits for the ledger; then the page speaks as to anybody
AT_ONCE = 8         # threads that may hang on a ledger that does not answer
PEOPLE_AT_ONCE = 40  # threads for who asks for something; the common ones may all hang on a large file and its disk


@dataclass(frozen=True, slots=True)
class Holders:
    """Looks up whoever holds a genuine link, and never in vain for long: pages are there while the ledger is away."""

    subscriptions: Subscriptions
    _at_once: anyio.CapacityLimiter = field(default_factory=lambda: anyio.CapacityLimiter(AT_ONCE))

    async def language(self, claim: Claim) -> str:
        """The language that the holder of a link chose; "" for the publication's."""
        with anyio.move_on_after(PATIENCE_S):
            try:
                return await anyio.to_thread.run_sync(
                    self.subscriptions.language, claim.subscriber_id, abandon_on_cancel=True, limiter=self._at_once)
            except (DatabaseError, OutputError):
                pass  # the publication's will do
        return ""
