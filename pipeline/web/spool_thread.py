"""A thread that empties the spool whenever something was handed in."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from pipeline.errors import Mistake, PipelineError

log = logging.getLogger(__name__)

ROUND_S = 10.0    # also without being woken: the ledger may be back
GRACE_S = 5.0


class SpoolThread:
    """Runs `work` when woken, and every ten seconds; what it says no to, or fails at, stays for the next round. Why it
    waits is said when it begins to, and when that changes.

    `ending` is set at the end, so that a worker that rests in a flood need not be waited for.
    """

    def __init__(self, work: Callable[[], object], ending: threading.Event | None = None) -> None:
        self._work = work
        self._woken = threading.Event()
        self._ending = ending or threading.Event()
        self._thread = threading.Thread(target=self._run, name="spool", daemon=True)

    def start(self) -> None:
        """Begins, with what was left from before."""
        self._thread.start()

    def wake(self) -> None:
        """Something lies in the spool."""
        self._woken.set()

    def stop(self) -> None:
        """Ends after the submission in hand; what is left is the next one's."""
        self._ending.set()
        self._woken.set()
        self._thread.join(GRACE_S)

    def _run(self) -> None:
        why = ""
        while not self._ending.is_set():
            why = self._round(why)
            self._woken.wait(ROUND_S)
            self._woken.clear()

    def _round(self, said: str) -> str:
        """Works once; gives why something waits, "" if nothing does. What was said the last time is not said again."""
        try:
            self._work()
        except PipelineError as error:
            if str(error) != said:
                log.warning("spool.waits", extra={"reason": str(error)})
            return str(error)
        except Exception as error:  # the rim of a thread: it would end for good, and no reader be heard until a restart
            log.exception("spool.failed", extra={"reason": str(Mistake(error))})
        return ""
