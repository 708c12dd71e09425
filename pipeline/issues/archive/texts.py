"""The archive's chapter of texts: what each issue says, as it was read last."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select

from pipeline.database import Database
from pipeline.issues.archive.lots import in_lots
from pipeline.issues.record import Text
from pipeline.schema import issue, issue_text


class Texts:
    """The texts of all issues."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def some(self, keys: Iterable[str]) -> dict[str, Text]:
        """What these issues say, by key."""
        with self._db.read() as connection:
            return {row.key: _text(row) for some in in_lots(keys)
                    for row in connection.execute(select(issue_text).where(issue_text.c.key.in_(some)))}

    def of(self, key: str) -> Text:
        with self._db.read() as connection:
            return _text(connection.execute(select(issue_text).where(issue_text.c.key == key)).one())

    def paragraphs(self, latest: int) -> list[tuple[datetime, str, tuple[str, ...]]]:
        """Candidates for descriptions in the latest issues: when each is due, its key, its paragraphs; latest first."""
        latest_first = issue.c.due_at.desc(), issue.c.key
        newest = select(issue.c.key).order_by(*latest_first).limit(latest).scalar_subquery()
        said = select(issue.c.due_at, issue.c.key, issue_text.c.descriptions).join(issue_text)
        with self._db.read() as connection:
            rows = connection.execute(said.where(issue.c.key.in_(newest)).order_by(*latest_first))
            return [(row.due_at, row.key, tuple(row.descriptions)) for row in rows]


def _text(row: Row[Any]) -> Text:
    return Text(row.body, row.body_line, tuple(row.descriptions))
