"""The archive's chapter of texts: what each issue says, as it was read last."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select

from pipeline.database import Database
from pipeline.issues.archive.fragments import ROWS_AT_ONCE
from pipeline.issues.record import Text
from pipeline.schema import issue, issue_text


class Texts:
    """The texts of all issues."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def some(self, keys: Iterable[str]) -> dict[str, Text]:
        """What these issues say, by key."""
        wanted: list[str] = list(keys)
        found: dict[str, Text] = {}
        with self._db.read() as connection:
            for start in range(0, len(wanted), ROWS_AT_ONCE):
                some = select(issue_text).where(issue_text.c.key.in_(wanted[start:start + ROWS_AT_ONCE]))
                found |= {row.key: Text(row.body, row.body_line, tuple(row.descriptions))
                          for row in connection.execute(some)}
        return found

    def of(self, key: str) -> Text:
        with self._db.read() as connection:
            row = connection.execute(select(issue_text).where(issue_text.c.key == key)).one()
        return Text(row.body, row.body_line, tuple(row.descriptions))

    def paragraphs(self, latest: int) -> list[tuple[datetime, str, tuple[str, ...]]]:
        """Candidates for descriptions in the latest issues: when each is due, its key, its paragraphs; latest first."""
        latest_first = issue.c.due_at.desc(), issue.c.key
        newest = select(issue.c.key).order_by(*latest_first).limit(latest).scalar_subquery()
        said = select(issue.c.due_at, issue.c.key, issue_text.c.descriptions).join(issue_text)
        with self._db.read() as connection:
            rows = connection.execute(said.where(issue.c.key.in_(newest)).order_by(*latest_first))
            return [(row.due_at, row.key, tuple(row.descriptions)) for row in rows]
