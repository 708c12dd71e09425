"""The ledger's own row and the small notes one pass leaves for the next."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, delete, func, select, union_all, update

from pipeline.database import Database, text_digest
from pipeline.mailings.ledger.mailings import withdrawn
from pipeline.mailings.ledger.notes import read_note
from pipeline.mailings.mailing import OPEN
from pipeline.schema import ANCHOR, HOME, STEADY, delivery, event, ledger, mailing, note, tally, worker

LONGEST_OFF = timedelta(days=30)  # a machine that seems to have been off for longer has a clock that is wrong
FIRST_RESTORE = 10**9  # seconds since 1970: no ledger gets there by counting its epochs


@dataclass(frozen=True, slots=True)
class Identity:
    """What a ledger says of itself. `baseline_at` is None until a first pass or `init`."""

    key: bytes
    baseline_at: datetime | None
    orphan: bool
    epoch: int

    @property
    def restored_at(self) -> datetime | None:
        """When it was filled from an export: a restore begins the epoch of its hour. None if it never was."""
        return datetime.fromtimestamp(self.epoch, UTC) if self.epoch >= FIRST_RESTORE else None


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a ledger has come: highest ids, final deliveries, mailings that began and ended with readers, and the
    newest ones by id (as text).
    """

    fingerprint: str
    epoch: int
    mailing: int
    delivery: int
    settled: int
    begun: int
    ended: int
    mailings: dict[str, str]


