"""Time comes in through a parameter: the system's clock, or one turned by hand."""

from __future__ import annotations

import os.path
import threading
import time
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Protocol

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_MICROSECOND = EPOCH.resolution
_SINCE_BOOT = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
_LONGEST_UP = timedelta(days=30 * 365)  # no machine has run for so long


class Clock(Protocol):
    """What the pipeline knows of time. All instants are aware and UTC."""

    def now(self) -> datetime:
        """The present instant."""
        ...

    def wait(self, stop: threading.Event, seconds: float) -> bool:
        """Waits `seconds`, or less if `stop` is set; says whether it is set."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def wait(self, stop: threading.Event, seconds: float) -> bool:
        return stop.wait(seconds)


class RushedClock:
    """A clock that runs `speed` times as fast from the instant `began` of the machine's own. For rehearsals."""

    def __init__(self, began: datetime, speed: float) -> None:
        self._began = began
        self._speed = speed

    def now(self) -> datetime:
        return self._began + (datetime.now(UTC) - self._began) * self._speed

    def wait(self, stop: threading.Event, seconds: float) -> bool:
        return stop.wait(seconds / self._speed)


class HandClock:
    """A clock that moves only when told to, or when someone waits on it. For tests and rehearsals."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def turn(self, by: timedelta) -> None:
        """Moves the clock, forward or back."""
        self._now += by

    def wait(self, stop: threading.Event, seconds: float) -> bool:
        self._now += timedelta(seconds=seconds)
        return stop.is_set()


def microseconds(at: datetime) -> int:
    """An instant as a number: microseconds since 1970, as the ledger has it."""
    return (at - EPOCH) // _MICROSECOND


def instant(us: int) -> datetime:
    """The instant that such a number stands for, in UTC."""
    return EPOCH + timedelta(microseconds=us)


def local(at: datetime, zone: tzinfo) -> str:
    """An instant as people in that zone write it: `2026-03-24 08:00`."""
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"


def machine_zone() -> str:
    """What the machine calls its zone, an IANA name mostly; "" where it does not say."""
    return os.environ.get("TZ", "").lstrip(":") or os.path.realpath("/etc/localtime").partition("zoneinfo/")[2]


def since_boot() -> timedelta:
    """How long this machine has been up, sleep included: the same for all its processes, whoever sets its clock."""
    return timedelta(seconds=time.clock_gettime(_SINCE_BOOT))


def is_pretended() -> bool:
    """Whether what shows a program another hour (libfaketime) has turned that clock as well: it begins in 1970 then."""
    return since_boot() > _LONGEST_UP


def monotonic() -> float:
    """Seconds that never go back, for timeouts."""
    return time.monotonic()
