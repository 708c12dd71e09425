"""How many connections at once: grown while it helps, shrunk by what the server bears.

A real Postfix takes more mail over ten connections than over fifty, and some providers bear two. So a few are
opened at once; more only as long as each further step carries more; and one that is turned away is not asked
for again for a while.
"""

from __future__ import annotations

from pipeline.clock import monotonic

FREELY = 10          # up to here nobody asks whether it helps
STEP_S = 1.0         # how long a step is watched
GAIN = 1.1           # what it must carry, as a share of what was carried before
REMEMBERED_S = 60.0  # how long a step back lasts


class Growth:
    """The number of connections that may be open, at most `limit`. Instants are monotonic."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self.allowed = min(limit, FREELY)
        self._before = self.allowed  # where to go back to
        self._rate = 0.0             # messages a second there
        self._since, self._answered = monotonic(), 0
        self._rests_until = 0.0

    def answer(self, count: int) -> None:
        """So many messages were answered."""
        self._answered += count

    def turn_away(self, borne: int) -> None:
        """The server took no more than `borne` connections."""
        self.allowed = max(1, min(self.allowed, borne))
        self._rest()

    def consider(self, *, is_full: bool) -> None:
        """Looks back at the last second. `is_full`: all that are allowed are open, and more is waiting."""
        now = monotonic()
        if now - self._since < STEP_S:
            return
        rate = self._answered / (now - self._since)
        self._since, self._answered = now, 0
        if not is_full or now < self._rests_until:
            return
        if self.allowed > self._before and rate < self._rate * GAIN:
            self.allowed = self._before
            self._rest()
            return
        self._before, self._rate = self.allowed, rate
        self.allowed = min(self._limit, self.allowed * 2)

    def _rest(self) -> None:
        self._before = self.allowed
        self._rests_until = monotonic() + REMEMBERED_S
