"""What the roster says to the database, one function a statement. Nothing here runs anything.

A move of the consent states is one UPDATE guarded by the states it may start from (`MOVES`), so whoever
comes second changes no row. `new` is `Database.insert_new(table)`: rows whose keys are taken stay.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    ColumnElement,
    Delete,
    Insert,
    Row,
    ScalarSelect,
    Select,
    Update,
    and_,
    bindparam,
    case,
    cast,
    delete,
    exists,
    func,
    literal,
    or_,
    select,
    true,
    tuple_,
    update,
)

from pipeline.audience.subscriber import (
    MOVED,
    MOVES,
    Evidence,
    Member,
    Move,
    State,
    Subscriber,
    Subscription,
    Suppression,
)
from pipeline.schema import Instant, former_subscription, subscriber, subscription, suppression

GIVEN_UP_BY = "change of address of reader "  # the source of a suppression, with a person's id behind it

# ---- conditions -------------------------------------------------------------------------------


def _may(move: Move) -> ColumnElement[bool]:
    """The subscription stands where this move may start. No `IN`, of which a statement for many rows can have none."""
    sources, _ = MOVES[move]
    return or_(*(subscription.c.state == state.value for state in sorted(filter(None, sources))))


def _barred(address_hash: str) -> ColumnElement[bool]:
    """This address is suppressed, so that nobody there can ask for anything."""
    return exists().where(suppression.c.address_hash == address_hash, ~_given_up())


def _given_up() -> ColumnElement[bool]:
    """The suppression at hand is of an address that a reader, who is in the book, gave up for another: whoever is there
    may ask and confirm. Where the reader was erased, it was theirs, and stays forgotten."""
    mover = subscriber.alias("mover")
    by = case((suppression.c.source.startswith(GIVEN_UP_BY),
               cast(func.substr(suppression.c.source, len(GIVEN_UP_BY) + 1), BigInteger)))
    return and_(suppression.c.reason == MOVED, exists().where(mover.c.id == by))


def _owner_barred(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """The person of the subscription at hand is suppressed, in such a way."""
    return exists().where(subscriber.c.id == subscription.c.subscriber_id,
                          suppression.c.address_hash == subscriber.c.address_hash, *conditions)


def _id_of(address_hash: str) -> ColumnElement[int]:
    return select(subscriber.c.id).where(subscriber.c.address_hash == address_hash).scalar_subquery()


# ---- joining ----------------------------------------------------------------------------------


def meet(new: Insert, person: Mapping[str, Any]) -> Insert:
    """Writes a person down unless they are known or suppressed."""
    values = [literal(value, subscriber.c[name].type) for name, value in person.items()]
    return new.from_select(list(person), select(*values).where(~_barred(person["address_hash"])))


def begin(new: Insert, address_hash: str, list_id: str, evidence: Evidence, now: datetime) -> Insert:
    """Puts a person whom we met on a list, pending, unless they stand on it already or are suppressed."""
    names = ["list", "subscriber_id", "state", "asked_at", "reason", "evidence"]
    values = select(literal(list_id), subscriber.c.id, literal(State.PENDING.value), literal(now, Instant()),
                    literal(""), literal(evidence.as_json(), JSON()))
    return new.from_select(names, values.where(subscriber.c.address_hash == address_hash, ~_barred(address_hash)))


def keep_consent(new: Insert, address_hash: str, list_id: str) -> Insert:
    """Writes down how who left had agreed, before they are asked again; where they did not agree, nothing."""
    columns = former_subscription.columns.keys()
    ended = (select(*(subscription.c[name] for name in columns))
             .where(subscription.c.list == list_id, subscription.c.subscriber_id == _id_of(address_hash),
                    subscription.c.state == State.LEFT.value, subscription.c.confirmed_at.is_not(None),
                    ~_barred(address_hash)))
    return new.from_select(columns, ended)


def ask_again(address_hash: str, list_id: str, evidence: Evidence, now: datetime) -> Update:
    """Lets who is pending or left wait for a confirmation from now on, unless they are suppressed.

    When they left stays written: a stranger may have asked in their name.
    """
    return (update(subscription)
            .where(subscription.c.list == list_id, subscription.c.subscriber_id == _id_of(address_hash),
                   _may(Move.ASK), ~_barred(address_hash))
            .values(state=State.PENDING.value, asked_at=now, evidence=evidence.as_json()))


def waiting(address_hash: str, lists: Sequence[str]) -> Select[Any]:
    """Which of these lists wait for the person's confirmation, unless they are suppressed."""
    return (select(subscription)
            .where(subscription.c.list.in_(list(lists)), subscription.c.subscriber_id == _id_of(address_hash),
                   subscription.c.state == State.PENDING.value, ~_barred(address_hash))
            .order_by(subscription.c.list))


