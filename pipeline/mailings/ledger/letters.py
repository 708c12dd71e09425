"""The chapter of letters: confirmations, welcomes and changes, one delivery each, ahead of all mailings."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select

from pipeline.database import Database, text_digest
from pipeline.editions.edition import Edition
from pipeline.mailings.ledger.editions import keep_edition
from pipeline.mailings.mailing import DeliveryState
from pipeline.schema import delivery, edition, ledger, letter


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
        key = text_digest("\n".join(("letter", frozen.name, list_id, str(subscriber_id), occasion)))
        with self._db.write() as connection:
            keep_edition(self._db, connection, frozen, now)
            secret = connection.execute(select(ledger.c.key)).scalar_one()
            entered = connection.execute(self._db.insert_new(delivery).values(
                key=key, message_id=text_digest(f"{secret}\n{key}"), edition_digest=frozen.digest, list=list_id,
                round=1, subscriber_id=subscriber_id, address=address, name=name, state=DeliveryState.PENDING,
                due_at=now, attempts=0, fence=0, reply="", provider="",
            ))
            if not entered.rowcount:
                return False
            row = connection.execute(select(delivery.c.id).where(delivery.c.key == key)).scalar_one()
            connection.execute(letter.insert().values(delivery_id=row, envelope=dict(envelope), action=action))
        return True

    def addresses(self, name: str, subscriber_id: int) -> list[str]:
        """Where letters of this name to one person went, the last first; erased ones are left out."""
        with self._db.read() as connection:
            return list(connection.execute(
                select(delivery.c.address).join(edition, edition.c.digest == delivery.c.edition_digest)
                .where(delivery.c.subscriber_id == subscriber_id, delivery.c.mailing_id.is_(None),
                       delivery.c.address.is_not(None), edition.c.name == name)
                .order_by(delivery.c.id.desc())).scalars())

    def frozen(self, delivery_id: int) -> tuple[dict[str, Any], str]:
        """The envelope and the button's address of a letter."""
        with self._db.read() as connection:
            row = connection.execute(select(letter).where(letter.c.delivery_id == delivery_id)).one()
        return dict(row.envelope), row.action
