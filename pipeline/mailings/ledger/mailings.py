"""The mailings' chapter: propose, move, freeze the audience, finish. Each change is one guarded UPDATE."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Row,
    Select,
    Text,
    and_,
    cast,
    delete,
    exists,
    func,
    literal,
    or_,
    select,
    update,
)

from pipeline.database import AUDIENCE, Database, digest
from pipeline.editions.edition import Edition
from pipeline.mailings.envelope import LINK_KEY
from pipeline.mailings.ledger.claiming import SENDING
from pipeline.mailings.ledger.editions import keep_edition, read_edition
from pipeline.mailings.ledger.notes import read_note
from pipeline.mailings.ledger.settling import assume_sent
from pipeline.mailings.ledger.tally import Tally, read_tallies
from pipeline.mailings.mailing import EVERYBODY, OPEN, DeliveryState, Mailing, MailingState, sources
from pipeline.mailings.reasons import Cause
from pipeline.providers.base import LIST_DOMAIN, TO_NOBODY
from pipeline.schema import delivery, ledger, letter, mailing, note, subscriber, subscription, suppression

WITHDRAWN = "withdrawn"  # a note


class Mailings:
    """Which issue goes to which list, when, and whether it has."""

    def __init__(self, database: Database) -> None:
        self._db = database

    # ---- looking ------------------------------------------------------------------------------

    def all(self, *states: MailingState, issue_key: str | None = None) -> list[Mailing]:
        """Mailings in the order they were proposed; all states if none is named."""
        named = [mailing.c.state.in_(states)] if states else []
        return self._read(*named, *([] if issue_key is None else [mailing.c.issue_key == issue_key]))

    def by_issue(self) -> defaultdict[str, list[Mailing]]:
        """Every mailing, in the same order, by the key of its issue."""
        found: defaultdict[str, list[Mailing]] = defaultdict(list)
        for one in self.all():
            found[one.issue_key].append(one)
        return found

    def get(self, mailing_id: int) -> Mailing:
        """One mailing as it is now."""
        (found,) = self._read(mailing.c.id == mailing_id)
        return found

    def _read(self, *which: ColumnElement[bool]) -> list[Mailing]:
        with self._db.read() as connection:
            counts = read_tallies(connection, select(mailing.c.id).where(*which))
            rows = connection.execute(select(mailing).where(*which).order_by(mailing.c.id)).all()
        return [_mailing(row, counts[row.id]) for row in rows]

    def sending(self) -> set[int]:
        """The ids of the mailings that may go out now."""
        with self._db.read() as connection:
            return set(connection.execute(SENDING).scalars())

    def was_trial(self, one: Mailing) -> bool:
        """Whether it went into the `folder` transport alone, and so to nobody."""
        its = (delivery.c.issue_key == one.issue_key, delivery.c.round == one.round, delivery.c.mailing_id == one.id)
        real = exists().where(*its, delivery.c.provider.not_in(("", TO_NOBODY)))
        filed = exists().where(*its, delivery.c.provider == TO_NOBODY)
        with self._db.read() as connection:
            return not connection.execute(select(real)).scalar_one() and bool(
                connection.execute(select(filed)).scalar_one())

    def envelope(self, mailing_id: int) -> Mapping[str, Any]:
        """What all messages of a started mailing share, as it was frozen."""
        with self._db.read() as connection:
            return dict(connection.execute(select(mailing.c.envelope).where(mailing.c.id == mailing_id)).scalar_one())

    def link_keys(self) -> set[str]:
        """The names of the keys that sign the links of mailings that were started, and of letters."""
        with self._db.read() as connection:
            named = (connection.execute(select(table.c.envelope[LINK_KEY].as_string()).distinct()).scalars()
                     for table in (mailing, letter))
            return {name for names in named for name in names if name}

    def edition(self, edition_digest: str) -> Edition:
        with self._db.read() as connection:
            return read_edition(connection, edition_digest)

    def readers(self, issue_key: str, list_id: str, *, behind: Sequence[str] = ()) -> int:
        """How many people the first mailing of an issue to this list would reach now.

        Nobody gets an issue twice: those to whom it went already, or will go by a list that this one is `behind`, are
        not among them.
        """
        have_it = exists().where(delivery.c.issue_key == issue_key, delivery.c.round == 1,
                                 delivery.c.subscriber_id == subscription.c.subscriber_id)
        other = subscription.alias("other")
        get_it = exists().where(other.c.subscriber_id == subscription.c.subscriber_id, other.c.list.in_(behind),
                                other.c.state == "confirmed")
        audience = _audience(list_id).where(~have_it, ~get_it).subquery()
        with self._db.read() as connection:
            return connection.execute(select(func.count()).select_from(audience)).scalar_one()

    # ---- moving -------------------------------------------------------------------------------

    def propose(
        self, issue_key: str, list_id: str, *, state: MailingState, reason: str, send_at: datetime, now: datetime,
        approved: bool = False,
    ) -> bool:
        """Enters the first round of an issue to a list, held or scheduled; False if it is there already."""
        with self._db.write() as connection:
            entered = connection.execute(
                self._db.insert_new(mailing).values(
                    issue_key=issue_key, list=list_id, round=1, state=state, reason=reason, since=now,
                    send_at=send_at, approved=approved, audience=0,
                )
            )
        return entered.rowcount == 1

    def move(self, mailing_id: int, target: MailingState, *, reason: str, now: datetime) -> bool:
        """Moves a mailing along an arrow; False if it stands where no arrow leads to `target`.

        Cancelling takes the deliveries along that were not handed over. To start one, use `start`.
        """
        with self._db.write() as connection:
            moved = connection.execute(
                update(mailing)
                .where(mailing.c.id == mailing_id, mailing.c.state.in_(sources(target)))
                .values(state=target, reason=reason, since=now)
            )
            if moved.rowcount and target is MailingState.CANCELLED:
                self._cancel_deliveries(connection, mailing_id, now)
        return moved.rowcount == 1

    def hold(self, mailing_id: int, *, reason: str, now: datetime) -> bool:
        """Has what would go by itself wait for a person, also what is held until a mistake is mended; else False."""
        is_mistake = mailing.c.reason.startswith(Cause.MISTAKE.beginning, autoescape=True)
        for_mistake = and_(mailing.c.state == MailingState.HELD, is_mistake)
        with self._db.write() as connection:
            moved = connection.execute(
                update(mailing)
                .where(mailing.c.id == mailing_id, or_(mailing.c.state == MailingState.SCHEDULED, for_mistake))
                .values(state=MailingState.HELD, reason=reason, since=now)
            )
        return moved.rowcount == 1

    def reconsider(
        self, held: Mailing, target: Literal[MailingState.HELD, MailingState.SCHEDULED], *, reason: str, now: datetime
    ) -> bool:
        """Holds for another reason, or lets go, what was seen held; False where somebody has decided meanwhile."""
        with self._db.write() as connection:
            moved = connection.execute(
                update(mailing)
                .where(mailing.c.id == held.id, mailing.c.state == MailingState.HELD, mailing.c.reason == held.reason)
                .values(state=target, reason=reason, since=now)
            )
        return moved.rowcount == 1

    def approve(self, mailing_id: int, *, reason: str, now: datetime) -> bool:
        """A person's yes to a mailing that has not begun."""
        with self._db.write() as connection:
            moved = connection.execute(
                update(mailing)
                .where(mailing.c.id == mailing_id,
                       mailing.c.state.in_((MailingState.HELD, MailingState.SCHEDULED)))
                .values(state=MailingState.SCHEDULED, approved=True, reason=reason, since=now)
            )
        return moved.rowcount == 1

    def reopen(self, mailing_id: int, *, reason: str, now: datetime) -> None:
        """A person's yes to a mailing that ended with nobody in its audience: it begins again, as if it never had."""
        with self._db.write() as connection:
            connection.execute(
                update(mailing)
                .where(mailing.c.id == mailing_id, mailing.c.state == MailingState.SENT, mailing.c.audience == 0)
                .values(state=MailingState.SCHEDULED, approved=True, reason=reason, since=now, started_at=None,
                        expires_at=None, ended_at=None)
            )

    def withdraw(self, mailing_id: int) -> bool:
        """Takes back what was proposed and has not begun; only its number stays given out. False if it has begun."""
        with self._db.write() as connection:
            gone = connection.execute(
                delete(mailing).where(mailing.c.id == mailing_id, mailing.c.started_at.is_(None),
                                      mailing.c.state.in_((MailingState.HELD, MailingState.SCHEDULED))))
            if gone.rowcount:
                highest = max(mailing_id, withdrawn(connection))
                connection.execute(self._db.upsert(note, name=WITHDRAWN, value=str(highest)))
        return gone.rowcount == 1

    def redate(self, mailing_id: int, send_at: datetime) -> None:
        """Follows the issue's date while nothing has begun."""
        with self._db.write() as connection:
            connection.execute(
                update(mailing)
                .where(mailing.c.id == mailing_id,
                       mailing.c.state.in_((MailingState.HELD, MailingState.SCHEDULED)))
                .values(send_at=send_at)
            )

    def resume(
        self, mailing_id: int, *, reason: str, now: datetime, expire: timedelta, steady: datetime | None = None
    ) -> bool:
        """Goes on with a paused mailing and gives it its full time again, by `steady` as in `start`."""
        with self._db.write() as connection:
            moved = connection.execute(
                update(mailing)
                .where(mailing.c.id == mailing_id, mailing.c.state == MailingState.PAUSED)
                .values(state=MailingState.SENDING, reason=reason, since=now,
                        expires_at=(steady or now) + expire)
            )
        return moved.rowcount == 1

    def start(
        self, mailing_id: int, frozen: Edition, envelope: Mapping[str, Any], *, now: datetime, expire: timedelta,
        broadcasts: bool = False, steady: datetime | None = None,
    ) -> int | None:
        """Freezes edition and audience and begins: all of it in one transaction, or nothing.

        Where the post `broadcasts` to readers of its own, the audience is one: everybody there. Gives the number
        of deliveries, or None if the mailing is not scheduled any more.
        Its time runs from `steady`, which no setting of the clock moves; from `now` where none is given.
        """
        with self._db.write() as connection:
            keep_edition(self._db, connection, frozen, now)
            begun = connection.execute(
                update(mailing)
                .where(mailing.c.id == mailing_id, mailing.c.state == MailingState.SCHEDULED,
                       mailing.c.send_at <= now)
                .values(state=MailingState.SENDING, reason="its audience is frozen", since=now,
                        started_at=now, expires_at=(steady or now) + expire, edition_digest=frozen.digest,
                        envelope=dict(envelope))
            )
            if not begun.rowcount:
                return None
            return self._fan_out(connection, mailing_id, now, _everybody if broadcasts else _audience)

    def finish(self, now: datetime) -> list[int]:
        """Ends every mailing whose deliveries are all final; gives their ids.

        What was in hand when a mailing was cancelled, and came back since, is cancelled too.
        """
        still_open = or_(*(  # one by one: each has an index of its own
            exists().where(delivery.c.mailing_id == mailing.c.id, delivery.c.state == state) for state in OPEN))
        cancelled = select(mailing.c.id).where(
            mailing.c.state == MailingState.CANCELLED, mailing.c.started_at.is_not(None))
        with self._db.write() as connection:
            for mailing_id in connection.execute(cancelled).scalars().all():
                self._cancel_deliveries(connection, mailing_id, now)
            is_over = and_(mailing.c.state == MailingState.SENDING, ~still_open)
            over = connection.execute(select(mailing.c.id).where(is_over)).scalars().all()
            end = update(mailing).where(is_over).values(
                state=MailingState.SENT, reason="every delivery is final", since=now, ended_at=now)
            return [mailing_id for mailing_id in over
                    if connection.execute(end.where(mailing.c.id == mailing_id)).rowcount]

    def overdue(self, steady: datetime) -> list[int]:
        """Mailings still sending after their time."""
        with self._db.read() as connection:
            return list(connection.execute(
                select(mailing.c.id).where(mailing.c.state == MailingState.SENDING, mailing.c.expires_at <= steady)
            ).scalars())

    # ---- in the same transaction --------------------------------------------------------------

    def _fan_out(
        self, connection: Connection, mailing_id: int, now: datetime, to_whom: Callable[[Any], Select[Any]]
    ) -> int:
        self._db.take_turns(connection, AUDIENCE)
        connection.execute(self._db.insert_new(delivery).from_select(_COLUMNS, _deliveries(mailing_id, now, to_whom)))
        audience, first = connection.execute(  # all are pending, and those have an index
            select(func.count(), func.min(delivery.c.id))
            .where(delivery.c.mailing_id == mailing_id, delivery.c.state == DeliveryState.PENDING)
        ).one()
        connection.execute(
            update(mailing).where(mailing.c.id == mailing_id).values(audience=audience, first_delivery=first)
        )
        count = Tally()
        count.move(mailing_id, None, DeliveryState.PENDING, audience)
        count.write(self._db, connection)
        return int(audience)

    def _cancel_deliveries(self, connection: Connection, mailing_id: int, now: datetime) -> None:
        """Whoever did not get it never will; whoever may have it is assumed to."""
        count = Tally()
        assumed = connection.execute(assume_sent(
            delivery.c.mailing_id == mailing_id, delivery.c.state == DeliveryState.DEFERRED, now=now))
        count.move(mailing_id, DeliveryState.DEFERRED, DeliveryState.SENT, assumed.rowcount)
        for state in (DeliveryState.PENDING, DeliveryState.DEFERRED):
            rows = connection.execute(
                update(delivery)
                .where(delivery.c.mailing_id == mailing_id, delivery.c.state == state)
                .values(state=DeliveryState.CANCELLED, settled_at=now)
            )
            count.move(mailing_id, state, DeliveryState.CANCELLED, rows.rowcount)
        count.write(self._db, connection)


