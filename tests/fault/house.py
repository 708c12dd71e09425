"""A mailing that is due, and processes that send it until something stops them.

Each process is a child of the test: it opens the publication anew, as `avviso publish` does, without the seconds that
an interpreter needs to begin. It runs none of the test's clean-up: what it leaves is what a kill leaves.
"""

from __future__ import annotations

import copy
import faulthandler
import json
import logging
import os
import shutil
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pipeline.app import App
from pipeline.clock import HandClock, SystemClock
from pipeline.config import load, plain_values
from pipeline.engines import jobs, service
from pipeline.errors import PipelineError
from pipeline.mailings.mailing import Doubt, MailingState
from pipeline.mailings.send import deliver
from pipeline.providers.catalogue import transport_opener
from pipeline.providers.smtp_settings import Patience
from tests.books import add_readers
from tests.publications import Publication, words

# A hostile server is waited for this long and no longer; every figure of RFC 5321 is minutes. The second is for leases
# that are to run out soon, and takes a busy machine for a dead server now and then.
IMPATIENT = Patience(connect_s=3, login_s=3, command_s=2, data_s=2, transfer_s=2, final_s=2)
HASTY = Patience(connect_s=0.5, login_s=0.5, command_s=0.3, data_s=0.3, transfer_s=0.5, final_s=0.3)
DONE, FAILED = 0, 70
STUCK_S = 60  # a process that takes longer writes down where it stands


@dataclass
class House:
    """A publication over SMTP whose second issue is being mailed to so many readers."""

    folder: Path
    port: int
    readers: int
    in_doubt: str = "auto"
    connections: int = 4
    settings: Mapping[str, Any] = field(default_factory=dict)
    patience: Patience | None = None
    lease: timedelta | None = None
    only: str | None = "send"  # of `run`

    def __post_init__(self) -> None:
        letters = Publication(self.folder, {
            "transport": {"kind": "smtp", "host": "127.0.0.1", "port": self.port, "security": "none",
                          "connections": self.connections},
            "mailings": {"approve": "never", "in_doubt": self.in_doubt, "retry": ["1s"], "expire": "30d"},
            **self.settings,
        }, has_ledger="database" not in self.settings)
        letters.clock = HandClock(datetime.now(UTC) - timedelta(hours=1))
        letters.restart()
        letters.begin(write=False)
        add_readers(letters.app.database, "weekly", self.readers)
        letters.write("02-new.md", words(2), day=letters.clock.now().date() - timedelta(days=1))
        letters.publish(write=False)
        assert self.counts(letters.app)["pending"] == self.readers
        letters.app.database.compact()
        letters.app.database.close()

    def open(self, clock: Any | None = None) -> App:
        """The publication as a new process finds it."""
        app = App(load(self.folder / "config.yaml", {}), clock or SystemClock())
        if self.patience:
            settings = plain_values(app.config.transport) | {"patience": self.patience}
            app.__dict__["open_transport"] = transport_opener("smtp", settings, app.clock)
        return app

    def counts(self, app: App | None = None) -> dict[str, int]:
        """The eight counts of the mailing, which add up to its audience, at any moment."""
        opened = app or self.open()
        (mailing,) = opened.ledger.mailings.all()
        assert mailing.balances, mailing.counts
        assert mailing.audience == self.readers
        if app is None:
            opened.database.close()
        return {state.value: n for state, n in mailing.counts.items()}

    def start(self, *, beside: bool = False, serve: bool = False) -> int:
        """A process that does what `avviso publish` does, once; gives its id.

        With `beside` it sends beside others, as `run --only send` does, and takes back what they held too long.
        With `serve` it is `run` itself, `--only` what the field says, until SIGTERM.
        """
        child = os.fork()
        if child == 0:
            code = FAILED
            try:
                code = self._serve() if serve else self._work(beside=beside)
            except PipelineError as error:
                self.say(str(error))
                code = error.exit_code
            except BaseException as error:  # noqa: BLE001, whatever it was, the test must hear of it
                self.say(f"{type(error).__name__}: {error}")
            finally:
                os._exit(code)
        return child

    def _work(self, *, beside: bool) -> int:
        logging.disable(logging.CRITICAL)
        faulthandler.dump_traceback_later(STUCK_S, file=(self.folder / "stuck").open("w", encoding="utf-8"))
        stop = threading.Event()
        signal.signal(signal.SIGTERM, lambda *_: stop.set())
        if self.lease is not None:
            jobs.LEASE = self.lease
        app = self.open()
        if not beside:
            jobs.publish_once(app, stop)
            return DONE
        with jobs.Shift.begin(app) as shift:
            while not stop.is_set():
                shift.tidy()
                deliver(shift.dispatch(), stop)
                stop.wait(0.05)
        return DONE

    def _serve(self) -> int:
        logging.disable(logging.CRITICAL)
        stop = threading.Event()
        signal.signal(signal.SIGTERM, lambda *_: stop.set())
        service.run(self.open, self.folder / "config.yaml", stop, only=self.only)
        return DONE

    def elsewhere(self, folder: Path) -> House:
        """Another machine on the same ledger, with a `var/` of its own."""
        folder.mkdir()
        shutil.copy(self.folder / "config.yaml", folder)
        machine = copy.copy(self)
        machine.folder = folder
        return machine

    def say(self, line: str) -> None:
        """What a child has to say, for whoever reads a failed test."""
        with (self.folder / "said").open("a", encoding="utf-8") as file:
            file.write(line + "\n")

    @property
    def said(self) -> list[str]:
        path = self.folder / "said"
        return path.read_text("utf-8").splitlines() if path.exists() else []

    def finish(self, rounds: int = 60, *, resends: bool = False) -> dict[str, int]:
        """Processes one after another until everybody is settled; a paused mailing is resumed, as a person would.

        With `resends` that person has doubts sent again, too: a reader who may have three copies waits for them.
        """
        for _ in range(rounds):
            code = wait(self.start(), 900)
            was_paused = self.resume()
            counts = self.counts()
            if not (counts["pending"] or counts["sending"] or counts["deferred"]):
                if resends and counts["in_doubt"]:
                    self.resend()
                    continue
                return counts
            if code == DONE and not was_paused:
                time.sleep(0.2)  # what was deferred is due again in a second
        raise AssertionError(f"not settled after {rounds} rounds: {counts} {self.said[-3:]}")

    def resend(self) -> None:
        """`avviso resolve --resend`, for all that is in doubt."""
        app = self.open()
        app.ledger.doubts.resend(list(Doubt), app.clock.now())
        app.database.close()

    def resume(self) -> bool:
        """A person lets a mailing go on that a refusal has paused; False where none was."""
        app = self.open()
        paused = app.ledger.mailings.all(MailingState.PAUSED)
        for mailing in paused:
            app.ledger.mailings.resume(mailing.id, reason="by a person", now=app.clock.now(),
                                       expire=app.config.mailings.expire)
        app.database.close()
        return bool(paused)


