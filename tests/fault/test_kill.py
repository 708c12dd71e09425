"""kill -9 and SIGTERM in the middle of a send: nobody lost, nobody twice who need not be."""

from __future__ import annotations

import random
import signal
import subprocess
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.street import Publication, SinkProcess, wait_until

CONNECTIONS = 4
SLOW = ("--delay", "0.04")  # a send lasts longer than all the moments in which it is killed


def due_mailing(folder: Path, sink: SinkProcess, readers: int, in_doubt: str) -> Publication:
    """A mailing whose audience is frozen and of which nobody has anything yet."""
    made = Publication(folder)
    made.over_smtp(sink.port, in_doubt=in_doubt)
    assert made.run("init").code == 0
    made.add_readers(readers)
    made.write("01-Issue.md", "Words of the first issue. " * 40, day=datetime.now(UTC))
    assert made.run("publish", "--no-send").code == 0
    return made


def kill_at_random(made: Publication, sink: SinkProcess, readers: int, kills: int) -> int:
    """Starts `publish` again and again and kills it at a random moment of its sending; gives how often it hit."""
    chance = random.Random(20260324)
    hits = 0
    for _ in range(kills):
        hits += kill_once(made, sink, chance.random() * 0.4)
        assert made.counts()[0]["audience"] == readers
    print(f"{hits} of {kills} kills struck a running send")
    return hits


def kill_once(made: Publication, sink: SinkProcess, after_s: float) -> bool:
    """Kills one `publish` a moment after its first message; False if it had finished by then."""
    before = len(sink.letters())
    process = made.start("publish")
    wait_until(lambda: len(sink.letters()) > before, process)
    with suppress(subprocess.TimeoutExpired):
        process.wait(after_s)
    hit = process.poll() is None
    process.kill()
    process.wait(30)
    return hit


def received(sink: SinkProcess) -> Counter[str]:
    return Counter(letter["recipient"] for letter in sink.letters())


@pytest.mark.fault
def test_killed_send_with_resend_loses_nobody_and_repeats_the_same_bytes(
    tmp_path: Path, trials: Callable[[int, int], int]
) -> None:
    readers, kills = trials(300, 2000), trials(4, 50)
    with SinkProcess(tmp_path / "journal", SLOW) as sink:
        made = due_mailing(tmp_path / "pub", sink, readers, "resend")
        hits = kill_at_random(made, sink, readers, kills)
        assert hits == kills
        assert made.run("publish").code == 0

        times = received(sink)
        assert len(times) == readers
        assert sum(times.values()) - readers <= hits * CONNECTIONS
        bodies = defaultdict(set)
        for letter in sink.letters():
            bodies[letter["recipient"]].add((letter["message_id"], letter["sha256"]))
        assert {len(found) for found in bodies.values()} == {1}
        assert made.counts()[0]["counts"]["sent"] == readers


@pytest.mark.fault
def test_killed_send_with_auto_mails_nobody_twice_and_lists_who_is_in_doubt(
    tmp_path: Path, trials: Callable[[int, int], int]
) -> None:
    readers, kills = trials(300, 2000), trials(4, 50)
    with SinkProcess(tmp_path / "journal", SLOW) as sink:
        made = due_mailing(tmp_path / "pub", sink, readers, "auto")
        hits = kill_at_random(made, sink, readers, kills)
        assert hits == kills
        last = made.run("publish")

        times = received(sink)
        counts = made.counts()[0]["counts"]
        assert last.code == (1 if counts["in_doubt"] else 0)
        assert set(times.values()) == {1}
        assert counts["sent"] + counts["in_doubt"] == readers
        assert readers - len(times) <= counts["in_doubt"] <= hits * CONNECTIONS


@pytest.mark.fault
def test_sigterm_in_a_send_ends_in_ten_seconds_without_doubt(
    tmp_path: Path, trials: Callable[[int, int], int]
) -> None:
    readers = trials(60, 500)
    with SinkProcess(tmp_path / "journal", ("--delay", "0.3")) as sink:
        made = due_mailing(tmp_path / "pub", sink, readers, "auto")
        process = made.start("run")
        wait_until(lambda: len(sink.letters()) >= 5, process)
        asked = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
        took = time.monotonic() - asked

        assert took < 10
        assert made.counts()[0]["counts"]["in_doubt"] == 0
        assert len(sink.letters()) < readers
    with SinkProcess(tmp_path / "journal") as sink:
        made.over_smtp(sink.port)
        assert made.run("publish").code == 0
        assert set(received(sink).values()) == {1}
        assert len(received(sink)) == readers


@pytest.mark.fault
def test_second_publish_ends_with_75_and_other_commands_work_beside(tmp_path: Path) -> None:
    with SinkProcess(tmp_path / "journal", ("--delay", "0.3")) as sink:
        made = due_mailing(tmp_path / "pub", sink, 20, "auto")
        process = made.start("run")
        wait_until(lambda: len(sink.letters()) >= 1, process)

        assert made.run("publish").code == 75
        assert made.run("status").code == 0
        assert made.run("subscribers", "add", "late@example.com").code == 0
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0


@pytest.mark.fault
def test_run_left_alone_delivers_what_becomes_due_and_not_before(tmp_path: Path) -> None:
    with SinkProcess(tmp_path / "journal") as sink:
        made = Publication(tmp_path / "pub", {"schedule": {"quiet": "0s", "send_at": "00:00", "check_every": "1s"}})
        made.over_smtp(sink.port)
        made.run("init")
        made.add_readers(3)
        soon, due_s = (datetime.now(UTC) + timedelta(seconds=6)).replace(microsecond=0), time.monotonic() + 5
        made.write("01-Soon.md", "Soon.", day=f"{soon:%Y/%m/%d %H:%M:%S}")
        process = made.start("run")
        wait_until(lambda: len(sink.letters()) == 3, process)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
        assert set(received(sink).values()) == {1}
        assert min(letter["at_s"] for letter in sink.letters()) >= due_s
