"""A small note of the ledger, read in a transaction of whoever asks; the book of them is `notebook`."""

from __future__ import annotations

from sqlalchemy import Connection, select

from pipeline.schema import note


def read_note(connection: Connection, name: str) -> str | None:
    """What the note of this name says; None where there is none."""
    return connection.execute(select(note.c.value).where(note.c.name == name)).scalar()
