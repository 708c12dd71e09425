"""A clock that somebody set is said; what is due only because it was set ahead is held.

How far it is from a clock that nobody sets is noted at each pass; a leap is what that grew by since.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from pipeline.amounts import counted
from pipeline.errors import Problem
from pipeline.mailings.ledger import Ledger
from pipeline.mailings.mailing import MailingState
from pipeline.mailings.reasons import Cause
from pipeline.publish.seal import PREVIOUS

SLACK = timedelta(minutes=10)
LEAP = timedelta(days=1)            # what a clock may be set ahead by without a question
DRIFT = "clock_drift"               # the note that says how far the clock was from the steady one, in seconds


@dataclass(frozen=True, slots=True)
class ClockReading:
    """One look at the clock: `now`, by how much it was set since the last one, how far it is from the steady one."""

    now: datetime
    leap: timedelta
    drift: timedelta
    problems: tuple[Problem, ...]


class ClockGuard:
    """`steady` is the clock that nobody sets."""

    def __init__(self, ledger: Ledger, steady: Callable[[], datetime]) -> None:
        self._ledger = ledger
        self._steady = steady

    def read(self, now: datetime) -> ClockReading:
        """Compares with the last pass, and notes the hour for the next. A clock that went back makes nothing due."""
        notebook = self._ledger.notebook
        noted, drifted = notebook.note(PREVIOUS), notebook.note(DRIFT)
        drift = now - self._steady()
        leap = drift - timedelta(seconds=float(drifted)) if drifted else timedelta(0)
        notebook.write_note(PREVIOUS, now.isoformat())
        return ClockReading(now, leap, drift, tuple(_problems(now, leap, noted)))

    def hold(self, reading: ClockReading) -> None:
        """What is due only because the clock was set ahead waits for a person, approved or not."""
        if reading.leap <= LEAP:
            return
        for mailing in self._ledger.mailings.all(MailingState.SCHEDULED, MailingState.HELD):
            if reading.now - reading.leap < mailing.send_at <= reading.now:
                self._ledger.mailings.hold(mailing.id, now=reading.now, reason=Cause.CLOCK.because(
                    f"due only since it was set ahead to {reading.now:%Y-%m-%d %H:%M} UTC"))

    def remember(self, reading: ClockReading) -> None:
        """Not before what it showed is held: a pass may die and forget it."""
        self._ledger.notebook.write_note(DRIFT, str(reading.drift.total_seconds()))


def _problems(now: datetime, leap: timedelta, noted: str | None) -> Iterator[Problem]:
    if noted and datetime.fromisoformat(noted) - now > SLACK:
        yield Problem("clock", f"it shows {now:%Y-%m-%d %H:%M} UTC, the last pass was at {noted[:16]}",
                      "set the machine's clock", rule="clock-moved", severity="warning")
    if leap > LEAP:
        yield Problem("clock", f"it was set ahead by {counted(leap.days, 'day')} since the last pass: it shows "
                               f"{now:%Y-%m-%d %H:%M} UTC",
                      "set it right; what seems to be due since is held", rule="clock-moved", severity="warning")
