"""A new sender's first weeks: so many messages of mailings in a day, and a little more on the next.

Receivers take a name or an address they do not know for a spammer's when it begins with thousands. What a day allows is
`start`, or `growth` times the most that ever went in a day: so an idle week, a clock that jumps and a night without
power add nothing. A day begins with its first message and has 24 hours. Letters are not counted and never wait.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

from pipeline.mailings.ledger import Ledger

DAY = timedelta(hours=24)
LOOK_AGAIN = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Plan:
    """What the owner says. `name` tells one sender from another: each has days of its own."""

    name: str
    start: int
    growth: float


@dataclass(frozen=True, slots=True)
class Day:
    """A day's account: when it began, how many messages it has had, and the most that a day before it had."""

    began: datetime
    used: int = 0
    best: int = 0

    @classmethod
    def read(cls, note: str, now: datetime) -> Day:
        """The day that it is by now. Where the clock was set back, the day of before begins again, with what it had."""
        if not note:
            return cls(now)
        written = json.loads(note)
        day = cls(datetime.fromisoformat(written["began"]), written["used"], written["best"])
        if day.began + DAY <= now:
            return cls(now, best=max(day.best, day.used))
        return day if day.used and day.began <= now else replace(day, began=now)

    def note(self) -> str:
        return json.dumps(asdict(self) | {"began": self.began.isoformat()})

    def allowance(self, plan: Plan) -> int:
        return max(plan.start, int(self.best * plan.growth))

    def draw(self, wish: int, plan: Plan) -> Day:
        """This day after it has given up to `wish` more."""
        return replace(self, used=max(self.used, min(self.used + wish, self.allowance(plan))))

    def refund(self, messages: int) -> Day:
        """This day with so many back."""
        return replace(self, used=max(0, self.used - messages))

    @property
    def ends(self) -> datetime:
        return self.began + DAY


class WarmUp:
    """What the senders of one process may still send today. What a killed one had in hand counts as sent."""

    def __init__(self, ledger: Ledger, plan: Plan, now: Callable[[], datetime]) -> None:
        self._ledger = ledger
        self._plan = plan
        self._now = now
        self._lock = threading.Lock()
        self._left = 0                          # taken from the day, and not used yet
        self._ends: datetime | None = None      # when that day does
        self._shut_until: datetime | None = None

    def take(self, wish: int) -> int:
        """How many messages of mailings may be claimed; give back those that are not."""
        with self._lock:
            now = self._now()
            if self._ends and self._ends <= now:
                self._left, self._shut_until = 0, None
            if not self._ledger.mailings.sending():
                self._close(now)
                return 0
            if self._left < wish and not (self._shut_until and now < self._shut_until <= now + LOOK_AGAIN):
                self._draw(wish - self._left, now)
            taken = min(wish, self._left)
            self._left -= taken
            return taken

    def give_back(self, messages: int) -> None:
        """So many that were taken were not handed over."""
        with self._lock:
            self._left += messages

    def close(self) -> None:
        """Ends well: the day has what was not used."""
        with self._lock:
            self._close(self._now())

    def _draw(self, wish: int, now: datetime) -> None:
        before = self._ledger.notebook.change_note(
            self._plan.name, lambda note: Day.read(note, now).draw(wish, self._plan).note())
        day = Day.read(before, now)
        granted = day.draw(wish, self._plan).used - day.used
        self._left += granted
        self._ends = day.ends
        self._shut_until = now + LOOK_AGAIN if granted < wish else None

    def _close(self, now: datetime) -> None:
        left, self._left = self._left, 0
        if left:
            self._ledger.notebook.change_note(self._plan.name, lambda note: Day.read(note, now).refund(left).note())


def waits_until(ledger: Ledger, plan: Plan, now: datetime) -> tuple[datetime, int] | None:
    """Until when mailings wait, because the day has had all its messages, and how many those are; None: they do not."""
    day = Day.read(ledger.notebook.note(plan.name) or "", now)
    return (day.ends, day.allowance(plan)) if day.used >= day.allowance(plan) else None


def days_for(ledger: Ledger, plan: Plan, messages: int, now: datetime) -> int:
    """On how many days so many messages go, what is left of this one being the first."""
    day, days = Day.read(ledger.notebook.note(plan.name) or "", now), 1
    while messages > (left := max(0, day.allowance(plan) - day.used)):
        messages, days = messages - left, days + 1
        day = Day(day.ends, best=max(day.best, day.allowance(plan)))
    return days
