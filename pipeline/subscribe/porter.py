"""The porter sees to what lies in the tray, slip by slip, and stops where the ledger is away: nothing is lost."""

from __future__ import annotations

import logging
from collections.abc import Callable

from pipeline.clock import monotonic
from pipeline.errors import AudienceError, ConfigError, EditionError
from pipeline.lockfile import LockFile
from pipeline.subscribe.application import Application
from pipeline.subscribe.door import Subscriptions
from pipeline.subscribe.tray import Slip, Tray

log = logging.getLogger(__name__)

ASK, LEAVE, MOVE = "ask", "leave", "move"  # the kinds of slip
AT_ONCE = 20    # slips before the porter rests between two: people are no flood
RESTS = 30      # times as long as the slip took: on a busy machine the mailing needs the more of it
LONGEST_S = 2.0


class Porter:
    """Any process may send its porter; only one works at a time, and what is seen to twice is as if once.

    In a flood it works a small part of the time: `rest` waits for so many seconds, so that a running mailing has
    the ledger and the processor almost for itself.
    """

    def __init__(self, tray: Tray, door: Subscriptions, rest: Callable[[float], object] = lambda _: None) -> None:
        self._tray = tray
        self._door = door
        self._rest = rest

    def work(self) -> int:
        """Empties the tray; gives how many slips were seen to. Raises DatabaseError, and the rest stays.

        A slip that settings or a template stand in the way of stays too, and the others go on.
        """
        if self._tray.is_empty:
            return 0
        lock = LockFile.take(self._tray.folder / "lock")
        if lock is None:
            return 0  # another porter is at it
        try:
            done = 0
            for slip in self._tray.slips():
                begun = monotonic()
                try:
                    self._see_to(slip)
                except (ConfigError, EditionError) as error:
                    log.error("slip.waits", extra={"slip": slip.name, "reason": str(error)})
                else:
                    self._tray.discard(slip)
                    done += 1
                if done > AT_ONCE:
                    self._rest(min(LONGEST_S, RESTS * (monotonic() - begun)))
            return done
        finally:
            lock.release()

    def _see_to(self, slip: Slip) -> None:
        """One slip; what a person got wrong ends with a line in the log."""
        try:
            if slip.kind == ASK:
                self._door.ask(Application.from_json(slip.values), slip.name)
            elif slip.kind == LEAVE:
                self._door.leave(slip.values["token"])
            elif slip.kind == MOVE:
                self._door.ask_to_move(slip.values["token"], slip.values["email"], slip.name)
        except AudienceError as error:
            log.info("slip.refused", extra={"slip": slip.name, "reason": error.problem.rule or type(error).__name__})
