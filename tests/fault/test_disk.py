"""A full disk at any moment: a send waits, loses nothing, goes on by itself."""

from __future__ import annotations

import os
import random
import resource
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.fault.house import DONE, House, Journal, ended, happens, wait
from tests.fault.test_storm import settled
from tests.street import SinkProcess

Trials = Callable[[int, int], int]


class Tmpfs:
    """A small disk of its own, filled by a file. Needs the right to mount."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def fill(self, _child: int) -> None:
        with (self.folder / "ballast").open("ab", buffering=0) as file:
            for size in (1 << 16, 1 << 12, 1):
                try:
                    while file.write(b"x" * size) == size:
                        pass
                except OSError:
                    continue

    def free(self, _child: int) -> None:
        (self.folder / "ballast").unlink(missing_ok=True)


class Quota:
    """Where nobody may mount: no file of the process may grow any more, the ledger's least of all."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def fill(self, child: int) -> None:
        self._limit(child, 4096)

    def free(self, child: int) -> None:
        self._limit(child, resource.RLIM_INFINITY)

    def _limit(self, child: int, size: int) -> None:
        _, hard = resource.prlimit(child, resource.RLIMIT_FSIZE)
        resource.prlimit(child, resource.RLIMIT_FSIZE, (size if hard == resource.RLIM_INFINITY else hard, hard))


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Tmpfs | Quota]:
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    mounted = os.geteuid() == 0 and subprocess.run(mount, check=False, capture_output=True).returncode == 0
    try:
        yield Tmpfs(folder) if mounted else Quota(folder)
    finally:
        if mounted:
            subprocess.run(["umount", "-l", folder], check=True)


@pytest.mark.fault
def test_full_disk_at_random_moments_loses_no_record_and_the_send_goes_on_by_itself(
    tmp_path: Path, trials: Trials
) -> None:
    """One sender lives through all of it; nobody restarts it, and nobody is mailed twice."""
    readers, times = trials(200, 4000), trials(2, 100)
    chance = random.Random(20260324)
    with SinkProcess(tmp_path / "journal", ("--delay", "0.02")) as sink, small_disk(tmp_path / "disk", "64m") as disk:
        house = House(disk.folder / "pub", sink.port, readers)
        journal = Journal(tmp_path / "journal")
        child = house.start(serve=True)
        with ended(child):
            assert happens(lambda: len(journal.look()) > 0, 90), house.said
            full = 0
            for _ in range(times):
                time.sleep(chance.random() * 0.2)
                before = len(journal.look())
                disk.fill(child)
                full += not happens(lambda before=before: len(journal.look()) > before + 60, 0.3)
                disk.free(child)
                assert house.counts()["in_doubt"] == 0
            assert happens(lambda: house.counts()["sent"] == readers, 120), (house.counts(), house.said)
            os.kill(child, signal.SIGTERM)
            assert wait(child) == DONE, house.said
        print(f"{times} times full, {full} of them while it sent; {len(journal.times)} readers served, "
              f"{sum(journal.times.values())} letters")
        assert house.counts() == settled(sent=readers)
        assert set(journal.times.values()) == {1}
        assert len(journal.times) == readers


def test_quota_stops_a_ledger_as_a_full_disk_does(tmp_path: Path) -> None:
    """What stands in for a small disk where nobody may mount one."""
    child = os.fork()
    if child == 0:
        connection = sqlite3.connect(tmp_path / "one.db")
        Quota(tmp_path).fill(os.getpid())
        try:
            connection.executescript("CREATE TABLE a (b); CREATE TABLE c (d);")
        except sqlite3.OperationalError:
            os._exit(7)
        os._exit(0)
    assert wait(child) == 7
