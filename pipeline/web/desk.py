"""Where somebody waits for what the ledger is asked on their behalf: not for ever, though it hang."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import BoundedSemaphore
from typing import TypeVar

import anyio

from pipeline.errors import DatabaseError
from pipeline.web.holder import PEOPLE_AT_ONCE

PATIENCE_S = 30.0  # a ledger at work answers at once, and proxies give up after a minute

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Desk:
    """Asks on threads of its own. One that nobody waits for any more has its place until the ledger lets it go: else
    each patience would leave as many again."""

    _threads: anyio.CapacityLimiter = field(default_factory=lambda: anyio.CapacityLimiter(PEOPLE_AT_ONCE))
    _places: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(PEOPLE_AT_ONCE))

    async def ask(self, question: Callable[..., T], *about: object) -> T:
        """The answer. Raises DatabaseError where none comes in time; what was asked may be done all the same, later."""
        try:
            with anyio.fail_after(PATIENCE_S):
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
