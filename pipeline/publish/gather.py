"""From the folder to the book of issues: what is new or changed is read, what is the same is not even opened.

    scan (one stat a file) -> read what changed -> who is it -> enter it in the archive

One bad file is one line; its last good text stands and the rest goes on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from zoneinfo import ZoneInfo

from pipeline import READER
from pipeline.clock import Clock
from pipeline.errors import IssueError, OutputError, Problem
from pipeline.issues.archive import Archive
from pipeline.issues.folder import Entry, Listing, fingerprint, is_stable, read, scan
from pipeline.issues.history import git_date
from pipeline.issues.issue import Manuscript, State
from pipeline.issues.record import KnownFile, Record, Text
from pipeline.mailings.ledger.notebook import Notebook
from pipeline.publish.depletion import is_depleted
from pipeline.publish.description import Heard, describe
from pipeline.publish.identity import Identities, identify
from pipeline.publish.inventory import Inventory
from pipeline.publish.overwritten import overwritten

if TYPE_CHECKING:  # slow imports: Markdown, YAML
    from pipeline.publish.parsing import ParsedFile, SourceFile, TextSignature

READ_WITH = "read_with"     # the note that says with which settings the folder was read
SEEN = "seen_folder"        # the note of the folder's fingerprint when there was nothing left to read in it
MICROSECOND = timedelta(microseconds=1)
REMEMBERED_PARAGRAPHS = 8   # candidates for a description kept with each issue
AT_ONCE = 500               # files whose parsed texts are in memory together


@dataclass(frozen=True, slots=True)
class Source:
    """Where issues lie and how they are read. `lists` are the ids of config.yaml, the first being the default."""

    root: Path
    include: Sequence[str]
    exclude: Sequence[str]
    zone: ZoneInfo
    send_at: time
    lists: Sequence[str]

    @property
    def digest(self) -> str:
        """Changes when a setting does that decides how files are read."""
        settings = repr((READER, self.zone.key, self.send_at, tuple(self.lists)))
        return hashlib.sha256(settings.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Gathered:
    """What a look at the folder came to.

    `unsettled`: some files changed less than two seconds ago and were left for the next look.
    `missing`: paths of known issues that are gone; when `depleted`, too many of them to believe it.
    `fingerprint`: while the folder has the same there is nothing to read in it; "" where there may be.
    `unread`: keys of issues of which nobody can read what their files say now.
    """

    problems: tuple[Problem, ...]
    missing: tuple[str, ...]
    depleted: bool
    unsettled: bool
    fingerprint: str
    unread: frozenset[str] = frozenset()


class Reader(Protocol):
    """Who reads files to the end, and keeps what was parsed for that."""

    def parse_files(self, files: Sequence[SourceFile], /) -> Sequence[ParsedFile | Problem | None]: ...

    def keep(self, cleaned: Iterable[tuple[Manuscript, str]], /) -> None: ...


class Gatherer:
    """Looks at the folder. `reader` is asked for when a file is to be read: it is slow to import."""

    def __init__(
        self, source: Source, archive: Archive, notes: Notebook, clock: Clock,
        reader: Callable[[], Reader],
    ) -> None:
        self._source = source
        self._notes = notes
        self._archive = archive
        self._clock = clock
        self._reader = reader
        self._git_date = git_date(source.root)
        self._latest_change = datetime.min.replace(tzinfo=UTC)

    def fingerprint(self) -> str:
        """A digest of what lies in the folder and how it is read; one `stat` a file, nothing is opened."""
        return fingerprint(self._scan(), self._source.digest)

    def has_read_all(self) -> bool:
        """Whether there is nothing left to read in the folder, or it cannot be listed; one `stat` a file."""
        try:
            return self._notes.note(SEEN) == self.fingerprint()
        except OutputError:
            return True

    def _scan(self) -> Listing:
        return scan(self._source.root, self._source.include, self._source.exclude)

    def look(self, *, accept_missing: bool = False) -> Gathered:
        """Brings the archive up to the folder's present state."""
        now = self._clock.now()
        listing = self._scan()
        present = fingerprint(listing, self._source.digest)
        if not accept_missing and self._notes.note(SEEN) == present:
            return Gathered((), (), depleted=False, unsettled=False, fingerprint=present)
        known = self._archive.files.all()
        everything = self._notes.note(READ_WITH) != self._source.digest
        inventory = Inventory(known, now)
        stale, unsettled = _sorted_out(listing.entries, {} if everything else known, inventory)
        self._open(stale, inventory)
        others = inventory.set_aside(listing.problems)
        shelved = self._archive.paths()
        identities = self._identify(inventory, shelved)
        strangers = {path for path, key in identities.keys.items() if inventory.is_stranger(path, key)}
        if strangers:
            self._open([entry for entry in listing.entries if entry.path in strangers], inventory)
            identities = self._identify(inventory, shelved)
        missing, depleted = self._settle(inventory, shelved, identities, accept_missing=accept_missing)
        if everything:
            self._notes.write_note(READ_WITH, self._source.digest)
        problems = (*others, *inventory.problems())
        seen = "" if problems or unsettled or depleted else present
        self._notes.write_note(SEEN, seen)
        unread = frozenset(identities.keys[path] for path in inventory.unread() & identities.keys.keys())
        return Gathered(problems, tuple(missing), depleted, unsettled, seen, unread)

    def _open(self, stale: Sequence[Entry], inventory: Inventory) -> None:
        """Reads files that changed, or are somebody else now; a problem is its own."""
        for start in range(0, len(stale), AT_ONCE):
            self._open_some(stale[start:start + AT_ONCE], inventory)

    def _open_some(self, stale: Sequence[Entry], inventory: Inventory) -> None:
        from pipeline.publish.parsing import ParsedFile, SourceFile  # slow import: Markdown, YAML

        files: dict[str, SourceFile] = {}
        found: dict[str, ParsedFile | Problem | None] = {}
        for entry in stale:
            try:
                files[entry.path] = SourceFile(entry.path, read(self._source.root, entry.name_on_disk))
            except IssueError as error:
                found[entry.path] = error.problem
        found |= self._parse(files)
        found |= self._parse({path: replace(file, asked=True, committed=self._git_date(path))
                               for path, file in files.items() if found[path] is None})
        fresh: list[tuple[Manuscript, str]] = []
        for entry in stale:
            outcome = found[entry.path]
            if isinstance(outcome, ParsedFile) and inventory.accept(entry, outcome):
                fresh.append((outcome.manuscript, outcome.clean))
            elif isinstance(outcome, Problem):
                inventory.refuse(entry, outcome)
        self._reader().keep(fresh)

    def _parse(self, files: Mapping[str, SourceFile]) -> dict[str, ParsedFile | Problem | None]:
        return dict(zip(files, self._reader().parse_files(list(files.values())), strict=True))

    def _identify(self, inventory: Inventory, shelved: Mapping[str, tuple[str, bool]]) -> Identities:
        paths = {key: path for key, (path, _) in shelved.items()}
        return identify(inventory.claims(), paths, self._archive.names.aliases(), inventory.sketch,
                        Sketches(self._archive))

    def _settle(
        self, inventory: Inventory, shelved: Mapping[str, tuple[str, bool]], identities: Identities, *,
        accept_missing: bool,
    ) -> tuple[list[str], bool]:
        """Gives every file its identity and writes what changed: all of it or nothing.

        Gives the paths of issues that are gone, and whether these are too many.
        """
        present = set(identities.keys.values())
        there = [key for key, (_, was_there) in shelved.items() if was_there]
        gone = [key for key in there if key not in present]
        depleted = not accept_missing and is_depleted(len(gone), len(there))
        inventory.withhold(identities.withheld)
        inventory.drop_numbers(identities.unnumbered)
        with self._archive.together():
            for alias in identities.dropped:
                self._archive.names.drop_alias(alias)
            issues = shelved.keys() | self._enter(inventory, shelved, identities.keys)
            self._add_aliases(inventory, shelved.keys(), identities)
            if not depleted:
                self._archive.note_missing(gone, inventory.now)
            self._archive.files.remember(
                inventory.files({path: key for path, key in identities.keys.items() if key in issues}))
            self._archive.files.forget(inventory.vanished())
        return [shelved[key][0] for key in gone], depleted

    def _enter(
        self, inventory: Inventory, shelved: Mapping[str, tuple[str, bool]], keys: Mapping[str, str],
    ) -> set[str]:
        """Writes the issues of files that were read anew, moved or came back, in the order of their hours; gives the
        keys of those that are others than before."""
        touched = {path: key for path, key in keys.items()
                   if path in inventory.manuscripts or inventory.problem_of(path) or shelved.get(key) != (path, True)}
        records = self._archive.records(touched.values())
        heard = Heard(self._archive) if inventory.manuscripts else None
        in_order = sorted(touched.items(), key=lambda one: inventory.place(one[0]))
        entries = [found for path, key in in_order
                   if (found := self._entry(path, key, records.get(key), inventory, heard))]
        self._archive.enter_all(entries)
        return {record.key for record, _ in entries}

    def _add_aliases(self, inventory: Inventory, shelved: Set[str], identities: Identities) -> None:
        """The names by which issues were known, or will be once they change, where nobody else has them."""
        taken = shelved | self._archive.names.aliases().keys()
        reread = {name: key for name, key in inventory.new_names(identities.keys).items() if name not in taken}
        for alias, key in {**reread, **identities.aliases}.items():
            self._archive.names.add_alias(alias, key)

    def _entry(
        self, path: str, key: str, old: Record | None, inventory: Inventory, heard: Heard | None,
    ) -> tuple[Record, Text] | None:
        """What is to be written of an issue whose file was read anew; one that moved or came back is written here."""
        manuscript = inventory.manuscripts.get(path)
        if manuscript and old and (problem := overwritten(
                old, manuscript, inventory.signatures[path].sketch, inventory.problem_before(path))):
            inventory.refuse_text(path, problem)
            manuscript = None
        if manuscript is None or heard is None:
            self._stand(path, old, inventory)
            return None
        if manuscript.due_at is None and old is not None:  # a draft that lost its date is that issue still
            manuscript = replace(manuscript, day=old.day, due_at=old.due_at)
        if manuscript.due_at is None:
            return None  # a draft that never had one is not an issue yet
        changed_at = min(inventory.changed_at(path), inventory.now)
        description = describe(key, manuscript.due_at, manuscript, old, heard)
        record = self._record(
            key, manuscript, old, inventory.signatures[path], description, changed_at, inventory.now)
        if record == old:
            return None
        text = Text(manuscript.body, manuscript.body_line, manuscript.descriptions[:REMEMBERED_PARAGRAPHS])
        heard.add(record.due_at, key, text.descriptions)
        return record, text

    def _stand(self, path: str, old: Record | None, inventory: Inventory) -> None:
        """The last good text stands; what was never published waits until its file is mended."""
        if old is None:
            return
        problem = inventory.problem_of(path)
        if old.path != path or old.missing_at:
            self._archive.note_found(old.key, path)
        if problem and not old.is_published and old.state not in (State.PROBLEM, State.ADOPTED):
            self._archive.stand([replace(old, state=State.PROBLEM, reason=str(problem), since=inventory.now)],
                                before={old.key: old.state})

    def _record(
        self, key: str, manuscript: Manuscript, old: Record | None, signature: TextSignature, description: str,
        changed_at: datetime, now: datetime,
    ) -> Record:
        assert manuscript.day  # noqa: S101, `_entry` sees to it
        assert manuscript.due_at  # noqa: S101, as above
        same_bytes = old is not None and old.source_digest == manuscript.digest
        same_file = same_bytes and old is not None and old.path == manuscript.path  # a new name may be a new title
        visible_change = old is not None and not same_file and old.text_digest != signature.digest
        fresh = Record(
            key=key, path=manuscript.path, number=manuscript.number, title=manuscript.title, day=manuscript.day,
            due_at=manuscript.due_at, cover=manuscript.cover, description=description,
            language=manuscript.language, tags=manuscript.tags, lists=manuscript.lists or tuple(self._source.lists[:1]),
            draft=manuscript.draft, source_digest=manuscript.digest, text_digest=signature.digest,
            sketch=signature.sketch, changed_at=changed_at, seen_at=now, due_seen_at=None, missing_at=None,
            state=State.SCHEDULED, reason="new", since=now,
        )
        if old is None:
            return fresh
        by_number = manuscript.number is None and key == str(old.number)  # who goes by a number keeps it
        return replace(
            fresh, number=old.number if by_number else fresh.number,
            seen_at=old.seen_at if same_bytes else now, changed_at=old.changed_at if same_bytes else changed_at,
            due_seen_at=old.due_seen_at, since=old.since, ordinal=old.ordinal, published_at=old.published_at,
            state=State.SCHEDULED if old.state is State.PROBLEM else old.state, reason=old.reason,
            feed_id=old.feed_id, permalink=old.permalink,
            updated_at=self._changed_at(old, now) if visible_change and old.is_published else old.updated_at,
        )

    def _changed_at(self, old: Record, now: datetime) -> datetime:
        """When a published issue changed: now, and after it was published, whatever a clock that was set back shows."""
        published = old.published_at or now
        latest = max(published, old.updated_at or published)
        return self._next_instant(now if now > published else latest + MICROSECOND)

    def _next_instant(self, now: datetime) -> datetime:
        """Changes of one look, a microsecond apart: Atom wants no two entries of one instant."""
        self._latest_change = max(now, self._latest_change + MICROSECOND)
        return self._latest_change


