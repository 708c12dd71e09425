"""How many deliveries are in each state, kept in the transaction that moves them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping

from sqlalchemy import Connection, Select, bindparam, func, select, update

from pipeline.database import Database
from pipeline.mailings.mailing import DeliveryState
from pipeline.schema import tally

# Built once: the engine that sends writes it with each group, and building it costs more than running it.
_MORE = update(tally).where(
    tally.c.mailing_id == bindparam("of"), tally.c.shard == bindparam("by"), tally.c.state == bindparam("to"),
).values(n=tally.c.n + bindparam("more"))


class Tally:
    """The changes of one transaction, added up and written once at its end."""

    def __init__(self, shard: int = 0) -> None:
        self._shard = shard
        self._changes: Counter[tuple[int, str]] = Counter()

    def move(self, mailing_id: int | None, old: DeliveryState | None, new: DeliveryState, n: int = 1) -> None:
        """Counts `n` deliveries out of `old` (None: they are new) and into `new`. Letters are not counted."""
        if mailing_id is None:
            return
        if old is not None:
            self._changes[mailing_id, old.value] -= n
        self._changes[mailing_id, new.value] += n

    def write(self, database: Database, connection: Connection) -> None:
        """Adds the changes to this shard's rows; always in one order, so that writers cannot lock each other out."""
        for (mailing_id, state), n in sorted(self._changes.items()):
            if n:
                _add(database, connection, mailing_id, self._shard, state, n)
        self._changes.clear()


def _add(database: Database, connection: Connection, mailing_id: int, shard: int, state: str, n: int) -> None:
    change = {"of": mailing_id, "by": shard, "to": state, "more": n}
    if connection.execute(_MORE, change).rowcount:
        return
    fresh = {"mailing_id": mailing_id, "shard": shard, "state": state, "n": n}
    if not connection.execute(database.insert_new(tally).values(fresh)).rowcount:
        connection.execute(_MORE, change)


def read_tallies(connection: Connection, which: Select[tuple[int]]) -> Mapping[int, Mapping[DeliveryState, int]]:
    """For each of these mailings all eight counts, zero where nobody is."""
    counts: defaultdict[int, dict[DeliveryState, int]] = defaultdict(lambda: dict.fromkeys(DeliveryState, 0))
    rows = connection.execute(
        select(tally.c.mailing_id, tally.c.state, func.sum(tally.c.n))
        .where(tally.c.mailing_id.in_(which))
        .group_by(tally.c.mailing_id, tally.c.state)
    )
    for mailing_id, state, n in rows:
        counts[mailing_id][DeliveryState(state)] = int(n)
    return counts
