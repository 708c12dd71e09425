"""The chapter of letters: confirmations, welcomes and goodbyes, one delivery each, ahead of all mailings."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from pipeline.database import Database, text_digest
from pipeline.editions.edition import Edition
from pipeline.mailings.ledger.editions import keep_edition
from pipeline.mailings.mailing import DeliveryState
from pipeline.schema import delivery, ledger, letter


class Letters:
    """Who is written to alone."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def write(
        self, frozen: Edition, envelope: Mapping[str, Any], *, action: str, list_id: str, subscriber_id: int,
        address: str, name: str, occasion: str, now: datetime,
    ) -> bool:
        """Enters a letter for the next sender; False if this occasion has one already.

        `action` is where the button leads. `occasion` tells two letters of one kind to one person apart: the
        same words are the same letter, however often it is asked for.
        """
        with self._db.write() as connection:
            return enter_letter(
                self._db, connection, frozen, envelope, action=action, list_id=list_id, subscriber_id=subscriber_id,
                address=address, name=name, occasion=occasion, now=now)

    def frozen(self, delivery_id: int) -> tuple[dict[str, Any], str]:
        """The envelope and the button's address of a letter."""
        with self._db.read() as connection:
            row = connection.execute(select(letter).where(letter.c.delivery_id == delivery_id)).one()
        return dict(row.envelope), row.action


def enter_letter(
    database: Database, connection: Connection, frozen: Edition, envelope: Mapping[str, Any], *, action: str,
    list_id: str, subscriber_id: int, address: str, name: str, occasion: str, now: datetime,
) -> bool:
    """A letter and its delivery, in a transaction of somebody's; False if this occasion has one already."""
    key = text_digest("\n".join(("letter", frozen.name, list_id, str(subscriber_id), occasion)))
    keep_edition(database, connection, frozen, now)
    secret = connection.execute(select(ledger.c.key)).scalar_one()
    entered = connection.execute(database.insert_new(delivery).values(
        key=key, message_id=text_digest(f"{secret}\n{key}"), edition_digest=frozen.digest, list=list_id, round=1,
        subscriber_id=subscriber_id, address=address, name=name, state=DeliveryState.PENDING, due_at=now, attempts=0,
        fence=0, reply="", provider="",
    ))
    if not entered.rowcount:
        return False
    row = connection.execute(select(delivery.c.id).where(delivery.c.key == key)).scalar_one()
    connection.execute(letter.insert().values(delivery_id=row, envelope=dict(envelope), action=action))
    return True
