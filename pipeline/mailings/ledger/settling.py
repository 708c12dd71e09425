"""What became of claims, written into their rows: one statement for all that fared alike.

The rows go to the database as one value, so that it works through them in one step: the thread that feeds
the wires goes on meanwhile.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Subquery,
    Text,
    Update,
    bindparam,
    case,
    func,
    literal,
    update,
)

from pipeline.clock import microseconds
from pipeline.database import Database
from pipeline.mailings.ledger.tally import Tally
from pipeline.mailings.mailing import DeliveryState, Doubt, Outcome
from pipeline.schema import delivery

SETTLEABLE = (DeliveryState.SENDING, DeliveryState.IN_DOUBT)


class Fate(NamedTuple):
    """What outcomes have in common that are written by one statement."""

    state: DeliveryState
    counted: bool
    mailing_id: int | None
    worker: str
    provider: str
    doubt: Doubt | None

    @property
    def is_lost(self) -> bool:
        """Whether one more copy may lie with the provider."""
        return self.state is DeliveryState.IN_DOUBT or (self.state is DeliveryState.DEFERRED and bool(self.provider))


class Settling:
    """Moves rows to their outcomes; what is not ours any more is left alone."""

    def __init__(self, database: Database) -> None:
        rows = database.given("rows", id=BigInteger, fence=BigInteger, reply=Text, provider_id=Text, due_at=BigInteger)
        self._settling = cache(lambda state, before, counted, is_lost: _settling(
            rows, state, before, counted=counted, is_lost=is_lost))

    def settle(self, connection: Connection, outcomes: Sequence[Outcome], tally: Tally, now: datetime) -> None:
        """A receipt that comes late still settles its own doubt: same worker, same fence."""
        for fate, alike in _by_fate(outcomes).items():
            parameters = {"rows": alike, "holder": fate.worker, "by": fate.provider, "why": fate.doubt, "now": now}
            left = len(alike)
            for before in SETTLEABLE:
                statement = self._settling(fate.state, before, fate.counted, fate.is_lost)
                moved = connection.execute(statement, parameters).rowcount
                tally.move(fate.mailing_id, before, fate.state, moved)
                left -= moved
                if not left:
                    break


def _by_fate(outcomes: Sequence[Outcome]) -> dict[Fate, list[tuple[Any, ...]]]:
    """The rows of `Settling`, those that fared alike together."""
    found: defaultdict[Fate, list[tuple[Any, ...]]] = defaultdict(list)
    for claim, state, reply, provider, provider_id, due_at, doubt, counted in outcomes:
        fate = Fate(state, counted, claim.mailing_id, claim.worker, provider, doubt)
        due = microseconds(due_at) if due_at else None
        found[fate].append((claim.id, claim.fence, reply, provider_id, due))
    return found


def _settling(
    rows: Subquery, state: DeliveryState, before: DeliveryState, *, counted: bool, is_lost: bool
) -> Update:
    """The UPDATE that moves claims from one state to another, each with its own reply.

    What is tried again and may lie with its provider stays with it. A doubt has counted its copy already.
    The holder is compared as it is written so that SQLite finds each row by its id, and not by all that the holder has.
    """
    erased = delivery.c.address.is_(None)  # while it was on the wire: what was said may name the person
    values: dict[str, Any] = {"state": state, "provider": bindparam("by"), "doubt": bindparam("why"),
                              "reply": case((erased, ""), else_=rows.c.reply),
                              "provider_id": case((erased, None), else_=rows.c.provider_id)}
    if state in (DeliveryState.PENDING, DeliveryState.DEFERRED):
        values |= {"reply": case((erased, ""), else_=func.coalesce(func.nullif(rows.c.reply, ""), delivery.c.reply)),
                   "worker": None, "lease_until": None}
        if not is_lost:
            values["provider"] = case((delivery.c.copies > 0, delivery.c.provider), else_="")
    if state is DeliveryState.PENDING:
        values["attempted_at"] = None
    if state is DeliveryState.DEFERRED:
        values["due_at"] = rows.c.due_at
    if is_lost and before is DeliveryState.SENDING:
        values["copies"] = delivery.c.copies + 1
    if state in (DeliveryState.SENT, DeliveryState.FAILED):
        values |= {"settled_at": bindparam("now"), "lease_until": None}
    if not counted:
        values |= {"attempts": delivery.c.attempts - 1,
                   "attempted_at": case((delivery.c.copies > 0, delivery.c.attempted_at), else_=None)}
    return (
        update(delivery)
        .where(delivery.c.id == rows.c.id, delivery.c.fence == rows.c.fence,
               func.coalesce(delivery.c.worker, "") == bindparam("holder"), delivery.c.state == before)
        .values(values)
    )


def assume_sent(*which: ColumnElement[bool], now: datetime) -> Update:
    """The UPDATE that ends the waiting of repeats: their post may have taken them, and nobody will ask it again."""
    return update(delivery).where(*which, delivery.c.copies > 0).values(
        state=DeliveryState.SENT, settled_at=now, reply=literal("assumed sent: ") + delivery.c.reply)
