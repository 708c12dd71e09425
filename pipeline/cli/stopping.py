"""SIGTERM and Ctrl-C ask politely; work in hand is finished first, and a trial is broken off."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from pipeline.clock import monotonic

LOOK_S = 0.5  # between two looks at whether a signal came


class Asked(threading.Event):
    """An event that a signal may set in the very thread that waits for it: the library's own would wait for its lock,
    which this thread holds, for ever. One that comes before the thread is listed as waiting is seen a little later.
    """

    def __init__(self) -> None:
        super().__init__()
        self._is_asked = False
        self._news = threading.Condition(threading.RLock())

    def is_set(self) -> bool:
        return self._is_asked

    def set(self) -> None:
        self._is_asked = True
        with self._news:
            self._news.notify_all()

    def wait(self, timeout: float | None = None) -> bool:
        end = None if timeout is None else monotonic() + timeout
        with self._news:
            while not self._is_asked and (left := LOOK_S if end is None else min(LOOK_S, end - monotonic())) > 0:
                self._news.wait(left)
        return self._is_asked


@contextmanager
def stop_on_signal() -> Iterator[threading.Event]:
    """An event that is set when the process is asked to end."""
    stop = Asked()

    def ask(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    before = {number: signal.signal(number, ask) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def end_like_ctrl_c() -> Iterator[None]:
    """SIGTERM breaks off what is under way as Ctrl-C does: its helpers end, and the folders it made go away."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