class Notebook:
    """Who this ledger is, when its baseline was drawn, what the clocks of its machines showed, and the notes."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def identity(self) -> Identity:
        with self._db.read() as connection:
            row = connection.execute(select(ledger)).one()
        return Identity(bytes.fromhex(row.key), row.baseline_at, row.orphan, row.epoch)

    def reach(self, named: int) -> Reach:
        """How far this ledger has come, with the names of its newest `named` mailings."""
        final = select(func.coalesce(func.sum(tally.c.n), 0)).where(tally.c.state.not_in(OPEN)).scalar_subquery()
        last = select(func.coalesce(func.max(delivery.c.id), 0)).scalar_subquery()
        newest = select(mailing.c.id, mailing.c.issue_key, mailing.c.list).order_by(mailing.c.id.desc()).limit(named)
        had_readers = select(func.count(mailing.c.started_at), func.count(mailing.c.ended_at)).where(
            mailing.c.audience > 0)
        with self._db.read() as connection:
            row = connection.execute(select(ledger.c.key, ledger.c.epoch, final.label("settled"),
                                            last.label("delivery"))).one()
            found = connection.execute(newest).all()
            begun, ended = connection.execute(had_readers).one()
            taken_back = withdrawn(connection)
        names = {str(one.id): f"{one.issue_key} to {one.list}" for one in reversed(found)}
        newest_id = max(found[0].id if found else 0, taken_back)
        return Reach(
            text_digest(row.key), row.epoch, newest_id, row.delivery, int(row.settled), begun, ended, names)

    def begin_epoch(self, now: datetime, *, after: int) -> None:
        """From here on this ledger is another than the copies of it, and gives out no number of theirs."""
        with self._db.write() as connection:
            present = connection.execute(select(ledger.c.epoch)).scalar_one()
            connection.execute(update(ledger).values(epoch=max(present, after) + 1))
            self._db.leave_numbers_behind(connection, now)

    def was_put_back(self) -> bool:
        """Whether a server's ledger came from a dump since somebody began to work by it; a file's is not told here."""
        home, here = self._whereabouts()
        return home not in ("", here)

    def note_home(self) -> None:
        """Where a server's ledger lies is its home from now on."""
        home, here = self._whereabouts()
        if home != here:
            self.write_note(HOME, here)

    def _whereabouts(self) -> tuple[str, str]:
        """Where a server's ledger was last begun to work by, and where it lies; "" for a file, or before the first."""
        with self._db.read() as connection:
            return read_note(connection, HOME) or "", self._db.place_of(connection, ledger)

    def draw_baseline(self, now: datetime) -> None:
        """From here on, what becomes due is mailed. Drawing it a second time only clears the orphan's mark."""
        with self._db.write() as connection:
            connection.execute(update(ledger).values(orphan=False))
            connection.execute(update(ledger).where(ledger.c.baseline_at.is_(None)).values(baseline_at=now))

    def alone(self, name: str) -> AbstractContextManager[bool]:
        """Whether nobody on another machine holds this name; ours until the block ends or this process dies."""
        return self._db.alone(name)

    def newest(self) -> datetime | None:
        """The latest instant that anybody wrote here; None while nobody has."""
        latest = union_all(select(func.max(mailing.c.since).label("at")), select(func.max(worker.c.seen_at)),
                           select(func.max(event.c.seen_at))).subquery()
        with self._db.read() as connection:
            found: datetime | None = connection.execute(select(func.max(latest.c.at))).scalar()
        return found

    def note(self, name: str) -> str | None:
        with self._db.read() as connection:
            return read_note(connection, name)

    def notes(self, beginning: str) -> dict[str, str]:
        """All notes whose names begin so, as they stood at one instant."""
        named = select(note).where(note.c.name.startswith(beginning, autoescape=True))
        with self._db.read() as connection:
            return {row.name: row.value for row in connection.execute(named)}

    def write_notes(self, notes: Mapping[str, str | None]) -> None:
        """Writes all of these or none; where the value is None there is no such note afterwards."""
        with self._db.write() as connection:
            for name, value in notes.items():
                connection.execute(delete(note).where(note.c.name == name) if value is None
                                   else self._db.upsert(note, name=name, value=value))

    def write_note(self, name: str, value: str) -> None:
        with self._db.write() as connection:
            connection.execute(self._db.upsert(note, name=name, value=value))

    def change_note(self, name: str, change: Callable[[str], str]) -> str:
        """Writes what `change` makes of a note ("" where there is none), and gives what it was; one after another."""
        with self._db.write() as connection:
            connection.execute(self._db.insert_new(note).values(name=name, value=""))
            row = note.c.name == name
            found: str = connection.execute(select(note.c.value).where(row).with_for_update()).scalar_one()
            connection.execute(update(note).where(row).values(value=change(found)))
        return found

    def note_steady(self, steady: datetime) -> None:
        """Writes down how far the steady clock has come, for the machine's next run."""
        self.write_note(STEADY, steady.isoformat())

    def anchor(self, boot_id: str, instant: datetime, *, now: datetime) -> datetime:
        """The instant that was written down first in this run of the machine; `instant` itself where none was.

        In a new run the steady clock begins where the machine's own stands. Where that cannot be true, because it is
        behind the last run or far ahead of it, mailings keep what was left of their time.
        """
        if known := _anchored(self.note(ANCHOR), boot_id):  # who only looks does not wait for whoever writes
            return known
        with self._db.write() as connection:
            if known := _anchored(read_note(connection, ANCHOR), boot_id):
                return known
            connection.execute(self._db.upsert(note, name=ANCHOR, value=f"{boot_id} {instant.isoformat()}"))
            if last := read_note(connection, STEADY):
                _keep_terms(connection, datetime.fromisoformat(last), now)
            # Here, because a run may end before it writes down more: its successor would move the terms once more.
            connection.execute(self._db.upsert(note, name=STEADY, value=now.isoformat()))
        return instant

    def server_time(self) -> datetime:
        """What the clock of the database's server shows; all machines that share it share that."""
        with self._db.read() as connection:
            return datetime.fromtimestamp(float(connection.execute(
                select(func.extract("epoch", func.clock_timestamp()))).scalar_one()), UTC)


def _anchored(written: str | None, boot_id: str) -> datetime | None:
    """The instant of a note about this run of the machine."""
    run, _, instant = (written or "").partition(" ")
    return datetime.fromisoformat(instant) if instant and run == boot_id else None


def _keep_terms(connection: Connection, before: datetime, now: datetime) -> None:
    """Mailings that were not over `before` have as long to go from `now` on, if the machine was not off in between."""
    if before <= now <= before + LONGEST_OFF:
        return
    terms = select(mailing.c.id, mailing.c.expires_at).where(mailing.c.expires_at > before)
    for id_, expires_at in connection.execute(terms).all():
        connection.execute(update(mailing).where(mailing.c.id == id_).values(expires_at=expires_at + (now - before)))
