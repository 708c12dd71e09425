"""The one door out: nothing else touches the post.

    claim a group, marked (one commit) -> for each: wait for the pace -> compose -> the board says: departed
                      -> hand over -> verdict -> the board says: landed
                      -> recorded in the same commit that claims the next group

A sender is a thread with a transport and a queue of its own (`sender_queue.py`); what all of them share is a dispatch.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Sequence
from datetime import timedelta

from pipeline.mailings.board import read_board
from pipeline.mailings.crew import Crew
from pipeline.mailings.dispatch import Dispatch, Report
from pipeline.mailings.mailing import Doubt
from pipeline.mailings.presence import take_back
from pipeline.mailings.sender_queue import SenderQueue
from pipeline.providers.base import Transport

IDLE_S = 1.0              # how long an idle sender waits before it looks again
PATIENCE = 3              # how often in a row nothing may be handed over before a single pass gives up
LONGEST_REST = timedelta(minutes=3)  # what a single pass waits for where the post asks to be left alone
BRAKES_S = (1.0, 2.0, 5.0, 15.0, 30.0, 60.0)


def deliver(dispatch: Dispatch, stop: threading.Event, *, is_patient: bool = False) -> Report:
    """Sends until nothing is due now, `stop` is set, or the post cannot be reached.

    Whoever is patient waits for a ledger that is away as long as `stop` is not set.
    """
    _run(dispatch, stop, until_idle=True, is_patient=is_patient)
    return dispatch.report


def serve(dispatch: Dispatch, stop: threading.Event) -> Report:
    """Sends whatever becomes due until `stop` is set."""
    _run(dispatch, stop, until_idle=False, is_patient=True)
    return dispatch.report


def _run(dispatch: Dispatch, stop: threading.Event, *, until_idle: bool, is_patient: bool) -> None:
    # Nobody is at work now: what this worker still holds was left by senders that failed.
    take_back(dispatch.ledger, dispatch.worker, read_board(dispatch.board.path), Doubt.PROCESS, dispatch.clock.now(),
              has_died=True)
    dispatch.quarantine.open(dispatch.ledger.suspects.waiting())
    crew = Crew()
    senders = [Sender(dispatch, stop, crew, until_idle=until_idle, is_patient=is_patient)
               for _ in range(dispatch.terms.senders)]
    threads = [threading.Thread(target=sender.work, name="sender", daemon=True) for sender in senders]
    gc.freeze()  # else all that the program consists of is looked through for garbage while the wires wait
    try:
        _start(threads, dispatch)
        for thread in threads:
            if thread.ident is not None:
                thread.join()
    finally:
        gc.unfreeze()
    if dispatch.warm_up:
        dispatch.warm_up.close()
    if dispatch.failure is not None:
        raise dispatch.failure
    dispatch.report.unreachable = next((sender.unreachable for sender in senders if sender.unreachable), "")


def _start(threads: Sequence[threading.Thread], dispatch: Dispatch) -> None:
    """Starts them all. Where the machine has no room for one, the others end: nobody may hold what the next attempt
    takes back."""
    try:
        for thread in threads:
            thread.start()
    except RuntimeError as error:
        dispatch.failure = error


class Sender:
    """One thread, one transport: group after group until it is told to stop or nothing is left."""

    def __init__(
        self, dispatch: Dispatch, stop: threading.Event, crew: Crew, *, until_idle: bool, is_patient: bool
    ) -> None:
        self._dispatch = dispatch
        self._stop = stop
        self._crew = crew
        self._until_idle = until_idle
        self._queue = SenderQueue(dispatch, stop, is_patient=is_patient)
        self._transport: Transport | None = None
        self._has_given_up = False
        self.unreachable = ""  # why this one gave up, if nobody else was served meanwhile

    def work(self) -> None:
        """The thread's life."""
        self._crew.join(self)
        had_some = False
        try:
            while not (self._stop.is_set() or self._has_given_up or self._dispatch.failure):
                left = self._crew.left
                has_some = self._serve()
                if had_some and not has_some:
                    self._dispatch.rested()
                if not has_some and self._is_over(left):
                    break
                had_some = has_some
        except BaseException as error:  # noqa: BLE001, raised again by the thread that waits for this one
            self._dispatch.failure = error
        finally:
            self._crew.leave(self, with_readers=self._has_given_up and self._queue.judge.others_are_served)
            self._queue.close()
            if self._transport is not None:
                self._transport.close()

    def _is_over(self, left: int) -> bool:
        """Whether nothing is to come. A service looks again after a while, a single pass when somebody leaves some."""
        return not self._crew.wait(self, left) if self._until_idle else self._rest(IDLE_S)

    def _serve(self) -> bool:
        """Hands over what is due, as far as the post and the owner allow; False if it was nothing."""
        try:
            has_some = self._queue.fill()
            if has_some:
                self._carry()
        finally:
            self._queue.clear()
        if self._queue.judge.outage:
            self._brake(is_idle=not has_some)
        return has_some

    def _carry(self) -> None:
        """The one place where anything leaves."""
        if self._transport is None:
            self._transport = self._dispatch.post.open()
        self._queue.open(self._transport.timeout_s)
        self._transport.carry(self._queue)
        while self._queue.pause_s and not (self._is_turned_away() or self._rest(self._queue.pause_s)):
            self._transport.carry(self._queue)

    def _brake(self, *, is_idle: bool) -> None:
        """The post is away: a single pass gives up after a few tries, a service waits longer each time."""
        outage = self._queue.judge.outage
        error = outage[-1][1]
        if self._until_idle and (is_idle or len(outage) >= PATIENCE):
            self._has_given_up = True
            self.unreachable = "" if self._queue.judge.others_are_served else str(error)
            return
        if self._is_turned_away():
            self.unreachable = f"{error}: {self.unreachable}"
            return
        self._rest(max(BRAKES_S[min(len(outage), len(BRAKES_S)) - 1], error.retry_after_s or 0))

    def _is_turned_away(self) -> bool:
        """The post wants to be left alone for longer than a single pass waits: it ends, and says until when."""
        dispatch = self._dispatch
        until = dispatch.pace.rests_until if self._until_idle else None
        if until and until - dispatch.clock.now() > LONGEST_REST:
            self._has_given_up = True
            self.unreachable = f"{dispatch.pace.provider} wants to be left alone until {until:%Y-%m-%d %H:%M} UTC"
        return self._has_given_up

    def _rest(self, seconds: float) -> bool:
        """Waits; True if it is time to stop."""
        return self._dispatch.clock.wait(self._stop, seconds)
