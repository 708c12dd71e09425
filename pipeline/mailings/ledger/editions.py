"""Editions in the ledger: content-addressed, so that equal ones are one row, and never changed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select

from pipeline.database import Database
from pipeline.editions.edition import Edition
from pipeline.schema import edition


def keep_edition(database: Database, connection: Connection, frozen: Edition, now: datetime) -> None:
    """Writes an edition down unless it is there already."""
    connection.execute(database.insert_new(edition).values(
        digest=frozen.digest, name=frozen.name, language=frozen.language, subject=frozen.subject,
        preheader=frozen.preheader, html=frozen.html, text=frozen.text, made_at=now,
    ))


def read_edition(connection: Connection, digest: str) -> Edition:
    """The edition of that digest."""
    row = connection.execute(select(edition).where(edition.c.digest == digest)).one()
    return Edition(row.name, row.language, row.subject, row.preheader, row.html, row.text)
