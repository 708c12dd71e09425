"""Deliveries at which a process died go last, each by itself: if one of them kills again, it is known which.

So a kill from outside costs them their place in the line, and poison costs nobody else anything.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping

from pipeline.mailings.mailing import DeliveryState, Outcome


class Trials:
    """The suspects by delivery id, with how many processes died at each; one is tried at a time."""

    def __init__(self) -> None:
        self.suspects: Mapping[int, int] = {}
        self._on_trial: int | None = None
        self._lock = threading.Lock()

    def open(self, suspects: Mapping[int, int]) -> None:
        """What the ledger knows when they begin."""
        self.suspects, self._on_trial = suspects, None

    def next(self) -> int | None:
        """The one at which fewest have died; None while another is on trial."""
        with self._lock:
            if self._on_trial is not None or not self.suspects:
                return None
            self._on_trial = min(self.suspects, key=lambda one: (self.suspects[one], one))
            return self._on_trial

    def hear(self, known: Iterable[Outcome]) -> None:
        """We live: whoever was on trial is acquitted, unless nothing was tried."""
        for outcome in known:
            if outcome.claim.id == self._on_trial:
                if outcome.counted or outcome.state is DeliveryState.FAILED:
                    self.acquit(outcome.claim.id)
                self._on_trial = None

    def acquit(self, one: int) -> None:
        """It is tried, or cannot be tried now."""
        with self._lock:
            self.suspects = {id_: deaths for id_, deaths in self.suspects.items() if id_ != one}
            self._on_trial = None
