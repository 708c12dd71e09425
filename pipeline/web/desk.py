"""Where somebody waits for what the ledger is asked on their behalf: not for ever, though it hang."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

import anyio

from pipeline.errors import DatabaseError
from pipeline.web.holder import PEOPLE_AT_ONCE

PATIENCE_S = 30.0  # a ledger at work answers at once, and proxies give up after a minute

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Desk:
    """Asks on threads of its own."""

    _threads: anyio.CapacityLimiter = field(default_factory=lambda: anyio.CapacityLimiter(PEOPLE_AT_ONCE))

    async def ask(self, question: Callable[..., T], *about: object) -> T:
        """The answer. Raises DatabaseError where none comes in time; what was asked may be done all the same, later."""
        try:
            with anyio.fail_after(PATIENCE_S):
                return await anyio.to_thread.run_sync(question, *about, abandon_on_cancel=True, limiter=self._threads)
        except TimeoutError:
            raise DatabaseError("the ledger does not answer", remedy="look whether its database is at work") from None
