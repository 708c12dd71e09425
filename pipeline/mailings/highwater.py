"""The mark beside the ledger: how far it had come when it was last at work here.

A ledger that is behind its mark is an older copy, put back: it does not know who was mailed since, so
nothing is sent until a person says what shall be. The mark is a small file beside the ledger and not in
it, because what is in it would be put back too. It is written without haste, at each start, as mailings
begin, each minute and at each end: a mark that lags behind finds fewer old copies, and never accuses a
good ledger.

A ledger that mailed somebody has its mark. Where there is none the ledger's file came from elsewhere, and what
it may have missed waits for a person.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

from pipeline.errors import Refusal
from pipeline.mailings.ledger import Ledger
from pipeline.mailings.mailing import MailingState
from pipeline.privacy import open_private

log = logging.getLogger(__name__)

NAMED = 5  # mailings whose names the mark keeps


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a ledger had come. `mailings` are its newest, number to name; `settled` counts final deliveries."""

    ledger: str
    epoch: int
    mailing: int
    delivery: int
    settled: int
    mailings: Mapping[str, str] = field(default_factory=dict)

    def is_ahead_of(self, now: Mark) -> bool:
        """Whether the same ledger, now, knows less than it did. A restore that was told begins another epoch."""
        if (now.ledger, now.epoch) != (self.ledger, self.epoch):
            return now.ledger == self.ledger and now.epoch < self.epoch
        return now.mailing < self.mailing or now.delivery < self.delivery or now.settled < self.settled


def stop_what_may_have_gone_on(ledger: Ledger, now: datetime) -> None:
    """Pauses or holds each mailing of an older copy that the ledger it was made from may have gone on with."""
    stops = {MailingState.SCHEDULED: MailingState.HELD, MailingState.SENDING: MailingState.PAUSED}
    for mailing in ledger.mailings.all(*stops):
        if mailing.send_at <= now:
            ledger.mailings.move(mailing.id, stops[mailing.state], now=now, reason=(
                "the ledger was restored: whom this was mailed to since is not known"))


class HighWater:
    """The mark of one ledger, in the file `path`."""

    def __init__(self, ledger: Ledger, path: Path) -> None:
        self._ledger = ledger
        self._path = path

    @property
    def is_older(self) -> bool:
        """Whether the ledger is behind its mark."""
        return self.complaint() is not None

    def check(self) -> None:
        """Raises Refusal when the ledger is an older copy of the one that was at work here."""
        if complaint := self.complaint():
            raise complaint

    def complaint(self) -> Refusal | None:
        """What `check` raises."""
        mark, now = self._read(), self._now()
        if mark is None or not mark.is_ahead_of(now):
            return None
        unknown = [name for number, name in mark.mailings.items() if int(number) > now.mailing]
        what = f"the mailings {', '.join(unknown)}" if unknown else "who was mailed since"
        return Refusal(
            f"this ledger is older than the one that was at work here: it does not know {what}", path=str(self._path),
            remedy="restore a newer one, or run `avviso init`: what is due is adopted, what was running is paused")

    def notice_arrival(self, now: datetime) -> None:
        """A ledger with another's mark beside it counts as restored now; so does one with none that mailed somebody."""
        mark, present = self._read(), self._now()
        is_at_home = mark.ledger == present.ledger if mark else self._path.exists() or not present.delivery
        if is_at_home or self._ledger.notebook.identity().orphan:
            return
        log.warning("ledger.arrived", extra={"path": str(self._path), "remedy": "look at `avviso status`"})
        stop_what_may_have_gone_on(self._ledger, now)
        self._ledger.notebook.begin_epoch(now, after=int(now.timestamp()) - 1)

    def note(self) -> None:
        """Raises the mark to where the ledger stands; a disk that is full leaves the old one, which is true too.

        A ledger that was made beside old traces leaves the mark of the one that is gone: it may be put back.
        """
        if self._ledger.notebook.identity().orphan:
            return
        now = self._now()
        mark = self._read()
        if mark == now or (mark is not None and mark.is_ahead_of(now)):
            return
        temporary = self._path.with_name(f".{self._path.name}.{os.getpid()}")
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with open_private(temporary, encoding="utf-8") as file:
                file.write(json.dumps(asdict(now), ensure_ascii=False) + "\n")
            temporary.replace(self._path)
        except OSError as error:
            log.warning("mark.unwritten", extra={"path": str(self._path), "reason": error.strerror})
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)

    def accept(self, now: datetime) -> bool:
        """A person goes on with an older copy: what was running is stopped, and a new epoch begins. False if none."""
        if not self.is_older:
            return False
        stop_what_may_have_gone_on(self._ledger, now)
        mark = self._read()
        self._ledger.notebook.begin_epoch(now, after=mark.epoch if mark else 0)
        self.note()
        return True

    def _now(self) -> Mark:
        reach = self._ledger.notebook.reach(NAMED)
        return Mark(reach.fingerprint, reach.epoch, reach.mailing, reach.delivery, reach.settled, reach.mailings)

    def _read(self) -> Mark | None:
        """The mark on the disk; None while there is none, or none that can be read."""
        try:
            return Mark(**json.loads(self._path.read_text("utf-8")))
        except (OSError, ValueError, TypeError):
            return None
