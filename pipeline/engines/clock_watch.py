"""Whether somebody has set the machine's clock, by which alarm clocks go."""

from __future__ import annotations

from datetime import UTC, datetime

from pipeline.clock import monotonic

SLACK_S = 5.0  # by how much, before it matters


class ClockWatch:
    """Compares it with one that nobody sets. A machine that slept looks the same: much may be due."""

    def __init__(self) -> None:
        self._ahead_s = _ahead_s()

    def was_set(self) -> bool:
        """Whether it was since the last look."""
        before, self._ahead_s = self._ahead_s, _ahead_s()
        return abs(self._ahead_s - before) > SLACK_S


def _ahead_s() -> float:
    return datetime.now(UTC).timestamp() - monotonic()
