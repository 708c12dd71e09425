"""What the post refused while it was handed over is news about an address too: it goes through the same door.

Only the ledger is asked, so it does not matter which process sent, or when it died.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from pipeline.clock import EPOCH, Clock
from pipeline.mailings.ledger import Ledger
from pipeline.mailings.ledger.events import Refusal
from pipeline.providers.event import Event, event_key

if TYPE_CHECKING:
    from pipeline.feedback.feedback import Feedback

PLACE = "refusals"  # the note that says how far we have read
LOOK_BACK = timedelta(days=1)  # how far the clocks of those who write refusals down may be apart, and be set back
_REPLY = re.compile(r"(?:^|: )[45]\d\d[ -]")


class Refusals:
    """The deliveries that the post refused, read on from a day before where the last look ended.

    They stand in the order of their hours, and an hour is what some machine's clock showed: one that was set back, or
    is behind another's, or waited for its commit, writes behind the place that was reached. Most looks find none, and
    load nothing of readers and replies.
    """

    def __init__(self, ledger: Ledger, open_feedback: Callable[[], Feedback], provider: str, clock: Clock) -> None:
        self._ledger = ledger
        self._open_feedback = open_feedback
        self._provider = provider
        self._clock = clock

    def collect(self) -> int:
        """Takes all that is new, a page a transaction; gives how many."""
        count, known = 0, self._place()
        reached = min(known, self._clock.now()) - LOOK_BACK, 0
        while page := self._ledger.events.refusals(reached):
            reached = page[-1].at, page[-1].id
            if fresh := self._unheard_of(page):
                self._open_feedback().take([self._event(refusal) for refusal in fresh])
            count += len(fresh)
        if reached[0] > known:
            self._ledger.notebook.write_note(PLACE, reached[0].isoformat())
        return count

    def _place(self) -> datetime:
        instant, _, _ = (self._ledger.notebook.note(PLACE) or "").partition(" ")  # an id stood behind it once
        return datetime.fromisoformat(instant) if instant else EPOCH + LOOK_BACK

    def _unheard_of(self, page: Sequence[Refusal]) -> list[Refusal]:
        """Those that were not taken before, and that a server spoke of."""
        keys = {_key(refusal): refusal for refusal in page if _REPLY.search(refusal.reply)}
        heard = self._ledger.events.known(keys)
        return [refusal for key, refusal in keys.items() if key not in heard]

    def _event(self, refusal: Refusal) -> Event:
        from pipeline.providers.statuses import meaning_at_the_door, status_in  # slow import

        kind, bounce = meaning_at_the_door(refusal.reply)
        return Event(
            _key(refusal), kind, refusal.at, self._provider, bounce=bounce,
            address=refusal.origin.address or "", delivery_key=refusal.origin.key or "",
            status=status_in(refusal.reply), reason=refusal.reply)


def _key(refusal: Refusal) -> str:
    return event_key("refusal", str(refusal.origin.key))
