"""Whether SQLite's file is whole, by its own word."""

from __future__ import annotations

import sqlite3

from sqlalchemy import Connection, exc

from pipeline.clock import monotonic

CHECK_S = 10.0  # how long the look at a start may take: far more than a million readers need
THOROUGH_BYTES = 64 * 1024**2  # up to here the indexes are compared with the tables too: 20,000 readers in 0.2 s


def looked_through(connection: Connection, *, size: int, limit_s: float) -> str:
    """SQLite's own word on its file, one line; "ok" also where the time was too short for all of it.

    `size` is the file's, in bytes.
    """
    look = "integrity_check" if size <= THOROUGH_BYTES else "quick_check"
    driver = connection.connection.dbapi_connection
    assert isinstance(driver, sqlite3.Connection)  # noqa: S101, only asked of SQLite
    end = monotonic() + limit_s
    driver.set_progress_handler(lambda: monotonic() > end, 10_000)
    try:
        word = str(connection.exec_driver_sql(f"PRAGMA {look}(1)").scalar())
    except exc.OperationalError as error:
        if "interrupted" not in str(error.orig):
            raise
        return "ok"
    finally:
        driver.set_progress_handler(None, 0)
    return " ".join(word.split())
