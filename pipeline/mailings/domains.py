"""How fast each mail domain is served: at the owner's rate and number, and not at all while it wants a rest.

Many receivers put off whoever comes too fast, and say so. Then only their own readers wait: a delivery that its domain
does not take yet is put off in the ledger until its turn, uncounted, so that nobody behind it waits too. The rows of
the ledger make rate and rest hold in every process; how many are in flight is counted in each.
"""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from pipeline.address import domain_of
from pipeline.clock import Clock
from pipeline.errors import Deferred
from pipeline.mailings.ledger import Ledger
from pipeline.mailings.ledger.pacing import LONGEST_REST
from pipeline.mailings.ramp import LASTS, Ramp

log = logging.getLogger(__name__)

RESTS = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 15, 30))  # longer each time it says so again
FARTHEST = timedelta(days=1)      # nobody is put off for longer at once

# What receivers say of a sender who comes too fast; X.2 is about one mailbox, and greylisting about one stranger.
_TOO_FAST = re.compile(
    r"rate.{0,3}limit|(?:exceed|too high|unusual|limit).{0,30}\brate|\brate.{0,30}exceed|throttl|frequen"
    r"|unexpected volume|too (?:many|much|fast|quickly)|slow down|\b4\.7\.(?:28|650|500)\b", re.IGNORECASE)
_ONE_MAILBOX = re.compile(r"\b4\.2\.\d")


@dataclass(frozen=True, slots=True)
class Limit:
    """What the owner says of one mail domain: at most so many messages a second, and in flight; None: no limit."""

    rate: float | None = None
    concurrency: int | None = None


class Domains:
    """What stands between a provider and its mail domains. For the senders of one process.

    `are_on` is False while there is nothing to look at: no settings, and nobody rests.
    """

    def __init__(self, ledger: Ledger, clock: Clock, provider: str, limits: Mapping[str, Limit]) -> None:
        self._pacing = ledger.pacing
        self._clock = clock
        self._provider = provider
        self._lock = threading.Lock()
        self._known = {name: _Domain(name, limit) for name, limit in limits.items()}
        self.are_on = bool(self._known)

    def begin(self) -> None:
        """Senders begin: nobody is in flight, however those before them ended."""
        with self._lock:
            for domain in self._known.values():
                domain.in_flight = 0

    # ---- what a sender asks --------------------------------------------------------------------

    def is_full(self, address: str) -> bool:
        """Whether as many are in flight to this reader's domain as the owner allows."""
        domain = self._of(address)
        return domain is not None and domain.in_flight >= (domain.limit.concurrency or domain.in_flight + 1)

    def ask(self, address: str) -> datetime | None:
        """None: one may go there now, and counts as gone. Else when to ask again."""
        with self._lock:
            domain, now = self._of(address), self._clock.now()
            if domain is None:
                return None
            if self._take_slice(domain, now) and domain.may_pass(now):
                domain.slots -= 1
                domain.in_flight += 1
                return None
            return min(domain.queue(now), now + FARTHEST)

    def why(self, address: str) -> str:
        """What a delivery waits for that is put off."""
        domain = self._of(address)
        return domain.why if domain else ""

    @property
    def are_awaited(self) -> bool:
        """Whether somebody waits for the owner's own rate, and not for a rest."""
        now = self._clock.now()
        return self.are_on and any(one.is_awaited(now) for one in tuple(self._known.values()))

    # ---- what it tells -------------------------------------------------------------------------

    def landed(self, address: str) -> None:
        """One is not in flight any more."""
        with self._lock:
            if domain := self._of(address):
                domain.in_flight = max(0, domain.in_flight - 1)

    def heed(self, address: str, error: Deferred) -> None:
        """A reader was put off: where the words are about us and our pace, the whole domain rests, in all processes."""
        if not _TOO_FAST.search(error.reply) or _ONE_MAILBOX.search(error.reply):
            return
        name, now = _domain_of(address), self._clock.now()
        with self._lock:
            domain = self._known.get(name) or _Domain(name, Limit())
            if domain.is_resting(now):
                return  # those who were in flight hear it too
            rest = max(RESTS[min(domain.strikes, len(RESTS) - 1)], timedelta(seconds=error.retry_after_s or 0))
            until = self._pacing.rest(f"{self._provider}: {name}", now + rest)
            domain.strikes += 1
            domain.words = " ".join(error.reply.split())[:100]
            domain.rest(until)
            self._known[name], self.are_on = domain, True
        log.warning("domain.resting", extra={"domain": name, "until": until.isoformat(), "reply": domain.words})

    def hear(self, rests: Mapping[str, datetime]) -> None:
        """Until when domains rest, as all processes have written it down."""
        now = self._clock.now()
        with self._lock:
            for name, until in rests.items():
                if now < until + LASTS:
                    self._known.setdefault(name, _Domain(name, Limit())).rest(until)
            for name in [name for name, domain in self._known.items() if domain.is_forgotten(now)]:
                del self._known[name]
            self.are_on = bool(self._known)

    # ---- below ---------------------------------------------------------------------------------

    def _of(self, address: str) -> _Domain | None:
        return self._known.get(_domain_of(address))

    def _take_slice(self, domain: _Domain, now: datetime) -> bool:
        """Whether the owner's rate lets one go now; a second's slice is taken from the ledger at a time."""
        if domain.interval is None or domain.slots > 0:
            return True
        if domain.next_slice and now < domain.next_slice <= now + domain.slice_length:
            return False
        start = self._pacing.draw(f"{self._provider}: {domain.name}", domain.slice_length, now)
        if start > now:
            domain.next_slice = start
            return False
        domain.slots = domain.slice
        return True


