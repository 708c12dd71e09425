"""`avviso run` in a thread of this process, with what it says and what it sends."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta, tzinfo

from pipeline.app import App
from pipeline.clock import SystemClock
from pipeline.config import load
from pipeline.engines import service
from pipeline.providers.base import Message, Receipt
from pipeline.providers.local import Outbox
from tests.books import NOON
from tests.publications import Publication

SOON_S = 20  # how long a test waits for what should happen at once


class Noon(SystemClock):
    """A clock that runs like the machine's, from noon of the tests on; who waits on it waits a moment."""

    def __init__(self) -> None:
        self._ahead = NOON + timedelta(hours=1) - super().now()

    def now(self) -> datetime:
        return super().now() + self._ahead

    def wait(self, stop: threading.Event, seconds: float) -> bool:
        return stop.wait(min(seconds, 0.05))


class SetClock(datetime):
    """What the machine's clock shows, which somebody has set by so much."""

    by = timedelta(0)

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]  # a sum is a plain datetime, no Self
        return datetime.now(tz) + cls.by


class Post(Outbox):
    """A post in memory that says when so many messages have come."""

    def __init__(self, expected: int) -> None:
        super().__init__(SystemClock())
        self.done = threading.Event()
        self._expected = expected

    def send(self, message: Message) -> Receipt:
        receipt = super().send(message)
        if len(self.messages) >= self._expected:
            self.done.set()
        return receipt


class Said(logging.Handler):
    """What was logged; `wait` until something is."""

    def __init__(self) -> None:
        super().__init__()
        self.events: list[str] = []
        self._came = threading.Condition()

    def emit(self, record: logging.LogRecord) -> None:
        with self._came:
            self.events.append(record.getMessage())
            self._came.notify_all()

    def wait(self, event: str) -> None:
        with self._came:
            assert self._came.wait_for(lambda: event in self.events, SOON_S), (event, self.events)


@contextmanager
def running(
    letters: Publication, said: Said, post: Outbox | None = None, only: str | None = None
) -> Iterator[threading.Event]:
    """`avviso run` in a thread; it ends well with the block."""
    clock, stop = Noon(), threading.Event()

    def open_app() -> App:
        app = App(load(letters.folder / "config.yaml", {}), clock)
        if post is not None:
            app.__dict__["open_transport"] = lambda: post
        return app

    with ThreadPoolExecutor(1) as pool:
        run = pool.submit(service.run, open_app, letters.folder / "config.yaml", stop, only=only)
        run.add_done_callback(lambda _: said.emit(logging.makeLogRecord({"msg": "run.started"})))
        try:
            said.wait("run.started")
            if not run.done():
                yield stop
        finally:
            stop.set()
        run.result(SOON_S)
