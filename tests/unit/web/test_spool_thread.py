"""The worker's thread: woken at once, undeterred by a closed ledger, gone when told."""

from __future__ import annotations

import logging
import threading

import pytest

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


@pytest.mark.parametrize(("failure", "said"), [
    (Unreachable("the database does not answer"), "the database does not answer"),
    (OSError(5, "Input/output error"), "OSError: [Errno 5] Input/output error: this is a mistake in avviso"),
])
def test_thread_goes_on_after_a_round_that_failed_and_says_why(
    failure: Exception, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    rounds = threading.Semaphore(0)

    def work() -> None:
        rounds.release()
        raise failure

    thread = SpoolThread(work)
    with caplog.at_level(logging.WARNING, logger="pipeline.web.spool_thread"):
        thread.start()
        rounds.acquire(timeout=5)

        thread.wake()

        assert rounds.acquire(timeout=5)
        thread.stop()
    assert {str(record.__dict__["reason"]).partition(": please")[0] for record in caplog.records} == {said}
