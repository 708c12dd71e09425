"""What does not run here: a mailing over many machines, played event by event from what was measured on one.

Each machine takes deliveries from the ledger in groups, the next one while it sends the last, has one core for its
sender, and so many places on the wire. The ledger, the mail server and the rate are shared: they serve one message
after another. Nothing is drawn by lot, so the same assumptions give the same mailing.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from pipeline.engines.jobs import LEASE
from pipeline.mailings.sender_queue import LARGEST_GROUP


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumptions:
    """What the simulation rests on. Times are of one message; 0 stands for no limit.

    `window` is how many messages a connection has in flight, `ledger_s` what the database needs for a claim and its
    outcome. `dies_at_s`: when the first machine falls silent; what it held goes to the others after the lease.
    """

    readers: int
    machines: int
    connections: int
    window: int = 1
    round_trip_s: float = 0.0
    sender_s: float = 0.0
    ledger_s: float = 0.0
    server_s: float = 0.0
    rate_per_s: float = 0.0
    group: int = LARGEST_GROUP
    dies_at_s: float | None = None


@dataclass(frozen=True, slots=True)
class Played:
    """How a simulated mailing went. `busy` has what share of the time each was at work; the busiest is the bound."""

    assumptions: Assumptions
    seconds: float
    again: int
    busy: dict[str, float]

    @property
    def rate(self) -> float:
        """Messages a second."""
        return self.assumptions.readers / self.seconds

    @property
    def bound(self) -> str:
        """What would have to be faster for the mailing to be."""
        return max(self.busy, key=lambda name: self.busy[name])


@dataclass(slots=True)
class _Machine:
    """`stock` can be sent from `ready_at` on; the group that was asked for ahead is `ahead`, here at `ahead_at`."""

    stock: int = 0
    ready_at: float = 0.0
    ahead: int = 0
    ahead_at: float = 0.0
    core_free_at: float = 0.0
    on_the_wire: list[float] = field(default_factory=list)
    is_dead: bool = False


def play(assumed: Assumptions) -> Played:
    """The whole mailing. Raises ValueError where the only machine dies: nobody would end it."""
    if assumed.dies_at_s is not None and assumed.machines < 2:
        raise ValueError("a single machine that dies ends nothing")
    return _Mailing(assumed).play()


class _Mailing:
    def __init__(self, assumed: Assumptions) -> None:
        self._assumed = assumed
        self._machines = [_Machine() for _ in range(assumed.machines)]
        self._waiting = assumed.readers
        self._left_behind = 0    # what a dead machine held, until its lease is over
        self._again = 0
        self._ledger_free_at = self._server_free_at = self._rate_free_at = 0.0

    def play(self) -> Played:
        """A place on the wire that is free takes the next message, until there is none."""
        assumed = self._assumed
        places = [(0.0, number) for number in range(assumed.machines)
                  for _ in range(assumed.connections * assumed.window)]
        end = 0.0
        while places:
            now, number = heapq.heappop(places)
            machine = self._machines[number]
            self._see_to_death(now)
            if machine.is_dead:
                continue
            if machine.stock or self._restock(machine, now):
                done = self._send(machine, now)
                end = max(end, done)
                heapq.heappush(places, (done, number))
            elif (later := self._more_comes_at(now)) is not None:
                heapq.heappush(places, (later, number))
        return Played(assumed, end, self._again, self._busy(end))

    def _restock(self, machine: _Machine, now: float) -> bool:
        """The group asked for ahead becomes the one in hand, and the next is asked for."""
        if not machine.ahead:
            machine.ahead, machine.ahead_at = self._claim(now)
        machine.stock, machine.ready_at = machine.ahead, machine.ahead_at
        machine.ahead, machine.ahead_at = self._claim(max(now, machine.ready_at))
        return machine.stock > 0

    def _claim(self, now: float) -> tuple[int, float]:
        taken = min(self._assumed.group, self._waiting)
        self._waiting -= taken
        if taken:
            self._ledger_free_at = max(now, self._ledger_free_at) + taken * self._assumed.ledger_s
        return taken, self._ledger_free_at

    def _send(self, machine: _Machine, now: float) -> float:
        """When the place is free again: the server has answered."""
        assumed = self._assumed
        start = max(now, machine.ready_at, machine.core_free_at, self._rate_free_at)
        if assumed.rate_per_s:
            self._rate_free_at = start + 1 / assumed.rate_per_s
        machine.stock -= 1
        machine.core_free_at = start + assumed.sender_s
        self._server_free_at = max(machine.core_free_at, self._server_free_at) + assumed.server_s
        done = self._server_free_at if assumed.server_s else machine.core_free_at
        done += assumed.round_trip_s
        if machine is self._machines[0] and assumed.dies_at_s is not None:
            machine.on_the_wire = [*(at for at in machine.on_the_wire if at > now), done]
        return done

    def _see_to_death(self, now: float) -> None:
        """In its time the first machine leaves behind what it held and what it had unanswered on the wire."""
        first, dies_at = self._machines[0], self._assumed.dies_at_s
        if dies_at is None or first.is_dead or now < dies_at:
            return
        first.is_dead = True
        self._again = sum(at > dies_at for at in first.on_the_wire)
        self._left_behind = first.stock + first.ahead + self._again

    def _more_comes_at(self, now: float) -> float | None:
        """When a place that finds nothing to send looks again; None when nothing can come any more."""
        dies_at = self._assumed.dies_at_s
        if dies_at is None:
            return None
        if now < dies_at:
            return dies_at
        if not self._left_behind:
            return None
        lease_ends_at = dies_at + LEASE.total_seconds()
        if now < lease_ends_at:
            return lease_ends_at
        self._waiting, self._left_behind = self._left_behind, 0
        return now

    def _busy(self, end: float) -> dict[str, float]:
        assumed = self._assumed
        each_s = assumed.round_trip_s + assumed.sender_s
        shares = {
            "connections": assumed.readers * each_s / (assumed.machines * assumed.connections * assumed.window),
            "senders": assumed.readers * assumed.sender_s / assumed.machines,
            "ledger": assumed.readers * assumed.ledger_s,
            "mail server": assumed.readers * assumed.server_s,
            "rate": assumed.readers / assumed.rate_per_s if assumed.rate_per_s else 0.0,
        }
        return {name: busy_s / end for name, busy_s in shares.items()}


def table(found: Sequence[Played]) -> Iterator[str]:
    """A line for each number of machines."""
    yield f"{'machines':>8} {'a second':>9} {'minutes':>8} {'again':>6}  bound by"
    for one in found:
        yield (f"{one.assumptions.machines:8} {one.rate:9,.0f} {one.seconds / 60:8.1f} {one.again:6}  "
               f"{one.bound} ({min(1.0, one.busy[one.bound]):.0%} of the time)")
    yield "simulated, not measured; again: mailed a second time because a machine died with them on the wire"


def shape(found: Sequence[Played]) -> list[dict[str, Any]]:
    """For `--json`."""
    return [asdict(one) | {"rate": one.rate, "bound": one.bound} for one in found]
