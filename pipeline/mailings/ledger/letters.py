"""The chapter of letters: confirmations, welcomes and changes, one delivery each, ahead of all mailings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from pipeline.database import Database, text_digest
from pipeline.editions.edition import Edition
from pipeline.mailings.ledger.editions import keep_edition
from pipeline.mailings.mailing import DeliveryState
from pipeline.schema import delivery, edition, ledger, letter


@dataclass(frozen=True, slots=True)
class Sealed:
    """A letter ready to be entered.

    `action` is where its button leads. `occasion` tells two letters of one kind to one person apart: the same words
    are the same letter, however often it is asked for.
    """

    edition: Edition
    envelope: Mapping[str, Any]
    action: str
    list_id: str
    subscriber_id: int
    address: str
    name: str
    occasion: str

    @property
    def key(self) -> str:
        """What its delivery is known by."""
        return text_digest("\n".join(
            ("letter", self.edition.name, self.list_id, str(self.subscriber_id), self.occasion)))


class Letters:
    """Who is written to alone."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def write_all(self, letters: Sequence[Sealed], now: datetime) -> int:
        """Enters letters for the next sender, in one transaction; gives how many were not entered before."""
        with self._db.write() as connection:
            return enter_letters(self._db, connection, letters, now)

    def addresses(self, name: str, subscriber_id: int) -> list[str]:
        """Where letters of this name to one person went, the last first; erased ones are left out."""
        with self._db.read() as connection:
            return list(connection.execute(
                select(delivery.c.address).join(edition, edition.c.digest == delivery.c.edition_digest)
                .where(delivery.c.subscriber_id == subscriber_id, delivery.c.mailing_id.is_(None),
                       delivery.c.address.is_not(None), edition.c.name == name)
                .order_by(delivery.c.id.desc())).scalars())

    def withdraw(self, name: str, subscriber_id: int, now: datetime) -> None:
        """Letters of this name to one person that nobody has in hand go out no more."""
        named = select(edition.c.digest).where(edition.c.name == name)
        with self._db.write() as connection:
            connection.execute(
                update(delivery)
                .where(delivery.c.subscriber_id == subscriber_id, delivery.c.mailing_id.is_(None),
                       delivery.c.state.in_((DeliveryState.PENDING, DeliveryState.DEFERRED)),
                       delivery.c.edition_digest.in_(named))
                .values(state=DeliveryState.SKIPPED, settled_at=now, reply="left before it was sent"))

    def frozen(self, delivery_id: int) -> tuple[dict[str, Any], str]:
        """The envelope and the button's address of a letter."""
        with self._db.read() as connection:
            row = connection.execute(select(letter).where(letter.c.delivery_id == delivery_id)).one()
        return dict(row.envelope), row.action


def enter_letters(database: Database, connection: Connection, letters: Sequence[Sealed], now: datetime) -> int:
    """Enters letters in a transaction of somebody's; gives how many were not entered before."""
    secret = connection.execute(select(ledger.c.key)).scalar_one()
    for frozen in {one.edition.digest: one.edition for one in letters}.values():
        keep_edition(database, connection, frozen, now)
    return sum([_enter(database, connection, one, secret, now) for one in letters])


def _enter(database: Database, connection: Connection, sealed: Sealed, secret: str, now: datetime) -> bool:
    entered = connection.execute(database.insert_new(delivery).values(
        key=sealed.key, message_id=text_digest(f"{secret}\n{sealed.key}"), edition_digest=sealed.edition.digest,
        list=sealed.list_id, round=1, subscriber_id=sealed.subscriber_id, address=sealed.address,
        name=sealed.name, state=DeliveryState.PENDING, due_at=now, attempts=0, fence=0, reply="", provider="",
    ))
    if not entered.rowcount:
        return False
    row = connection.execute(select(delivery.c.id).where(delivery.c.key == sealed.key)).scalar_one()
    connection.execute(letter.insert().values(
        delivery_id=row, envelope=dict(sealed.envelope), action=sealed.action))
    return True
