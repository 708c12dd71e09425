"""Keeps the book for one sender: one commit records what is known and claims the next group.

Where groups go quickly the next one is claimed in a thread of its own while the one in hand goes out: the
disk is waited for beside the wire and not in its way. Nothing of a group is given out before its commit is
durable, and the flight board keeps what landed until the commit that records it was seen to be:

    dead before the commit           the ledger holds what landed as in hand, the board says what became of it
    behind it, before it was seen    what landed is recorded; of the new group the board says nothing: it waits
    behind that                      the board has forgotten what the ledger knows
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from pipeline.errors import Conflict, OutputError, Uncertain, Unreachable
from pipeline.mailings.dispatch import Dispatch
from pipeline.mailings.mailing import Claim, Outcome

Claims = list[Claim]
T = TypeVar("T")

LEDGER_AWAY_S = 2.0
FULL_DISK_TRIES = 300      # ten minutes
PASSING_TRIES = 5          # where the database is there and only this once went wrong
PASSING = Conflict, Unreachable, OutputError  # what may be over when the same is tried again


class Recorder:
    """One sender's; not for two threads."""

    def __init__(self, dispatch: Dispatch, stop: threading.Event, *, is_patient: bool) -> None:
        self._dispatch = dispatch
        self._stop = stop
        self._is_patient = is_patient
        self._known: list[Outcome] = []  # what is not durable yet, for all we have seen
        self._ahead: Future[Claims] | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="recorder")

    def turn(self, known: Sequence[Outcome], limit: int, *, is_alone: bool = False) -> Claims:
        """Records what is known and claims so many; no commit may be under way. What fails is tried with the next.

        `is_alone`: its sender has nothing in hand.
        """
        self._known += known
        if not (limit or self._known):
            return []
        return self._seen(self._commit(limit, is_alone=is_alone))

    def begin(self, known: Sequence[Outcome], limit: int) -> None:
        """The same beside its caller, who asks for the claims with `take`."""
        self._known += known
        self._ahead = self._thread.submit(self._commit, limit)

    def take(self) -> Claims:
        """What was begun, when it is durable; nothing where nothing was begun. Raises what stood in the way."""
        ahead, self._ahead = self._ahead, None
        return self._seen(ahead.result()) if ahead else []

    def close(self) -> None:
        """Ends the thread."""
        self._thread.shutdown()

    def _commit(self, limit: int, *, is_alone: bool = False) -> Claims:
        return self.durably(lambda: self._dispatch.claim(self._known, limit, is_alone=is_alone))

    def _seen(self, claims: Claims) -> Claims:
        self._dispatch.board.clear(self._known)
        self._known = []
        return claims

    def durably(self, step: Callable[[], T]) -> T:
        """A step on the ledger. While it cannot be reached, what we know is kept and tried again.

        Who is patient does so until it is told to stop. A single pass waits for a full disk too, and goes on when there
        is room; for ten minutes, then it ends. What a lost line leaves unknown is looked up before the step is made
        again.
        """
        tries, again = 0, step
        while True:
            try:
                done = again()
            except PASSING as error:
                tries += 1
                if not self._is_patient and tries > _patience(error):
                    raise
                self._dispatch.miss_ledger(error)
                if isinstance(error, Uncertain) and error.result:  # a look that is cut off itself is taken again
                    again = self._dispatch.ledger.commits.after(error, step)
                if self._dispatch.clock.wait(self._stop, LEDGER_AWAY_S):
                    raise
            else:
                self._dispatch.find_ledger()
                return done


def _patience(error: Conflict | Unreachable | OutputError) -> int:
    """How often a single pass tries again."""
    if isinstance(error, Conflict | Uncertain):
        return PASSING_TRIES
    return FULL_DISK_TRIES if isinstance(error, OutputError) else 0
