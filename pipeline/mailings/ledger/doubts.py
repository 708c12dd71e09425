"""The chapter of doubts: what a dead process or a lost line leaves, and how it is decided."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select, true, update

from pipeline.database import Database
from pipeline.mailings.ledger.tally import Tally
from pipeline.mailings.mailing import DeliveryState, Doubt
from pipeline.schema import delivery, mailing


class Doubts:
    """Rows whose holder is gone, and rows of which nobody knows whether the message was taken."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def reclaim(self, worker: str, cause: Doubt, *, over_at: datetime | None = None) -> int:
        """What a worker that is gone still holds may be on the wire: in doubt. Gives how many.

        With `over_at` only what it holds under a lease that was over by then.
        """
        over = delivery.c.lease_until <= over_at if over_at else true()
        return self._doubt([delivery.c.worker == worker, over], cause)

    def reclaim_leases(self, now: datetime) -> int:
        """What nobody has touched until its lease was over: its holder's machine is gone, for all anybody here knows.

        Gives how many are in doubt now.
        """
        return self._doubt([delivery.c.lease_until <= now], Doubt.POWER)

    def resend(self, doubts: Sequence[Doubt], now: datetime, *, mailing_id: int | None = None) -> int:
        """Hands these over again, with the same bytes; gives how many."""
        return self._decide(
            mailing_id, delivery.c.doubt.in_(doubts), DeliveryState.DEFERRED,
            {"due_at": now, "worker": None, "lease_until": None}
        )

    def assume_sent(self, now: datetime, *, mailing_id: int | None = None, expired_only: bool = False) -> int:
        """Closes doubts as sent: by a person's word, or because `mailings.expire` is over."""
        over = delivery.c.mailing_id.in_(select(mailing.c.id).where(mailing.c.expires_at <= now))
        return self._decide(
            mailing_id, over if expired_only else delivery.c.doubt.is_not(None), DeliveryState.SENT,
            {"settled_at": now, "lease_until": None, "reply": "assumed sent: the reply was lost"}
        )

    def prove(self, delivery_key: str, provider: str, now: datetime) -> bool:
        """Closes a doubt as sent, because the provider speaks of the message; False where there was none."""
        return self._decide(
            None, delivery.c.key == delivery_key, DeliveryState.SENT,
            {"settled_at": now, "lease_until": None, "reply": f"{provider} reported on it"}
        ) > 0

    def count(self) -> int:
        with self._db.read() as connection:
            return connection.execute(
                select(func.count()).where(delivery.c.state == DeliveryState.IN_DOUBT)
            ).scalar_one()

    def _doubt(self, whose: list[ColumnElement[bool]], cause: Doubt) -> int:
        with self._db.write() as connection:
            return _move(self._db, connection, DeliveryState.SENDING, DeliveryState.IN_DOUBT,
                         [delivery.c.state == DeliveryState.SENDING, *whose],
                         {"doubt": cause, "reply": f"the reply was lost: {_CAUSES[cause]}"})

    def _decide(
        self, mailing_id: int | None, which: ColumnElement[bool], target: DeliveryState, values: dict[str, Any]
    ) -> int:
        mine = delivery.c.mailing_id == mailing_id if mailing_id is not None else true()
        with self._db.write() as connection:
            return _move(self._db, connection, DeliveryState.IN_DOUBT, target,
                         [delivery.c.state == DeliveryState.IN_DOUBT, which, mine], {"doubt": None} | values)


_CAUSES = {
    Doubt.LINE: "the line broke before the answer",
    Doubt.PROCESS: "avviso ended before the answer",
    Doubt.POWER: "the machine went down before the answer",
}


def _move(
    database: Database, connection: Connection, old: DeliveryState, new: DeliveryState,
    which: list[ColumnElement[bool]], values: dict[str, Any],
) -> int:
    """Moves all rows that match from one state to another and keeps the tallies; gives how many."""
    moved = connection.execute(
        update(delivery).where(*which).values(state=new, **values).returning(delivery.c.mailing_id)
    ).scalars().all()
    tally = Tally()
    for mailing_id in moved:
        tally.move(mailing_id, old, new)
    tally.write(database, connection)
    return len(moved)
