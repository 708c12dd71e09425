"""The archive's chapter of rendered bodies, kept by digest: a lost one costs time, never bytes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import delete, select

from pipeline.database import Database
from pipeline.issues.archive.lots import in_lots
from pipeline.schema import fragment


class Fragments:
    """HTML by the digest of all that it was made from."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def find(self, digests: Sequence[str]) -> dict[str, str]:
        """Those of these that are kept."""
        with self._db.read() as connection:
            return {row.digest: row.content for some in in_lots(digests)
                    for row in connection.execute(select(fragment).where(fragment.c.digest.in_(some)))}

    def keep(self, rendered: Mapping[str, str]) -> None:
        """Keeps renderings; one that is kept under this digest already is replaced."""
        rows = [{"digest": name, "content": content} for name, content in rendered.items()]
        if rows:
            with self._db.write() as connection:
                connection.execute(self._db.upsert_rows(fragment, rows[0]), rows)

    def drop(self, digests: Sequence[str]) -> None:
        """Forgets renderings that nothing shows any more."""
        with self._db.write() as connection:
            for some in in_lots(digests):
                connection.execute(delete(fragment).where(fragment.c.digest.in_(some)))