class Sketches(Mapping[str, bytes]):
    """The sketches of known issues, read when one is asked for: seldom."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._read: dict[str, bytes] = {}

    def __getitem__(self, key: str) -> bytes:
        if key not in self._read:
            self._read[key] = self._archive.records([key])[key].sketch
        return self._read[key]

    def __len__(self) -> int:
        return len(self._archive.paths())

    def __iter__(self) -> Iterator[str]:
        return iter(self._archive.paths())


def _sorted_out(
    entries: Sequence[Entry], unchanging: Mapping[str, KnownFile], inventory: Inventory,
) -> tuple[list[Entry], bool]:
    """The files that are to be read, and whether there are others that are being written: these wait.

    A file with size and time of an `unchanging` one says what that said.
    """
    stale: list[Entry] = []
    unsettled = False
    for entry in entries:
        before = unchanging.get(entry.path)
        if before and _is_as_before(entry, before):
            inventory.keep(before)
        elif not is_stable(entry, inventory.now):
            unsettled = True
            inventory.leave_for_later(entry)
        else:
            stale.append(entry)
    return stale, unsettled


def _is_as_before(entry: Entry, before: KnownFile) -> bool:
    """Size and time say that the text is the same. What has a problem, or had one, is looked at: it may be mended."""
    return entry.readable and not before.problem and (before.mtime_ns, before.size) == (entry.mtime_ns, entry.size)
