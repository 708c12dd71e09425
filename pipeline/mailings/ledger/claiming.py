"""Which deliveries may go now, and how a worker takes them: held, marked and fenced before the wire.

Rows travel as one value each way, so that the database works in one step: the thread that feeds the wires
goes on meanwhile.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cached_property, partial
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Connection,
    ScalarSelect,
    Select,
    Text,
    Update,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal,
    literal_column,
    or_,
    select,
    update,
)

from pipeline.audience.subscriber import MOVED
from pipeline.clock import EPOCH
from pipeline.database import Database
from pipeline.mailings.ledger.tally import Tally
from pipeline.mailings.mailing import EVERYBODY, MAINTAINER, Carrier, Claim, DeliveryState, MailingState, Which
from pipeline.schema import delivery, mailing, subscriber, subscription, suppression

# What a claim is made of; no instants among it, which cost more to read than all the rest.
CLAIMED = (
    *(delivery.c[name] for name in (
        "id", "key", "message_id", "mailing_id", "edition_digest", "list", "subscriber_id", "address", "name",
        "attempts", "copies")),
    select(mailing.c.first_delivery).where(mailing.c.id == delivery.c.mailing_id).scalar_subquery().label("first"),
    delivery.c.fence,
)
_MAILING, _LIST, _ADDRESS, _FENCE = 3, 5, 7, 12

# A mailing that a person holds or cancelled is no other way to an issue.
_GOES_OUT = (MailingState.SCHEDULED, MailingState.SENDING, MailingState.PAUSED, MailingState.SENT)


def _is(state: DeliveryState) -> ColumnElement[bool]:
    """In so many words: a plan that PostgreSQL keeps for whatever is given uses none of the indexes of one state."""
    return delivery.c.state == literal_column(f"'{state}'")


# Whether any letter and anything deferred is due: seldom, and to look costs a quarter of what claiming nothing does.
_IS_LETTER = and_(delivery.c.mailing_id.is_(None), _is(DeliveryState.PENDING), delivery.c.due_at <= bindparam("now"))
_IS_DEFERRED = and_(_is(DeliveryState.DEFERRED), delivery.c.due_at <= bindparam("now"))
# What a machine slept over is `Doubts.strand`'s to hold; who wakes first may be a sender.
_IS_KNOWN = or_(
    delivery.c.copies == 0,
    func.coalesce(delivery.c.attempted_at, literal(EPOCH, delivery.c.attempted_at.type))
    >= bindparam("known", type_=delivery.c.attempted_at.type))
_DUE = select(exists().where(_IS_LETTER), exists().where(_IS_DEFERRED))

# The mailings that may go out now. Built once, as all that is asked for with each group.
SENDING = select(mailing.c.id).where(mailing.c.state == MailingState.SENDING).order_by(mailing.c.id)

# The order of one index, and of one only: were a mailing said to be equal to something, its deliveries would be in
# order by id too, and PostgreSQL might look through those of all mailings for them.
_AS_THEY_STAND = delivery.c.mailing_id, delivery.c.id

Source = tuple[DeliveryState, Select[Any]]  # the state of what it finds, and how
Row = Sequence[Any]  # CLAIMED, and what else was asked for behind it


class Asking(NamedTuple):
    """Who claims and what may be given: the words of `Deliveries.claim`."""

    worker: str
    until: datetime
    now: datetime
    by: Carrier
    which: Which

    @property
    def parameters(self) -> dict[str, Any]:
        """For the statements."""
        (provider, broadcasts, memory), (but, only) = self.by, self.which
        return {"now": self.now, "holder": self.worker, "by": provider, "until": self.until,
                "broadcasts": broadcasts, "known": self.now - memory if memory else EPOCH,
                "named": [[id_] for id_ in (but if only is None else [only])]}


class Claiming:
    """Takes what is due. Whoever left or was suppressed since the audience was frozen is skipped, not mailed.

    Who left this list and is on another one that gets the issue too is mailed by that one, whose link out they get.
    Who has another address by now is mailed there, unless a first copy may have come to the old one.
    """

    def __init__(self, database: Database) -> None:
        chosen = database.given("ids", id=BigInteger)
        these = update(delivery).where(delivery.c.id.in_(select(chosen.c.id)))  # locked since they were found
        self._skipping = these.values(
            state=DeliveryState.SKIPPED, settled_at=bindparam("now"),
            reply=case((delivery.c.copies > 0, "left before it was sent again, and may have it"),
                       else_="left before it was sent"))
        self._holding = these.values(
            state=DeliveryState.SENDING, worker=bindparam("holder"), provider=bindparam("by"),
            lease_until=bindparam("until"), attempted_at=_first_handed_over(),
            attempts=delivery.c.attempts + 1, fence=delivery.c.fence + 1)
        moves = database.given("moves", id=BigInteger, list=Text, address=Text)
        self._otherwise = select(delivery.c.id).where(
            delivery.c.id.in_(select(chosen.c.id)),
            or_(_through().is_distinct_from(delivery.c.list), _present_address().is_distinct_from(delivery.c.address)))
        self._moving = update(delivery).where(delivery.c.id == moves.c.id).values(
            list=moves.c.list, address=moves.c.address)
        self._database = database
        self._named = delivery.c.id.in_(select(database.given("named", id=BigInteger).c.id))

    def claim(
        self, connection: Connection, tally: Tally, asking: Asking, limit: int, *, of_mailings: int | None = None,
    ) -> list[Claim]:
        """Up to `limit`: letters come first, then deferred, then pending ones by id. `of_mailings` bounds what is no
        letter.
        """
        sources = self._sources(asking)
        take = partial(self._take, connection, tally, asking)
        self._database.read_in_order(connection)
        has_letters, has_deferred = connection.execute(_DUE, {"now": asking.now}).one()
        claims = take(sources.letters, limit) if has_letters else []
        if has_deferred and of_mailings is not None:
            claims += take(sources.late_letters, limit - len(claims))
        wanted = min(limit - len(claims), limit if of_mailings is None else of_mailings)
        others = take(sources.deferred, wanted) if has_deferred else []
        for mailing_id in connection.execute(SENDING).scalars().all():
            others += take(sources.pending, wanted - len(others), mailing_id=mailing_id)
        return claims + others

    def otherwise(self, connection: Connection, ids: Collection[int]) -> set[int]:
        """Those of these deliveries that would not be claimed as they stand: their readers have left, or moved."""
        return set(connection.execute(self._otherwise, {"ids": [[id_] for id_ in ids]}).scalars())

    def _sources(self, asking: Asking) -> _Sources:
        if asking.which.only is not None:
            return self._of_one
        return self._of_others if asking.which.but else self._of_all

    @cached_property
    def _of_all(self) -> _Sources:
        return _sources(self._database)

    @cached_property
    def _of_others(self) -> _Sources:
        return _sources(self._database, ~self._named)

    @cached_property
    def _of_one(self) -> _Sources:
        return _sources(self._database, self._named)

    def _take(
        self, connection: Connection, tally: Tally, asking: Asking, source: Source, limit: int, *,
        mailing_id: int | None = None,
    ) -> list[Claim]:
        before, candidates = source
        claims: list[Claim] = []
        values = asking.parameters | {"before": before, "mailing": mailing_id}
        while wanted := limit - len(claims):
            found: list[Row] = connection.execute(candidates, values | {"wanted": wanted}).scalar() or []
            gone = [row for row in found if row[_LIST] is None]
            welcome = [row for row in found if row[_LIST] is not None] if gone else found
            moved = [(row[0], row[_LIST], row[_ADDRESS]) for row in welcome
                     if row[_LIST] != row[-2] or row[_ADDRESS] != row[-1]]
            if moved:
                connection.execute(self._moving, {"moves": moved})
            self._move(connection, self._skipping, gone, DeliveryState.SKIPPED, values, tally)
            self._move(connection, self._holding, welcome, DeliveryState.SENDING, values, tally)
            claims += [claim_of(row, asking.worker, asking.until, fence=row[_FENCE] + 1) for row in welcome]
            if len(found) < wanted:
                break
        return claims

    def _move(
        self, connection: Connection, statement: Update, rows: list[Row], state: DeliveryState,
        values: dict[str, Any], tally: Tally,
    ) -> None:
        if not rows:
            return
        connection.execute(statement, values | {"ids": [row[:1] for row in rows]})
        for mailing_id, n in Counter(row[_MAILING] for row in rows).items():
            tally.move(mailing_id, values["before"], state, n)


def _first_handed_over() -> ColumnElement[Any]:
    """Now; of a repeat the hour of the attempt whose answer was lost first, for from then on its provider knows it."""
    now = bindparam("now", type_=delivery.c.attempted_at.type)
    return case((delivery.c.copies > 0, func.coalesce(delivery.c.attempted_at, now)), else_=now)


def claim_of(row: Row, worker: str, until: datetime, *, fence: int) -> Claim:
    """A row that begins with `CLAIMED`, in a worker's hands."""
    id_, key, message_id, mailing_id, digest, list_, subscriber_id, address, name, attempts, copies, first, *_ = row
    return Claim(id_, key, message_id, mailing_id, digest, list_, subscriber_id, address or "", name, attempts, copies,
                 id_ - (first or id_) + 1, worker, fence, until)


