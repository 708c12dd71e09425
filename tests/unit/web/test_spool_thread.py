"""The worker's thread: woken at once, undeterred by a closed ledger, gone when told."""

from __future__ import annotations

import threading

from pipeline.errors import Unreachable
from pipeline.web.spool_thread import SpoolThread


def test_thread_works_at_the_start_and_whenever_it_is_woken() -> None:
    rounds = threading.Semaphore(0)
    thread = SpoolThread(rounds.release)
    thread.start()
    first = rounds.acquire(timeout=5)

    thread.wake()
    second = rounds.acquire(timeout=5)
    thread.stop()

    assert (first, second) == (True, True)


def test_thread_goes_on_after_a_round_at_a_closed_ledger() -> None:
    rounds = threading.Semaphore(0)

    def work() -> None:
        rounds.release()
        raise Unreachable("the database does not answer")

    thread = SpoolThread(work)
    thread.start()
    rounds.acquire(timeout=5)

    thread.wake()

    assert rounds.acquire(timeout=5)
    thread.stop()
