"""The chapter of hubs: which feeds changed, and whether each hub was told.

A call is marked before it is made, with the hour of the next one: whoever dies in between is followed by a
second call, which costs a hub one look at a feed that it knows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, or_, select, update

from pipeline.database import Database
from pipeline.schema import hub_call

PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 360, 720))  # then it is given up


@dataclass(frozen=True, slots=True)
class Call:
    """A hub that is to be told of a feed. `digest` is of the feed's bytes."""

    hub: str
    topic: str
    digest: str


class Hubs:
    """Who is to be told what."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def announce(self, hubs: Sequence[str], topics: Mapping[str, str], now: datetime) -> None:
        """Every hub is to be told of every feed whose bytes are not those it was told of; others are forgotten.

        `topics` gives the digest of each feed's bytes, by its address.
        """
        with self._db.write() as connection:
            connection.execute(delete(hub_call).where(or_(
                hub_call.c.hub.not_in(hubs), hub_call.c.topic.not_in(list(topics)))))
            for call in [Call(hub, topic, digest) for hub in hubs for topic, digest in topics.items()]:
                self._announce(connection, call, now)

    def _announce(self, connection: Connection, call: Call, now: datetime) -> None:
        fresh = connection.execute(self._db.insert_new(hub_call).values(
            hub=call.hub, topic=call.topic, digest=call.digest, due_at=now, attempts=0))
        if not fresh.rowcount:
            connection.execute(update(hub_call).where(
                hub_call.c.hub == call.hub, hub_call.c.topic == call.topic, hub_call.c.digest != call.digest,
            ).values(digest=call.digest, due_at=now, attempts=0))

    def begin(self, hubs: Sequence[str], now: datetime) -> list[Call]:
        """The calls to these hubs that are due, each marked as tried: nobody else makes them until their next hour."""
        is_due = or_(hub_call.c.due_at <= now, hub_call.c.due_at > now + 2 * PAUSES[-1])  # then a clock was ahead
        due = select(hub_call).where(is_due, hub_call.c.hub.in_(hubs)).order_by(hub_call.c.hub, hub_call.c.topic)
        with self._db.read() as connection:
            if connection.execute(due.limit(1)).first() is None:
                return []
        begun = []
        with self._db.write() as connection:
            for row in connection.execute(due).all():
                again = now + PAUSES[row.attempts] if row.attempts < len(PAUSES) else None
                mine = connection.execute(update(hub_call).where(
                    hub_call.c.hub == row.hub, hub_call.c.topic == row.topic, hub_call.c.due_at == row.due_at,
                ).values(due_at=again, attempts=row.attempts + 1))
                if mine.rowcount:
                    begun.append(Call(row.hub, row.topic, row.digest))
        return begun

    def told(self, call: Call) -> None:
        """The hub knows; unless the feed has changed again since."""
        with self._db.write() as connection:
            connection.execute(update(hub_call).where(
                hub_call.c.hub == call.hub, hub_call.c.topic == call.topic, hub_call.c.digest == call.digest,
            ).values(due_at=None, attempts=0))

    def given_up(self) -> list[Call]:
        """Calls that were tried as often as we try."""
        silent = hub_call.c.due_at.is_(None) & (hub_call.c.attempts > len(PAUSES))
        with self._db.read() as connection:
            rows = connection.execute(select(hub_call).where(silent).order_by(hub_call.c.hub, hub_call.c.topic))
            return [Call(row.hub, row.topic, row.digest) for row in rows]
