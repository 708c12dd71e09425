"""How mailings begin: their text is dressed and frozen with the audience, or held until what is wrong is mended."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from pipeline.errors import EditionError, Problem
from pipeline.issues.archive import Archive
from pipeline.issues.record import Record
from pipeline.mailings.ledger import Ledger
from pipeline.mailings.mailing import Mailing, MailingState
from pipeline.mailings.reasons import Cause
from pipeline.publish.agenda import Agenda

if TYPE_CHECKING:  # slow import: mail
    from pipeline.publish.dress import Dresser

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Begun:
    """What began: the ids of mailings, and their issues by key; and what is wrong with those that could not."""

    mailings: list[int] = field(default_factory=list)
    issues: dict[str, Record] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


class Departures:
    """Begins mailings. `dresser` is made when it is first needed: it is slow to import."""

    def __init__(
        self, archive: Archive, ledger: Ledger, agenda: Agenda, dresser: Callable[[], Dresser], *,
        expire: timedelta, broadcasts: bool, steady: Callable[[], datetime],
    ) -> None:
        self._archive = archive
        self._ledger = ledger
        self._agenda = agenda
        self._dresser = dresser
        self._expire = expire
        self._broadcasts = broadcasts
        self._steady = steady

    def let_go_what_is_mended(self, unread: frozenset[str], now: datetime) -> None:
        """What was held for a mistake that is there no more is as if it had never been: the other guards look anew.

        `unread` are the keys of issues of which nobody can read what their files say now.
        """
        held = [one for one in self._ledger.mailings.all(MailingState.HELD) if one.is_held_for_mistake]
        records = self._archive.records(one.issue_key for one in held)
        for mailing in held:
            record = records.get(mailing.issue_key)
            if record is None or record.missing_at is not None or record.draft or record.key in unread:
                continue
            try:
                self._dresser().dress(record, mailing.list, strict=not mailing.approved)
            except EditionError as error:
                if (wrong := Cause.MISTAKE.because(error)) != mailing.reason:  # what is wrong now, not what was
                    self._ledger.mailings.reconsider(mailing, MailingState.HELD, reason=wrong, now=now)
            else:
                self._agenda.let_go(record, mailing, now)

    def begin(self, ready: Sequence[Record], now: datetime) -> Begun:
        """Freezes the text and the audience of what is ready; a text that cannot be dressed is held."""
        begun = Begun()
        for record, mailing in self._scheduled(ready):
            try:
                audience = self._start(record, mailing, now)
            except EditionError as error:
                self._ledger.mailings.move(mailing.id, MailingState.HELD, reason=Cause.MISTAKE.because(error), now=now)
                begun.problems.append(error.problem)
                continue
            if audience is not None:
                log.info("mailing.started", extra={"issue": record.key, "list": mailing.list, "audience": audience})
                begun.mailings.append(mailing.id)
                begun.issues[record.key] = record
        return begun

    def _scheduled(self, ready: Sequence[Record]) -> Iterator[tuple[Record, Mailing]]:
        for record in ready:
            if record.is_published:  # else a person had it seen and approved since we looked: the next pass places it
                for mailing in self._ledger.mailings.all(MailingState.SCHEDULED, issue_key=record.key):
                    yield record, mailing

    def _start(self, record: Record, mailing: Mailing, now: datetime) -> int | None:
        """How many readers it goes to; None where somebody else has moved it. Raises EditionError."""
        edition, envelope = self._dresser().dress(record, mailing.list, strict=not mailing.approved)
        return self._ledger.mailings.start(
            mailing.id, edition, envelope, now=now, expire=self._expire, broadcasts=self._broadcasts,
            steady=self._steady())
