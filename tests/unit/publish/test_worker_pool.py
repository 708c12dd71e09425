"""Rendering on all cores: how many there are shows nowhere in what is made, nor when one of them dies."""

from __future__ import annotations

import json
import operator
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.publish import worker_pool
from pipeline.publish.worker_pool import WorkerPool
from tests.publications import Publication

TASKS = range(3 * worker_pool.ENOUGH)
LONG = "x" * 300_000


# A process with one thread, which no test can be sure to be; it has a file open, and is deaf to SIGTERM.
ALONE = """
import json, os, signal, sys
from pipeline.publish.worker_pool import WorkerPool
from tests.unit.publish.test_worker_pool import TASKS, belongings

held = open(sys.argv[1])
signal.signal(signal.SIGTERM, signal.SIG_IGN)
workers = WorkerPool(2)
found = list(workers.each(belongings, held.name, TASKS, len(TASKS)))
workers.close()
print(json.dumps([os.getpid(), found]))
"""


@pytest.fixture(params=["alone", "beside a thread"])
def pair(request: pytest.FixtureRequest) -> Iterator[WorkerPool]:
    """Two processes: forks where nobody but the test runs, else new ones."""
    leave = threading.Event()
    other = threading.Thread(target=leave.wait)
    if request.param != "alone":
        other.start()
    pair = WorkerPool(2)
    yield pair
    pair.close()
    leave.set()
    if other.ident:
        other.join()


def double_or_die(parent: int, number: int) -> int:
    """Twice the number; in a worker, number 30 is its end."""
    if number == 30 and os.getpid() != parent:
        os._exit(9)
    return 2 * number


def pid(_shared: object, _task: object) -> int:
    return os.getpid()


def belongings(path: str, _task: object) -> tuple[int, bool, bool]:
    """Who does the work, whether it has this file open, and whether SIGTERM ends it."""
    files = [os.path.realpath(one) for one in Path("/proc/self/fd").iterdir()]
    return os.getppid(), path in files, signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_results_come_in_order_from_processes_that_stay_for_other_work(pair: WorkerPool) -> None:
    sums = list(pair.each(operator.add, 7, TASKS, len(TASKS)))
    products = list(pair.each(operator.mul, 7, TASKS, len(TASKS)))
    first, again = ({*pair.each(pid, None, TASKS, len(TASKS))} for _ in range(2))

    assert (sums, products) == ([7 + n for n in TASKS], [7 * n for n in TASKS])
    assert (len(first), first == again, os.getpid() in first) == (2, True, False)


def test_work_of_a_process_that_died_is_done_all_the_same(pair: WorkerPool) -> None:
    assert list(pair.each(double_or_die, os.getpid(), TASKS, len(TASKS))) == [2 * n for n in TASKS]


def test_work_larger_than_a_pipe_in_both_directions_never_blocks(pair: WorkerPool) -> None:
    """Once each side waited for the other to read: a cold build of long issues stood still for ever."""
    assert [*pair.each(operator.add, LONG, [LONG] * 60, 60)] == [2 * LONG] * 60


def test_an_error_of_a_worker_is_raised_where_the_work_was_asked_for(
    pair: WorkerPool, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(ZeroDivisionError):
        list(pair.each(operator.floordiv, 1, [1] * 60 + [0], 61))
    pair.close()

    assert capfd.readouterr().err == ""


@pytest.mark.skipif(not worker_pool.THREADS.is_dir(), reason="processes are forked on Linux only")
def test_a_fork_keeps_none_of_our_files_and_ends_when_it_is_told_to(tmp_path: Path) -> None:
    """A lock is free when we are killed, though a worker is still at its page."""
    held = tmp_path / "held"
    held.touch()

    ran = subprocess.run([sys.executable, "-c", ALONE, str(held)], capture_output=True, text=True, check=True,
                         cwd=Path(__file__).parents[3], timeout=60)

    parent, found = json.loads(ran.stdout)
    assert found == [[parent, False, True]] * len(TASKS)


def test_processes_are_forked_only_where_no_thread_runs_beside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for threads, forks in (("1",), True), (("1", "2"), False):
        place = tmp_path / str(len(threads))
        for name in threads:
            (place / name).mkdir(parents=True)
        monkeypatch.setattr(worker_pool, "THREADS", place)

        assert worker_pool._has_one_thread() is forks
    monkeypatch.setattr(worker_pool, "THREADS", tmp_path / "elsewhere than on Linux")
    assert not worker_pool._has_one_thread()


def test_little_work_starts_no_process(pair: WorkerPool) -> None:
    assert {*pair.each(pid, None, range(worker_pool.ENOUGH - 1), worker_pool.ENOUGH - 1)} == {os.getpid()}


def test_trees_are_equal_whatever_the_number_of_processes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_pool, "ENOUGH", 2)
    started, start = [], worker_pool._start
    monkeypatch.setattr(worker_pool, "_start", lambda: started.append(1) or start())
    trees, processes = [], []
    for size in (1, 2):
        monkeypatch.setattr("pipeline.app.outputs.cores", lambda size=size: size)
        letters = Publication(tmp_path / str(size))
        letters.fill(20)
        letters.begin()
        trees.append(letters.output())
        processes.append(len(started))

    assert processes == [0, 2]
    assert trees[0] == trees[1]
