"""The marks beside the ledger and beside config.yaml: how far it had come when it was last at work here.

A ledger that is behind its mark is an older copy, put back: it does not know who was mailed since, so
nothing is sent until a person says what shall be. A mark is a small file and not in the ledger, because what
is in that would be put back too; the one beside config.yaml is for whoever puts back the ledger's whole folder.
They are written without haste, at each start, as mailings begin, each minute and at each end: a mark that lags
behind finds fewer old copies, and never accuses a good ledger.

A ledger that mailed somebody has its mark. Where there is none the ledger's file came from elsewhere, and what
it may have missed waits for a person.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path

from pipeline.errors import Refusal
from pipeline.mailings.ledger import Ledger
from pipeline.mailings.mailing import MailingState
from pipeline.privacy import hide_from_git, open_private

log = logging.getLogger(__name__)

NAMED = 5  # mailings whose names the mark keeps
COUNTS = ("mailing", "delivery", "settled", "begun", "ended")  # what never becomes less


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a ledger had come. `mailings` are its newest, number to name; `settled` counts final deliveries,
    `begun` and `ended` mailings that had readers.
    """

    ledger: str
    epoch: int
    mailing: int
    delivery: int
    settled: int
    begun: int = 0
    ended: int = 0
    mailings: Mapping[str, str] = field(default_factory=dict)

    def is_ahead_of(self, now: Mark) -> bool:
        """Whether the same ledger, now, knows less than it did. A restore that was told begins another epoch."""
        if (now.ledger, now.epoch) != (self.ledger, self.epoch):
            return now.ledger == self.ledger and now.epoch < self.epoch
        return any(getattr(now, count) < getattr(self, count) for count in COUNTS)

    def for_anybody(self) -> Mark:
        """Without what is nobody's business where that folder is published: how many readers, and of which issues."""
        return replace(self, delivery=0, settled=0, mailings={})


def stop_what_may_have_gone_on(ledger: Ledger, now: datetime) -> None:
    """Pauses or holds each mailing of an older copy that the ledger it was made from may have gone on with."""
    reason = "the ledger was restored: whom this was mailed to since is not known"
    for mailing in ledger.mailings.all(MailingState.SCHEDULED, MailingState.HELD, MailingState.SENDING):
        if mailing.send_at > now:
            continue
        if mailing.state is MailingState.SENDING:
            ledger.mailings.move(mailing.id, MailingState.PAUSED, reason=reason, now=now)
        else:  # held, too: a mistake may have been mended there
            ledger.mailings.hold(mailing.id, reason=reason, now=now)


class HighWater:
    """The marks of one ledger: in the file `path`, and in `spare`, if there is one and its folder can be written.

    The spare has a folder to itself, which is made where there is none.
    """

    def __init__(self, ledger: Ledger, path: Path, spare: Path | None = None) -> None:
        self._ledger = ledger
        self._path = path
        self._spare = spare

    def check(self) -> None:
        """Raises Refusal when the ledger is an older copy of the one that was at work here."""
        if complaint := self.complaint():
            raise complaint

    def complaint(self) -> Refusal | None:
        """What `check` raises."""
        ahead, now = self._ahead()
        if not ahead:
            return None
        path, mark = next(iter(ahead.items()))
        unknown = [name for number, name in mark.mailings.items() if int(number) > now.mailing]
        what = f"the mailings {', '.join(unknown)}" if unknown else "who was mailed since"
        return Refusal(
            f"this ledger is older than the one that was at work here: it does not know {what}", path=str(path),
            remedy="restore a newer one, or run `avviso init`: what is due is adopted, what was running is paused")

    def _ahead(self) -> tuple[dict[Path, Mark], Mark]:
        """The marks that the ledger is behind, by file, and where it stands."""
        marks = {path: _read(path) for path in (self._path, self._spare) if path}
        now = self._now()  # looked at last: another process may be raising both
        return {path: mark for path, mark in marks.items() if mark and mark.is_ahead_of(now)}, now

    def notice_arrival(self, now: datetime, *, put_back: bool) -> None:
        """A ledger with another's mark beside it counts as restored now; so does one with none that mailed somebody, or
        that is known to be `put_back`.
        """
        mark, present = _read(self._path), self._now()
        is_at_home = mark.ledger == present.ledger if mark else (
            self._path.exists() or not (put_back or present.delivery))
        if is_at_home or self._ledger.notebook.identity().orphan:
            return
        log.warning("ledger.arrived", extra={"path": str(self._path), "remedy": "look at `avviso status`"})
        stop_what_may_have_gone_on(self._ledger, now)
        self._ledger.notebook.begin_epoch(now, after=int(now.timestamp()) - 1)

    def note(self) -> None:
        """Raises the marks to where the ledger stands; a disk that is full leaves the old ones, which are true too.

        A ledger that was made beside old traces leaves the mark of the one that is gone: it may be put back.
        """
        if self._ledger.notebook.identity().orphan:
            return
        now = self._now()
        _raise_to(now, self._path)
        if self._spare and _is_ours_to_fill(self._spare.parent):
            hide_from_git(self._spare.parent)  # committed, it would speak on one machine of another's ledger
            _raise_to(now.for_anybody(), self._spare)

    def accept(self, now: datetime) -> bool:
        """A person goes on with an older copy: what was running is stopped, and a new epoch begins. False if none."""
        ahead, _ = self._ahead()
        if not ahead:
            return False
        stop_what_may_have_gone_on(self._ledger, now)
        self._ledger.notebook.begin_epoch(now, after=max(mark.epoch for mark in ahead.values()))
        self.note()
        return True

    def _now(self) -> Mark:
        reach = self._ledger.notebook.reach(NAMED)
        return Mark(reach.fingerprint, reach.epoch, reach.mailing, reach.delivery, reach.settled, reach.begun,
                    reach.ended, reach.mailings)


def _read(path: Path) -> Mark | None:
    """The mark on the disk; None while there is none, or none that can be read."""
    try:
        return Mark(**json.loads(path.read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def _is_ours_to_fill(folder: Path) -> bool:
    return os.access(folder if folder.exists() else folder.parent, os.W_OK)


def _raise_to(now: Mark, path: Path) -> None:
    mark = _read(path)
    if mark == now or (mark is not None and mark.is_ahead_of(now)):
        return
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open_private(temporary, encoding="utf-8") as file:
            file.write(json.dumps(asdict(now), ensure_ascii=False) + "\n")
        temporary.replace(path)
    except OSError as error:
        log.warning("mark.unwritten", extra={"path": str(path), "reason": error.strerror})
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
