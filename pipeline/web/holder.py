"""Who holds a link: in which language the page speaks to them."""

from __future__ import annotations

from dataclasses import dataclass, field

from pipeline.audience.tokens import Claim
from pipeline.errors import DatabaseError, OutputError
from pipeline.subscribe.subscriptions import Subscriptions
from pipeline.web.desk import Desk

PATIENCE_S = 1.0    # how long a reader waits for the ledger; then the page speaks as to anybody
AT_ONCE = 8         # threads that may hang on a ledger that does not answer


@dataclass(frozen=True, slots=True)
class Holders:
    """Looks up whoever holds a genuine link, and never in vain for long: pages are there while the ledger is away."""

    subscriptions: Subscriptions
    _desk: Desk = field(default_factory=lambda: Desk(AT_ONCE, PATIENCE_S))

    async def language(self, claim: Claim) -> str:
        """The language that the holder of a link chose; "" for the publication's."""
        try:
            return await self._desk.ask(self.subscriptions.language, claim.subscriber_id)
        except (DatabaseError, OutputError):
            return ""  # the publication's will do
