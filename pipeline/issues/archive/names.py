"""The archive's chapter of other names: what issues were called before, and where they were on the web."""

from __future__ import annotations

from sqlalchemy import delete, select

from pipeline.database import Database
from pipeline.schema import issue_alias, redirect


class OtherNames:
    """Names of files and addresses that lead to issues which are called otherwise now."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def aliases(self) -> dict[str, str]:
        """What files were called before, and the keys of their issues."""
        with self._db.read() as connection:
            rows = connection.execute(select(issue_alias)).all()
        return {row.alias: row.key for row in rows}

    def add_alias(self, alias: str, key: str) -> None:
        with self._db.write() as connection:
            connection.execute(self._db.upsert(issue_alias, alias=alias, key=key))

    def drop_alias(self, alias: str) -> None:
        with self._db.write() as connection:
            connection.execute(delete(issue_alias).where(issue_alias.c.alias == alias))

    def redirects(self) -> dict[str, str]:
        """Old addresses and the keys of the issues that readers should find there."""
        with self._db.read() as connection:
            rows = connection.execute(select(redirect)).all()
        return {row.permalink: row.key for row in rows}

    def add_redirect(self, permalink: str, key: str) -> None:
        with self._db.write() as connection:
            connection.execute(self._db.upsert(redirect, permalink=permalink, key=key))
