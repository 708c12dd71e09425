"""Tells the maintainer, in one letter a look at most, what has come up since the last one."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from pipeline.clock import Clock
from pipeline.editions.frame import Frame
from pipeline.editions.notices import NAME, Matter, render_notice
from pipeline.editions.templates import MailTemplates
from pipeline.issues.archive import Archive
from pipeline.mailings.envelope import Sender
from pipeline.mailings.ledger import Ledger
from pipeline.mailings.ledger.letters import Sealed
from pipeline.mailings.mailing import MAINTAINER
from pipeline.publish.depletion import depletion
from pipeline.publish.matters import Looking, condensed, matters
from pipeline.publish.stall import stall

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Terms:
    """What the settings say of notices. `address` is who is told; the rest is how the letter looks."""

    address: str
    sender: Sender
    frame: Callable[[], Frame]
    templates: Callable[[], MailTemplates]


class Notifier:
    """One for each process. Matters that were over before `began` are no news to a ledger that never told anything.

    `elsewhere` gives what stands besides issues and mailings.
    """

    def __init__(
        self, archive: Archive, ledger: Ledger, clock: Clock, terms: Terms, look: Callable[[datetime], Looking],
        elsewhere: Callable[[datetime], Iterable[Matter]], began: datetime,
    ) -> None:
        self._archive = archive
        self._ledger = ledger
        self._clock = clock
        self._terms = terms
        self._look = look
        self._elsewhere = elsewhere
        self._began = began

    def tell(self) -> bool:
        """Writes a letter for the next sender, if there is news; whether it did. Raises EditionError."""
        now = self._clock.now()
        before = self._ledger.notices.told()
        standing = [
            *matters(self._archive.issues(), self._ledger.mailings.all(), self._archive.files.broken(),
                     depletion(self._ledger.notebook), stall(self._ledger.notebook), self._look(now)),
            *self._elsewhere(now)]
        fresh = list({matter.key: matter for matter in standing
                      if matter.key not in (before or ()) and self._is_news(matter, before)}.values())
        keys = frozenset(matter.key for matter in standing)
        if not fresh and keys == before:
            return False
        letter = self._letter(fresh, now) if fresh else None
        told = self._ledger.notices.tell(before, keys, letter, now)
        if told and fresh:
            log.info("notice.written", extra={"matters": len(fresh)})
        return told and bool(fresh)

    def _is_news(self, matter: Matter, before: object) -> bool:
        return before is not None or matter.ended_at is None or matter.ended_at >= self._began

    def _letter(self, fresh: Sequence[Matter], now: datetime) -> Sealed:
        frame = replace(self._terms.frame(), view=False, preferences=False)
        envelope = self._terms.sender.envelope(NAME, date=now, language=frame.language, publication=frame.title)
        return Sealed(
            render_notice(condensed(fresh), frame, self._terms.templates()), envelope.as_json(), action="",
            list_id="", subscriber_id=MAINTAINER, address=self._terms.address, name="", occasion=now.isoformat())
