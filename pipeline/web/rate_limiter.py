"""The limit before the form: how fast requests for a subscription are taken, and how many at all.

    request -> waits for its turn -+-> its network has had its share -> answered as ever, and nothing is written
                                   +-> too many wait, or all together had theirs -> busy
                                   '-> taken

A mailing runs in the same process: whoever floods the form gets the pace that leaves the mailing its own. The budgets
that count are the ledger's (`mailings.ledger.confirmations`); what they would refuse is refused here before it costs
a write. No address is looked at, so the answer tells nothing about any.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum

from pipeline.clock import monotonic
from pipeline.mailings.ledger.confirmations import DAY, HOUR, Limits

log = logging.getLogger(__name__)

NETWORKS = 20_000  # whose requests are remembered; the one that was silent longest is forgotten first


@dataclass(frozen=True, slots=True)
class Pace:
    """`burst` requests at once, then `a_second`; nobody waits longer than `patience_s`, and no more than `most` do."""

    a_second: float = 10
    burst: int = 50
    patience_s: float = 6
    most: int = 400


class Turn(StrEnum):
    """What becomes of a request."""

    TAKEN = "taken"
    SPENT = "spent"  # by this network: nothing is written, and the answer is that of all others
    BUSY = "busy"


@dataclass(slots=True)
class Bucket:
    """So many at once, and as many again in `span_s`. `left` was counted at `at`."""

    most: float
    span_s: float
    left: float
    at: float

    def take(self, now: float) -> bool:
        """Whether there is one for us."""
        self.left = min(self.most, self.left + (now - self.at) * self.most / self.span_s)
        self.at = now
        if self.left < 1:
            return False
        self.left -= 1
        return True


class RateLimiter:
    """One for a process. A network's share is twice the letters it may cause: a request need not lead to one."""

    def __init__(
        self, limits: Limits | None = None, pace: Pace | None = None, *,
        rest: Callable[[float], Awaitable[object]] = asyncio.sleep, now: Callable[[], float] = monotonic,
    ) -> None:
        self._limits = limits or Limits()
        self._pace = pace or Pace()
        self._rest = rest
        self._now = now
        self._free_at = 0.0  # when the next request may pass, were there no burst
        self._waiting = 0
        self._all = Bucket(self._limits.all_an_hour, HOUR.total_seconds(), self._limits.all_an_hour, now())
        self._had_room = True
        self._networks: OrderedDict[str, Bucket] = OrderedDict()

    async def enter(self, network: str) -> Turn:
        """Waits for the request's turn, and says what becomes of it. `network` is "" where it is not known."""
        if not await self._turn():
            return Turn.BUSY
        now = self._now()
        if network and not self._share(network, now).take(now):
            return Turn.SPENT
        has_room = self._all.take(now)
        if self._had_room and not has_room:
            log.warning("asking.turned_away", extra={"budget": "all"})  # once, not for each of a flood
        self._had_room = has_room
        return Turn.TAKEN if has_room else Turn.BUSY

    async def _turn(self) -> bool:
        """False after a wait in vain, so that who asks again at once is slowed all the same."""
        now, pace = self._now(), self._pace
        if self._waiting >= pace.most:
            return False
        wait = max(0.0, self._free_at - now - (pace.burst - 1) / pace.a_second)
        passes = wait <= pace.patience_s
        if passes:
            self._free_at = max(self._free_at, now) + 1 / pace.a_second
        if wait:
            self._waiting += 1
            try:
                await self._rest(min(wait, pace.patience_s))
            finally:
                self._waiting -= 1
        return passes

    def _share(self, network: str, now: float) -> Bucket:
        most = 2 * self._limits.network_a_day
        share = self._networks.pop(network, None) or Bucket(most, DAY.total_seconds(), most, now)
        self._networks[network] = share
        if len(self._networks) > NETWORKS:
            self._networks.popitem(last=False)
        return share
