"""Door 3: a reader comes, changes, or leaves. The link in the mail is the proof of who they are."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.audience.roster import Roster
from pipeline.audience.tokens import Claim, KeyRing, Purpose
from pipeline.clock import Clock


@dataclass(frozen=True, slots=True)
class Subscriptions:
    """What readers can do about their own subscriptions."""

    roster: Roster
    ring: KeyRing
    clock: Clock

    def holder(self, token: str) -> Claim:
        """Whose unsubscribe link this is; asks no database. Raises InvalidToken, always the same."""
        return self.ring.read(Purpose.UNSUBSCRIBE, token, self.clock.now())

    def leave(self, token: str) -> None:
        """Ends the subscription of the link's holder; once or a hundred times. Raises InvalidToken."""
        claim = self.holder(token)
        self.roster.leave(claim.subscriber_id, claim.list, "unsubscribed", self.clock.now())
