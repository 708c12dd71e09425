"""Many kills, freezes and ends in one send, and a server that is as hostile as it can: nobody lost, nobody blamed.

What each policy promises (`contract`, section 8): with `resend` nobody is lost, and only those are mailed twice whose
answer was lost; with `auto` nobody is mailed twice by a death, and nobody is missing who is not shown as in doubt.
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest

from tests.fault.house import DONE, HASTY, IMPATIENT, House, Journal, ended, happens, is_over, wait
from tests.fault.malice import LIE
from tests.street import SinkProcess

CONNECTIONS = 4
SEED = 20260324
SLOW = ("--delay", "0.01")  # a send lasts longer than all the moments in which it is killed

Trials = Callable[[int, int], int]


def kill(house: House, journal: Journal, kills: int, chance: random.Random) -> int:
    """Kills sender after sender at a random moment behind its first message; gives how many were at work then."""
    hits = 0
    for _ in range(kills):
        before = len(journal.look())
        house.resume()
        child = house.start()
        if journal.until(lambda taken, before=before: taken > before, child):
            time.sleep(chance.random() * 0.05)
            hits += not is_over(child)
        with ended(child):
            pass
        house.counts()
    return hits


@pytest.mark.fault
def test_kills_with_resend_lose_nobody_and_repeat_the_same_bytes(tmp_path: Path, trials: Trials) -> None:
    readers, kills = trials(400, 20_000), trials(5, 1000)
    with SinkProcess(tmp_path / "journal", SLOW) as sink:
        house = House(tmp_path / "pub", sink.port, readers, "resend", CONNECTIONS)
        journal = Journal(tmp_path / "journal")
        hits = kill(house, journal, kills, random.Random(SEED))
        assert hits == kills

        assert house.finish() == settled(sent=readers)

        repeats = sum(journal.times.values()) - readers
        print(f"{kills} kills, {hits} hit, {readers} readers, {repeats} repeats")
        assert len(journal.times) == readers
        assert repeats <= hits * CONNECTIONS
        assert {len({(one["message_id"], one["sha256"]) for one in copies}) for _, copies in journal.copies()} == {1}


@pytest.mark.fault
def test_kills_with_auto_mail_nobody_twice_and_show_who_is_in_doubt(tmp_path: Path, trials: Trials) -> None:
    readers, kills = trials(400, 20_000), trials(5, 1000)
    with SinkProcess(tmp_path / "journal", SLOW) as sink:
        house = House(tmp_path / "pub", sink.port, readers, "auto", CONNECTIONS)
        journal = Journal(tmp_path / "journal")
        hits = kill(house, journal, kills, random.Random(SEED + 1))
        assert hits == kills

        counts = house.finish()

        print(f"{kills} kills, {hits} hit, {readers} readers, {counts['in_doubt']} in doubt, "
              f"{readers - len(journal.times)} of them not taken")
        assert counts == settled(sent=readers - counts["in_doubt"], in_doubt=counts["in_doubt"])
        assert set(journal.times.values()) == {1}
        assert readers - len(journal.times) <= counts["in_doubt"] <= hits * CONNECTIONS


@pytest.mark.fault
def test_sigterm_in_a_send_to_a_slow_server_leaves_no_doubt_and_repeats_nobody(tmp_path: Path, trials: Trials) -> None:
    """Again and again in one mailing; in five side by side, because it is the server that takes its time."""
    ends, slow_s, side_by_side = trials(3, 20), trials(1, 60) / 20, trials(1, 5)
    chance = random.Random(SEED + 2)
    longest = 0.0
    with ExitStack() as stack:
        houses = []
        for n in range(side_by_side):
            journal = Journal(tmp_path / f"journal{n}")
            sink = stack.enter_context(SinkProcess(journal.path, ("--delay", str(slow_s))))
            houses.append((House(tmp_path / f"pub{n}", sink.port, 5000, "auto", CONNECTIONS), journal))
        for _ in range(ends):
            sending = [(house, journal, len(journal.look()), house.start()) for house, journal in houses]
            for _, journal, before, child in sending:
                journal.until(lambda taken, before=before: taken > before, child)
            time.sleep(chance.random() * slow_s)
            asked = time.monotonic()
            for *_, child in sending:
                os.kill(child, signal.SIGTERM)
            codes = [wait(child, 30) for *_, child in sending]
            longest = max(longest, time.monotonic() - asked)
            assert codes == [DONE] * len(houses), [house.said for house, _ in houses]
            for house, _ in houses:
                assert house.counts()["in_doubt"] == house.counts()["sending"] == 0
        served = [len(journal.times) for _, journal in houses]
        print(f"{ends * len(houses)} ends, the longest {longest:.1f} s, {served} readers served")
        assert longest < 10
        assert all(set(journal.times.values()) == {1} for _, journal in houses)
        assert [house.counts()["sent"] for house, _ in houses] == served


@pytest.mark.fault
def test_hostile_server_loses_nobody_and_gets_nobody_blamed(tmp_path: Path, trials: Trials) -> None:
    readers = trials(300, 20_000)
    with hostile(tmp_path) as sink:
        house = House(tmp_path / "pub", sink.port, readers, "auto", 6, patience=IMPATIENT)

        counts = house.finish(rounds=trials(80, 4000), resends=True)

        check_hostile(tmp_path, house, counts)


@pytest.mark.fault
def test_hostile_server_with_kills_and_freezes_loses_nobody(tmp_path: Path, trials: Trials) -> None:
    """A frozen sender wakes behind its lease, with another at work: it sends nothing more but what was in the air."""
    readers, kills, freezes = trials(300, 20_000), trials(4, 500), trials(1, 100)
    chance = random.Random(SEED + 3)
    with hostile(tmp_path) as sink:
        house = House(tmp_path / "pub", sink.port, readers, "resend", 6, patience=HASTY)
        journal = Journal(tmp_path / "journal")
        hits = kill(house, journal, kills, chance)
        frozen = sum(freeze(house, journal, chance) for _ in range(freezes))

        counts = house.finish(rounds=trials(80, 4000), resends=True)

        print(f"{kills} kills, {hits} hit; {freezes} freezes, {frozen} hit")
        # A hasty sender gives up on a server that is only busy, too: its answer was lost by us.
        check_hostile(tmp_path, house, counts, deaths=(hits + 2 * frozen) * 6 + readers // 100)


def hostile(folder: Path) -> SinkProcess:
    return SinkProcess(folder / "journal", ("--share", "0.02", "--seed", str(SEED), "--acts", str(folder / "acts")),
                       program="tests.fault.malice")


def settled(**counts: int) -> dict[str, int]:
    return {**dict.fromkeys(("pending", "sending", "deferred", "sent", "failed", "in_doubt", "skipped", "cancelled"),
                            0), **counts}


def check_hostile(folder: Path, house: House, counts: dict[str, int], deaths: int = 0) -> None:
    """Nobody lost; dead are those alone who were refused; twice got it only whose answer was lost.

    A yes to no question, which stands where the answer to a chunk would and is followed by none, is no different from
    that answer: who was lost by it has it in the ledger.
    """
    times, acts = Journal(folder / "journal").times, Journal(folder / "acts").look()
    assert all(act["recipient"] for act in acts if act["place"] == "rcpt")
    refused = {act["recipient"] for act in acts
               if act["place"] in ("rcpt", "data", "dot") and act["act"].startswith("5")}
    broken = {act["session"] for act in acts}
    replies = {state: {row["address"]: row["reply"] for row in rows(house) if row["state"] == state}
               for state in ("failed", "sent")}
    failed = set(replies["failed"])
    repeated = {reader: copies for reader, copies in Journal(folder / "journal").copies() if len(copies) > 1}
    unexplained = [reader for reader, copies in repeated.items()
                   if any(one["session"] not in broken for one in copies[:-1])]
    print(f"{house.readers} readers, {len(acts)} hostile acts, {len(failed)} failed, {len(repeated)} twice or more, "
          f"{len(unexplained)} of them by a death")
    assert counts == settled(sent=house.readers - len(failed), failed=len(failed))
    assert failed <= refused
    assert {reply for reader, reply in replies["sent"].items() if reader not in times} <= {LIE}
    assert len(unexplained) <= deaths


def rows(house: House) -> list[dict[str, object]]:
    from tests.books import deliveries

    app = house.open()
    (mailing,) = app.ledger.mailings.all()
    found = deliveries(app.database, mailing.id)
    app.database.close()
    return found


def freeze(house: House, journal: Journal, chance: random.Random) -> bool:
    """Stops a sender until its lease is over and another has worked, then wakes it; False if it had ended before."""
    house.resume()
    before = len(journal.look())
    house.lease = timedelta(seconds=0.5)  # beside the longest that one message may take
    sleeper = house.start(beside=True)
    with ended(sleeper):
        if not happens(lambda: len(journal.look()) > before, 5):
            return False
        time.sleep(chance.random() * 0.05)
        os.kill(sleeper, signal.SIGSTOP)
        time.sleep(HASTY.total_s + 0.7)
        before = len(journal.look())
        other = house.start(beside=True)
        with ended(other):
            # It may wait for the ledger as long as the sleeper lies in it, or for a person after a refusal.
            happens(lambda: len(journal.look()) > before, 2)
            os.kill(sleeper, signal.SIGCONT)
            time.sleep(0.3)
            house.counts()
            for child in (sleeper, other):
                os.kill(child, signal.SIGTERM)
            assert (wait(sleeper), wait(other)) == (DONE, DONE), house.said
    house.lease = None
    return True
