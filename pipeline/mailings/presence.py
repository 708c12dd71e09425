"""Who is alive: each process that may hold deliveries holds a lock file too, and dies with it.

The next process to look takes a dead one's lock, sees that it could, and gives its deliveries back:
at once, without waiting for a lease. A changed boot id says that the machine went down, not the process.
"""

from __future__ import annotations

import os
import uuid
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pipeline.errors import DatabaseError
from pipeline.lockfile import LockFile
from pipeline.mailings.ledger import Ledger
from pipeline.mailings.ledger.workers import Worker
from pipeline.mailings.mailing import Doubt

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, slots=True)
class Reclaimed:
    """What the dead left: deliveries that were never attempted, and ones in doubt."""

    pending: int = 0
    in_doubt: int = 0

    def __add__(self, other: Reclaimed) -> Reclaimed:
        return Reclaimed(self.pending + other.pending, self.in_doubt + other.in_doubt)


class Presence:
    """This process at work. `host` names the machine whose lock files lie in `folder`."""

    def __init__(self, ledger: Ledger, folder: Path, *, host: str, now: datetime) -> None:
        self._ledger = ledger
        self._folder = folder
        worker_id = uuid.uuid4().hex
        lock = LockFile.take(folder / f"{worker_id}.lock")
        assert lock is not None, "a new name cannot be taken"  # noqa: S101, says what breaks
        self._lock = lock
        try:
            self.worker = ledger.workers.enter(worker_id, host=host, boot_id=boot_id(), pid=os.getpid(), now=now)
        except DatabaseError:
            lock.release(remove=True)  # nobody knows of us
            raise

    def reclaim_dead(self, now: datetime) -> Reclaimed:
        """Gives back what dead processes of this machine held, and what any lease has run out on."""
        total = Reclaimed(*self._ledger.doubts.reclaim_leases(now))
        for worker in self._ledger.workers.all():
            if worker.id != self.worker.id and worker.host == self.worker.host:
                total += self._reclaim(worker)
        return total

    def leave(self) -> None:
        """Ends well: nothing is held any more, or another will find it."""
        self._ledger.workers.leave([self.worker.id])
        self._lock.release(remove=True)

    def _reclaim(self, worker: Worker) -> Reclaimed:
        lock = LockFile.take(self._folder / f"{worker.id}.lock")
        if lock is None:
            return Reclaimed()
        cause = Doubt.PROCESS if worker.boot_id == self.worker.boot_id else Doubt.POWER
        found = Reclaimed(*self._ledger.doubts.reclaim([worker.id], cause))
        self._ledger.workers.leave([worker.id])
        lock.release(remove=True)
        return found


def boot_id() -> str:
    """The machine's name for its present run; "" where it has none, which counts as the same run."""
    try:
        return BOOT_ID.read_text().strip()
    except OSError:
        return ""
