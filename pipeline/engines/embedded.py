"""The engine of one machine: APScheduler wakes publish and tidy, and one thread sends.

The timer is only a hint: every job asks the ledger what is due, so a run that is late, doubled or missed
changes nothing. Jobs come from the settings at each start; nothing is persisted.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import ExitStack
from typing import TYPE_CHECKING

from pipeline.engines.jobs import SENDERS, Shift

if TYPE_CHECKING:
    from pipeline.app import App

RESTART_S = 30.0


def begin(_app: App, shift: Shift, only: str | None, ending: threading.Event) -> Callable[[], object]:
    """Begins what `only` names, or all of it; gives what waits for its end once `ending` is set. `_app` is for the
    engine of many machines."""
    from pipeline.engines.timer import schedule  # slow import

    work = ExitStack()
    rounds = shift.rounds()
    if only in (None, "send"):
        shift.telling("tidy", shift.tidy)()  # what the dead held is taken back before anything is claimed
        shift.telling("hear", shift.hear)()  # and who left by mail while we were away gets nothing more
        work.callback(_start_sending(shift, ending))
    ours = {name: found for name, found in rounds.items() if only != "send" or name in SENDERS}
    work.callback(schedule(ours))
    return work.close


def _start_sending(shift: Shift, stop: threading.Event) -> Callable[[], None]:
    """Sends in the background; gives what waits for its end."""
    def send() -> None:
        while not stop.is_set():
            shift.telling("send", lambda: shift.serve(stop))()
            stop.wait(RESTART_S)  # something was wrong: at the third time the message that broke it is given up

    thread = threading.Thread(target=send, name="send", daemon=True)
    thread.start()
    return thread.join
