"""The archive's chapter of what readers are shown: the issues on the web and in the feeds."""

from __future__ import annotations

import marshal
from collections.abc import Collection
from hashlib import blake2b
from typing import Any

from sqlalchemy import BigInteger, Connection, and_, cast, func, select, type_coerce
from sqlalchemy import Text as SqlText

from pipeline.database import Database
from pipeline.issues.record import Spine
from pipeline.schema import issue

IS_SHOWN = and_(issue.c.published_at.is_not(None), issue.c.missing_at.is_(None), issue.c.draft.is_(False))
# Read as they lie in the table: turning every instant and list of ten thousand rows into objects takes a second.
_SPINE_COLUMNS = (
    issue.c.key, issue.c.path, func.coalesce(issue.c.permalink, ""), func.coalesce(issue.c.feed_id, ""), issue.c.day,
    cast(issue.c.tags, SqlText), type_coerce(func.coalesce(issue.c.updated_at, issue.c.published_at), BigInteger),
    issue.c.number, issue.c.title, cast(issue.c.cover, SqlText), issue.c.description, issue.c.language,
    issue.c.source_digest, issue.c.text_digest, type_coerce(issue.c.published_at, BigInteger),
)


class Shown:
    """Issues that are published, there, and no drafts; those of the `hidden` lists are for their readers alone."""

    def __init__(self, database: Database, hidden: frozenset[str]) -> None:
        self._db = database
        self._hidden = hidden

    def permalinks(self) -> dict[str, str]:
        """Where each shown issue is on the web, by its file: for links from one issue's text to another's file."""
        shown = select(issue.c.path, issue.c.permalink, issue.c.key).where(IS_SHOWN, issue.c.permalink.is_not(None))
        with self._db.read() as connection:
            inside = self._inside(connection) if self._hidden else ()
            rows = connection.execute(shown).all()
        return {path: permalink for path, permalink, key in rows if key not in inside}

    def is_hidden(self, lists: Collection[str]) -> bool:
        """Whether what goes to these lists is on no page and in no feed."""
        return bool(lists) and self._hidden.issuperset(lists)

    def spines(self) -> list[Spine]:
        """Every issue that feeds and archive show, in the order of first publication, oldest first."""
        shown = select(*_SPINE_COLUMNS).where(IS_SHOWN)
        with self._db.read() as connection:
            inside = self._inside(connection) if self._hidden else ()
            rows = connection.execute(shown.order_by(issue.c.ordinal)).all()
        return [Spine._make((*row[:7], _stamp(tuple(row)))) for row in rows if row.key not in inside]

    def _inside(self, connection: Connection) -> set[str]:
        """The issues that go to hidden lists alone."""
        rows = connection.execute(select(issue.c.key, issue.c.lists).where(IS_SHOWN))
        return {key for key, lists in rows if self.is_hidden(lists)}


def _stamp(row: tuple[Any, ...]) -> str:
    """Written down by `marshal`, for ten thousand in a third of what `repr` takes; as of version 0, in which equal
    values are equal bytes. Another Python's bytes would cost a build of everything.
    """
    return blake2b(marshal.dumps(row, 0), digest_size=12).hexdigest()
