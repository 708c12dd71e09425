"""Workers that share one PostgreSQL: killed, frozen past their lease, cut off from it. Nobody is lost."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.mailings import recorder
from pipeline.providers.smtp_settings import Patience
from tests.conftest import Cluster
from tests.fault.cutter import UNANSWERED, UNHEARD, Cutter
from tests.fault.house import DONE, House, Journal, ended, happens, wait
from tests.fault.test_storm import settled
from tests.street import SinkProcess

WORKERS = 4
CONNECTIONS = 2
SEED = 20260324
# The longest that one message may take, in seconds, is what a lease must be longer than.
PATIENCE = Patience(connect_s=0.5, login_s=0.5, command_s=0.5, data_s=0.5, transfer_s=0.5, final_s=0.5)
LEASE_S = PATIENCE.total_s + 0.5

Trials = Callable[[int, int], int]


class Crew:
    """So many workers at a time, on one machine or on several; whoever falls is replaced where it stood."""

    def __init__(self, houses: list[House]) -> None:
        self.at = houses
        self.workers = [house.start(beside=True) for house in houses]

    def kill(self, n: int) -> None:
        with ended(self.workers[n]):
            pass
        self.workers[n] = self.at[n].start(beside=True)

    def end(self) -> None:
        """All of them, in good order."""
        for worker in self.workers:
            os.kill(worker, signal.SIGTERM)
        assert [wait(worker) for worker in self.workers] == [DONE] * len(self.workers), self.at[0].said


@contextmanager
def crew(houses: list[House]) -> Iterator[Crew]:
    """Workers of which none is left at the end, whatever happens."""
    made = Crew(houses)
    try:
        yield made
    finally:
        for worker in made.workers:
            with ended(worker):
                pass


def on_postgres(folder: Path, sink: SinkProcess, url: str, readers: int, in_doubt: str, rate: str | None) -> House:
    house = House(folder, sink.port, readers, in_doubt, CONNECTIONS, patience=PATIENCE,
                  settings={"database": url, "web": {"secret": "one for all machines"}, "transport": {
                      "kind": "smtp", "host": "127.0.0.1", "port": sink.port, "security": "none",
                      "connections": CONNECTIONS, "rate": rate}})
    house.lease = timedelta(seconds=0.5)  # beside the longest that one message may take
    return house


def wait_for(journal: Journal, more: int, limit_s: float) -> None:
    """Waits until so many more letters have been taken, as long as there are any."""
    before = len(journal.look())
    happens(lambda: len(journal.look()) >= before + more, limit_s)


def same_bytes(journal: Journal) -> bool:
    return all(len({(one["message_id"], one["sha256"]) for one in copies}) == 1 for _, copies in journal.copies())


def everybody_is_settled(house: House) -> bool:
    counts = house.counts()
    return counts["sent"] == house.readers


@pytest.mark.fault
def test_workers_killed_and_frozen_past_their_lease_lose_nobody(
    tmp_path: Path, postgres_url: str, trials: Trials
) -> None:
    readers, kills, freezes = trials(400, 20_000), trials(4, 200), trials(1, 50)
    chance = random.Random(SEED)
    hits = 0  # kills and freezes in a mailing that was not over
    with SinkProcess(tmp_path / "journal") as sink:
        house = on_postgres(tmp_path / "pub", sink, postgres_url, readers, "resend", f"{trials(60, 40)}/s")
        journal = Journal(tmp_path / "journal")
        with crew([house] * WORKERS) as four:
            assert happens(lambda: len(journal.look()) > 0, 60), house.said
            for done in range(kills):
                wait_for(journal, 1, 5)
                time.sleep(chance.random() * 0.05)
                four.kill(chance.randrange(WORKERS))
                hits += not everybody_is_settled(house)
                if done % (kills // freezes) == 0:
                    hits += not everybody_is_settled(house)
                    freeze(house, four.workers[chance.randrange(WORKERS)])
            at_the_end = len(journal.look())
            assert happens(lambda: everybody_is_settled(house), 600), (house.counts(), house.said)
            four.end()

        repeats = sum(journal.times.values()) - readers
        print(f"{kills} kills and {freezes} freezes among {WORKERS} workers, {hits} of them before the end, "
              f"the last after {at_the_end} letters; {readers} readers, {repeats} repeats")
        assert hits > 0
        assert house.counts() == settled(sent=readers)
        assert len(journal.times) == readers
        assert same_bytes(journal)
        assert repeats <= hits * CONNECTIONS


def freeze(house: House, worker: int) -> None:
    """Stops a worker until its lease is over and others have taken back what it held, then wakes it."""
    os.kill(worker, signal.SIGSTOP)
    try:
        time.sleep(LEASE_S + 0.3)
        house.counts()
    finally:
        os.kill(worker, signal.SIGCONT)


@pytest.mark.fault
def test_what_a_machine_held_when_it_died_goes_out_from_another_with_the_same_bytes(
    tmp_path: Path, postgres_url: str
) -> None:
    """Nobody starts it again, and its flight board is gone with it."""
    readers = 80
    with SinkProcess(tmp_path / "journal") as sink:
        house = on_postgres(tmp_path / "pub", sink, postgres_url, readers, "auto", "40/s")
        far = house.elsewhere(tmp_path / "far")
        journal = Journal(tmp_path / "journal")
        child = far.start(beside=True)
        with ended(child):
            assert happens(lambda: len(journal.look()) > 10, 60), far.said
        held = house.counts()["sending"]

        with crew([house]) as one:
            assert happens(lambda: everybody_is_settled(house), 60), (house.counts(), house.said)
            one.end()

        assert held > 0
        assert set(journal.times.values()) <= {1, 2}
        assert sum(journal.times.values()) - readers <= held
        assert len(journal.times) == readers
        assert same_bytes(journal)


@pytest.mark.fault
def test_postgres_that_crashes_in_a_send_costs_nobody_a_mail_and_nobody_gets_two(
    tmp_path: Path, postgres_url: str, postgres_cluster: Cluster, trials: Trials
) -> None:
    """One sender lives through all of it: what the server has said is kept until it can be written down."""
    readers, crashes = trials(250, 5000), trials(2, 20)
    with SinkProcess(tmp_path / "journal") as sink:
        house = on_postgres(tmp_path / "pub", sink, postgres_url, readers, "auto", f"{trials(50, 50)}/s")
        house.lease = None
        journal = Journal(tmp_path / "journal")
        child = house.start(serve=True)
        with ended(child):
            assert happens(lambda: len(journal.look()) > 0, 60), house.said
            for _ in range(crashes):
                wait_for(journal, 20, 10)
                postgres_cluster.restart()
                assert house.counts()["in_doubt"] == 0
            during = len(journal.look())
            assert happens(lambda: everybody_is_settled(house), 200), (house.counts(), house.said)
            os.kill(child, signal.SIGTERM)
            assert wait(child) == DONE, house.said
        print(f"{crashes} crashes of PostgreSQL, the last after {during} letters; {readers} readers, "
              f"{sum(journal.times.values())} letters")
        assert house.counts() == settled(sent=readers)
        assert set(journal.times.values()) == {1}


@pytest.mark.fault
def test_line_lost_in_a_commit_costs_nobody_a_mail_nobody_two_and_no_lease(
    tmp_path: Path, postgres_url: str, trials: Trials, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was claimed as the line broke goes out long before its lease of five minutes is over."""
    readers, cuts = trials(200, 5000), trials(6, 150)
    monkeypatch.setattr(recorder, "LEDGER_AWAY_S", 0.05)  # a child inherits it
    with SinkProcess(tmp_path / "journal") as sink, closing(Cutter(postgres_url)) as line:
        house = on_postgres(tmp_path / "pub", sink, postgres_url, readers, "auto", f"{trials(100, 100)}/s")
        house.lease = house.patience = None  # a busy server is not taken for a dead one: that is another fault
        far = house.elsewhere(tmp_path / "far")
        settings = far.folder / "config.yaml"
        settings.write_text(settings.read_text("utf-8").replace(postgres_url, line.url), encoding="utf-8")
        journal = Journal(tmp_path / "journal")
        child = far.start(serve=True)
        with ended(child):
            assert happens(lambda: len(journal.look()) > 0, 60), far.said
            line.every = 3  # so the look at what was claimed is cut off too
            assert happens(lambda: everybody_is_settled(house), trials(60, 280)), (house.counts(), far.said)
            line.every = None
            os.kill(child, signal.SIGTERM)
            assert wait(child) == DONE, far.said
        print(f"{line.cuts[UNHEARD]} lines lost before COMMIT was heard, {line.cuts[UNANSWERED]} before it was "
              f"answered; {readers} readers, {sum(journal.times.values())} letters")
        assert line.cuts.total() >= cuts
        assert house.counts() == settled(sent=readers)
        assert set(journal.times.values()) == {1}
