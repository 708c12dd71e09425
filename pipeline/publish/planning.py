"""What the next passes would do, told by making one that never happens.

The pass runs in a transaction that is rolled back, so what it says is what `publish` would do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pipeline.errors import EditionError, Problem
from pipeline.issues.archive import Archive
from pipeline.issues.issue import State
from pipeline.issues.record import Record
from pipeline.mailings.ledger import Ledger
from pipeline.mailings.mailing import Mailing, MailingState
from pipeline.publish.pickup import Rules, quiet_at

if TYPE_CHECKING:  # slow import: mail
    from pipeline.publish.dress import Dresser

MOVES = {State.PUBLISHED: "mail", State.WAITING: "mail", State.SCHEDULED: "mail", State.HELD: "hold",
         State.PROBLEM: "mend", State.MAILED: "mail"}  # mailed: to one list, when a pass died before the other


@dataclass(frozen=True, slots=True)
class PlannedMailing:
    """What will be done with one issue and one list. `at` is None where a person must act first."""

    issue: Record
    list: str
    action: str
    at: datetime | None
    reason: str
    readers: int
    html_bytes: int

    def shape(self) -> dict[str, Any]:
        """The public shape of `plan --json`."""
        return {
            "issue": self.issue.key, "list": self.list, "action": self.action,
            "at": self.at and self.at.isoformat(), "reason": self.reason, "readers": self.readers,
            "html_bytes": self.html_bytes,
        }


class Planner:
    """Looks ahead from the books as they are now."""

    def __init__(
        self, archive: Archive, ledger: Ledger, rules: Rules, dresser: Callable[[], Dresser],
        foresee: Callable[[Record], Record], *, broadcasts: bool,
    ) -> None:
        self._archive = archive
        self._ledger = ledger
        self._rules = rules
        self._dresser = dresser
        self._foresee = foresee
        self._broadcasts = broadcasts

    def planned(self, now: datetime) -> list[PlannedMailing]:
        """Everything that is not finished, in the order in which it will happen."""
        mistakes, mailings = self._archive.files.mistakes(), self._ledger.mailings.by_issue()
        found = [one for key, record in self._archive.issues().items()
                 for one in self._of(_with_problem(record, mistakes.get(key)), mailings[key], now)]
        return sorted(found, key=lambda one: (one.at is None, one.at or now, one.issue.due_at, one.issue.key))

    def _of(self, record: Record, its: Sequence[Mailing], now: datetime) -> Iterator[PlannedMailing]:
        mailings = {one.list: one for one in its}
        if record.missing_at is not None and not mailings:
            return
        over = [one for one in mailings.values() if one.started_at or one.state is MailingState.CANCELLED]
        for mailing in over:
            yield from self._running(record, mailing, now)
        waiting = mailings.keys() - {one.list for one in over}
        first: list[str] = []  # lists that it will have gone to, as far as nobody need act
        for list_id in record.lists if record.state in MOVES else ():
            if list_id in waiting or not over:  # what began or was ended goes to no list that its file names since then
                planned = self._ahead(record, list_id, mailings.get(list_id), first, now)
                first += [list_id] if planned.at else []
                yield planned

    def _running(self, record: Record, mailing: Mailing, now: datetime) -> Iterator[PlannedMailing]:
        if mailing.state is MailingState.SENDING:
            yield PlannedMailing(record, mailing.list, "send", now, mailing.reason, mailing.audience, 0)
        if mailing.state is MailingState.PAUSED:
            yield PlannedMailing(record, mailing.list, "resume", None, mailing.reason, mailing.audience, 0)

    def _ahead(
        self, record: Record, list_id: str, mailing: Mailing | None, first: Sequence[str], now: datetime
    ) -> PlannedMailing:
        action, reason = MOVES[record.state], record.reason
        approved = mailing is not None and mailing.approved
        size, mistake = self._dress(record, list_id, approved=approved)
        if record.missing_at is not None:
            action = "mend"
        elif mailing and mailing.state is MailingState.HELD:
            action, reason = "hold", mailing.reason
        elif mistake and action == "mail":
            action, reason = "hold", mistake
        at = None if action in ("hold", "mend") else self._hour(record, now, approved=approved)
        readers = 1 if self._broadcasts else self._ledger.mailings.readers(record.key, list_id, behind=first)
        return PlannedMailing(record, list_id, action, at, reason, readers, size)

    def _hour(self, record: Record, now: datetime, *, approved: bool) -> datetime:
        """When it will be mailed; what a person approved goes however lately its file changed."""
        return max(now, record.due_at) if approved else max(now, record.due_at, quiet_at(record, self._rules))

    def _dress(self, record: Record, list_id: str, *, approved: bool) -> tuple[int, str]:
        """The HTML part's size; or 0 and the mistake for which the mail would be held."""
        try:
            edition, _ = self._dresser().dress(self._foresee(record), list_id, strict=not approved)
        except EditionError as error:
            return 0, str(error.problem)
        return len(edition.html.encode()), ""


def _with_problem(record: Record, problem: Problem | None) -> Record:
    """An issue as a pass treats it: what is in the feeds but not mailed yet waits, too, until its file can be read."""
    is_waiting = record.state in MOVES and record.state is not State.MAILED
    return replace(record, state=State.PROBLEM, reason=str(problem)) if problem and is_waiting else record
