"""The chapter of events: what the world reported of our deliveries, once each, whoever says it how often."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, literal_column, or_, select

from pipeline.address import domain_of
from pipeline.database import Database
from pipeline.mailings.mailing import DeliveryState
from pipeline.providers.event import Bounce, Event, Kind
from pipeline.schema import NAMED_BY_PROVIDER, delivery, event, subscription

PAGE = 200  # refusals that are looked at in one go


@dataclass(frozen=True, slots=True)
class Origin:
    """The delivery that an event is about. `address` is None when its person was erased, `key` when only the reader
    and the list are known: somebody left by a link. `is_settled` when we know what became of it."""

    key: str | None
    mailing_id: int | None
    list: str
    subscriber_id: int
    address: str | None
    is_settled: bool = True


@dataclass(frozen=True, slots=True)
class Refusal:
    """A delivery that the post refused while it was handed over: the same news, by another way."""

    id: int
    origin: Origin
    reply: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Sign:
    """One reader of a mailing whose message came to no good end. `source` says how they came onto the list."""

    kind: Kind
    domain: str
    source: str


class Events:
    """What is known of messages after they were sent."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def origin(self, one: Event) -> Origin | None:
        """The delivery that an event names, by our own marks before the provider's; None for none of ours.

        A name that the provider gave to several messages tells of none of them.
        """
        for condition in _marks(one):
            with self._db.read() as connection:
                rows = connection.execute(select(*_ORIGIN).where(condition).limit(2)).all()
            if len(rows) == 1:
                return _origin(rows[0])
        return None

    def record(self, one: Event, origin: Origin | None, *, address_hash: str | None, now: datetime) -> bool:
        """Writes an event down; False if it stands here already."""
        with self._db.write() as connection:
            entered = connection.execute(self._db.insert_new(event).values(
                key=one.key, kind=one.kind.value, bounce=one.bounce.value if one.bounce else None, at=one.at,
                seen_at=now, address_hash=address_hash, provider=one.provider, status=one.status, reason=one.reason,
                raw=one.raw, delivery_key=origin.key if origin else None,
                mailing_id=origin.mailing_id if origin else None,
                subscriber_id=origin.subscriber_id if origin else None))
        return entered.rowcount == 1

    def softly_bounced(self, origin: Origin, times: int, since: datetime) -> bool:
        """Whether the last so many issues to the reader's address all came back softly since then; retries within one
        count once.

        An issue that came back and was delivered later did not.
        """
        last = (
            select(delivery.c.key)
            .where(delivery.c.subscriber_id == origin.subscriber_id, delivery.c.address == origin.address,
                   delivery.c.mailing_id.is_not(None),
                   delivery.c.state.in_((DeliveryState.SENT, DeliveryState.FAILED)))
            .order_by(delivery.c.id.desc()).limit(times).subquery()
        )
        soft, arrived = event.alias("soft"), event.alias("arrived")
        came_back = exists().where(
            soft.c.delivery_key == last.c.key, soft.c.bounce == Bounce.SOFT.value, soft.c.at >= since)
        delivered = exists().where(arrived.c.delivery_key == last.c.key, arrived.c.kind == Kind.DELIVERED.value)
        with self._db.read() as connection:
            count = connection.execute(select(func.count()).select_from(last).where(came_back, ~delivered))
            return count.scalar_one() >= times

    def signs(self, mailing_id: int, since: datetime) -> list[Sign]:
        """What went wrong for good with messages that the post had taken, reported since then; one a reader and kind.

        What it refused while it was handed over has been counted by the sender's own brake.
        """
        query = (
            select(event.c.kind, delivery.c.address, subscription.c.evidence)
            .join(delivery, delivery.c.key == event.c.delivery_key)
            .outerjoin(subscription, (subscription.c.list == delivery.c.list)
                       & (subscription.c.subscriber_id == delivery.c.subscriber_id))
            .where(event.c.mailing_id == mailing_id, event.c.seen_at >= since, delivery.c.state != DeliveryState.FAILED,
                   event.c.kind.in_([kind.value for kind in TROUBLE]),
                   func.coalesce(event.c.bounce, "") != Bounce.SOFT.value)
        )
        with self._db.read() as connection:
            rows = connection.execute(query).all()
        found = {(row.kind, row.address or str(place)): row for place, row in enumerate(rows)}
        return [Sign(Kind(row.kind), domain_of(row.address or "") or "erased",
                     (row.evidence or {}).get("source", "")) for row in found.values()]

    def refusals(self, after: tuple[datetime, int]) -> list[Refusal]:
        """Deliveries that the post refused after this instant and id, in that order, a page of them."""
        at, last = after
        later = and_(delivery.c.settled_at >= at, or_(delivery.c.settled_at > at, delivery.c.id > last))
        query = (select(delivery.c.id, *_ORIGIN, delivery.c.reply, delivery.c.settled_at)
                 .where(delivery.c.state == literal_column("'failed'"), later)
                 .order_by(delivery.c.settled_at, delivery.c.id).limit(PAGE))
        with self._db.read() as connection:
            rows = connection.execute(query).all()
        return [Refusal(row.id, _origin(row), row.reply, row.settled_at) for row in rows]

    def known(self, keys: Collection[str]) -> set[str]:
        """Which of these events stand here already."""
        if not keys:
            return set()
        with self._db.read() as connection:
            return set(connection.execute(select(event.c.key).where(event.c.key.in_(keys))).scalars())

    def counted(self, mailing_ids: Sequence[int]) -> list[tuple[int, str, str, int]]:
        """How many events of each kind these mailings have: id, kind, `hard`, `soft` or "", and the number."""
        bounce = func.coalesce(event.c.bounce, "").label("bounce")
        query = (select(event.c.mailing_id, event.c.kind, bounce, func.count())
                 .where(event.c.mailing_id.in_(mailing_ids)).group_by(event.c.mailing_id, event.c.kind, bounce)
                 .order_by(event.c.mailing_id, event.c.kind, bounce))
        with self._db.read() as connection:
            return [(row[0], row[1], row[2], row[3]) for row in connection.execute(query)]

    def of(self, subscriber_id: int) -> list[dict[str, Any]]:
        """Every event of one person, oldest first, for them and for the maintainer."""
        query = (select(event.c.kind, event.c.bounce, event.c.at, event.c.provider, event.c.reason)
                 .where(event.c.subscriber_id == subscriber_id).order_by(event.c.at, event.c.key))
        with self._db.read() as connection:
            return [dict(row._mapping) for row in connection.execute(query)]


TROUBLE = (Kind.BOUNCED, Kind.FAILED, Kind.REJECTED, Kind.COMPLAINED)

_ORIGIN = (delivery.c.key, delivery.c.mailing_id, delivery.c.list, delivery.c.subscriber_id, delivery.c.address,
           delivery.c.state)


def _marks(one: Event) -> Sequence[ColumnElement[bool]]:
    marks: list[ColumnElement[bool]] = []
    if one.message_id:
        marks.append(delivery.c.message_id == one.message_id)
    if one.delivery_key:
        marks.append(delivery.c.key == one.delivery_key)
    if one.provider_id:
        marks.append((delivery.c.provider_id == one.provider_id) & NAMED_BY_PROVIDER.self_group())
    return marks


def _origin(row: Any) -> Origin:
    return Origin(row.key, row.mailing_id, row.list, row.subscriber_id, row.address,
                  is_settled=row.state not in (DeliveryState.IN_DOUBT, DeliveryState.DEFERRED))
