"""How fast to begin again after a rest: a message a second at first, and twice as many every fifteen seconds.

Whoever was away, or asked us to be slower, has others to serve and a night's queue of their own; all of ours at once
would send them away again. After two and a half minutes nothing is held back any more.
"""

from __future__ import annotations

import math
from datetime import datetime, timedelta

FIRST = 1.0                        # messages a second
DOUBLES = timedelta(seconds=15)
LASTS = 10 * DOUBLES               # a thousand a second by then
_SCALE = FIRST * DOUBLES.total_seconds() / math.log(2)


class Ramp:
    """A way back up that begins at an instant. Counts who has passed; not for two threads at once."""

    def __init__(self, began: datetime) -> None:
        self.began = began
        self._passed = 0.0

    def is_over(self, now: datetime) -> bool:
        """Whether nothing is held back any more."""
        return now >= self.began + LASTS

    def take(self, now: datetime) -> datetime:
        """When the next message may go: the caller's own from now on. Time that nobody used is not caught up on."""
        self._passed = max(self._passed, self._so_far(now - timedelta(seconds=1)))
        self._passed += 1
        return self._reached(self._passed - 1)

    def may_pass(self, now: datetime) -> bool:
        """Whether one more may go now; it counts as gone."""
        if now < self.began or self._so_far(now) < self._passed:
            return False
        self.take(now)
        return True

    def after(self, instant: datetime) -> datetime:
        """When the one may go who follows one that goes at `instant`; the first, where that is before all begins."""
        return self.began if instant < self.began else self._reached(self._so_far(instant) + 1)

    def _so_far(self, instant: datetime) -> float:
        """How many may have passed by then."""
        return _SCALE * (2 ** min((instant - self.began) / DOUBLES, 1000.0) - 1) if instant > self.began else 0.0

    def _reached(self, passed: float) -> datetime:
        return self.began + DOUBLES * math.log2(1 + passed / _SCALE)
