"""The deliveries' chapter: claimed and marked before the wire, recorded after it.

Every UPDATE names the state, the holder and the fence it expects; a row that someone else moved is
left alone, and the caller learns of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
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
    func,
    literal,
    or_,
    select,
    true,
    update,
)

from pipeline.database import Database
from pipeline.mailings.ledger.tally import Tally
from pipeline.mailings.mailing import EVERYBODY, MAINTAINER, Claim, DeliveryState, MailingState, Outcome
from pipeline.schema import delivery, mailing, subscriber, subscription, suppression

WAITING = (DeliveryState.PENDING, DeliveryState.DEFERRED)
SETTLEABLE = (DeliveryState.SENDING, DeliveryState.IN_DOUBT)


class Deliveries:
    """Who holds which message, and what came of it."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def claim(
        self, worker: str, shard: int, outcomes: Sequence[Outcome] = (), *, limit: int, now: datetime, lease: timedelta,
        steady: datetime | None = None, provider: str = "", broadcasts: bool = False, of_mailings: int | None = None,
    ) -> list[Claim]:
        """Records what became of earlier claims and takes up to `limit` that are due, in one durable step.

        Letters come first, then deferred, then pending ones by id. Whoever left or was suppressed since the
        audience was frozen is skipped here, not mailed. What is given back counts as attempted from now on:
        the mark is on the disk before the wire is touched. None at all means that nothing is due.
        The lease runs from `steady`, which no setting of the clock moves; from `now` where none is given.

        `provider` is by whom they go; what may lie with another one is left alone. A post that `broadcasts`
        takes the deliveries to whole lists, and every other post all others. With `of_mailings` no more than so many
        are taken that are not letters.
        """
        is_for_all = delivery.c.subscriber_id == EVERYBODY
        may_go = and_(delivery.c.provider.in_(("", provider)) if provider else true(),
                      is_for_all if broadcasts else ~is_for_all)
        tally = Tally(shard)
        claims: list[Claim] = []
        with self._db.write() as connection:
            self._settle(connection, outcomes, tally, now)
            left = limit if of_mailings is None else of_mailings
            for candidates, is_bound in _in_turn(now, is_bound=of_mailings is not None):
                while wanted := min(limit - len(claims), left if is_bound else limit):
                    found = connection.execute(candidates.where(may_go).limit(wanted)).all()
                    self._skip(connection, [row for row in found if not row.welcome], tally, now)
                    held = self._hold(connection, [row for row in found if row.welcome], tally, worker, provider, now,
                                      (steady or now) + lease)
                    claims += held
                    left -= len(held) if is_bound else 0
                    if len(found) < wanted:
                        break
            tally.write(self._db, connection)
        return claims

    def record(self, shard: int, outcomes: Sequence[Outcome], *, now: datetime) -> None:
        """Records what became of some claims, in one durable step; what is not ours any more is left alone."""
        if not outcomes:
            return
        tally = Tally(shard)
        with self._db.write() as connection:
            self._settle(connection, outcomes, tally, now)
            tally.write(self._db, connection)

    def held(self, worker: str) -> list[Claim]:
        """What a worker has in hand, as it claimed it."""
        with self._db.read() as connection:
            rows = connection.execute(
                select(*CLAIMED, delivery.c.lease_until, FIRST)
                .where(delivery.c.worker == worker, delivery.c.state == DeliveryState.SENDING)
                .order_by(delivery.c.id)
            ).all()
        return [claim_of(row, worker, row.lease_until, fence=row.fence) for row in rows]

    def expire(self, mailing_id: int, shard: int, now: datetime) -> int:
        """Gives up on what was tried and deferred for too long; gives how many. What was never tried is left alone."""
        tally = Tally(shard)
        with self._db.write() as connection:
            rows = connection.execute(
                update(delivery)
                .where(delivery.c.mailing_id == mailing_id, delivery.c.state == DeliveryState.DEFERRED,
                       delivery.c.attempts > 0)
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
        """Takes a person's address and name out of every delivery, with what servers said, which names them often.

        The facts stay: what was sent, and when.
        """
        with self._db.write() as connection:
            connection.execute(
                update(delivery).where(delivery.c.subscriber_id == subscriber_id)
                .values(address=None, name="", reply="", provider_id=None)
            )

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
            row = connection.execute(select(*CLAIMED, delivery.c.due_at, FIRST).where(
                delivery.c.mailing_id == mailing_id, delivery.c.subscriber_id == subscriber_id,
                delivery.c.address.is_not(None),
            )).one_or_none()
        return None if row is None else claim_of(row, "", row.due_at, fence=row.fence)

    def _skip(self, connection: Connection, rows: Sequence[Row[Any]], tally: Tally, now: datetime) -> None:
        for row in rows:
            connection.execute(
                update(delivery).where(delivery.c.id == row.id, delivery.c.state.in_(WAITING))
                .values(state=DeliveryState.SKIPPED, settled_at=now, reply="left before it was sent")
            )
            tally.move(row.mailing_id, DeliveryState(row.state), DeliveryState.SKIPPED)

    def _hold(
        self, connection: Connection, rows: Sequence[Row[Any]], tally: Tally, worker: str, provider: str,
        now: datetime, until: datetime,
    ) -> list[Claim]:
        if not rows:
            return []
        connection.execute(
            update(delivery)
            .where(self._db.among(delivery.c.id, [row.id for row in rows]), delivery.c.state.in_(WAITING))
            .values(state=DeliveryState.SENDING, worker=worker, provider=provider, lease_until=until,
                    attempted_at=now,
                    attempts=delivery.c.attempts + 1, fence=delivery.c.fence + 1)
        )
        for row in rows:
            tally.move(row.mailing_id, DeliveryState(row.state), DeliveryState.SENDING)
        return [claim_of(row, worker, until, fence=row.fence + 1) for row in rows]

    def _settle(self, connection: Connection, outcomes: Sequence[Outcome], tally: Tally, now: datetime) -> None:
        """Moves rows to their outcomes; what is not ours any more is left alone.

        A receipt that comes late still settles its own doubt: same worker, same fence.
        """
        if not outcomes:
            return
        rows = connection.execute(
            select(delivery.c.id, delivery.c.worker, delivery.c.fence, delivery.c.state)
            .where(self._db.among(delivery.c.id, [one.claim.id for one in outcomes]),
                   delivery.c.state.in_(SETTLEABLE))
            .with_for_update()
        ).all()
        ours = {(row.id, row.worker, row.fence): DeliveryState(row.state) for row in rows}
        by_target: defaultdict[tuple[DeliveryState, bool], list[Outcome]] = defaultdict(list)
        for outcome in outcomes:
            claim = outcome.claim
            if before := ours.pop((claim.id, claim.worker, claim.fence), None):
                by_target[outcome.state, outcome.counted].append(outcome)
                tally.move(claim.mailing_id, before, outcome.state)
        for (state, counted), alike in by_target.items():
            connection.execute(_settling(state, now, counted=counted), [_parameters(outcome) for outcome in alike])


# What a claim is made of; no instants among it, which cost more to read than all the rest.
CLAIMED = tuple(delivery.c[name] for name in (
    "id", "key", "message_id", "mailing_id", "edition_digest", "list", "subscriber_id", "address", "name", "attempts",
    "fence", "state"))
FIRST = select(mailing.c.first_delivery).where(mailing.c.id == delivery.c.mailing_id).scalar_subquery().label("first")


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
    welcome = or_(delivery.c.subscriber_id.in_((EVERYBODY, MAINTAINER)),
                  and_(person, or_(delivery.c.mailing_id.is_(None), on_the_list)))
    return (
        select(*CLAIMED, case((welcome, true()), else_=literal(False)).label("welcome"), FIRST)
        .where(*conditions)
        .with_for_update(of=delivery, skip_locked=True)
    )


def _in_turn(now: datetime, *, is_bound: bool) -> Iterator[tuple[Any, bool]]:
    """Letters, then deferred, then pending ones; each with whether a bound on what is of mailings holds for it."""
    yield _letters(now), False
    if is_bound:
        yield _deferred(now).where(delivery.c.mailing_id.is_(None)), False
    yield _deferred(now), is_bound
    yield _pending(), is_bound


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


_PENDING: dict[str, Any] = {"state": DeliveryState.PENDING, "worker": None, "lease_until": None, "attempted_at": None}


def _settling(state: DeliveryState, now: datetime, *, counted: bool) -> Update:
    """The UPDATE that moves a claim to `state`; run once for each outcome, with its parameters."""
    values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in ("reply", "provider", "provider_id", "doubt")}
    if state is DeliveryState.PENDING:
        values |= _PENDING | {"reply": func.coalesce(func.nullif(bindparam("new_reply"), ""), delivery.c.reply)}
    if state is DeliveryState.DEFERRED:
        values |= {"due_at": bindparam("new_due_at"), "worker": None, "lease_until": None}
    if state in (DeliveryState.SENT, DeliveryState.FAILED):
        values |= {"settled_at": now, "lease_until": None}
    if not counted:
        values |= {"attempts": delivery.c.attempts - 1, "attempted_at": None}
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


def claim_of(row: Any, worker: str, until: datetime, *, fence: int) -> Claim:
    """A row of `CLAIMED` and `FIRST` in a worker's hands."""
    return Claim(
        id=row.id, key=row.key, message_id=row.message_id, mailing_id=row.mailing_id,
        edition_digest=row.edition_digest, list=row.list, subscriber_id=row.subscriber_id, address=row.address or "",
        name=row.name, attempts=row.attempts, sequence=row.id - (row.first or row.id) + 1,
        worker=worker, fence=fence, lease_until=until,
    )