class _Sources(NamedTuple):
    """Where claims come from, in their turn. Late letters are among the deferred too."""

    letters: Source
    late_letters: Source
    deferred: Source
    pending: Source


def _sources(database: Database, *conditions: ColumnElement[bool]) -> _Sources:
    is_letter = delivery.c.mailing_id.is_(None)
    return _Sources(
        (DeliveryState.PENDING, database.packed(_letters(*conditions))),
        (DeliveryState.DEFERRED, database.packed(_deferred(is_letter, *conditions))),
        (DeliveryState.DEFERRED, database.packed(_deferred(*conditions))),
        (DeliveryState.PENDING, database.packed(_pending(*conditions))))


def _candidates(*conditions: ColumnElement[bool]) -> Select[Any]:
    """Rows that may be claimed, locked, each with the list by which its reader wants it, NULL where there is none left,
    and where they want it.

    The list and the address that stand in the row come last.

    `by` and `broadcasts` are a Carrier's.
    """
    by = bindparam("by", type_=Text)
    return (
        select(*CLAIMED[:_LIST], _through().label("through"), *CLAIMED[_LIST + 1:_ADDRESS],
               _present_address().label("present"), *CLAIMED[_ADDRESS + 1:], delivery.c.list, delivery.c.address)
        .where(*conditions, or_(delivery.c.provider == "", delivery.c.provider == by, by == ""),
               (delivery.c.subscriber_id == EVERYBODY) == bindparam("broadcasts", type_=Boolean))
        .limit(bindparam("wanted", type_=BigInteger))
        .with_for_update(of=delivery, skip_locked=True)
    )


