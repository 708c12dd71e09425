"""The deliveries' chapter: claim, mark before the wire, record after it.

Every UPDATE names the state, the holder and the fence it expects; a row that someone else moved is
left alone, and the caller learns of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Update,
    and_,
    bindparam,
    case,
    exists,
    literal,
    or_,
    select,
    true,
    tuple_,
    update,
)

from pipeline.database import Database
from pipeline.mailings.ledger.tally import Tally
from pipeline.mailings.mailing import MAINTAINER, Claim, DeliveryState, MailingState, Outcome
from pipeline.schema import delivery, mailing, subscriber, subscription, suppression

WAITING = (DeliveryState.PENDING, DeliveryState.DEFERRED)
SETTLEABLE = (DeliveryState.SENDING, DeliveryState.IN_DOUBT)


class Deliveries:
    """Who holds which message, and what came of it."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def claim(
        self, worker: str, shard: int, *, limit: int, now: datetime, lease: timedelta
    ) -> list[Claim]:
        """Takes up to `limit` deliveries that are due: letters, then deferred, then pending ones by id.

        Whoever left or was suppressed since the audience was frozen is skipped here, not mailed.
        None at all means that nothing is due.
        """
        tally = Tally(shard)
        claims: list[Claim] = []
        with self._db.write() as connection:
            for candidates in (_letters(now), _deferred(now), _pending()):
                while wanted := limit - len(claims):
                    found = connection.execute(candidates.limit(wanted)).all()
                    self._skip(connection, [row for row in found if not row.welcome], tally, now)
                    claims += self._hold(connection, [row for row in found if row.welcome], tally,
                                         worker, now + lease)
                    if len(found) < wanted:
                        break
            tally.write(self._db, connection)
        return claims

    def advance(
        self, shard: int, outcomes: Sequence[Outcome], marks: Sequence[Claim], *, now: datetime, lease: timedelta
    ) -> list[Claim]:
        """Records what became of some claims and marks others as attempted, in one durable step.

        Only the claims given back may go on the wire: they are still ours, and the mark is on disk.
        """
        tally = Tally(shard)
        with self._db.write() as connection:
            _settle(connection, outcomes, tally, now)
            marked = _mark(connection, marks, now, lease)
            tally.write(self._db, connection)
        return marked

    def release(self, shard: int, claims: Sequence[Claim]) -> None:
        """Gives back what was claimed and never attempted."""
        if not claims:
            return
        tally = Tally(shard)
        with self._db.write() as connection:
            for claim in claims:
                rows = connection.execute(
                    update(delivery).where(*_held(claim), delivery.c.attempted_at.is_(None)).values(_PENDING)
                )
                tally.move(claim.mailing_id, DeliveryState.SENDING, DeliveryState.PENDING, rows.rowcount)
            tally.write(self._db, connection)

    def expire(self, mailing_id: int, shard: int, now: datetime) -> int:
        """Gives up on what was deferred for too long; gives how many."""
        tally = Tally(shard)
        with self._db.write() as connection:
            rows = connection.execute(
                update(delivery)
                .where(delivery.c.mailing_id == mailing_id, delivery.c.state == DeliveryState.DEFERRED)
                .values(state=DeliveryState.FAILED, settled_at=now,
                        reply=literal("gave up after `mailings.expire`: ") + delivery.c.reply)
            )
            tally.move(mailing_id, DeliveryState.DEFERRED, DeliveryState.FAILED, rows.rowcount)
            tally.write(self._db, connection)
        return rows.rowcount

    def next_due(self) -> datetime | None:
        """When the earliest deferred delivery may be tried again."""
        with self._db.read() as connection:
            return connection.execute(
                select(delivery.c.due_at).where(delivery.c.state == DeliveryState.DEFERRED)
                .order_by(delivery.c.due_at).limit(1)
            ).scalar()

    def erase(self, subscriber_id: int) -> None:
        """Takes a person's address and name out of every delivery; the facts stay."""
        with self._db.write() as connection:
            connection.execute(
                update(delivery).where(delivery.c.subscriber_id == subscriber_id).values(address=None, name="")
            )

    def of(self, subscriber_id: int) -> list[dict[str, Any]]:
        """Every delivery to one person, oldest first, for them and for the maintainer."""
        columns = (delivery.c.issue_key, delivery.c.list, delivery.c.state, delivery.c.attempted_at, delivery.c.reply)
        with self._db.read() as connection:
            rows = connection.execute(
                select(*columns).where(delivery.c.subscriber_id == subscriber_id).order_by(delivery.c.id)
            ).all()
        return [dict(row._mapping) for row in rows]

    def delivered(self, mailing_id: int, subscriber_id: int) -> Claim | None:
        """A reader's delivery of a mailing, to be looked at and not to be sent; None when it is erased or unknown."""
        first = select(mailing.c.first_delivery).where(mailing.c.id == mailing_id).scalar_subquery().label("first")
        with self._db.read() as connection:
            row = connection.execute(select(delivery, first).where(
                delivery.c.mailing_id == mailing_id, delivery.c.subscriber_id == subscriber_id,
                delivery.c.address.is_not(None),
            )).one_or_none()
        return None if row is None else _claim(row, "", row.due_at)

    def _skip(self, connection: Connection, rows: Sequence[Row[Any]], tally: Tally, now: datetime) -> None:
        for row in rows:
            connection.execute(
                update(delivery).where(delivery.c.id == row.id, delivery.c.state.in_(WAITING))
                .values(state=DeliveryState.SKIPPED, settled_at=now, reply="left before it was sent")
            )
            tally.move(row.mailing_id, DeliveryState(row.state), DeliveryState.SKIPPED)

    def _hold(
        self, connection: Connection, rows: Sequence[Row[Any]], tally: Tally, worker: str, until: datetime
    ) -> list[Claim]:
        if not rows:
            return []
        connection.execute(
            update(delivery)
            .where(delivery.c.id.in_([row.id for row in rows]), delivery.c.state.in_(WAITING))
            .values(state=DeliveryState.SENDING, worker=worker, lease_until=until, attempted_at=None,
                    fence=delivery.c.fence + 1)
        )
        for row in rows:
            tally.move(row.mailing_id, DeliveryState(row.state), DeliveryState.SENDING)
        return [_claim(row, worker, until) for row in rows]


