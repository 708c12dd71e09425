"""The chapter of doubts: what a dead process or a lost line leaves, and how it is decided."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, exists, false, func, literal, or_, select, true, update

from pipeline.database import Database
from pipeline.mailings.ledger.claiming import CLAIMED, claim_of
from pipeline.mailings.ledger.notes import read_note
from pipeline.mailings.ledger.tally import Tally
from pipeline.mailings.mailing import Claim, DeliveryState, Doubt
from pipeline.providers.base import Receipt
from pipeline.schema import delivery, event, mailing, note

ACCOUNT = "account at "  # a note for each provider: by which account it knew us last


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
        """Hands these over again, with the same bytes, by whatever post there is now; gives how many."""
        return self._decide(mailing_id, delivery.c.doubt.in_(doubts), DeliveryState.DEFERRED,
                            _AGAIN | {"due_at": now, "provider": "", "copies": 0})

    def repeat(
        self, provider: str, doubts: Sequence[Doubt], now: datetime, *, memory: timedelta | None = None,
        copies: int | None = None,
    ) -> int:
        """Hands over again what lies in doubt with this very provider; gives how many.

        With `memory` only what it was first handed no longer ago than that: it knows a key so long. With `copies`
        only what it may have fewer times than that.
        """
        which = and_(delivery.c.doubt.in_(doubts), _with(provider), _is_known(now, memory),
                     delivery.c.copies < copies if copies else true())
        return self._decide(None, which, DeliveryState.DEFERRED, _AGAIN | {"due_at": now})

    def notice_account(self, provider: str, account: str) -> int:
        """A provider knows us by this account: one that is not the last one knows no key and no message of ours.

        What lies in doubt with it, or waits to be repeated by it, is another's from now on. Gives how many.
        """
        name = ACCOUNT + provider
        with self._db.read() as connection:
            before = read_note(connection, name)
        if before == account:
            return 0
        left = or_(delivery.c.state == DeliveryState.IN_DOUBT,
                   and_(delivery.c.state == DeliveryState.DEFERRED, delivery.c.copies > 0))
        with self._db.write() as connection:
            connection.execute(self._db.upsert(note, name=name, value=account))
            if before is None:  # nobody has written down what it was
                return 0
            return connection.execute(update(delivery).where(delivery.c.provider == provider, left)
                                      .values(provider=f"another account at {provider}")).rowcount

    def strand(self, provider: str, now: datetime, *, memory: timedelta | None = None) -> int:
        """What waits to be repeated by a provider that is not this one any more is in doubt; gives how many.

        With `memory` also what waits for this one since before that: it does not know the key any more.
        """
        elsewhere = delivery.c.provider.not_in(("", provider))
        forgotten = and_(delivery.c.provider == provider, delivery.c.copies > 0, ~_is_known(now, memory))
        why = case((elsewhere, literal(", no longer in the settings")), else_=literal(", which has forgotten its key"))
        attempted_at = func.coalesce(delivery.c.attempted_at, literal(now, delivery.c.attempted_at.type))
        with self._db.write() as connection:
            return _move(
                self._db, connection, DeliveryState.DEFERRED, DeliveryState.IN_DOUBT,
                [delivery.c.state == DeliveryState.DEFERRED, or_(elsewhere, forgotten)],
                {"doubt": Doubt.LINE, "attempted_at": attempted_at,
                 "reply": literal("it may lie with ") + delivery.c.provider + why})

    def open(self, provider: str, limit: int) -> list[tuple[Claim, datetime]]:
        """What lies in doubt with a provider, with the hour of its last attempt; those that waited longest first."""
        with self._db.read() as connection:
            rows = connection.execute(
                select(*CLAIMED, delivery.c.worker, delivery.c.attempted_at)
                .where(delivery.c.state == DeliveryState.IN_DOUBT, delivery.c.provider == provider,
                       delivery.c.address.is_not(None))
                .order_by(delivery.c.attempted_at, delivery.c.id).limit(limit)).all()
        return [(claim_of(row, row.worker or "", row.attempted_at, fence=row.fence), row.attempted_at) for row in rows]

    def last_attempt(self, provider: str) -> datetime | None:
        """When what lies in doubt with a provider was last tried; None where nothing does."""
        with self._db.read() as connection:
            return connection.execute(
                select(func.max(delivery.c.attempted_at, type_=delivery.c.attempted_at.type))
                .where(delivery.c.state == DeliveryState.IN_DOUBT, delivery.c.provider == provider)).scalar()

    def answer(self, claim: Claim, receipt: Receipt | None, now: datetime) -> None:
        """What a provider said of a doubt: taken, or not there, so that it goes out again."""
        target, values = (DeliveryState.DEFERRED, _AGAIN | {"due_at": now, "copies": 0}) if receipt is None else (
            DeliveryState.SENT, {"settled_at": now, "lease_until": None, "reply": receipt.reply,
                                 "provider_id": receipt.provider_id})
        self._decide(None, and_(delivery.c.id == claim.id, delivery.c.fence == claim.fence), target, values)

    def assume_sent(
        self, now: datetime, *, mailing_id: int | None = None, over_at: datetime | None = None,
        tried_by: datetime | None = None,
    ) -> int:
        """Closes doubts as sent: by a person's word; with `over_at` those whose mailing's time is over by then, with
        `tried_by` those that were tried by then.
        """
        over = (delivery.c.mailing_id.in_(select(mailing.c.id).where(mailing.c.expires_at <= over_at))
                if over_at else delivery.c.doubt.is_not(None))
        tried = delivery.c.attempted_at <= tried_by if tried_by else true()
        return self._decide(
            mailing_id, and_(over, tried), DeliveryState.SENT,
            {"settled_at": now, "lease_until": None, "reply": "assumed sent: the reply was lost"}
        )

    def prove(self, delivery_key: str, provider: str, now: datetime) -> None:
        """Closes a doubt as sent, because the provider speaks of the message.

        A repeat that waits for its hour is one too, unless a person has asked for it.
        """
        values = {"settled_at": now, "lease_until": None, "reply": f"{provider} reported on it"}
        mine = delivery.c.key == delivery_key
        with self._db.write() as connection:
            _move(self._db, connection, DeliveryState.IN_DOUBT, DeliveryState.SENT,
                  [mine, delivery.c.state == DeliveryState.IN_DOUBT], values | {"doubt": None})
            _move(self._db, connection, DeliveryState.DEFERRED, DeliveryState.SENT,
                  [mine, delivery.c.state == DeliveryState.DEFERRED, delivery.c.copies > 0], values)

    def prove_reported(self, now: datetime) -> int:
        """Closes as sent what was reported on while its answer was waited for, before the doubt; gives how many."""
        reported = exists().where(event.c.delivery_key == delivery.c.key, event.c.seen_at >= delivery.c.attempted_at)
        return self._decide(None, reported, DeliveryState.SENT, {
            "settled_at": now, "lease_until": None, "reply": "reported on before its answer was lost"})

    def count(self) -> int:
        with self._db.read() as connection:
            return connection.execute(
                select(func.count()).where(delivery.c.state == DeliveryState.IN_DOUBT)
            ).scalar_one()

    def _doubt(self, whose: list[ColumnElement[bool]], cause: Doubt) -> int:
        """The first versions of avviso marked an attempt only before the wire: what has no mark was not handed over."""
        held = [delivery.c.state == DeliveryState.SENDING, *whose]
        unmarked = delivery.c.attempted_at.is_(None)
        with self._db.write() as connection:
            _move(self._db, connection, DeliveryState.SENDING, DeliveryState.PENDING, [*held, unmarked], _AGAIN)
            return _move(self._db, connection, DeliveryState.SENDING, DeliveryState.IN_DOUBT, held,
                         {"doubt": cause, "reply": f"the reply was lost: {_CAUSES[cause]}",
                          "copies": delivery.c.copies + 1})

    def _decide(
        self, mailing_id: int | None, which: ColumnElement[bool], target: DeliveryState, values: dict[str, Any]
    ) -> int:
        mine = delivery.c.mailing_id == mailing_id if mailing_id is not None else true()
        with self._db.write() as connection:
            return _move(self._db, connection, DeliveryState.IN_DOUBT, target,
                         [delivery.c.state == DeliveryState.IN_DOUBT, which, mine], {"doubt": None} | values)


_AGAIN: dict[str, Any] = {"worker": None, "lease_until": None}


def _with(provider: str) -> ColumnElement[bool]:
    """Handed to this provider, or in a version of avviso that did not note to whom."""
    return delivery.c.provider.in_(("", provider))


def _is_known(now: datetime, memory: timedelta | None) -> ColumnElement[bool]:
    """Whether a provider that knows a key for so long (None: for ever) still does, since it was first handed it."""
    return func.coalesce(delivery.c.attempted_at > now - memory, false()) if memory else true()


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
    concerned = connection.execute(select(delivery.c.mailing_id).where(*which).distinct()).scalars().all()
    tally, total = Tally(), 0
    for mailing_id in concerned:  # one by one, so that each says how many: RETURNING is not in every SQLite
        moved = connection.execute(
            update(delivery).where(delivery.c.mailing_id == mailing_id, *which).values(state=new, **values)).rowcount
        tally.move(mailing_id, old, new, moved)
        total += moved
    tally.write(database, connection)
    return total
