"""Whether SQLite's file is whole, by its own word."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from sqlalchemy import Connection, exc

from pipeline.clock import monotonic
from pipeline.schema import fragment, issue_sketch, issue_text

CHECK_S = 10.0  # how long the look at a start may take: far more than a million readers need
THOROUGH_BYTES = 64 * 1024**2  # up to here the indexes are compared with the tables too: 20,000 readers in 0.2 s
TEXTS = frozenset({issue_text.name, issue_sketch.name, fragment.name})
"""Most of a large archive's file. None says who was mailed; a damaged page of theirs is told when it is read."""


def looked_through(connection: Connection, *, size: int, texts: bool, limit_s: float) -> str:
    """SQLite's own word on its file, one line; "ok" also where the time was too short for all of it.

    `size` is the file's, in bytes. Of a large one `texts` are looked at only where they are asked for.
    """
    driver = connection.connection.dbapi_connection
    assert isinstance(driver, sqlite3.Connection)  # noqa: S101, only asked of SQLite
    end = monotonic() + limit_s
    driver.set_progress_handler(lambda: monotonic() > end, 10_000)
    try:
        said = (str(connection.exec_driver_sql(look).scalar()) for look in _looks(connection, size, texts=texts))
        word = next((word for word in said if word != "ok"), "ok")
    except exc.OperationalError as error:
        if "interrupted" not in str(error.orig):
            raise
        return "ok"
    finally:
        driver.set_progress_handler(None, 0)
    return " ".join(word.split())


def _looks(connection: Connection, size: int, *, texts: bool) -> Iterator[str]:
    if size <= THOROUGH_BYTES:
        yield "PRAGMA integrity_check(1)"
    elif texts:
        yield "PRAGMA quick_check(1)"
    else:
        tables = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'").scalars().all()
        yield from (f'PRAGMA quick_check("{name}")' for name in sorted(set(tables) - TEXTS))
