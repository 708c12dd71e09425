"""The chapter of suspects: deliveries on which a process was at work when it died.

Most are innocent: somebody killed the process, or it was another one's message. So they go last and alone. One at
which three processes died is poison: it is given up, so that the rest of its mailing ends.
"""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Connection, select, update

from pipeline.database import Database
from pipeline.mailings.ledger.tally import Tally
from pipeline.mailings.mailing import OPEN, DeliveryState
from pipeline.schema import delivery, note

log = logging.getLogger(__name__)

TRIES = 3
REMEMBERED = 100  # of those that were given up
_DEATHS, _PARKED = "suspects", "parked"  # notes: deaths by delivery id, and the ids of what was given up


@dataclass(frozen=True, slots=True)
class Parked:
    """A delivery that was given up. `issue_key` is None for a letter."""

    issue_key: str | None
    list: str
    address: str


class Suspects:
    """Who was in hand when a process died, and how often."""

    def __init__(self, database: Database) -> None:
        self._db = database
        self._chosen = database.given("ids", id=BigInteger)

    def waiting(self) -> dict[int, int]:
        """How many processes died at each delivery that may be tried again, by its id."""
        with self._db.read() as connection:
            deaths = _read(connection.execute(select(note.c.value).where(note.c.name == _DEATHS)).scalar())
            again = (DeliveryState.PENDING, DeliveryState.DEFERRED)
            return {row.id: deaths[row.id] for row in self._rows(connection, deaths, again)} if deaths else {}

    def blame(self, ids: Collection[int], now: datetime) -> None:
        """A process died at these. What is final meanwhile is forgotten; poison is given up."""
        if not ids:
            return
        with self._db.write() as connection:
            deaths = _read(self._lock(connection))
            deaths.update(ids)
            rows = self._rows(connection, deaths, OPEN)
            poison = [row for row in rows if deaths[row.id] >= TRIES and row.state != DeliveryState.SENDING]
            self._park(connection, poison, now)
            left = {row.id: deaths[row.id] for row in rows if row not in poison}
            connection.execute(self._db.upsert(note, name=_DEATHS, value=json.dumps(left)))

    def parked(self, since: datetime) -> list[Parked]:
        """What was given up since then and whose reader is not erased, oldest first."""
        with self._db.read() as connection:
            rows = connection.execute(
                select(delivery.c.issue_key, delivery.c.list, delivery.c.address)
                .where(delivery.c.id.in_(self._parked(connection)), delivery.c.state == DeliveryState.FAILED,
                       delivery.c.settled_at > since, delivery.c.address.is_not(None))
                .order_by(delivery.c.id)).all()
        return [Parked(row.issue_key, row.list, row.address) for row in rows]

    def _lock(self, connection: Connection) -> str:
        connection.execute(self._db.insert_new(note).values(name=_DEATHS, value=""))
        row = select(note.c.value).where(note.c.name == _DEATHS).with_for_update()
        return str(connection.execute(row).scalar_one())

    def _rows(self, connection: Connection, ids: Iterable[int], states: Collection[DeliveryState]) -> Sequence[Any]:
        """Which of these are in one of these states: id, mailing_id, state."""
        query = (select(delivery.c.id, delivery.c.mailing_id, delivery.c.state)
                 .where(delivery.c.id.in_(select(self._chosen.c.id)), delivery.c.state.in_(states)))
        return connection.execute(query, {"ids": [[id_] for id_ in ids]}).all()

    def _park(self, connection: Connection, poison: Sequence[Any], now: datetime) -> None:
        if not poison:
            return
        tally, parked = Tally(), []
        for row in poison:
            taken = ", and it may have been taken" if row.state == DeliveryState.IN_DOUBT else ""
            moved = connection.execute(
                update(delivery).where(delivery.c.id == row.id, delivery.c.state == row.state)
                .values(state=DeliveryState.FAILED, doubt=None, settled_at=now, lease_until=None,
                        reply=f"given up: avviso ended {TRIES} times while it was at work on this message{taken}"))
            if not moved.rowcount:
                continue  # another process moved it since we looked
            parked.append(row.id)
            tally.move(row.mailing_id, DeliveryState(row.state), DeliveryState.FAILED)
            log.error("delivery.parked", extra={"delivery": row.id, "mailing": row.mailing_id})
        tally.write(self._db, connection)
        known = [*self._parked(connection), *parked][-REMEMBERED:]
        connection.execute(self._db.upsert(note, name=_PARKED, value=json.dumps(known)))

    def _parked(self, connection: Connection) -> list[int]:
        return list(json.loads(connection.execute(select(note.c.value).where(note.c.name == _PARKED)).scalar() or "[]"))


def _read(written: str | None) -> Counter[int]:
    return Counter({int(id_): deaths for id_, deaths in json.loads(written or "{}").items()})
