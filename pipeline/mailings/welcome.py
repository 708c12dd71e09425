"""How the post receives us: who was served, and when so many were refused or left unanswered that a mailing pauses."""

from __future__ import annotations

import threading
from collections import defaultdict

from pipeline.errors import Refused

REFUSALS = 20             # refusals of us in a row, with nobody accepted, that pause a mailing
UNANSWERED = 10           # repeats in a row whose answer was lost again, with nobody accepted, that pause one


class Welcome:
    """What the senders of one process are told, counted together."""

    def __init__(self) -> None:
        self.served = 0  # how many messages the post has taken, from whichever sender
        self._lock = threading.Lock()
        self._refusals = 0
        self._refused: defaultdict[int, set[int]] = defaultdict(set)  # deliveries of small mailings
        self._unanswered = 0

    def accept(self, mailing_id: int | None = None) -> None:
        """Somebody was served: we are not unwelcome, and the post answers."""
        with self._lock:
            if mailing_id is not None:
                self._refused.pop(mailing_id, None)
            self.served += 1
            self._refusals = self._unanswered = 0

    def refuse(self, error: Refused) -> bool:
        """We were refused: whether to pause the mailing, at once or after too many in a row."""
        with self._lock:
            self._refusals += 1
            if not error.session and self._refusals < REFUSALS:
                return False
            self._refusals = 0
        return True

    def is_denied(self, mailing_id: int, delivery_id: int, audience: int) -> bool:
        """Whether with this one everybody of a mailing was refused: a small one never has so many in a row."""
        if audience >= REFUSALS:
            return False
        with self._lock:
            self._refused[mailing_id].add(delivery_id)
            is_everybody = len(self._refused[mailing_id]) == audience
            if is_everybody:
                del self._refused[mailing_id]
        return is_everybody

    def miss_answer(self) -> bool:
        """A repeat went unanswered too: whether that is so of all, so that each reader gets copy after copy."""
        with self._lock:
            self._unanswered += 1
            if self._unanswered < UNANSWERED:
                return False
            self._unanswered = 0
        return True
