"""How fast: a rate that holds across all processes, because each takes its seconds from one row."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

from pipeline.clock import Clock
from pipeline.mailings.ledger import Ledger

LOOK_AGAIN = timedelta(seconds=1)
STALE = timedelta(seconds=1)  # a slot so old is not caught up on: two seconds' worth would go at once


class Pace:
    """Lets messages pass at `rate` a second, in slices of a second or one message, whichever is more."""

    def __init__(self, ledger: Ledger, clock: Clock, name: str, rate: float | None) -> None:
        self._ledger = ledger
        self._clock = clock
        self._name = name
        self._lock = threading.Lock()
        self._interval = timedelta(seconds=1 / rate) if rate else None
        self._slice = max(1, int(rate)) if rate else 0
        self._slots: list[datetime] = []
        self._rest_until: datetime | None = None
        self._looked_at: datetime | None = None

    def slot(self) -> datetime | None:
        """The next free slot: the caller's own from now on. None where nothing holds it back: at once."""
        rest = self._resting()
        slot = None if self._interval is None else self._take(self._interval)
        return max(rest, slot) if rest and slot else rest or slot

    def rest(self, seconds: float) -> None:
        """The provider asks to be left alone for so long: by every process."""
        with self._lock:
            self._rest_until = self._ledger.notebook.rest(self._name, self._clock.now() + timedelta(seconds=seconds))

    def _resting(self) -> datetime | None:
        """Until when some process was asked to wait; looked up once a second."""
        now = self._clock.now()
        with self._lock:
            if self._looked_at is None or not timedelta(0) <= now - self._looked_at < LOOK_AGAIN:
                self._rest_until, self._looked_at = self._ledger.notebook.resting(self._name), now
            return self._rest_until if self._rest_until and self._rest_until > now else None

    def wait(self, stop: threading.Event) -> bool:
        """Waits for the next free slot; False if `stop` was set meanwhile."""
        slot = self.slot()
        seconds = (slot - self._clock.now()).total_seconds() if slot else 0
        return not (self._clock.wait(stop, seconds) if seconds > 0 else stop.is_set())

    def takes(self, messages: int) -> timedelta:
        """How long so many messages take at this rate."""
        return self._interval * messages if self._interval else timedelta(0)

    def _take(self, interval: timedelta) -> datetime:
        now = self._clock.now()
        with self._lock:
            while self._slots and self._slots[-1] < now - STALE:
                self._slots.pop()
            if not self._slots:
                start = self._ledger.notebook.reserve(self._name, interval * self._slice, now)
                self._slots = [start + interval * n for n in reversed(range(self._slice))]
            return self._slots.pop()
