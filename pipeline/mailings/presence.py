"""Who is alive: each process that may hold deliveries holds a lock file too, and dies with it.

The next process to look takes a dead one's lock, sees that it could, and takes its deliveries back: at once,
without waiting for a lease, and one by one as its flight board shows them. A changed boot id says that the
machine went down, not the process: what the board shows then may be older than the ledger.
"""

from __future__ import annotations

import os
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path

from pipeline.errors import DatabaseError
from pipeline.lockfile import LockFile, is_free
from pipeline.mailings.board import Board, Snapshot, read_board
from pipeline.mailings.ledger import Ledger
from pipeline.mailings.ledger.workers import Worker
from pipeline.mailings.mailing import DeliveryState, Doubt

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
UNHEARD = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Reclaimed:
    """What the dead left: deliveries that were never attempted, and ones in doubt."""

    pending: int = 0
    in_doubt: int = 0

    def __add__(self, other: Reclaimed) -> Reclaimed:
        return Reclaimed(self.pending + other.pending, self.in_doubt + other.in_doubt)


class Presence:
    """This process at work. `host` names the machine whose lock files and boards lie in `folder`."""

    def __init__(self, ledger: Ledger, folder: Path, *, host: str, now: datetime, work: str = "") -> None:
        self._ledger = ledger
        self._folder = folder
        worker_id = uuid.uuid4().hex
        lock = LockFile.take(folder / f"{worker_id}.lock")
        assert lock is not None, "a new name cannot be taken"  # noqa: S101, says what breaks
        self._lock = lock
        try:
            self.worker = ledger.workers.enter(
                worker_id, host=host, boot_id=boot_id(), pid=os.getpid(), now=now, work=work)
        except DatabaseError:
            lock.release(remove=True)  # nobody knows of us
            raise

    @cached_property
    def board(self) -> Board:
        """This process's flight board, made when somebody sends."""
        return Board(self._board_of(self.worker))

    def reclaim_dead(self, now: datetime, *, steady: datetime | None = None) -> Reclaimed:
        """Takes back what dead processes of this machine held, and what any lease has run out on, by `steady`.

        Who was elsewhere and has not been heard of for a day is taken off the list, unless it holds something.
        """
        total = Reclaimed()
        unheard = []
        for worker in self._ledger.workers.all():
            if worker.id != self.worker.id and self._is_ours(worker):
                total += self._reclaim(worker, now, steady or now)
            elif now - worker.seen_at > UNHEARD:
                unheard.append(worker.id)
        in_doubt = self._ledger.doubts.reclaim_leases(steady or now)
        if unheard:
            self._ledger.workers.leave(unheard)
        return total + Reclaimed(in_doubt=in_doubt)

    def beat(self, now: datetime) -> None:
        """Says that this process is still there."""
        self._ledger.workers.beat(self.worker.id, now)

    def leave(self) -> None:
        """Ends well: nothing is held any more, or another will find it by our lock and board."""
        self._ledger.workers.leave([self.worker.id])
        holds = bool(self._ledger.deliveries.held(self.worker.id))
        if "board" in vars(self) and not holds:
            self.board.close()
        self._lock.release(remove=not holds)

    def _is_ours(self, worker: Worker) -> bool:
        """Whether its lock says if it lives. Two machines may have one name, and a `var/` may be lost: then none is
        here, and only the lease says anything."""
        return worker.host == self.worker.host and (not worker.host or self._lock_of(worker).exists())

    def _reclaim(self, worker: Worker, now: datetime, steady: datetime) -> Reclaimed:
        lock = LockFile.take(self._lock_of(worker))
        if lock is None:
            return self._reclaim_frozen(worker, now, steady)
        board = self._board_of(worker)
        if worker.boot_id == self.worker.boot_id:
            found = take_back(self._ledger, worker, read_board(board), Doubt.PROCESS, now, has_died=True)
        else:
            found = take_back(self._ledger, worker, None, Doubt.POWER, now)
        self._ledger.workers.leave([worker.id])
        board.unlink(missing_ok=True)
        lock.release(remove=True)
        return found

    def _reclaim_frozen(self, worker: Worker, now: datetime, steady: datetime) -> Reclaimed:
        """It lives. What it holds past its lease is taken back all the same, as its board shows it."""
        held = self._ledger.deliveries.held(worker.id)
        if not any(claim.lease_until <= steady for claim in held):
            return Reclaimed()
        return take_back(self._ledger, worker, read_board(self._board_of(worker)), Doubt.PROCESS, now, over_at=steady)

    def _lock_of(self, worker: Worker) -> Path:
        return self._folder / f"{worker.id}.lock"

    def _board_of(self, worker: Worker) -> Path:
        return self._folder / f"{worker.id}.board"


def is_dead(worker: Worker, folder: Path) -> bool:
    """Whether its lock file in `folder` says that it died, or, where all processes are on this machine, that it ended.

    The next process to begin takes back what it held. Of another machine's nothing is known here.
    """
    lock = folder / f"{worker.id}.lock"
    return is_free(lock) or (not worker.host and not lock.exists())


def take_back(
    ledger: Ledger, worker: Worker, seen: Snapshot | None, cause: Doubt, now: datetime, *,
    over_at: datetime | None = None, has_died: bool = False,
) -> Reclaimed:
    """What a worker held: recorded as its board shows it; in doubt is what was in flight, or all, without a board.

    With `over_at` only what it holds under a lease that was over by then. Where it died, what it was at work on is
    suspected of it.
    """
    held = [claim for claim in ledger.deliveries.held(worker.id) if not over_at or claim.lease_until <= over_at]
    outcomes = list(seen.outcomes(held, now)) if seen else []
    ledger.deliveries.record(worker.shard, outcomes, now=now)
    waiting = sum(one.state in (DeliveryState.PENDING, DeliveryState.DEFERRED) and not one.counted for one in outcomes)
    in_doubt = ledger.doubts.reclaim(worker.id, cause, over_at=over_at)
    if has_died and seen:
        ledger.suspects.blame([claim.id for claim in held if (claim.id, claim.fence) in seen.at_work], now)
    return Reclaimed(waiting, in_doubt + sum(one.state is DeliveryState.IN_DOUBT for one in outcomes))


def boot_id() -> str:
    """The machine's name for its present run; "" where it has none, which counts as the same run."""
    try:
        return BOOT_ID.read_text().strip()
    except OSError:
        return ""
