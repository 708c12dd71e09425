"""`transport.rate` holds over all processes together, by the clock of the server that takes the mail."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.fault.house import House, Journal, happens
from tests.fault.test_machines import crew
from tests.street import SinkProcess

WORKERS = 4
WARM_S = 5  # until all four are at work

Trials = Callable[[int, int], int]


@pytest.mark.fault
def test_four_processes_together_keep_the_rate(tmp_path: Path, database_url: str, trials: Trials) -> None:
    """No letter comes before its turn, however busy the machine is; with full counts none much behind it either."""
    rate, readers, minute_s = trials(20, 100), trials(120, 8000), trials(0, 60)  # far longer than four take to begin
    with SinkProcess(tmp_path / "journal") as sink:
        house = House(tmp_path / "pub", sink.port, readers, settings={
            "database": database_url, "transport": {
                "kind": "smtp", "host": "127.0.0.1", "port": sink.port, "security": "none", "connections": 2,
                "rate": f"{rate}/s"}})
        journal = Journal(tmp_path / "journal")
        since = time.monotonic()
        with crew([house] * WORKERS) as four:
            assert happens(lambda: house.counts()["sent"] == readers, trials(60, 180)), (house.counts(), house.said)
            four.end()

    times = sorted(letter["at_s"] for letter in journal.look())
    began = times[0] + WARM_S
    within = sum(began <= at < began + minute_s for at in times)
    print(f"{within} letters in {minute_s} s over {WORKERS} processes; {len(journal.times)} readers")
    assert set(journal.times.values()) == {1}
    early = [n for n, at in enumerate(times) if at < since + n / rate * 0.98]
    assert early == []
    assert abs(within - rate * minute_s) <= rate * minute_s * 0.02
