"""One pass: the folder is read, what is due is published, and mailings whose hour has come begin.

Every step is idempotent and leaves the books whole: a pass that dies is simply made again.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from pipeline.clock import Clock
from pipeline.errors import Problem, Refusal
from pipeline.issues.archive import Archive
from pipeline.issues.issue import State
from pipeline.issues.record import Record
from pipeline.mailings.ledger import Ledger
from pipeline.publish.agenda import Agenda
from pipeline.publish.clock_guard import ClockGuard
from pipeline.publish.departures import Departures
from pipeline.publish.depletion import note_depletion
from pipeline.publish.display import Display
from pipeline.publish.gather import Gathered, Gatherer
from pipeline.publish.naming import Namer
from pipeline.publish.pickup import is_due
from pipeline.publish.stall import ORPHAN, forget_stall

if TYPE_CHECKING:  # slow import: feeds
    from pipeline.feeds.foreign import Foreign
    from pipeline.publish.adoption import Adoption

SETTLING_S = 2.0  # how long a file must be left alone
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
    """The first door."""

    def __init__(
        self, *, archive: Archive, ledger: Ledger, gatherer: Gatherer, agenda: Agenda, namer: Namer,
        departures: Departures, display: Display, clock: Clock, clock_guard: ClockGuard,
    ) -> None:
        self._archive = archive
        self._ledger = ledger
        self._gatherer = gatherer
        self._agenda = agenda
        self._namer = namer
        self._departures = departures
        self._display = display
        self._clock = clock
        self._clock_guard = clock_guard
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
        self._departures.let_go_what_is_mended(self._unread, now)
        self._agenda.propose(now)
        self._clock_guard.hold(reading)
        self._clock_guard.remember(reading)
        self._settle(done, now)
        if gathered.depleted:
            return done
        if write:
            if not self._display.stands(gathered.fingerprint, self._clock.now()):
                self._write_outputs(done, gathered)
            self._brought(done)  # before anybody is mailed a link to it
        if start:
            self._start(done, now)
        return done

    def build(self, *, accept_missing: bool = False) -> Pass:
        """Feeds and archive only: mails nobody, adopts nobody. `accept_missing` believes that issues are gone."""
        done = Pass()
        if not accept_missing and self._display.stands(self._gatherer.fingerprint(), self._clock.now()):
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
        shown = self._archive.records(spine.key for spine in self._archive.shown.spines())
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
        doubted = gathered.missing if gathered.depleted else ()
        if standing := note_depletion(self._ledger.notebook, doubted, self._clock.now()):
            done.problems.append(standing.problem)
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

    def adopt_due(self) -> Pass:
        """What `init` does: everything due now is adopted, and the baseline drawn."""
        done = Pass()
        self.look(done)
        now = self._clock.now()
        self._adopt(done, now)
        self._ledger.notebook.draw_baseline(now)
        forget_stall(self._ledger.notebook)
        self._publish_due(done, now)
        self._settle(done, now)
        return done

    # ---- the steps, in their order ------------------------------------------------------------

    def _refuse_orphan(self) -> None:
        if self._ledger.notebook.identity().orphan:
            raise Refusal(ORPHAN.message, remedy=ORPHAN.remedy)

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
        self._archive.publish(self._namer.named(
            [seen.get(record.key, record) for record in due if not record.is_published]))

    def _settle(self, done: Pass, now: datetime) -> list[Record]:
        """Writes where each issue stands; gives those whose mailings may begin."""
        found = self._agenda.settle(self._unread, now)
        done.held = found.held
        done.picked_up = [found.moved.get(record.key, record) for record in done.picked_up]
        return found.ready

    def _write_outputs(self, done: Pass, gathered: Gathered, *, new_ids: bool = False) -> None:
        """Feeds and archive as the books say."""
        written = self._display.write(done.problems, folder=gathered.fingerprint, new_ids=new_ids)
        done.feeds_written, done.pages_written = list(written.feeds), written.pages

    def _brought(self, done: Pass) -> Pass:
        """The pass, with what stood in the way of showing what it wrote."""
        if problem := self._display.bring():
            done.problems.append(problem)
        return done

    def _start(self, done: Pass, now: datetime) -> None:
        """Begins what is ready."""
        begun = self._departures.begin(self._settle(done, now), now)
        done.problems += begun.problems
        done.started += begun.mailings
        known = {one.key for one in done.picked_up}
        done.picked_up += [record for key, record in begun.issues.items() if key not in known]
        self._settle(done, now)
