"""The chapter of notices: what the maintainer was told, written down with the letter that tells it, or not at all."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, select

from pipeline.database import Database
from pipeline.mailings.ledger.letters import Sealed, enter_letters
from pipeline.schema import ledger, note

TOLD = "notices_told"  # the note with the keys of what was told and still stands


class Notices:
    """Tells each matter once, also to two processes at a time and after a kill."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def told(self) -> frozenset[str] | None:
        """The keys of what was told and stood at the last look; None before the first."""
        with self._db.read() as connection:
            return _told(connection)

    def tell(
        self, before: Collection[str] | None, standing: Collection[str], letter: Sealed | None, now: datetime
    ) -> bool:
        """Enters the letter, and writes down that all of `standing` has been told: both or nothing.

        False, and nothing is written, when another process told something since `before` was read.
        """
        with self._db.write() as connection:
            connection.execute(select(ledger.c.id).with_for_update())  # PostgreSQL: one after another
            if _told(connection) != (None if before is None else frozenset(before)):
                return False
            if letter:
                enter_letters(self._db, connection, [letter], now)
            connection.execute(self._db.upsert(note, name=TOLD, value=json.dumps(sorted(standing))))
        return True


def _told(connection: Connection) -> frozenset[str] | None:
    value = connection.execute(select(note.c.value).where(note.c.name == TOLD)).scalar()
    return None if value is None else frozenset(json.loads(value))
