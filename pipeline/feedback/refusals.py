"""What the post refused while it was handed over is news about an address too: it goes through the same door.

Only the ledger is asked, so it does not matter which process sent, or when it died.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from pipeline.clock import EPOCH
from pipeline.mailings.ledger import Ledger
from pipeline.mailings.ledger.events import Refusal
from pipeline.providers.event import Event, event_key

if TYPE_CHECKING:
    from pipeline.feedback.feedback import Feedback

PLACE = "refusals"  # the note that says how far we have read
_REPLY = re.compile(r"(?:^|: )[45]\d\d[ -]")


class Refusals:
    """The deliveries that the post refused, read on from where the last look ended.

    Most looks find none, and load nothing of readers and replies.
    """

    def __init__(self, ledger: Ledger, open_feedback: Callable[[], Feedback], provider: str) -> None:
        self._ledger = ledger
        self._open_feedback = open_feedback
        self._provider = provider

    def collect(self) -> int:
        """Takes all that is new, a page a transaction; gives how many."""
        count = 0
        while page := self._ledger.events.refusals(self._place()):
            self._open_feedback().take([event for refusal in page if (event := self._event(refusal))])
            self._ledger.notebook.write_note(PLACE, f"{page[-1].at.isoformat()} {page[-1].id}")
            count += len(page)
        return count

    def _place(self) -> tuple[datetime, int]:
        instant, _, last = (self._ledger.notebook.note(PLACE) or "").partition(" ")
        return (datetime.fromisoformat(instant), int(last)) if instant else (EPOCH, 0)

    def _event(self, refusal: Refusal) -> Event | None:
        """None for what no server said: a reader whom we could not address."""
        from pipeline.providers.statuses import meaning, status_in  # slow import

        if not _REPLY.search(refusal.reply):
            return None
        kind, bounce = meaning("", refusal.reply)
        return Event(
            event_key("refusal", str(refusal.origin.key)), kind, refusal.at, self._provider, bounce=bounce,
            address=refusal.origin.address or "", delivery_key=refusal.origin.key or "",
            status=status_in(refusal.reply), reason=refusal.reply)
