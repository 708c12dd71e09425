"""Which mailings there are of an issue before they begin, and where the issue stands by them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import chain

from pipeline.issues.archive import Archive
from pipeline.issues.issue import State
from pipeline.issues.record import Record
from pipeline.mailings.ledger import Ledger
from pipeline.mailings.mailing import Mailing, MailingState
from pipeline.publish.copies import Due, copies
from pipeline.publish.pickup import Approve, Rules, holds, is_due, overdue, standing


@dataclass(slots=True)
class Standings:
    """Where issues stand: those whose mailings may begin, those that are held, and by key those that moved."""

    ready: list[Record] = field(default_factory=list)
    held: list[Record] = field(default_factory=list)
    moved: dict[str, Record] = field(default_factory=dict)


class Agenda:
    """Enters mailings and follows the file of their issue until they begin."""

    def __init__(self, archive: Archive, ledger: Ledger, rules: Rules) -> None:
        self._archive = archive
        self._ledger = ledger
        self._rules = rules

    def propose(self, now: datetime) -> None:
        """Enters a mailing for each list of each issue that has become due, held or scheduled; not of one that went."""
        by_issue = self._ledger.mailings.by_issue()
        restored_at = self._ledger.notebook.identity().restored_at
        due = self._due(by_issue, restored_at, now)
        if not due.candidates and not due.waiting:
            return
        mailed = self._archive.settled_sketches(one.sketch for one in (*due.waiting, *due.candidates))
        found = copies(due, mailed, by_issue)
        first = self._rules.approve is Approve.FIRST and self._is_first(by_issue)
        reasons = holds(due.candidates, due.waiting, copies=found, first=first, rules=self._rules, now=now,
                        restored_at=restored_at)
        with self._archive.together():  # else a pass that dies in a burst leaves the rest of it, which is no burst
            for record in due.candidates:
                self._enter(record, reasons.get(record.key, ""), now)
            for record in due.waiting:
                for mailing in by_issue[record.key]:
                    if record.key in reasons:
                        self._ledger.mailings.move(mailing.id, MailingState.HELD, reason=reasons[record.key], now=now)

    def _due(self, by_issue: Mapping[str, list[Mailing]], restored_at: datetime | None, now: datetime) -> Due:
        """What is due and there, with its mailings where and when its file says now."""
        found = Due()
        for record in self._archive.restless(now, by_issue).values():
            if not is_due(record, now) or record.missing_at is not None:
                continue
            mailings = by_issue[record.key]
            self._follow(record, mailings, now)
            scheduled = [mailing for mailing in mailings if mailing.state is MailingState.SCHEDULED]
            if _lacks_mailing(record, mailings) and record.state not in (State.ADOPTED, State.PROBLEM):
                found.candidates.append(record)
            elif any(not _is_let_go(mailing, record, restored_at) for mailing in scheduled):
                found.waiting.append(record)
            elif scheduled:
                found.going.append(record)
        return found

    def _is_first(self, by_issue: Mapping[str, Sequence[Mailing]]) -> bool:
        """Whether nothing was ever really mailed or approved from this ledger."""
        mailings = chain.from_iterable(by_issue.values())
        return not any((mailing.started_at or mailing.approved) and not self._ledger.mailings.was_trial(mailing)
                       for mailing in mailings)

    def let_go(self, record: Record, mailing: Mailing, now: datetime) -> None:
        """What was held for a mistake that is mended goes, where no other guard holds it; long after its hour a person
        decides, for mending old files is not mailing them."""
        late = "" if mailing.approved else overdue(record, self._rules, now)
        self._ledger.mailings.reconsider(
            mailing, MailingState.HELD if late else MailingState.SCHEDULED, reason=late or "due", now=now)

    def settle(self, unread: frozenset[str], now: datetime) -> Standings:
        """Writes where each issue stands. `unread` are those of which the last look could not read what they say."""
        by_issue = self._ledger.mailings.by_issue()
        found = Standings()
        before: dict[str, State] = {}
        for record in self._archive.restless(now, by_issue).values():
            self._follow(record, by_issue[record.key], now)
            now_at = standing(record, by_issue[record.key], self._rules, now, unread=record.key in unread)
            if (now_at.state, now_at.reason) != (record.state, record.reason):
                before[record.key] = record.state
                record = replace(record, state=now_at.state, reason=now_at.reason, since=now)
                found.moved[record.key] = record
            if now_at.ready:
                found.ready.append(record)
            if now_at.state is State.HELD:
                found.held.append(record)
        self._archive.stand(list(found.moved.values()), before=before)
        return found

    def _enter(self, record: Record, reason: str, now: datetime) -> None:
        for list_id in record.lists:
            self._ledger.mailings.propose(
                record.key, list_id, state=MailingState.HELD if reason else MailingState.SCHEDULED,
                reason=reason or "due", send_at=record.due_at, now=now)

    def _follow(self, record: Record, mailings: list[Mailing], now: datetime) -> None:
        """While nothing has begun, mailings go where and when the file says now; what is held is held there too."""
        held = next((mailing for mailing in mailings if mailing.state is MailingState.HELD), None)
        if held and _lacks_mailing(record, mailings):
            self._enter(record, held.reason, now)
            mailings[:] = self._ledger.mailings.all(issue_key=record.key)
        for mailing in tuple(mailings):
            if mailing.started_at or mailing.state is MailingState.CANCELLED:
                continue
            if mailing.list not in record.lists and self._ledger.mailings.withdraw(mailing.id):
                mailings.remove(mailing)
            elif mailing.send_at != record.due_at:
                self._ledger.mailings.redate(mailing.id, record.due_at)


def _is_let_go(mailing: Mailing, record: Record, restored_at: datetime | None) -> bool:
    """Whether a person let it go, and knew what the ledger knows: what was due before a restore may have gone since."""
    return mailing.approved and (restored_at is None or not (
        mailing.since < restored_at and record.due_at <= restored_at))


def _lacks_mailing(record: Record, mailings: Sequence[Mailing]) -> bool:
    """Whether one of its lists has none: it is new, or a pass died half way. What a person ended stays ended."""
    if any(mailing.started_at or mailing.state is MailingState.CANCELLED for mailing in mailings):
        return False
    return not set(record.lists) <= {mailing.list for mailing in mailings}
