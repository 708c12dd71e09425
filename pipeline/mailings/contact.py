"""Whether the ledger answers this process. However many ask it, and how often, that it does not is said once."""

from __future__ import annotations

import logging
import threading

from pipeline.errors import PipelineError

log = logging.getLogger(__name__)


class Contact:
    """What everybody in a process knows of the ledger's being away. Safe for several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._missing: set[str] = set()  # who found it away and has not found it again
        self._told: set[str] = set()     # what was to be done about it, as we have said

    def lose(self, who: str, error: PipelineError) -> None:
        """It is away for `who`: said once, and again where something else is to be done about it."""
        with self._lock:
            self._missing.add(who)
            if error.problem.remedy not in self._told:
                self._told.add(error.problem.remedy)
                log.warning("ledger.unreachable", extra={"reason": str(error)})

    def find(self, who: str) -> None:
        """It answered `who`: news where they had missed it. Others may not have asked."""
        with self._lock:
            if who not in self._missing:
                return
            self._missing.clear()
            self._told.clear()
            log.info("ledger.reached")