def waiting_among() -> Select[Any]:
    """Each subscription of the people of `hashes` that waits for confirmation, with the person; nobody suppressed.

    Nor anybody who left before: a stranger may have asked for them, and a file is no reason to write to them again.
    """
    return (select(subscription, subscriber, literal("").label("suppressed"))
            .join(subscriber, subscriber.c.id == subscription.c.subscriber_id)
            .where(_is_among(subscriber.c.address_hash, "hashes"), subscription.c.state == State.PENDING.value,
                   subscription.c.left_at.is_(None), ~_owner_barred())
            .order_by(subscription.c.subscriber_id, subscription.c.list))


def confirm(subscriber_id: int, list_id: str, now: datetime) -> Update:
    """Pending becomes confirmed, unless the person was suppressed meanwhile."""
    return (_of(subscriber_id, list_id).where(_may(Move.CONFIRM), ~_owner_barred(~_given_up()))
            .values(state=State.CONFIRMED.value, confirmed_at=now, left_at=None, reason=""))


# ---- leaving ----------------------------------------------------------------------------------


def leave(subscriber_id: int, list_id: str, reason: str, now: datetime) -> Update:
    """Ends one subscription that is not over yet."""
    return (_of(subscriber_id, list_id).where(_may(Move.LEAVE))
            .values(state=State.LEFT.value, left_at=now, reason=reason))


def leave_all(subscriber_id: int, reason: str, now: datetime) -> Update:
    """Ends every subscription of a person that is not over yet."""
    return (update(subscription).where(subscription.c.subscriber_id == subscriber_id, _may(Move.LEAVE))
            .values(state=State.LEFT.value, left_at=now, reason=reason))


def bare(address_hash: str) -> Update:
    """Takes the plain address out of a suppression; the hash stays."""
    return update(suppression).where(suppression.c.address_hash == address_hash).values(address=None)


def erase_subscriptions(address_hash: str) -> Delete:
    """Takes out all that a person said."""
    return delete(subscription).where(subscription.c.subscriber_id == _id_of(address_hash))


def erase_former(address_hash: str) -> Delete:
    """Takes out how a person agreed in former times."""
    return delete(former_subscription).where(former_subscription.c.subscriber_id == _id_of(address_hash))


def erase_subscriber(address_hash: str) -> Delete:
    """Takes out the person; what they said must be gone before."""
    return delete(subscriber).where(subscriber.c.address_hash == address_hash)


# ---- changing ---------------------------------------------------------------------------------


def describe(subscriber_id: int, name: str, language: str) -> Update:
    """Writes a person's name and language anew."""
    return update(subscriber).where(subscriber.c.id == subscriber_id).values(name=name, language=language)


def readdress(subscriber_id: int, address: Mapping[str, str]) -> Update:
    """Gives a person another address, unless that one is suppressed."""
    return (update(subscriber).where(subscriber.c.id == subscriber_id, ~_barred(address["address_hash"]))
            .values(**address))


def worsen(address_hash: str, old: str, new: str, source: str, now: datetime) -> Update:
    """Gives a suppression another reason, unless somebody did so before."""
    return (update(suppression).where(suppression.c.address_hash == address_hash, suppression.c.reason == old)
            .values(reason=new, source=source, at=now))


def hash_of(subscriber_id: int) -> Select[str]:
    """The hash of a person's address."""
    return select(subscriber.c.address_hash).where(subscriber.c.id == subscriber_id)


def move_back(address_hash: str | ScalarSelect[str]) -> Delete:
    """Takes back what a change of address suppressed, and nothing else."""
    return delete(suppression).where(suppression.c.address_hash == address_hash, suppression.c.reason == MOVED)


def taken(address_hash: str) -> Select[int]:
    """One row if this address is somebody's, or suppressed for another reason than a move."""
    barred = exists().where(suppression.c.address_hash == address_hash, suppression.c.reason != MOVED)
    owned = exists().where(subscriber.c.address_hash == address_hash)
    return select(literal(1)).where(or_(barred, owned))


def unsuppress(address_hash: str) -> Delete:
    """Takes a suppression back."""
    return delete(suppression).where(suppression.c.address_hash == address_hash)


# ---- a batch ----------------------------------------------------------------------------------
# Whom it is about is given when it is run, as `hashes` or `folded`: a statement that holds a thousand of them is a
# cycle in SQLAlchemy, which stays until somebody searches for garbage.


def standings() -> Select[Any]:
    """What the people of `hashes` said so far, one row a subscription."""
    return (select(subscriber.c.address_hash, subscription.c.list, subscription.c.state, subscription.c.asked_at,
                   subscription.c.confirmed_at, subscription.c.left_at, subscription.c.evidence)
            .join(subscription, subscription.c.subscriber_id == subscriber.c.id)
            .where(_is_among(subscriber.c.address_hash, "hashes")))


