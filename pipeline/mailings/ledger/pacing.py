"""The chapter of pacing: whose turn it is at a provider, and whether it wants to be left alone, for all processes.

One table has it all: a row for a provider's rate (`smtp`), one for its rest (`smtp: rest`) and one for its absence
(`smtp: away`); and the same for each mail domain behind it (`smtp: example.com`, `smtp: example.com: rest`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select, update

from pipeline.database import Database
from pipeline.schema import pace

LONGEST_REST = timedelta(days=1)  # what is longer was written by a clock that was wrong
LONGEST_QUEUE = 1000  # senders that may wait for their turn at one provider, over all processes
_REST = ": rest"      # until when it wants to be left alone
_AWAY = ": away"      # since when it cannot be reached


@dataclass(frozen=True, slots=True)
class PostState:
    """Until when a provider asked to be left alone, and since when it could not be reached.

    `domains` has until when mail domains asked for it, by name; long ago for most.
    """

    rests_until: datetime | None = None
    away_since: datetime | None = None
    domains: Mapping[str, datetime] = field(default_factory=dict)

    def rest(self, now: datetime) -> datetime | None:
        """Until when the provider is to be left alone from now on; None where it is not."""
        until = self.rests_until
        return until if until and now < until <= now + LONGEST_REST else None


class Pacing:
    """Each method is one transaction."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def reserve(self, name: str, length: timedelta, now: datetime) -> datetime:
        """Takes the next free stretch of a provider's time and says when it begins; holds across processes.

        What lies so far ahead that nobody can have reserved it was written by a clock that was wrong.
        """
        with self._db.write() as connection:
            connection.execute(self._db.insert_new(pace).values(name=name, next_at=now))
            row = select(pace.c.next_at).where(pace.c.name == name).with_for_update()
            free: datetime = connection.execute(row).scalar_one()
            start = free if now < free <= now + length * LONGEST_QUEUE else now
            connection.execute(update(pace).where(pace.c.name == name).values(next_at=start + length))
        return start

    def draw(self, name: str, length: timedelta, now: datetime) -> datetime:
        """Takes the stretch of time that is free now; gives when it began, or, later than now, when the next one will.

        What somebody was late for is made up for within a stretch. Holds across processes.
        """
        with self._db.write() as connection:
            connection.execute(self._db.insert_new(pace).values(name=name, next_at=now))
            row = pace.c.name == name
            free: datetime = connection.execute(select(pace.c.next_at).where(row).with_for_update()).scalar_one()
            start = max(free, now - length) if free <= now + length else now  # else a clock was wrong
            if start <= now:
                connection.execute(update(pace).where(row).values(next_at=start + length))
        return start

    def rest(self, name: str, until: datetime) -> datetime:
        """A provider asks to be left alone; gives until when, which may be later than this one asked for."""
        with self._db.write() as connection:
            connection.execute(self._db.insert_new(pace).values(name=name + _REST, next_at=until))
            row = pace.c.name == name + _REST
            is_wrong = pace.c.next_at > until + LONGEST_REST
            connection.execute(update(pace).where(row, or_(pace.c.next_at < until, is_wrong)).values(next_at=until))
            agreed: datetime = connection.execute(select(pace.c.next_at).where(row)).scalar_one()
        return agreed

    def lose(self, name: str, since: datetime) -> datetime:
        """A provider cannot be reached; gives since when, which another process may have noticed before."""
        with self._db.write() as connection:
            connection.execute(self._db.insert_new(pace).values(name=name + _AWAY, next_at=since))
            noticed: datetime | None = connection.execute(
                select(pace.c.next_at).where(pace.c.name == name + _AWAY)).scalar()
        return noticed or since  # None: on PostgreSQL another process may have found it in between

    def find(self, name: str) -> None:
        """It can be reached again."""
        with self._db.write() as connection:
            connection.execute(delete(pace).where(pace.c.name == name + _AWAY))

    def state(self, name: str) -> PostState:
        """What stands in the way of a provider's mail, as all processes have written it down."""
        with self._db.read() as connection:
            rows = connection.execute(select(pace).where(pace.c.name.startswith(f"{name}: ", autoescape=True))).all()
        instants = {row.name.removeprefix(name): row.next_at for row in rows}
        domains = {place.removeprefix(": ").removesuffix(_REST): until for place, until in instants.items()
                   if place.endswith(_REST) and place != _REST}
        return PostState(instants.get(_REST), instants.get(_AWAY), domains)