def _candidates(*conditions: ColumnElement[bool]) -> Any:
    """Rows that may be claimed, locked, each with `welcome`: whether the reader still wants it."""
    person = and_(
        delivery.c.address.is_not(None),
        exists().where(subscriber.c.id == delivery.c.subscriber_id),
        ~exists().where(subscriber.c.id == delivery.c.subscriber_id,
                        suppression.c.address_hash == subscriber.c.address_hash),
    )
    on_the_list = exists().where(
        subscription.c.list == delivery.c.list, subscription.c.subscriber_id == delivery.c.subscriber_id,
        subscription.c.state == "confirmed",
    )
    reader = and_(person, or_(delivery.c.mailing_id.is_(None), on_the_list))
    welcome = or_(delivery.c.subscriber_id == MAINTAINER, reader)
    first = select(mailing.c.first_delivery).where(mailing.c.id == delivery.c.mailing_id).scalar_subquery()
    return (
        select(delivery, case((welcome, true()), else_=literal(False)).label("welcome"), first.label("first"))
        .where(*conditions)
        .with_for_update(of=delivery, skip_locked=True)
    )


def _letters(now: datetime) -> Any:
    return _candidates(
        delivery.c.mailing_id.is_(None), delivery.c.state == DeliveryState.PENDING, delivery.c.due_at <= now
    ).order_by(delivery.c.id)


def _deferred(now: datetime) -> Any:
    return _candidates(
        delivery.c.state == DeliveryState.DEFERRED, delivery.c.due_at <= now,
        or_(delivery.c.mailing_id.is_(None), _is_sending()),
    ).order_by(delivery.c.due_at, delivery.c.id)


def _pending() -> Any:
    return _candidates(
        delivery.c.mailing_id.in_(select(mailing.c.id).where(mailing.c.state == MailingState.SENDING)),
        delivery.c.state == DeliveryState.PENDING,
    ).order_by(delivery.c.mailing_id, delivery.c.id)


def _is_sending() -> ColumnElement[bool]:
    return exists().where(mailing.c.id == delivery.c.mailing_id, mailing.c.state == MailingState.SENDING)