def barred_among() -> Select[str]:
    """Which of the addresses `hashes` are suppressed."""
    return select(suppression.c.address_hash).where(_is_among(suppression.c.address_hash, "hashes"))


def ids_of() -> Select[str, int]:
    """The ids behind the addresses `folded`."""
    return select(subscriber.c.address_folded, subscriber.c.id).where(_is_among(subscriber.c.address_folded, "folded"))


def _is_among(column: Column[str], name: str) -> ColumnElement[bool]:
    return column.in_(bindparam(name, expanding=True))


def settle(move: Move) -> Update:
    """Moves one of many subscriptions, given as `the_list`, `the_subscriber` and the new columns as `new_…`.

    Consent brings its evidence along, and nobody who left before; leaving keeps the evidence of the consent
    that it ends.
    """
    changed = {Move.LEAVE: ("state", "left_at", "reason"), Move.ADD: ("state", "confirmed_at", "evidence")}[move]
    guard = true() if move is Move.LEAVE else subscription.c.left_at.is_(None)
    return (update(subscription)
            .where(subscription.c.list == bindparam("the_list"),
                   subscription.c.subscriber_id == bindparam("the_subscriber"), _may(move), guard)
            .values({name: bindparam(f"new_{name}", type_=subscription.c[name].type) for name in changed}))


# ---- looking ----------------------------------------------------------------------------------


def by_folded(folded: str) -> Select[Any]:
    """The person with this address."""
    return select(subscriber).where(subscriber.c.address_folded == folded)


def by_id(subscriber_id: int) -> Select[Any]:
    """The person with this number."""
    return select(subscriber).where(subscriber.c.id == subscriber_id)


def said_by(subscriber_id: int) -> Select[Any]:
    """All that a person said, by list."""
    return (select(subscription).where(subscription.c.subscriber_id == subscriber_id)
            .order_by(subscription.c.list))


def former_of(subscriber_id: int) -> Select[Any]:
    """The consents of a person that ended and were asked for again, oldest first."""
    state = literal(State.LEFT.value).label("state")
    return (select(former_subscription, state).where(former_subscription.c.subscriber_id == subscriber_id)
            .order_by(former_subscription.c.confirmed_at, former_subscription.c.list))


def members(list_id: str | None, state: State | None, after: tuple[int, str]) -> Select[Any]:
    """Subscriptions with people and suppressions, of one list or all, in one state or any, behind a place."""
    place = tuple_(subscription.c.subscriber_id, subscription.c.list)
    query = (select(subscription, subscriber, suppression.c.reason.label("suppressed"))
             .join(subscriber, subscriber.c.id == subscription.c.subscriber_id)
             .outerjoin(suppression, suppression.c.address_hash == subscriber.c.address_hash)
             .where(place > tuple_(literal(after[0]), literal(after[1])))
             .order_by(subscription.c.subscriber_id, subscription.c.list))
    if list_id is not None:
        query = query.where(subscription.c.list == list_id)
    return query if state is None else query.where(subscription.c.state == state.value)


def mailable(list_id: str) -> Select[int]:
    """How many would be mailed now: confirmed, and not suppressed."""
    return (select(func.count()).select_from(subscription)
            .where(subscription.c.list == list_id, subscription.c.state == State.CONFIRMED.value, ~_owner_barred()))


def next_list(after: str) -> Select[str | None]:
    """The first list behind a name that anybody is, or was, on: found in the index, however many they are."""
    return select(func.min(subscription.c.list)).where(subscription.c.list > after)


def suppressions(after: str) -> Select[Any]:
    """Suppressions by hash, behind a place in the book."""
    return (select(suppression).where(suppression.c.address_hash > after).order_by(suppression.c.address_hash))


def suppressed(address_hash: str) -> Select[Any]:
    """One suppression."""
    return select(suppression).where(suppression.c.address_hash == address_hash)


# ---- rows as values ---------------------------------------------------------------------------


def subscriber_of(row: Row[Any]) -> Subscriber:
    """The person in a row."""
    return Subscriber(row.id, row.address, row.name, row.language, row.attributes, row.created_at)


def subscription_of(row: Row[Any]) -> Subscription:
    """The subscription in a row."""
    return Subscription(row.list, row.subscriber_id, State(row.state), row.asked_at, row.confirmed_at,
                        row.left_at, row.reason, Evidence.from_json(row.evidence))


def member_of(row: Row[Any]) -> Member:
    """Both in a row of `members`."""
    return Member(subscriber_of(row), subscription_of(row), row.suppressed or "")


def suppression_of(row: Row[Any]) -> Suppression:
    """The suppression in a row."""
    return Suppression(row.address_hash, row.address, row.reason, row.source, row.at)


def _of(subscriber_id: int, list_id: str) -> Update:
    return update(subscription).where(subscription.c.list == list_id,
                                      subscription.c.subscriber_id == subscriber_id)
