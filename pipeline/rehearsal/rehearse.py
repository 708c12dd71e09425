"""The rehearsal itself: a mail server, a sender that is killed and started again, and who looks on."""

from __future__ import annotations

import multiprocessing
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from multiprocessing.process import BaseProcess
from pathlib import Path

from pipeline.app import App
from pipeline.clock import RushedClock
from pipeline.config import Config
from pipeline.errors import Refusal
from pipeline.mailings.mailing import DoubtPolicy
from pipeline.rehearsal.publication import begin_mailing, copied_settings, dressed_issue
from pipeline.rehearsal.readers import invent, kills
from pipeline.rehearsal.review import Review, review
from pipeline.rehearsal.sender import SPEED, deliver
from pipeline.rehearsal.server import read_journal

LOOK_S = 0.02
LONGEST_S = 600.0  # without a message taken: then something stands still

Watcher = Callable[[int, int], None]


def rehearse(app: App, name: str, *, readers: int, seed: int, watch: Watcher) -> Review:
    """Sends the issue to invented readers over loopback, from a ledger in a folder that is thrown away afterwards.

    `watch(taken, readers)` is called as it goes on. Raises IssueError and EditionError as `publish` would, and Refusal
    where the sender gives up.
    """
    issue, invented = dressed_issue(app, name), invent(readers, seed)
    with tempfile.TemporaryDirectory(prefix="avviso-rehearsal-") as made:
        folder, began = Path(made), datetime.now(UTC)
        with mail_server(folder / "journal") as port:
            config = copied_settings(app.config, folder, port)
            mailing_id = begin_mailing(config, RushedClock(began, SPEED), issue, invented)
            struck = _send(_Sender(config, began, mailing_id), folder / "journal", kills(readers, seed),
                           lambda taken: watch(min(taken, readers), readers))
        ledger = App(config, app.clock).ledger
        policy = DoubtPolicy(config.mailings.in_doubt)
        return review(issue.record.key, seed, struck, invented, read_journal(folder / "journal"),
                      ledger.progress.everything(mailing_id), policy)


@contextmanager
def mail_server(journal: Path) -> Iterator[int]:
    """A mail server in a process of its own, which outlives killed senders and not us; gives its port."""
    journal.touch(mode=0o600)
    command = [sys.executable, "-m", "pipeline.rehearsal.server", "--journal", str(journal), "--tied"]
    with subprocess.Popen(  # noqa: S603 (our own module, no shell)
            command, stdout=subprocess.PIPE, stdin=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None  # noqa: S101, it is a pipe
            yield int(process.stdout.readline())
        finally:
            process.kill()


class _Sender:
    """Starts senders; each does the same, and takes over where the last one died."""

    def __init__(self, config: Config, began: datetime, mailing_id: int) -> None:
        self._arguments = (config, began, mailing_id)

    def start(self) -> BaseProcess:
        # "spawn": a fork of a process with threads may stand still for ever.
        process = multiprocessing.get_context("spawn").Process(target=deliver, args=self._arguments, daemon=True)
        process.start()
        return process


def _send(sender: _Sender, journal: Path, kill_at: Sequence[int], watch: Callable[[int], None]) -> int:
    """Sends to the end, with a kill whenever so many messages were taken; gives how many hit a running sender."""
    left, struck, tally = list(kill_at), 0, _Tally(journal)
    process = sender.start()
    try:
        while True:
            watch(taken := tally.taken())
            if left and taken >= left[0] and process.is_alive():
                left.pop(0)
                process.kill()
                process.join()
                struck += 1
                process = sender.start()
            if not process.is_alive():
                break
            process.join(LOOK_S)
            if tally.silent_s() > LONGEST_S:
                raise Refusal("the rehearsal stands still", remedy="run it again with -v; nothing of yours was touched")
    finally:
        process.kill()
        process.join()
    if process.exitcode:
        raise Refusal("the sender of the rehearsal failed", remedy="its last words stand above; nothing was mailed")
    return struck


class _Tally:
    """How many messages the post has taken: the lines of its journal, each counted once."""

    def __init__(self, journal: Path) -> None:
        self._file = journal.open("rb")
        self._taken = 0
        self._moved_at = time.monotonic()

    def taken(self) -> int:
        new = self._file.read().count(b"\n")
        if new:
            self._taken, self._moved_at = self._taken + new, time.monotonic()
        return self._taken

    def silent_s(self) -> float:
        """Seconds since the last one."""
        return time.monotonic() - self._moved_at
