"""The rhythm of a folder: when its next issue would come if nothing had changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

LEAST = 4            # issues from which on there is a rhythm
LOOKED_AT = 9        # the latest issues; what was long ago says little
STEADY = 0.75        # of the intervals are so like their median
LIKE = 0.25          # by which part of it they may differ
SHORTEST = timedelta(hours=20)


@dataclass(frozen=True, slots=True)
class Expected:
    """When the next issue is expected, and from how many issues we know. `gives_up_at`: nobody waits any more."""

    at: datetime
    known: int
    gives_up_at: datetime

    def is_missing(self, now: datetime) -> bool:
        """Whether it is late by a good part of a day, and not so late that it was given up."""
        grace = max(timedelta(hours=3), (self.gives_up_at - self.at) / 28)
        return self.at + grace <= now < self.gives_up_at


def expected(dues: Sequence[datetime]) -> Expected | None:
    """What follows issues that were due at these instants, in order; None where they have no rhythm."""
    latest = dues[-LOOKED_AT:]
    if len(latest) < LEAST:
        return None
    gaps = [later - earlier for earlier, later in pairwise(latest)]
    usual = timedelta(seconds=median(gap.total_seconds() for gap in gaps))
    steady = [gap for gap in gaps if abs(gap - usual) <= usual * LIKE]
    if usual < SHORTEST or len(steady) < STEADY * len(gaps):
        return None
    return Expected(latest[-1] + usual, len(latest), latest[-1] + 3 * usual)
