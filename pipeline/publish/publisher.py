"""One pass: the folder is read, what is due is published, and mailings whose hour has come begin.

Every step is idempotent and leaves the books whole: a pass that dies is simply made again.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from pipeline.clock import Clock
from pipeline.errors import EditionError, Problem, Refusal
from pipeline.issues.archive import Archive
from pipeline.issues.issue import State
from pipeline.issues.likeness import SAME, alike
from pipeline.issues.record import Record
from pipeline.mailings.ledger import Ledger
from pipeline.mailings.mailing import Mailing, MailingState
from pipeline.publish.clock_guard import ClockGuard
from pipeline.publish.gather import Gathered, Gatherer
from pipeline.publish.manifest import Manifest
from pipeline.publish.pickup import Approve, Rules, holds, is_due, standing

if TYPE_CHECKING:  # slow imports: feeds and mail
    from pipeline.feeds.foreign import Foreign
    from pipeline.publish.adoption import Adoption
    from pipeline.publish.builder import Builder
    from pipeline.publish.dress import Dresser

log = logging.getLogger(__name__)

SETTLING_S = 2.0                    # how long a file must be left alone
ONE_SECOND = timedelta(seconds=1)
BASELINE = "baseline: due before the first pass, so published and never mailed"


@dataclass(slots=True)
class Pass:
    """What one pass did. `picked_up`: became due, or began to be mailed, in this pass."""

    picked_up: list[Record] = field(default_factory=list)
    held: list[Record] = field(default_factory=list)
    adopted: list[Record] = field(default_factory=list)
    started: list[int] = field(default_factory=list)
    feeds_written: list[str] = field(default_factory=list)
    pages_written: int = 0
    problems: list[Problem] = field(default_factory=list)


class Publisher:
    """The first door. `builder` and `dresser` are made when they are first needed: they are slow to import."""

    def __init__(
        self, *, archive: Archive, ledger: Ledger, gatherer: Gatherer, rules: Rules, clock: Clock,
        manifest: Manifest, builder: Callable[[], Builder], dresser: Callable[[], Dresser], expire: timedelta,
        broadcasts: bool = False, steady: Callable[[], datetime] | None = None,
        bring: Callable[[], Problem | None] = lambda: None,
    ) -> None:
        self._archive = archive
        self._ledger = ledger
        self._gatherer = gatherer
        self._rules = rules
        self._clock = clock
        self._manifest = manifest
        self._builder = builder
        self._dresser = dresser
        self._expire = expire
        self._broadcasts = broadcasts
        self._steady = steady or clock.now
        self._clock_guard = ClockGuard(ledger, self._steady)
        self._bring = bring  # to where readers see it, before anybody is mailed a link to it
        self._unread: frozenset[str] = frozenset()  # issues of which the last look could not read what they say now

    def make_pass(self, *, start: bool = True, write: bool = True) -> Pass:
        """Publishes and begins what is due.

        Without `start` mailings are entered and none begins; without `write` no file is touched.
        """
        self._refuse_orphan()
        done = Pass()
        gathered = self.look(done)
        now = self._clock.now()
        reading = self._clock_guard.read(now)
        done.problems += reading.problems
        self._draw_baseline(done, now)
        self._publish_due(done, now)
        self._propose(now)
        self._clock_guard.hold(reading)
        self._clock_guard.remember(reading)
        self._settle(done, now)
        if gathered.depleted:
            return done
        if write:
            if not self._manifest.stands(gathered.fingerprint, self._clock.now()):
                self._write_outputs(done, gathered)
            self._brought(done)
        if start:
            self._start(done, now)
        return done

    def build(self, *, accept_missing: bool = False) -> Pass:
        """Feeds and archive only: mails nobody, adopts nobody. `accept_missing` believes that issues are gone."""
        done = Pass()
        if not accept_missing and self._manifest.stands(self._gatherer.fingerprint(), self._clock.now()):
            return self._brought(done)
        gathered = self.look(done, accept_missing=accept_missing)
        self._publish_due(done, self._clock.now())
        self._settle(done, self._clock.now())
        if not gathered.depleted:
            self._write_outputs(done, gathered, new_ids=accept_missing)
        return self._brought(done)

    def adopt_feed(self, entries: Sequence[Foreign], zone: ZoneInfo) -> tuple[Adoption, Pass]:
        """Takes over ids and dates of another feed, and writes the feeds with them. Mails nobody, adopts nobody."""
        from pipeline.publish.adoption import adopt, match  # slow import: lxml

        done, now = Pass(), self._clock.now()
        gathered = self.look(done)
        self._publish_due(done, now)
        shown = self._archive.records(spine.key for spine in self._archive.spines())
        found = match(entries, sorted(shown.values(), key=lambda one: one.ordinal or 0), zone)
        self._archive.reidentify(adopt(found, self._archive.issues().values(), now))
        if not gathered.depleted:
            self._write_outputs(done, gathered, new_ids=True)
        return found, done

    def look(self, done: Pass, *, accept_missing: bool = False) -> Gathered:
        """Reads the folder; once more after two seconds if a file was just being written."""
        gathered = self._gatherer.look(accept_missing=accept_missing)
        if gathered.unsettled:
            self._clock.wait(threading.Event(), SETTLING_S)
            gathered = self._gatherer.look(accept_missing=accept_missing)
        self._unread = gathered.unread
        done.problems += gathered.problems
        if gathered.depleted:
            done.problems.append(_depleted(gathered.missing))
        return gathered

    def has_read_all(self) -> bool:
        """Whether the archive has what the folder says now, as far as it can be listed; nothing is opened."""
        return self._gatherer.has_read_all()

    def settle(self) -> None:
        """Writes where each issue stands now, after its mailing went on."""
        self._settle(Pass(), self._clock.now())

    def look_only(self) -> Pass:
        """Reads the folder, so that a person can decide about what lies there now."""
        self._refuse_orphan()
        done = Pass()
        self.look(done)
        self._settle(done, self._clock.now())
        return done

    def foresee(self, record: Record) -> Record:
        """An issue as its first publication will name it; written nowhere."""
        if record.is_published:
            return record
        return self.named([record])[0]

    def named(self, fresh: Sequence[Record]) -> list[Record]:
        """Issues with what their first publication gives them: an instant, a place in the order, an address, an id.

        Written nowhere.
        """
        if not fresh:
            return []
        taken = self._archive.instants(min(record.due_at for record in fresh))
        owners = self._archive.places()
        ordinal = self._archive.next_ordinal()
        named: list[Record] = []
        for record in fresh:
            instant = _free_instant(record.due_at, taken)
            taken.add(instant)
            named.append(self._builder().name(replace(
                record, published_at=instant, updated_at=instant, ordinal=ordinal + len(named)), owners))
            owners[named[-1].permalink or ""] = record.key
        return named

    def adopt_due(self) -> Pass:
        """What `init` does: everything due now is adopted, and the baseline drawn."""
        done = Pass()
        self.look(done)
        now = self._clock.now()
        self._adopt(done, now)
        self._ledger.notebook.draw_baseline(now)
        self._publish_due(done, now)
        self._settle(done, now)
        return done

    # ---- the steps, in their order ------------------------------------------------------------

    def _refuse_orphan(self) -> None:
        if self._ledger.notebook.identity().orphan:
            raise Refusal(
                "this ledger is new, but feeds/ or var/ shows earlier runs: who was mailed is not known",
                remedy="restore the old ledger, or run `avviso init` to begin again without mailing anybody")

    def _draw_baseline(self, done: Pass, now: datetime) -> None:
        """The first pass on a folder adopts what is due already: published, never mailed."""
        if self._ledger.notebook.identity().baseline_at is None:
            self._adopt(done, now)
            self._ledger.notebook.draw_baseline(now)

    def _adopt(self, done: Pass, now: datetime) -> None:
        mailed = {mailing.issue_key for mailing in self._ledger.mailings.all()}
        done.adopted = [
            replace(record, state=State.ADOPTED, reason=BASELINE, since=now)
            for record in self._archive.issues().values()
            if is_due(record, now) and record.key not in mailed and record.state is not State.PROBLEM
        ]
        self._archive.stand(done.adopted)

    def _publish_due(self, done: Pass, now: datetime) -> None:
        """Gives what is due its place in the feeds, for ever."""
        due = [record for record in self._archive.due(now) if record.state is not State.PROBLEM]
        fresh = [replace(record, due_seen_at=now) for record in due if record.due_seen_at is None]
        self._archive.note_due((record.key for record in fresh), now)
        done.picked_up += [record for record in fresh if record.state is not State.ADOPTED]
        seen = {record.key: record for record in fresh}
        self._archive.publish(self.named([seen.get(record.key, record) for record in due if not record.is_published]))

    def _propose(self, now: datetime) -> None:
        """Enters a mailing for each list of each issue that has become due, held or scheduled; not of one that went."""
        by_issue = self._ledger.mailings.by_issue()
        due = [record for record in self._archive.restless(now, by_issue).values()
               if is_due(record, now) and record.missing_at is None]
        for record in due:
            self._follow(record, by_issue[record.key], now)
        candidates = [record for record in due if _lacks_mailing(record, by_issue[record.key])
                      and record.state not in (State.ADOPTED, State.PROBLEM)]
        begins = {record.key for record in candidates}
        waiting = [record for record in due if record.key not in begins and any(
            mailing.state is MailingState.SCHEDULED and not mailing.approved for mailing in by_issue[record.key])]
        if not candidates and not waiting:
            return
        mailings = [mailing for of_issue in by_issue.values() for mailing in of_issue]
        first = self._rules.approve is Approve.FIRST and not any(
            (mailing.started_at or mailing.approved) and not self._ledger.mailings.was_trial(mailing)
            for mailing in mailings)
        reasons = holds(candidates, waiting, copies=self._copies(candidates), first=first, rules=self._rules, now=now,
                        restored_at=self._ledger.notebook.identity().restored_at)
        with self._archive.together():  # else a pass that dies in a burst leaves the rest of it, which is no burst
            for record in candidates:
                self._enter(record, reasons.get(record.key, ""), now)
            for record in waiting:
                for mailing in by_issue[record.key]:
                    if record.key in reasons:
                        self._ledger.mailings.move(mailing.id, MailingState.HELD, reason=reasons[record.key], now=now)

    def _enter(self, record: Record, reason: str, now: datetime) -> None:
        for list_id in record.lists:
            self._ledger.mailings.propose(
                record.key, list_id, state=MailingState.HELD if reason else MailingState.SCHEDULED,
                reason=reason or "due", send_at=record.due_at, now=now)

    def _copies(self, candidates: Sequence[Record]) -> dict[str, str]:
        """Candidates whose text was mailed before under another name."""
        mailed = self._archive.settled_sketches() if candidates else {}
        return {candidate.key: other for candidate in candidates
                for other in alike(candidate.sketch, mailed, SAME) if other != candidate.key}

    def _settle(self, done: Pass, now: datetime) -> list[Record]:
        """Writes where each issue stands; gives those whose mailings may begin."""
        by_issue = self._ledger.mailings.by_issue()
        ready, changed, done.held = [], [], []
        before: dict[str, State] = {}
        for record in self._archive.restless(now, by_issue).values():
            self._follow(record, by_issue[record.key], now)
            now_at = standing(
                record, by_issue[record.key], self._rules, now, unread=record.key in self._unread)
            if (now_at.state, now_at.reason) != (record.state, record.reason):
                before[record.key] = record.state
                record = replace(record, state=now_at.state, reason=now_at.reason, since=now)
                changed.append(record)
            if now_at.ready:
                ready.append(record)
            if now_at.state is State.HELD:
                done.held.append(record)
        self._archive.stand(changed, before=before)
        standings = {record.key: record for record in changed}
        done.picked_up = [standings.get(record.key, record) for record in done.picked_up]
        return ready

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

    def _write_outputs(self, done: Pass, gathered: Gathered, *, new_ids: bool = False) -> None:
        """Feeds and archive as the books say."""
        written = self._builder().write(done.problems, folder=gathered.fingerprint, new_ids=new_ids)
        done.feeds_written, done.pages_written = list(written.feeds), written.pages

    def _brought(self, done: Pass) -> Pass:
        """The pass, with what stood in the way of showing what it wrote."""
        if problem := self._bring():
            done.problems.append(problem)
        return done

    def _start(self, done: Pass, now: datetime) -> None:
        """Freezes the text and the audience of what is ready; a text that cannot be dressed is held."""
        for record in self._settle(done, now):
            for mailing in self._ledger.mailings.all(MailingState.SCHEDULED, issue_key=record.key):
                try:
                    edition, envelope = self._dresser().dress(record, mailing.list, strict=not mailing.approved)
                except EditionError as error:
                    self._ledger.mailings.move(mailing.id, MailingState.HELD, reason=str(error), now=now)
                    done.problems.append(error.problem)
                    continue
                audience = self._ledger.mailings.start(
                    mailing.id, edition, envelope, now=now, expire=self._expire, broadcasts=self._broadcasts,
                    steady=self._steady())
                if audience is not None:
                    log.info("mailing.started", extra={
                        "issue": record.key, "list": mailing.list, "audience": audience})
                    done.started.append(mailing.id)
                    if record.key not in {one.key for one in done.picked_up}:
                        done.picked_up.append(record)
        self._settle(done, now)


def _lacks_mailing(record: Record, mailings: Sequence[Mailing]) -> bool:
    """Whether one of its lists has none: it is new, or a pass died half way. What a person ended stays ended."""
    if any(mailing.started_at or mailing.state is MailingState.CANCELLED for mailing in mailings):
        return False
    return not set(record.lists) <= {mailing.list for mailing in mailings}


def _free_instant(due_at: datetime, taken: set[datetime | None]) -> datetime:
    """Two issues of one instant are a second apart, so that no feed reader confuses their order."""
    while due_at in taken:
        due_at += ONE_SECOND
    return due_at


def _depleted(missing: Sequence[str]) -> Problem:
    return Problem(
        missing[0], f"{len(missing)} known issues are missing from the folder: feeds stand, nothing new is mailed",
        "bring them back, or run `avviso build --accept-missing`", rule="issues-missing")
