"""Whether the ledger answers this process. However many ask it, and how often: its being away is said once an hour."""

from __future__ import annotations

import logging
import threading
from math import inf

from pipeline.clock import monotonic
from pipeline.errors import PipelineError

log = logging.getLogger(__name__)

AGAIN_S = 3600.0  # one job may fail for days, by a limit of its own, while all others are answered


class Contact:
    """What everybody in a process knows of the ledger's being away. Safe for several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._missing: set[str] = set()    # who found it away and has not found it again
        self._told: dict[str, float] = {}  # what was to be done about it, and when we have said so

    def lose(self, who: str, error: PipelineError) -> None:
        """It is away for `who`: said once an hour, and at once where something else is to be done about it."""
        with self._lock:
            self._missing.add(who)
            if monotonic() - self._told.get(error.problem.remedy, -inf) >= AGAIN_S:
                self._told[error.problem.remedy] = monotonic()
                log.warning("ledger.unreachable", extra={"reason": str(error)})

    def find(self, who: str) -> None:
        """It answered `who`: news where they had missed it. Others may not have asked."""
        with self._lock:
            if who not in self._missing:
                return
            self._missing.clear()
            self._told.clear()
            log.info("ledger.reached")
