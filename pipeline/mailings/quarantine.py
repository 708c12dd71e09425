"""Deliveries at which a process died go last, each by itself: if one of them kills again, it is known which.

So a kill from outside costs them their place in the line, and poison costs nobody else anything.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping

from pipeline.mailings.mailing import DeliveryState, Outcome


class Quarantine:
    """The suspects by delivery id, with how many processes died at each; one is tried at a time."""

    def __init__(self) -> None:
        self.suspects: Mapping[int, int] = {}
        self._tried: int | None = None
        self._lock = threading.Lock()

    def open(self, suspects: Mapping[int, int]) -> None:
        """What the ledger knows when they begin."""
        self.suspects, self._tried = suspects, None

    def next(self) -> int | None:
        """The one at which fewest have died; None while another is being tried."""
        with self._lock:
            if self._tried is not None or not self.suspects:
                return None
            self._tried = min(self.suspects, key=lambda one: (self.suspects[one], one))
            return self._tried

    def hear(self, known: Iterable[Outcome]) -> None:
        """We live: whoever was tried is released, unless nothing was."""
        for outcome in known:
            if outcome.claim.id == self._tried:
                if outcome.counted or outcome.state is DeliveryState.FAILED:
                    self.release(outcome.claim.id)
                self._tried = None

    def release(self, one: int) -> None:
        """It is tried, or cannot be tried now."""
        with self._lock:
            self.suspects = {id_: deaths for id_, deaths in self.suspects.items() if id_ != one}
            self._tried = None