def _through() -> ColumnElement[str | None]:
    """The list by which the reader of the delivery at hand wants it; NULL where there is none left."""
    person = and_(
        delivery.c.address.is_not(None),
        exists().where(subscriber.c.id == delivery.c.subscriber_id),
        ~exists().where(subscriber.c.id == delivery.c.subscriber_id,
                        suppression.c.address_hash == subscriber.c.address_hash,
                        suppression.c.reason != MOVED),  # who asks where somebody moved away waits for the letter
    )
    on_the_list = exists().where(
        subscription.c.list == delivery.c.list, subscription.c.subscriber_id == delivery.c.subscriber_id,
        subscription.c.state == "confirmed",
    )
    as_it_is = or_(delivery.c.subscriber_id.in_((EVERYBODY, MAINTAINER)),
                   and_(person, or_(delivery.c.mailing_id.is_(None), on_the_list)))
    return case((as_it_is, delivery.c.list), (person, _another_list()), else_=None)


def _present_address() -> ColumnElement[str]:
    """Where a mailing's reader is now. A letter goes where it was written to, a repeat where its first copy went."""
    present = select(subscriber.c.address).where(subscriber.c.id == delivery.c.subscriber_id).scalar_subquery()
    stays = or_(delivery.c.mailing_id.is_(None), delivery.c.copies > 0)
    return case((stays, delivery.c.address), else_=func.coalesce(present, delivery.c.address))


def _another_list() -> ScalarSelect[str]:
    """A list that gets the same issue, and that the reader of the delivery at hand is on."""
    beside = mailing.alias("beside")
    return (
        select(func.min(subscription.c.list))
        .join(beside, beside.c.list == subscription.c.list)
        .where(subscription.c.subscriber_id == delivery.c.subscriber_id, subscription.c.state == "confirmed",
               beside.c.issue_key == delivery.c.issue_key, beside.c.round == delivery.c.round,
               beside.c.state.in_(_GOES_OUT))
        .correlate(delivery)
        .scalar_subquery()
    )


def _letters(*conditions: ColumnElement[bool]) -> Select[Any]:
    return _candidates(_IS_LETTER, *conditions).order_by(*_AS_THEY_STAND)


def _deferred(*conditions: ColumnElement[bool]) -> Select[Any]:
    is_sending = exists().where(mailing.c.id == delivery.c.mailing_id, mailing.c.state == MailingState.SENDING)
    return _candidates(
        _IS_DEFERRED, _IS_KNOWN, or_(delivery.c.mailing_id.is_(None), is_sending), *conditions,
    ).order_by(delivery.c.due_at, delivery.c.id)


def _pending(*conditions: ColumnElement[bool]) -> Select[Any]:
    return _candidates(
        delivery.c.mailing_id.between(bindparam("mailing"), bindparam("mailing")),
        _is(DeliveryState.PENDING), *conditions,
    ).order_by(*_AS_THEY_STAND)
