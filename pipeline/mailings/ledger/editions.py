"""Editions in the ledger: content-addressed, so that equal ones are one row, and never changed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select

from pipeline.database import Database
from pipeline.editions.edition import Edition
from pipeline.errors import EditionError
from pipeline.schema import edition


def keep_edition(database: Database, connection: Connection, frozen: Edition, now: datetime) -> None:
    """Writes an edition down unless it is there already."""
    connection.execute(database.insert_new(edition).values(
        digest=frozen.digest, name=frozen.name, language=frozen.language, subject=frozen.subject,
        preheader=frozen.preheader, html=frozen.html, text=frozen.text, made_at=now,
    ))


def read_edition(connection: Connection, digest: str) -> Edition:
    """The edition of that digest. Raises EditionError where it is not what was frozen: better nothing than half a
    letter."""
    row = connection.execute(select(edition).where(edition.c.digest == digest)).one()
    found = Edition(row.name, row.language, row.subject, row.preheader, row.html, row.text)
    if found.digest != digest:
        raise EditionError(f"the frozen text of {found.name} was changed in the ledger",
                           remedy="bring back a ledger in which it is whole, or `avviso cancel` it")
    return found
