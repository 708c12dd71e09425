"""The workers' chapter: which processes may hold deliveries, and which of them are dead."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, exists, func, select, update

from pipeline.database import Database
from pipeline.mailings.mailing import DeliveryState
from pipeline.schema import delivery, worker


@dataclass(frozen=True, slots=True)
class Worker:
    """A process of ours. `boot_id` is the machine's, new at each start of the machine.

    `work` is what it does: all, publish, send or web, "" where it did not say.
    """

    id: str
    host: str
    boot_id: str
    pid: int
    shard: int
    started_at: datetime
    seen_at: datetime
    work: str = ""


class Workers:
    """Who is at work, on which machine."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def enter(self, worker_id: str, *, host: str, boot_id: str, pid: int, now: datetime, work: str = "") -> Worker:
        """A process begins; it gets a shard of the tallies that no one else at work has."""
        with self._db.write() as connection:
            shard = connection.execute(select(func.coalesce(func.max(worker.c.shard), 0))).scalar_one() + 1
            row = Worker(worker_id, host, boot_id, pid, shard, now, now, work)
            connection.execute(worker.insert().values(
                id=row.id, host=host, boot_id=boot_id, pid=pid, shard=shard, started_at=now, seen_at=now,
                work=work))
        return row

    def all(self) -> list[Worker]:
        with self._db.read() as connection:
            rows = connection.execute(select(worker).order_by(worker.c.started_at, worker.c.id)).all()
        return [Worker(**row._mapping) for row in rows]

    def hands(self) -> dict[str, dict[str, int]]:
        """What each worker has in hand: how many deliveries, by `issue to list`, or `letters`."""
        named = (delivery.c.worker, delivery.c.issue_key, delivery.c.list)
        with self._db.read() as connection:
            rows = connection.execute(
                select(*named, func.count().label("n")).where(delivery.c.state == DeliveryState.SENDING)
                .group_by(*named).order_by(*named)).all()
        hands: defaultdict[str, dict[str, int]] = defaultdict(dict)
        for row in rows:
            name = f"{row.issue_key} to {row.list}" if row.issue_key else "letters"
            hands[row.worker][name] = hands[row.worker].get(name, 0) + row.n
        return dict(hands)

    def beat(self, worker_id: str, now: datetime) -> None:
        """Says that it is still alive."""
        with self._db.write() as connection:
            connection.execute(update(worker).where(worker.c.id == worker_id).values(seen_at=now))

    def leave(self, worker_ids: list[str]) -> None:
        """Takes processes out that hold nothing any more."""
        with self._db.write() as connection:
            holds = exists().where(delivery.c.worker == worker.c.id, delivery.c.state == "sending")
            connection.execute(delete(worker).where(worker.c.id.in_(worker_ids), ~holds))
