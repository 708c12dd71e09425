"""Group commit: what is reported while a commit is under way goes into the next one, and nobody is answered early."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from pipeline.errors import Unreachable
from pipeline.mailings.clerk import Clerk
from pipeline.mailings.mailing import Claim, DeliveryState, Outcome
from tests.books import LEASE, NOON

CLAIM = Claim(1, "k", "m", 1, "d", "weekly", 1, "ada@example.com", "", 0, 1, "w", 1, NOON + LEASE)
CLAIMS = [replace(CLAIM, id=n) for n in range(5)]


class Ledger:
    """Writes down what it gets, one commit after another; each waits until it is let go."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.commits: list[tuple[list[Outcome], list[int]]] = []
        self.begun = threading.Semaphore(0)
        self.may_commit = threading.Semaphore(0)
        self.error = error

    def write(self, outcomes: Sequence[Outcome], marks: Sequence[Claim]) -> list[Claim]:
        self.begun.release()
        self.may_commit.acquire()
        if self.error is not None:
            raise self.error
        self.commits.append((list(outcomes), [claim.id for claim in marks]))
        return [claim for claim in marks if claim.id % 2 == 0]


def test_reports_that_come_during_a_commit_share_the_next_one() -> None:
    ledger = Ledger()
    clerk = Clerk(ledger.write)
    outcome = Outcome(CLAIM, DeliveryState.SENT, "ok")
    with ThreadPoolExecutor(5) as senders:
        first = senders.submit(clerk.advance, [], CLAIMS[:1])
        ledger.begun.acquire()
        rest = [senders.submit(clerk.advance, [outcome] * (n == 1), [CLAIMS[n]]) for n in (1, 2, 3, 4)]
        while clerk._reports.qsize() < len(rest):  # they have all handed in: the commit has not ended
            pass
        assert not any(one.done() for one in (first, *rest))
        ledger.may_commit.release(2)

        assert first.result() == CLAIMS[:1]
        assert [one.result() for one in rest] == [[], [CLAIMS[2]], [], [CLAIMS[4]]]
    clerk.close()
    assert [(outcomes, sorted(marks)) for outcomes, marks in ledger.commits] == [([], [0]), ([outcome], [1, 2, 3, 4])]


@pytest.mark.parametrize("error", [Unreachable("the database does not answer"), RuntimeError("a mistake of ours")])
def test_error_reaches_everybody_who_waits_and_the_clerk_goes_on(error: Exception) -> None:
    ledger = Ledger(error)
    clerk = Clerk(ledger.write)
    ledger.may_commit.release(2)

    with pytest.raises(type(error)):
        clerk.advance([], CLAIMS[:1])
    ledger.error = None

    assert clerk.advance([], CLAIMS[:1]) == CLAIMS[:1]
    clerk.close()


def test_close_waits_for_what_was_handed_in() -> None:
    ledger = Ledger()
    clerk = Clerk(ledger.write)
    with ThreadPoolExecutor(2) as others:
        reported = others.submit(clerk.advance, [], CLAIMS[:1])
        ledger.begun.acquire()
        closing = others.submit(clerk.close)
        assert not closing.done()
        ledger.may_commit.release()

        closing.result()
        assert reported.result() == CLAIMS[:1]


def test_a_close_that_meets_a_report_in_the_queue_writes_it_first() -> None:
    ledger = Ledger()
    clerk = Clerk(ledger.write)
    with ThreadPoolExecutor(3) as others:
        first = others.submit(clerk.advance, [], CLAIMS[:1])
        ledger.begun.acquire()
        second = others.submit(clerk.advance, [], CLAIMS[2:3])
        while clerk._reports.qsize() < 1:
            pass
        others.submit(clerk.close)
        while clerk._reports.qsize() < 2:
            pass
        ledger.may_commit.release(2)

        assert [first.result(), second.result()] == [CLAIMS[:1], CLAIMS[2:3]]
