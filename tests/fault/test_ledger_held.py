"""Another program holds the ledger in the middle of a send, as a backup tool does."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from pipeline.app import App
from pipeline.clock import SystemClock
from pipeline.config import load
from pipeline.database import engines
from tests.fault.house import DONE, House, Journal, ended, wait
from tests.fault.test_storm import settled
from tests.publications import Publication
from tests.street import SinkProcess


@pytest.mark.fault
def test_ledger_that_another_program_holds_costs_nobody_a_mail_and_nobody_gets_two(
    tmp_path: Path, trials: Callable[[int, int], int]
) -> None:
    readers, held_s = 400, trials(2, 60)
    with SinkProcess(tmp_path / "journal", ("--delay", "0.02")) as sink:
        house = House(tmp_path / "pub", sink.port, readers)
        journal = Journal(tmp_path / "journal")
        child = house.start()
        with ended(child), closing(sqlite3.connect(tmp_path / "pub" / "var" / "avviso.db", timeout=30)) as other:
            assert journal.until(lambda taken: taken > 0, child)
            other.execute("BEGIN IMMEDIATE")
            taken = len(journal.look())
            time.sleep(held_s)
            other.rollback()
            assert taken < readers, "everybody was served before"
            assert wait(child, 300) == DONE, house.said
        print(f"held for {held_s} s after {taken} letters; {len(journal.times)} readers")
        assert house.counts() == settled(sent=readers)
        assert set(journal.times.values()) == {1}


def test_who_only_looks_does_not_wait_for_a_program_that_holds_the_ledger(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that was stopped while it wrote may hold it for ever: `status` is what one asks then."""
    monkeypatch.setattr(engines, "BUSY_TIMEOUT_S", 0.1)
    letters = Publication(tmp_path / "pub")
    config = load(letters.folder / "config.yaml", {})
    with closing(App(config, SystemClock())) as first:
        began = first.steady()

    with closing(sqlite3.connect(tmp_path / "pub" / "var" / "avviso.db")) as other, \
            closing(App(config, SystemClock())) as second:
        other.execute("BEGIN IMMEDIATE")

        assert second.waits() == []
        assert second.steady() >= began
