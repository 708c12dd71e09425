"""Where somebody waits for what the ledger is asked on their behalf: not for ever, though it hang."""

from __future__ import annotations

from collections.abc import Callable
from threading import BoundedSemaphore
from typing import TypeVar

import anyio

from pipeline.errors import DatabaseError

PATIENCE_S = 30.0    # a ledger at work answers at once, and proxies give up after a minute
PEOPLE_AT_ONCE = 40  # threads for who asks for something; the common ones may all hang on a large file and its disk

T = TypeVar("T")


class Desk:
    """Asks on threads of its own, as many as it has `places`. One that nobody waits for any more has its place until
    the ledger lets it go: else each patience would leave as many again."""

    def __init__(self, places: int = PEOPLE_AT_ONCE, patience_s: float = PATIENCE_S) -> None:
        self._threads = anyio.CapacityLimiter(places)
        self._places = BoundedSemaphore(places)
        self._patience_s = patience_s

    async def ask(self, question: Callable[..., T], *about: object) -> T:
        """The answer. Raises DatabaseError where none comes in time; what was asked may be done all the same, later."""
        try:
            with anyio.fail_after(self._patience_s):
                return await anyio.to_thread.run_sync(
                    self._answer, question, about, abandon_on_cancel=True, limiter=self._threads)
        except TimeoutError:
            raise _no_answer() from None

    def _answer(self, question: Callable[..., T], about: tuple[object, ...]) -> T:
        if not self._places.acquire(blocking=False):
            raise _no_answer()
        try:
            return question(*about)
        finally:
            self._places.release()


def _no_answer() -> DatabaseError:
    return DatabaseError("the ledger does not answer", remedy="look whether its database is at work")
