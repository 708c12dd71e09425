"""The brake on what comes back: a mailing that meets too many dead addresses or complaints waits for a person.

Whoever goes on mailing a bad list is blocked within weeks, and a bad list is seen in its first hundreds. The sender has
a brake of its own for what the post says while it is handed a message (`mailings.refusal_brake`); this one counts what
is reported later of messages that were taken. So nothing is counted by both.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.clock import Clock
from pipeline.mailings.ledger import Ledger
from pipeline.mailings.ledger.events import Sign
from pipeline.mailings.mailing import DeliveryState, MailingState
from pipeline.providers.event import Kind

log = logging.getLogger(__name__)

# Fewer than these say nothing about a list, whatever share they are.
FEWEST_RETURNS = 10
FEWEST_COMPLAINTS = 3


@dataclass(frozen=True, slots=True)
class Shares:
    """How much of what was sent may come back, and be complained about, before a mailing is paused."""

    returns: float = 0.05
    complaints: float = 0.003


class ReportBrake:
    """Looks at a mailing whenever something was reported about it."""

    def __init__(self, ledger: Ledger, clock: Clock, shares: Shares) -> None:
        self._ledger = ledger
        self._clock = clock
        self._shares = shares

    def look(self, mailing_id: int) -> bool:
        """Pauses a running mailing whose share is passed; what a person has seen and resumed is not counted again."""
        mailing = self._ledger.mailings.get(mailing_id)
        if mailing.state is not MailingState.SENDING:
            return False
        signs = self._ledger.events.signs(mailing_id, mailing.since)
        reason = self._reason(signs, mailing.counts[DeliveryState.SENT])
        if not reason:
            return False
        log.error("mailing.paused", extra={"mailing": mailing_id, "reason": reason})
        return self._ledger.mailings.move(mailing_id, MailingState.PAUSED, reason=reason, now=self._clock.now())

    def _reason(self, signs: Sequence[Sign], taken: int) -> str:
        complaints = [sign for sign in signs if sign.kind is Kind.COMPLAINED]
        returns = [sign for sign in signs if sign.kind is not Kind.COMPLAINED]
        if len(complaints) >= FEWEST_COMPLAINTS and len(complaints) > taken * self._shares.complaints:
            return _told(complaints, taken, "readers complained", "complaint_share", self._shares.complaints)
        if len(returns) >= FEWEST_RETURNS and len(returns) > taken * self._shares.returns:
            return _told(returns, taken, "messages came back", "bounce_share", self._shares.returns)
        return ""


def _told(signs: Sequence[Sign], taken: int, what: str, setting: str, limit: float) -> str:
    """`12 of 200 messages came back (6 %; feedback.bounce_share is 5 %): 8 at example.com, 10 from import:ghost`."""
    share = len(signs) / max(taken, 1)
    domain, at = Counter(sign.domain for sign in signs).most_common(1)[0]
    source, by = Counter(sign.source or "an unknown source" for sign in signs).most_common(1)[0]
    return (f"{len(signs)} of {taken} {what} ({share:.2g} is more than feedback.{setting}, {limit:.2g}): "
            f"{at} at {domain}, {by} who came from {source}")