def _held(claim: Claim) -> tuple[ColumnElement[bool], ...]:
    return (delivery.c.id == claim.id, delivery.c.state == DeliveryState.SENDING,
            delivery.c.worker == claim.worker, delivery.c.fence == claim.fence)


_PENDING: dict[str, Any] = {"state": DeliveryState.PENDING, "worker": None, "lease_until": None, "attempted_at": None}


def _mark(connection: Connection, claims: Sequence[Claim], now: datetime, lease: timedelta) -> list[Claim]:
    """Says before the wire is touched that it will be; gives those that are still ours.

    A person may have stopped the mailing meanwhile: what goes out after that was in the air.
    """
    if not claims:
        return []
    marked = set(connection.execute(
        update(delivery)
        .where(_ours(claims), delivery.c.state == DeliveryState.SENDING, delivery.c.lease_until > now,
               or_(delivery.c.mailing_id.is_(None), _is_sending()))
        .values(attempted_at=now, attempts=delivery.c.attempts + 1, lease_until=now + lease)
        .returning(delivery.c.id)
    ).scalars())
    return [claim for claim in claims if claim.id in marked]


def _settle(connection: Connection, outcomes: Sequence[Outcome], tally: Tally, now: datetime) -> None:
    """Moves rows to their outcomes; what is not ours any more is left alone.

    A receipt that comes late still settles its own doubt: same worker, same fence.
    """
    if not outcomes:
        return
    held = connection.execute(
        select(delivery.c.id, delivery.c.state)
        .where(_ours([outcome.claim for outcome in outcomes]), delivery.c.state.in_(SETTLEABLE))
        .with_for_update()
    ).all()
    before = {row.id: DeliveryState(row.state) for row in held}
    by_target: defaultdict[tuple[DeliveryState, bool], list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        if outcome.claim.id in before:
            by_target[outcome.state, outcome.counted].append(outcome)
            tally.move(outcome.claim.mailing_id, before[outcome.claim.id], outcome.state)
    for (state, counted), alike in by_target.items():
        connection.execute(_settling(state, now, counted=counted), [_parameters(outcome) for outcome in alike])


def _ours(claims: Sequence[Claim]) -> ColumnElement[bool]:
    return tuple_(delivery.c.id, delivery.c.worker, delivery.c.fence).in_(
        [(claim.id, claim.worker, claim.fence) for claim in claims])


def _settling(state: DeliveryState, now: datetime, *, counted: bool) -> Update:
    """The UPDATE that moves a claim to `state`; run once for each outcome, with its parameters."""
    values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in ("reply", "provider", "provider_id", "doubt")}
    if state is DeliveryState.PENDING:
        values |= _PENDING
    if state is DeliveryState.DEFERRED:
        values |= {"due_at": bindparam("new_due_at"), "worker": None, "lease_until": None}
    if state in (DeliveryState.SENT, DeliveryState.FAILED):
        values |= {"settled_at": now, "lease_until": None}
    if not counted:
        values |= {"attempts": delivery.c.attempts - 1}
    return (
        update(delivery)
        .where(delivery.c.id == bindparam("old_id"), delivery.c.worker == bindparam("old_worker"),
               delivery.c.fence == bindparam("old_fence"), or_(*(delivery.c.state == old for old in SETTLEABLE)))
        .values(values | {"state": state})
    )


def _parameters(outcome: Outcome) -> dict[str, Any]:
    claim = outcome.claim
    values = {
        "old_id": claim.id, "old_worker": claim.worker, "old_fence": claim.fence, "new_reply": outcome.reply,
        "new_provider": outcome.provider, "new_provider_id": outcome.provider_id, "new_doubt": outcome.doubt,
    }
    return values | ({"new_due_at": outcome.due_at} if outcome.state is DeliveryState.DEFERRED else {})


def _claim(row: Row[Any], worker: str, until: datetime) -> Claim:
    return Claim(
        id=row.id, key=row.key, message_id=row.message_id, mailing_id=row.mailing_id,
        edition_digest=row.edition_digest, list=row.list, subscriber_id=row.subscriber_id, address=row.address,
        name=row.name, attempts=row.attempts, sequence=row.id - (row.first or row.id) + 1,
        worker=worker, fence=row.fence + 1, lease_until=until,
    )
