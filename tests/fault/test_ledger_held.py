"""Another program holds the ledger in the middle of a send, as a backup tool does."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.fault.house import DONE, House, Journal, ended, wait
from tests.fault.test_storm import settled
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