def wait(child: int, limit_s: float = 120) -> int:
    """The exit code of a process that ends by itself; negative for a signal."""
    end = time.monotonic() + limit_s
    while time.monotonic() < end:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.005)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    raise AssertionError("it did not end in time")


def happens(what: Callable[[], bool], limit_s: float) -> bool:
    """Waits for something that need not happen."""
    end = time.monotonic() + limit_s
    while not (happened := what()) and time.monotonic() < end:
        time.sleep(0.005)
    return happened


def is_over(child: int) -> bool:
    """Whether a child has ended by itself; then it is reaped."""
    return os.waitpid(child, os.WNOHANG)[0] != 0


@dataclass
class Journal:
    """What a mail server in another process has written down, read on from where it was read before."""

    path: Path
    entries: list[dict[str, Any]] = field(default_factory=list)
    _read: int = 0

    def look(self) -> list[dict[str, Any]]:
        if self.path.exists():
            with self.path.open("rb") as file:
                file.seek(self._read)
                content = file.read()
            whole = content[:content.rfind(b"\n") + 1]
            self._read += len(whole)
            self.entries += [json.loads(line) for line in whole.splitlines()]
        return self.entries

    @property
    def times(self) -> Counter[str]:
        """How often each reader's letter was taken."""
        return Counter(entry["recipient"] for entry in self.look())

    def until(self, happened: Callable[[int], bool], child: int, limit_s: float = 60) -> bool:
        """Waits until so many entries are enough; False if the child has ended by then."""
        end = time.monotonic() + limit_s
        while not happened(len(self.look())):
            assert time.monotonic() < end, "it did not happen in time"
            if is_over(child):
                return False
            time.sleep(0.002)
        return True

    def copies(self) -> Iterator[tuple[str, list[dict[str, Any]]]]:
        """Every reader with all copies that were taken of their letter."""
        by_reader: dict[str, list[dict[str, Any]]] = {}
        for entry in self.look():
            by_reader.setdefault(entry["recipient"], []).append(entry)
        yield from by_reader.items()


@contextmanager
def ended(child: int) -> Iterator[int]:
    """A process that is gone at the end, whatever happens."""
    try:
        yield child
    finally:
        try:
            os.kill(child, signal.SIGCONT)
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
        except (ProcessLookupError, ChildProcessError):
            pass