def withdrawn(connection: Connection) -> int:
    """The highest number of a mailing that was taken back; 0 where none was."""
    return int(read_note(connection, WITHDRAWN) or 0)


def _audience(list_id: Any) -> Select[Any]:
    """Everyone confirmed on the list whom nothing forbids to mail."""
    suppressed = exists().where(suppression.c.address_hash == subscriber.c.address_hash)
    return (
        select(subscription.c.subscriber_id.label("id"), subscriber.c.address, subscriber.c.name)
        .join(subscription, subscription.c.subscriber_id == subscriber.c.id)
        .where(subscription.c.list == list_id, subscription.c.state == "confirmed", ~suppressed)
    )


def _everybody(list_id: Any) -> Select[Any]:
    """One who stands for all readers of a service: an issue that is on several lists goes there once."""
    return select(literal(EVERYBODY).label("id"), (list_id + literal(f"@{LIST_DOMAIN}")).label("address"),
                  literal("").label("name"))


_COLUMNS = ["key", "message_id", "mailing_id", "edition_digest", "issue_key", "list", "round", "subscriber_id",
            "address", "name", "state", "due_at", "attempts", "fence", "reply", "provider"]


def _deliveries(mailing_id: int, now: datetime, to_whom: Callable[[Any], Select[Any]]) -> Select[Any]:
    """One row for each reader of the list, with the key that makes a second one impossible."""
    this = select(mailing).where(mailing.c.id == mailing_id).subquery("this")
    readers = to_whom(select(this.c.list).scalar_subquery()).subquery("readers")
    line = literal("\n")
    key = digest(
        literal("issue\n") + this.c.issue_key + line + this.c.list + line
        + cast(this.c.round, Text) + line + cast(readers.c.id, Text)
    )
    keyed = (
        select(key.label("key"), this.c.id.label("mailing_id"), this.c.edition_digest, this.c.issue_key, this.c.list,
               this.c.round, readers.c.id.label("subscriber_id"), readers.c.address, readers.c.name)
        .select_from(this.join(readers, literal(True)))
        .subquery("keyed")
    )
    secret = select(ledger.c.key).scalar_subquery()
    return (
        select(
            keyed.c.key, digest(secret + line + keyed.c.key), keyed.c.mailing_id, keyed.c.edition_digest,
            keyed.c.issue_key, keyed.c.list, keyed.c.round, keyed.c.subscriber_id, keyed.c.address, keyed.c.name,
            literal(DeliveryState.PENDING.value), literal(now, delivery.c.due_at.type), literal(0, Integer),
            literal(0, Integer), literal(""), literal(""),
        )
        .order_by(keyed.c.subscriber_id)
    )


def _mailing(row: Row[Any], counts: Mapping[DeliveryState, int]) -> Mailing:
    return Mailing(
        id=row.id, issue_key=row.issue_key, list=row.list, round=row.round,
        state=MailingState(row.state), reason=row.reason, since=row.since, send_at=row.send_at,
        approved=row.approved, audience=row.audience, started_at=row.started_at,
        expires_at=row.expires_at, ended_at=row.ended_at, counts=counts,
    )
