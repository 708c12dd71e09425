"""The archive's chapter of files: what lay in the folder when it was last read."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import BigInteger, Select, cast, delete, func, select, type_coerce
from sqlalchemy import Text as SqlText

from pipeline.clock import instant
from pipeline.database import Database
from pipeline.errors import Problem
from pipeline.issues.record import KnownFile
from pipeline.schema import issue_file

_PROBLEM = func.nullif(cast(issue_file.c.problem, SqlText), "null")
# Read as they lie in the table: turning every instant of ten thousand rows into an object takes half a second.
_COLUMNS = (
    issue_file.c.path, issue_file.c.mtime_ns, issue_file.c.size, issue_file.c.digest,
    type_coerce(issue_file.c.seen_at, BigInteger), issue_file.c.claimed, issue_file.c.key, _PROBLEM,
)


class KnownFiles:
    """Every file that was ever taken for an issue and is still there."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def all(self) -> dict[str, KnownFile]:
        """By path."""
        return {file.path: file for file in self._read(select(*_COLUMNS))}

    def among(self, paths: Collection[str]) -> set[str]:
        """Those of these paths that are such a file's."""
        if not paths:
            return set()
        with self._db.read() as connection:
            return set(connection.execute(select(issue_file.c.path)).scalars()).intersection(paths)

    def broken(self) -> list[KnownFile]:
        """Those with a problem, ordered by path."""
        return list(self._read(select(*_COLUMNS).where(_PROBLEM.is_not(None)).order_by(issue_file.c.path)))

    def undated(self) -> list[str]:
        """Paths of drafts that never had a date: they are no issues yet, and nothing is wrong with them."""
        unasked = select(issue_file.c.path).where(_PROBLEM.is_(None), issue_file.c.key.is_(None))
        with self._db.read() as connection:
            return list(connection.execute(unasked.order_by(issue_file.c.path)).scalars())

    def mistakes(self) -> dict[str, Problem]:
        """Why the files of known issues cannot be read, by the issue's key."""
        return {file.key: file.problem for file in self.broken() if file.key is not None and file.problem is not None}

    def _read(self, statement: Select[Any]) -> Iterator[KnownFile]:
        with self._db.read() as connection:
            rows = connection.execute(statement).all()
        for path, mtime_ns, size, digest, seen_us, claimed, key, problem in rows:
            yield KnownFile(path, mtime_ns, size, digest, seen_us, claimed, key,
                            None if problem is None else Problem(**json.loads(problem)))

    def remember(self, files: Iterable[KnownFile]) -> None:
        """Writes these as they were read, in place of what was known of them."""
        rows = [_row(file) for file in files]
        if rows:
            with self._db.write() as connection:
                connection.execute(self._db.upsert_rows(issue_file, rows[0]), rows)

    def forget(self, paths: Sequence[str]) -> None:
        """They are gone; a path that is not known is no error."""
        with self._db.write() as connection:
            for path in paths:
                connection.execute(delete(issue_file).where(issue_file.c.path == path))


def _row(file: KnownFile) -> dict[str, Any]:
    problem = file.problem
    return {
        "path": file.path, "mtime_ns": file.mtime_ns, "size": file.size, "digest": file.digest,
        "seen_at": instant(file.seen_us), "claimed": file.claimed, "key": file.key,
        "problem": problem and problem._asdict(),
    }
