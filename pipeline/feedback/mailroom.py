"""The mailroom: reads the mailbox, takes what it says through the door, and leaves every mail where a person finds it.

    fetch -> understand -> take (committed) -> mark as read, or move -> note how far we are

Whoever dies in between reads some mails a second time, and a report that is repeated changes nothing. A mail that is
not understood, or proves nothing, stays as it is.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import datetime, timedelta

from pipeline.clock import EPOCH, Clock
from pipeline.errors import ConfigError, PipelineError
from pipeline.feedback.feedback import Effect, Feedback
from pipeline.feedback.needs import mailbox_trouble, note_trouble, remember_asker
from pipeline.mailings.ledger import Ledger
from pipeline.providers.mailbox import Folder, Mail
from pipeline.providers.returned import read_returned

log = logging.getLogger(__name__)

FIRST_LOOK = timedelta(days=7)  # how far back the first look goes
GROUP = 20                      # mails between two notes
MOST = 500                      # mails a look
LONGEST = timedelta(minutes=1)  # of a look at a slow mailbox: what is left is the next look's
RESTS = timedelta(minutes=2), timedelta(hours=1)  # after a login that was refused: doubled from the first to the last
PLACE = "mailbox"               # the note that says how far we have read

UNDERSTOOD = frozenset({Effect.KNOWN, Effect.RECORDED, Effect.SUPPRESSED, Effect.LEFT})


class Mailroom:
    """One mailbox. `open_folder` opens it anew for each look; `name` is what it is called in the ledger."""

    def __init__(
        self, ledger: Ledger, feedback: Feedback, clock: Clock, *,
        open_folder: Callable[[], AbstractContextManager[Folder]], name: str,
    ) -> None:
        self._ledger = ledger
        self._feedback = feedback
        self._clock = clock
        self._open_folder = open_folder
        self._name = name
        self._rest = timedelta(0)
        self._rests_until = EPOCH

    def look(self) -> int:
        """Takes what is new; gives how many mails were looked at. What stands in the way is noted for `status`.

        Whoever is refused comes again more and more seldom: services lock an account after some wrong passwords.
        """
        if timedelta(0) < self._rests_until - self._clock.now() <= RESTS[1]:  # more is of a clock that was set back
            return 0
        try:
            with self._let_in() as folder:
                count = self._work(folder)
        except PipelineError as error:
            note_trouble(self._ledger, str(error), self._clock.now())
            raise
        note_trouble(self._ledger, "", self._clock.now())
        return count

    @property
    def trouble(self) -> str:
        """What stood in the way at the last look, "" if nothing did."""
        found = mailbox_trouble(self._ledger)
        return found.reason if found else ""

    @contextmanager
    def _let_in(self) -> Iterator[Folder]:
        with ExitStack() as stack:
            try:
                folder = stack.enter_context(self._open_folder())
            except ConfigError:
                self._rest = min(max(2 * self._rest, RESTS[0]), RESTS[1])
                self._rests_until = self._clock.now() + self._rest
                raise
            self._rest = timedelta(0)
            yield folder

    def _work(self, folder: Folder) -> int:
        """Mails that cannot be put away are taken all the same, and it is said at the end."""
        uids, until = self._new(folder)[:MOST], self._clock.now() + LONGEST
        done, trouble = 0, None
        while done < len(uids) and self._clock.now() < until:
            group = self._take(folder, uids[done:done + GROUP], until)
            try:
                folder.put_away([uid for uid, is_understood in group.items() if is_understood])
            except ConfigError as error:
                trouble = error
            done += len(group)
            self._ledger.notebook.write_note(PLACE, f"{self._name} {folder.validity} {uids[done - 1]}")
        if trouble is not None:
            raise trouble
        return done

    def _take(self, folder: Folder, uids: Sequence[int], until: datetime) -> dict[int, bool]:
        """Which of these mails were understood; the first in any case, and those that there is time for."""
        group: dict[int, bool] = {}
        for uid in uids:
            group[uid] = self._see_to(folder.fetch(uid))
            if self._clock.now() >= until:
                break
        return group

    def _new(self, folder: Folder) -> list[int]:
        """What came since the last look; with another mailbox, or other UIDs, what came in the last days."""
        known = (self._ledger.notebook.note(PLACE) or "").rpartition(" ")
        if known[0] == f"{self._name} {folder.validity}":
            return folder.after(int(known[2]))
        return folder.since(self._clock.now() - FIRST_LOOK)

    def _see_to(self, mail: Mail | None) -> bool:
        """Whether the mail was understood and taken."""
        if mail is None:
            return False
        try:
            returned = read_returned(mail)
        except Exception:  # one mail of anybody's making must not stop the others
            log.exception("mail.unreadable", extra={"uid": mail.uid})
            return False
        effects = self._feedback.take([returned.event]) if returned.event else []
        if returned.asks_to_leave or Effect.FORGED in effects:
            remember_asker(self._ledger, returned.sender, mail.at, self._clock.now())
        return bool(UNDERSTOOD.intersection(effects))
