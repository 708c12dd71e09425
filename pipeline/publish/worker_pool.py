"""Processes that render side by side when there is much to render; in this one when there is little.

Results come in the order of the tasks, so how many processes there were shows nowhere. A worker reads its
tasks from a pipe that only we hold: when we die it reads the end, and ends too. It keeps nothing else that we
have open: a lock of ours is free when we are gone.
"""

from __future__ import annotations

import gc
import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Any

from pipeline import GARBAGE

if TYPE_CHECKING:  # slow import
    from multiprocessing.connection import Connection
    from multiprocessing.context import ForkContext, SpawnContext
    from multiprocessing.process import BaseProcess

THREADS = Path("/proc/self/task")
ENOUGH = 50  # tasks from which on starting processes (a third of a second each where it is no fork) pays
CHUNK = 8    # tasks handed over at once
AHEAD = 2    # chunks a worker has in hand: one at work, one waiting

Work = Callable[[Any, Any], Any]
Progress = Callable[[str, int, int], None]


def cores() -> int:
    """How many processes this machine runs at once for us."""
    if hasattr(os, "sched_getaffinity"):  # not on macOS
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def silent(_what: str, _done: int, _total: int) -> None:
    """Says nothing of progress."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """What to do with tasks from now on."""

    work: Work
    shared: Any


@dataclass(slots=True)
class _Worker:
    process: BaseProcess
    line: Connection
    chunks: deque[Sequence[Any]] = field(default_factory=deque)


class WorkerPool:
    """Up to `size` processes, which stay for the next tasks until the pool is closed."""

    def __init__(self, size: int = 1) -> None:
        self._size = size
        self._assignment: Assignment | None = None
        self._workers: list[_Worker] = []

    def each(self, work: Work, shared: Any, tasks: Iterable[Any], count: int) -> Iterator[Any]:
        """`work(shared, task)` for each of `count` tasks, in order; tasks are asked for as they are needed.

        All of it can be pickled; `work` stands in a module. Work is given only when that before it is done.
        """
        if self._size < 2 or count < (2 if self._workers else ENOUGH):
            return (work(shared, task) for task in tasks)
        if not self._workers:
            self._workers = [_start() for _ in range(self._size)]
        assignment = Assignment(work, shared)
        if self._assignment != assignment:
            self._assignment = assignment
            for worker in self._workers:
                _say(worker, assignment)
        return self._side_by_side(work, shared, iter(tasks), max(1, min(CHUNK, count // (AHEAD * self._size))))

    def close(self) -> None:
        """Ends the processes; more work starts new ones."""
        for worker in self._workers:
            worker.line.close()
            worker.process.terminate()
            worker.process.join()
        self._assignment, self._workers = None, []

    def _side_by_side(self, work: Work, shared: Any, tasks: Iterator[Any], size: int) -> Iterator[Any]:
        """Chunks go round the workers in turn and are fetched in the same turn: nothing piles up."""
        for _ in range(AHEAD):
            for worker in self._workers:
                _hand(worker, list(islice(tasks, size)))
        while any(worker.chunks for worker in self._workers):
            for worker in self._workers:
                if worker.chunks:
                    results = _fetch(worker, work, shared)
                    _hand(worker, list(islice(tasks, size)))
                    yield from results


def _start() -> _Worker:
    import multiprocessing  # slow import

    context: ForkContext | SpawnContext = (
        multiprocessing.get_context("fork") if _has_one_thread() else multiprocessing.get_context("spawn"))
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs,), daemon=True)
    process.start()
    theirs.close()
    return _Worker(process, ours)


def _has_one_thread() -> bool:
    """Whether a fork is safe, which need not load what we have: with a second thread it may stand still for ever.

    The kernel is asked, for it knows of threads that Python does not; elsewhere than on Linux the answer is no.
    """
    return THREADS.is_dir() and len(list(THREADS.iterdir())) == 1


def _hand(worker: _Worker, chunk: Sequence[Any]) -> None:
    if not chunk:
        return
    worker.chunks.append(chunk)
    _say(worker, chunk)


def _say(worker: _Worker, message: Assignment | Sequence[Any]) -> None:
    try:
        worker.line.send(message)
    except OSError:  # it died; `_fetch` does its work
        return


def _fetch(worker: _Worker, work: Work, shared: Any) -> list[Any]:
    """The results of its oldest chunk.

    Where a worker died, perhaps of too little memory, or failed at it, we do it ourselves: an error is raised here.
    """
    chunk = worker.chunks.popleft()
    try:
        results: list[Any] | None = worker.line.recv()
    except (EOFError, OSError):
        results = None
    return [work(shared, task) for task in chunk] if results is None else results


def _serve(line: Connection) -> None:
    """A worker's life."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent hears it too, and ends us
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # a fork would do what the parent does then
    _let_go(line)
    gc.set_threshold(GARBAGE)
    inbox: SimpleQueue[Assignment | Sequence[Any] | None] = SimpleQueue()
    Thread(target=_listen, args=(line, inbox), daemon=True).start()
    assignment: Assignment | None = None
    while (said := inbox.get()) is not None:
        if isinstance(said, Assignment):
            assignment = said
        elif assignment:
            try:
                line.send(_results(assignment, said))
            except OSError:  # nobody is there to take them
                return


def _let_go(line: Connection) -> None:
    """Closes all files but the three that everybody has, and the line: databases, locks, the lines of others."""
    gc.freeze()  # what a fork has of ours is never searched, nor closed a second time
    os.closerange(3, line.fileno())
    os.closerange(line.fileno() + 1, os.sysconf("SC_OPEN_MAX"))


def _listen(line: Connection, inbox: SimpleQueue[Assignment | Sequence[Any] | None]) -> None:
    """Takes in what is sent while a chunk is at work: else both sides could wait for each other with full pipes."""
    try:
        while True:
            inbox.put(line.recv())
    except (EOFError, OSError):
        inbox.put(None)


def _results(assignment: Assignment, chunk: Sequence[Any]) -> list[Any] | None:
    try:
        return [assignment.work(assignment.shared, task) for task in chunk]
    except Exception:  # noqa: BLE001, the parent does it again and hears of it
        return None
