"""How fast: a rate that holds across all processes, a rest that the post asks for, a ramp after it was away.

What all processes must know stands in the ledger: each takes its seconds from one row, and looks once a second at
what the others have met. How fast single mail domains are served is in `domains`.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from pipeline.clock import EPOCH, Clock
from pipeline.mailings.domains import Domains, Limit
from pipeline.mailings.ledger import Ledger
from pipeline.mailings.ledger.pacing import PostState
from pipeline.mailings.ramp import Ramp

log = logging.getLogger(__name__)

LOOK_AGAIN = timedelta(seconds=1)
STALE = timedelta(seconds=1)      # a slot so old is not caught up on: two seconds' worth would go at once
LONG_AWAY = timedelta(minutes=5)  # whoever was away for so long finds its way back by a ramp


class Pace:
    """Lets messages pass at `rate` a second, in slices of a second or one message, whichever is more.

    By `steady`, the clock that all machines share, a rate is kept among them: one whose own is minutes ahead would have
    the others wait for its hour. Without it, by `clock`.
    """

    def __init__(
        self, ledger: Ledger, clock: Clock, name: str, rate: float | None, domains: Mapping[str, Limit] | None = None,
        *, steady: Callable[[], datetime] | None = None,
    ) -> None:
        self.domains = Domains(ledger, clock, name, domains or {})
        self._ledger = ledger
        self._clock = clock
        self._steady = steady or clock.now
        self.provider = name
        self._lock = threading.Lock()
        self._interval = timedelta(seconds=1 / rate) if rate else None
        self._stale = max(STALE, self._interval or STALE)  # of a slow rate the one before the next may still be used
        self._slice = max(1, int(rate)) if rate else 0
        self._slots: list[datetime] = []
        self._state = PostState()
        self._looked_at = EPOCH  # at what other processes have met
        self._is_open = False    # nothing held anybody back then, nor since
        self._ramp: Ramp | None = None

    # ---- what a sender asks --------------------------------------------------------------------

    def is_open(self, now: datetime) -> bool:
        """Whether nothing holds anybody back, as far as is known, so that no slot need be asked for."""
        return self._is_open and self._looked_at <= now < self._looked_at + LOOK_AGAIN

    def slot(self) -> datetime | None:
        """The next free slot: the caller's own from now on. None where nothing holds it back: at once."""
        with self._lock:
            now = self._clock.now()
            if now < self._looked_at:
                self._slots.clear()  # the clock was set back: they are of another time
            self._look(now)
            self._is_open = not (self._interval or self._ramp or self._state.rests_until)
            if self._is_open:
                return None
            bounds = [self._state.rest(now), self._take(now), self._take_ramp(now)]
        return max((bound for bound in bounds if bound), default=None)

    def give_back(self, slot: datetime) -> None:
        """A slot that its taker has no use for any more: it is the next one's, also in a later turn of this process."""
        with self._lock:
            if self._interval:
                self._slots = sorted([*self._slots, slot], reverse=True)

    def takes(self, messages: int) -> timedelta:
        """How long so many messages take at this rate."""
        return self._interval * messages if self._interval else timedelta(0)

    # ---- what it tells -------------------------------------------------------------------------

    @property
    def rests_until(self) -> datetime | None:
        """Until when the post wants to be left alone; None where it does not."""
        return self._state.rest(self._clock.now())

    @property
    def is_away(self) -> bool:
        """Whether the post could not be reached when it was last tried, by whichever process."""
        return self._state.away_since is not None

    def rest(self, seconds: float) -> None:
        """The provider asks to be left alone for so long: by every process."""
        with self._lock:
            until = self._ledger.pacing.rest(self.provider, self._clock.now() + timedelta(seconds=seconds))
            self._state, self._is_open = replace(self._state, rests_until=until), False

    def lose(self) -> None:
        """The post cannot be reached."""
        with self._lock:
            if not self.is_away:
                since = self._ledger.pacing.lose(self.provider, self._clock.now())
                self._state = replace(self._state, away_since=since)

    def find(self) -> None:
        """The post takes messages again: few at first, where it was away for long."""
        with self._lock:
            if self.is_away:
                self._ledger.pacing.find(self.provider)
                self._change(replace(self._state, away_since=None), self._clock.now())

    # ---- below ---------------------------------------------------------------------------------

    def _look(self, now: datetime) -> None:
        """What other processes have met; looked up once a second."""
        if not self._looked_at <= now < self._looked_at + LOOK_AGAIN:
            self._looked_at = now
            self._change(self._ledger.pacing.state(self.provider), now)
            if self._state.domains or self.domains.are_on:
                self.domains.hear(self._state.domains)

    def _change(self, state: PostState, now: datetime) -> None:
        before, self._state, self._is_open = self._state, state, False
        if before.away_since and not state.away_since and now - before.away_since >= LONG_AWAY:
            self._ramp = Ramp(now)
            log.info("post.back", extra={"provider": self.provider, "away_since": before.away_since.isoformat()})

    def _take_ramp(self, now: datetime) -> datetime | None:
        if self._ramp and (self._ramp.is_over(now) or now < self._ramp.began):  # or the clock was set back
            self._ramp = None
        return self._ramp.take(now) if self._ramp else None

    def _take(self, now: datetime) -> datetime | None:
        if self._interval is None:
            return None
        while self._slots and self._slots[-1] < now - self._stale:
            self._slots.pop()
        if not self._slots:
            ahead = now - self._steady()
            start = self._ledger.pacing.reserve(self.provider, self._interval * self._slice, now - ahead) + ahead
            self._slots = [start + self._interval * n for n in reversed(range(self._slice))]
        return self._slots.pop()