class _Domain:
    """One mail domain as this process knows it."""

    def __init__(self, name: str, limit: Limit) -> None:
        self.name = name
        self.limit = limit
        self.interval = timedelta(seconds=1 / limit.rate) if limit.rate else None
        self.slice = max(1, int(limit.rate or 0))
        self.slice_length = self.slice * (self.interval or timedelta(0))
        self.slots = 0                             # left of the slice that was taken last
        self.next_slice: datetime | None = None    # when there is another, as far as we know
        self.in_flight = 0
        self.strikes = 0
        self.words = ""
        self._ramp: Ramp | None = None             # begins when its rest is over
        self._tail: datetime | None = None         # when the last one goes who was put off

    def rest(self, until: datetime) -> None:
        if self._ramp is None or self._ramp.began < until:
            self._ramp = Ramp(until)

    def is_resting(self, now: datetime) -> bool:
        return self._ramp is not None and now < self._ramp.began

    def may_pass(self, now: datetime) -> bool:
        """Whether its rest and the way back from it let one pass now."""
        return self._ramp is None or self._ramp.may_pass(now)

    def queue(self, now: datetime) -> datetime:
        """When the next one has its turn, behind those who were put off before."""
        tail = max(now, self._tail or now)
        turns = [self._ramp.after(tail)] if self._ramp else []
        if self.interval is not None:
            turns.append(tail + self.interval)
        self._tail = max(turns, default=tail)
        return self._tail

    def is_awaited(self, now: datetime) -> bool:
        return self.interval is not None and self._tail is not None and self._tail > now and not self.is_resting(now)

    def is_forgotten(self, now: datetime) -> bool:
        """Whether its rest is long over, or never was. Ends that rest; what the owner said of it stays."""
        if self._ramp and (self._ramp.is_over(now) or now < self._ramp.began - LONGEST_REST):
            self._ramp, self.strikes, self.words = None, 0, ""
        return self._ramp is None and self.limit == Limit()

    @property
    def why(self) -> str:
        if self._ramp:
            return f"{self.name} wants us to be slower" + (f": {self.words}" if self.words else "")
        return f"{self.name} has its own rate in transport.domains"


def _domain_of(address: str) -> str:
    return domain_of(address).lower()
