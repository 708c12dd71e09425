"""One writer for many senders: what they report while a commit is under way goes into the next one.

A commit waits for the disk. Alone, each sender would wait for its own; so a sender hands its report to
the clerk and waits until the group it fell into is durable. Nobody is ever answered before that.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue

from pipeline.mailings.mailing import Claim, Outcome

Write = Callable[[Sequence[Outcome], Sequence[Claim]], list[Claim]]


@dataclass(slots=True)
class _Report:
    """What one sender says: what became of some claims, and which it wants to attempt next."""

    outcomes: Sequence[Outcome]
    marks: Sequence[Claim]
    answer: Future[list[Claim]] = field(default_factory=Future)


class Clerk:
    """Writes reports down, group by group. `write` is one durable step; it gives the claims that were marked."""

    def __init__(self, write: Write) -> None:
        self._write = write
        self._reports: SimpleQueue[_Report | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="clerk", daemon=True)
        self._thread.start()

    def advance(self, outcomes: Sequence[Outcome], marks: Sequence[Claim]) -> list[Claim]:
        """Waits until all of this is durable; gives the marked claims. Raises what the ledger raised."""
        report = _Report(outcomes, marks)
        self._reports.put(report)
        return report.answer.result()

    def close(self) -> None:
        """Ends when everything that was handed in is written."""
        self._reports.put(None)
        self._thread.join()

    def _work(self) -> None:
        while (first := self._reports.get()) is not None:
            group, is_last = self._gather(first)
            self._answer(group)
            if is_last:
                return

    def _gather(self, first: _Report) -> tuple[list[_Report], bool]:
        """Everything that has come in; True if nothing will follow."""
        group = [first]
        while True:
            try:
                report = self._reports.get_nowait()
            except Empty:
                return group, False
            if report is None:
                return group, True
            group.append(report)

    def _answer(self, group: Sequence[_Report]) -> None:
        try:
            marked = set(self._write([one for report in group for one in report.outcomes],
                                     [one for report in group for one in report.marks]))
        except BaseException as error:  # noqa: BLE001, handed to those who wait; without an answer they wait for ever
            for report in group:
                report.answer.set_exception(error)
        else:
            for report in group:
                report.answer.set_result([claim for claim in report.marks if claim in marked])
