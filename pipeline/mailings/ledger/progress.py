"""The chapter of progress: a mailing's deliveries read once each, in their order, for who watches and who reviews."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select

from pipeline.database import Database
from pipeline.mailings.mailing import DeliveryState, MailingState
from pipeline.schema import delivery, mailing

PAGE = 5000


class Seen(NamedTuple):
    """One delivery as it stands now; `address` is "" once it was erased."""

    id: int
    address: str
    state: DeliveryState


class Progress:
    """Looks, and changes nothing. Nothing here counts rows: the counts are kept in `Tally`."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def page(self, mailing_id: int, after: int = 0, *, limit: int = PAGE) -> list[Seen]:
        """The next deliveries behind the id `after`, up to the first that nobody has claimed yet; in order of id."""
        first = select(mailing.c.first_delivery).where(mailing.c.id == mailing_id).scalar_subquery()
        waiting = (
            select(delivery.c.id).where(delivery.c.mailing_id == mailing_id, delivery.c.state == DeliveryState.PENDING)
            .order_by(delivery.c.id).limit(1).scalar_subquery()
        )
        with self._db.read() as connection:
            start, end = connection.execute(select(first, waiting)).one()
            upto = () if end is None else (delivery.c.id < end,)
            rows = connection.execute(
                select(delivery.c.id, delivery.c.address, delivery.c.state)
                .where(delivery.c.id >= max(after + 1, start or 0), delivery.c.mailing_id == mailing_id, *upto)
                .order_by(delivery.c.id).limit(limit)
            ).all()
        return [Seen(row.id, row.address or "", DeliveryState(row.state)) for row in rows]

    def next_try(self) -> tuple[datetime, str] | None:
        """When the first of what was deferred is due, and what was said of it; None where nothing of mailings that are
        being sent is."""
        first = (
            select(delivery.c.due_at, delivery.c.reply).join(mailing)
            .where(delivery.c.state == DeliveryState.DEFERRED, mailing.c.state == MailingState.SENDING)
            .order_by(delivery.c.due_at, delivery.c.id).limit(1)
        )
        with self._db.read() as connection:
            row = connection.execute(first).one_or_none()
        return None if row is None else (row.due_at, row.reply)

    def again(self, ids: Collection[int]) -> dict[int, DeliveryState]:
        """Where these stand now."""
        with self._db.read() as connection:
            rows = connection.execute(select(delivery.c.id, delivery.c.state).where(delivery.c.id.in_(ids)))
            return {row.id: DeliveryState(row.state) for row in rows}

    def everything(self, mailing_id: int) -> Iterator[Seen]:
        """All deliveries of a mailing of which nobody is pending."""
        after = 0
        while page := self.page(mailing_id, after):
            yield from page
            after = page[-1].id
