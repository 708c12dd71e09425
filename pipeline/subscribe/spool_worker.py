"""Sees to what lies in the spool, one after the other, and stops where the ledger is away: nothing is lost."""

from __future__ import annotations

import logging
from collections.abc import Callable

from pipeline.clock import monotonic
from pipeline.errors import AudienceError, ConfigError, EditionError, Mistake, PipelineError
from pipeline.lockfile import LockFile
from pipeline.subscribe.application import Application
from pipeline.subscribe.spool import Spool, Submission
from pipeline.subscribe.subscriptions import Subscriptions

log = logging.getLogger(__name__)

ASK, LEAVE, MOVE = "ask", "leave", "move"  # the kinds of submission
AT_ONCE = 20    # submissions before the worker rests between two: people are no flood
RESTS = 30      # times as long as the submission took: on a busy machine the mailing needs the more of it
LONGEST_S = 2.0


class SpoolWorker:
    """Any process may have one; only one works at a time, and what is seen to twice is as if once.

    In a flood it works a small part of the time: `rest` waits for so many seconds, so that a running mailing has
    the ledger and the processor almost for itself. What goes first is not held up by that: a mailing that is running
    should know who has left.
    """

    def __init__(
        self, spool: Spool, subscriptions: Subscriptions, rest: Callable[[float], object] = lambda _: None
    ) -> None:
        self._spool = spool
        self._subscriptions = subscriptions
        self._rest = rest

    def work(self) -> int:
        """Empties the spool; gives how many submissions were seen to. Raises DatabaseError, and the rest stays.

        A submission that settings or a template stand in the way of, or that we fail at, stays too, and the others
        go on.
        """
        if self._spool.is_empty:
            return 0
        lock = LockFile.take(self._spool.folder / "lock")
        if lock is None:
            return 0  # another worker is at it
        try:
            self._spool.sweep()
            done = 0
            for submission in self._spool.submissions():
                begun = monotonic()
                try:
                    self._see_to(submission)
                except (ConfigError, EditionError) as error:
                    log.error("submission.waits", extra={"submission": submission.name, "reason": str(error)})
                except (PipelineError, OSError, MemoryError):  # of the machine: the next would meet it too
                    raise
                except Exception as error:  # a fault of ours at one would keep all behind it waiting for ever
                    log.exception("submission.waits", extra={
                        "submission": submission.name, "reason": str(Mistake(error))})
                else:
                    self._spool.discard(submission)
                    done += 1
                if done > AT_ONCE and not submission.goes_first:
                    self._rest(min(LONGEST_S, RESTS * (monotonic() - begun)))
            return done
        finally:
            lock.release()

    def _see_to(self, submission: Submission) -> None:
        """One submission; what a person got wrong ends with a line in the log."""
        try:
            if submission.kind == ASK:
                self._subscriptions.ask(Application.from_json(submission.values), submission.name)
            elif submission.kind == LEAVE:
                self._subscriptions.leave(submission.values["token"])
            elif submission.kind == MOVE:
                self._subscriptions.ask_to_move(submission.values["token"], submission.values["email"], submission.name)
        except AudienceError as error:
            log.info("submission.refused", extra={
                "submission": submission.name, "reason": error.problem.rule or type(error).__name__})
