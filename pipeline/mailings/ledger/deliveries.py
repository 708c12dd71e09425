"""The deliveries' chapter: claimed and marked before the wire, recorded after it.

Every UPDATE names the state, the holder and the fence it expects; a row that someone else moved is
left alone, and the caller learns of it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import case, func, literal, null, select, update

from pipeline.address import Address
from pipeline.database import Database
from pipeline.mailings.ledger.claiming import CLAIMED, Asking, Claiming, claim_of
from pipeline.mailings.ledger.settling import Settling, assume_sent
from pipeline.mailings.ledger.tally import Tally
from pipeline.mailings.mailing import ALL, ANYBODY, Carrier, Claim, DeliveryState, Outcome, Which
from pipeline.schema import delivery, subscriber


class Deliveries:
    """Who holds which message, and what came of it."""

    def __init__(self, database: Database) -> None:
        self._db = database
        self._claiming = Claiming(database)
        self._settling = Settling(database)

    def claim(
        self, worker: str, shard: int, outcomes: Sequence[Outcome] = (), *, limit: int, now: datetime, lease: timedelta,
        steady: datetime | None = None, by: Carrier = ANYBODY, which: Which = ALL, of_mailings: int | None = None,
    ) -> list[Claim]:
        """Records what became of earlier claims and takes up to `limit` that are due, in one durable step.

        Letters come first, then deferred, then pending ones by id. Whoever left or was suppressed since the
        audience was frozen is skipped here, not mailed. Each of these claims counts as attempted from now on:
        the mark is on the disk before the wire is touched. None at all means that nothing is due.
        The lease runs from `steady`, which no setting of the clock moves; from `now` where none is given.

        With `of_mailings` no more than so many are taken that are not letters.
        """
        asking = Asking(worker, (steady or now) + lease, now, by, which)
        tally = Tally(shard)
        claims: list[Claim] = []
        with self._db.write(claims) as connection:
            self._settling.settle(connection, outcomes, tally, now)
            claims += self._claiming.claim(connection, tally, asking, limit, of_mailings=of_mailings)
            tally.write(self._db, connection)
        return claims

    def otherwise(self, ids: Collection[int]) -> set[int]:
        """Those of these claims that nobody would get as they stand: their readers have left or moved since."""
        with self._db.read() as connection:
            return self._claiming.otherwise(connection, ids)

    def record(self, shard: int, outcomes: Sequence[Outcome], *, now: datetime) -> None:
        """Records what became of some claims, in one durable step; what is not ours any more is left alone."""
        if not outcomes:
            return
        tally = Tally(shard)
        with self._db.write() as connection:
            self._settling.settle(connection, outcomes, tally, now)
            tally.write(self._db, connection)

    def held(self, worker: str) -> list[Claim]:
        """What a worker has in hand, as it claimed it."""
        with self._db.read() as connection:
            rows = connection.execute(
                select(*CLAIMED, delivery.c.lease_until)
                .where(delivery.c.worker == worker, delivery.c.state == DeliveryState.SENDING)
                .order_by(delivery.c.id)
            ).all()
        return [claim_of(row, worker, row.lease_until, fence=row.fence) for row in rows]

    def expire(self, mailing_id: int, shard: int, now: datetime, *, tries: int = 0) -> int:
        """Gives up on what was tried and deferred for too long; gives how many. What was never tried is left alone.

        What may have been taken, and waits to be repeated, is assumed sent. With `tries` only what was tried so often.
        """
        waiting = (delivery.c.mailing_id == mailing_id, delivery.c.state == DeliveryState.DEFERRED,
                   delivery.c.attempts >= tries)
        tally = Tally(shard)
        with self._db.write() as connection:
            assumed = connection.execute(assume_sent(*waiting, now=now))
            failed = connection.execute(
                update(delivery)
                .where(*waiting, delivery.c.attempts > 0)
                .values(state=DeliveryState.FAILED, settled_at=now,
                        reply=literal("gave up after `mailings.expire`: ") + delivery.c.reply)
            )
            tally.move(mailing_id, DeliveryState.DEFERRED, DeliveryState.SENT, assumed.rowcount)
            tally.move(mailing_id, DeliveryState.DEFERRED, DeliveryState.FAILED, failed.rowcount)
            tally.write(self._db, connection)
        return assumed.rowcount + failed.rowcount

    def bring_near(self, now: datetime, farthest: timedelta) -> None:
        """Makes due what nobody can have put off for so long: its hour is of a clock that was wrong."""
        too_far = update(delivery).where(delivery.c.due_at > now + farthest).values(due_at=now)
        letters = too_far.where(delivery.c.mailing_id.is_(None), delivery.c.state == DeliveryState.PENDING)
        deferred = too_far.where(delivery.c.state == DeliveryState.DEFERRED)
        with self._db.write() as connection:
            connection.execute(letters)
            connection.execute(deferred)

    def erase(self, subscriber_id: int) -> None:
        """Takes a person's address and name out of every delivery, with what servers said, which names them often.

        The facts stay: what was sent, and when.
        """
        with self._db.write() as connection:
            connection.execute(
                update(delivery).where(delivery.c.subscriber_id == subscriber_id)
                .values(address=None, name="", reply="", provider_id=None)
            )

    def erase_address(self, address: Address) -> bool:
        """Takes an address out of every delivery that went there, whoever had it; False where none did.

        Who moved away from it, and is still owed an issue, gets it where they are now. Looks at every row.
        """
        owed = delivery.c.state.in_([DeliveryState.PENDING.value, DeliveryState.DEFERRED.value])
        present = select(subscriber.c.address).where(subscriber.c.id == delivery.c.subscriber_id).scalar_subquery()
        with self._db.write() as connection:
            erased = connection.execute(
                update(delivery).where(func.lower(delivery.c.address) == address.wire.lower())
                .values(address=case((owed, present), else_=null()), reply="", provider_id=None))
        return erased.rowcount > 0

    def of(self, subscriber_id: int) -> list[dict[str, Any]]:
        """Every delivery to one person, oldest first, for them and for the maintainer."""
        columns = (delivery.c.issue_key, delivery.c.list, delivery.c.state, delivery.c.attempted_at, delivery.c.reply)
        with self._db.read() as connection:
            rows = connection.execute(
                select(*columns).where(delivery.c.subscriber_id == subscriber_id).order_by(delivery.c.id)
            ).all()
        return [dict(row._mapping) for row in rows]

    def each(self) -> Iterator[dict[str, Any]]:
        """Every delivery, oldest first, in constant memory: issue, list, address, state, when, and the reply."""
        columns = (delivery.c.issue_key, delivery.c.list, delivery.c.address, delivery.c.state,
                   delivery.c.attempted_at, delivery.c.settled_at, delivery.c.reply)
        with self._db.read() as connection:
            found = connection.execute(select(*columns).order_by(delivery.c.id), execution_options={"yield_per": 1000})
            for row in found.mappings():
                yield dict(row)

    def delivered(self, mailing_id: int, subscriber_id: int) -> Claim | None:
        """A reader's delivery of a mailing, to be looked at and not to be sent; None when it is erased or unknown."""
        with self._db.read() as connection:
            row = connection.execute(select(*CLAIMED, delivery.c.due_at).where(
                delivery.c.mailing_id == mailing_id, delivery.c.subscriber_id == subscriber_id,
                delivery.c.address.is_not(None),
            )).one_or_none()
        return None if row is None else claim_of(row, "", row.due_at, fence=row.fence)
