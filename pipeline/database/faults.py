"""What drivers raise about the outside world, in our words; mistakes of ours pass unchanged."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import exc

from pipeline.errors import Conflict, Damaged, DatabaseError, OutputError, Unreachable

RESTORE = "stop avviso and restore the last backup of it; nothing was sent"
NO_LEDGER = f"name the ledger in `database`; or if this is it, {RESTORE}"
ROOM = "free space, or make it, its -wal and -shm and their folder writable; nothing was lost"

# What SQLite says when the disk is to blame, not the file: full, taken away, or without write access.
_OF_THE_DISK = ("disk is full", "disk I/O error", "readonly", "unable to open")
_OF_THE_FILE = ("Could not decode to UTF-8",)  # the driver's words; SQLite's own come as another class
# What PostgreSQL says of a connection that it will not open, and whose SQLSTATE the driver does not give.
_REFUSED = re.compile(r"FATAL: .*(?:does not exist|not permitted|authentication failed|no pg_hba|too many connections)")
# What libpq says where `target_session_attrs` asks for another server than any that is there.
_NO_WRITER = re.compile(r"session is read-only|server is in hot standby mode")

Said = tuple[type[DatabaseError], str, str]
_ANOTHER: Said = (Conflict, "another writer was first", "try again; nothing was lost")
_POOLED: Said = (Unreachable, "the database is behind a pool that gives each transaction another connection",
                 "let it pool by session (pool_mode = session), or name PostgreSQL itself in `database`")

# What PostgreSQL says by its SQLSTATE: the class, what it means, what to do. Everything here is the server's or its
# owner's affair, and may be mended while we wait.
_BY_STATE: dict[str, Said] = {
    "40001": _ANOTHER,  # serialization_failure
    "40P01": _ANOTHER,  # deadlock_detected
    "26000": _POOLED,   # invalid_sql_statement_name: what we prepared, we prepared elsewhere
    "42P05": _POOLED,   # duplicate_prepared_statement: and somebody else here
    "25006": (Unreachable, "the database can only be read", "name the server that writes in `database`, not a standby"),
    "3F000": (Unreachable, "the database has no schema for the ledger", "make it, or mend search_path in `database`"),
    "42P01": (Unreachable, "a table of the ledger is missing",  # undefined_table
              "wait until it is restored, or restore the last backup of the database"),
    "42501": (Unreachable, "the database does not let this user do so",
              "let the user own the database, or grant it all on its schema, tables and sequences"),
    "55P03": _ANOTHER,  # lock_not_available
    "53100": (Unreachable, "the database's disk is full", "free some space there; nothing was lost"),
    "57014": (Unreachable, "the database broke a statement off", "find out who cancelled it; nothing was lost"),
}


@contextmanager
def own_errors(file: Path | None) -> Iterator[None]:
    """Raises our errors in the place of the driver's. `file` is where the ledger lies, if no server keeps it."""
    path = str(file or "")
    try:
        yield
    except exc.TimeoutError as error:
        raise Unreachable("the database is too busy: no connection to it came free",
                          remedy="wait, or spread the readers over more processes") from error
    except exc.DBAPIError as error:
        ours = _by_state(error) or _by_words(error, path)
        if ours is None:
            raise
        raise ours from error
    except (json.JSONDecodeError, UnicodeDecodeError) as error:  # the second: SQLite quotes damaged names as they are
        raise Damaged(f"the ledger cannot be read: {error}", remedy=RESTORE, path=path) from error


def _by_state(error: exc.DBAPIError) -> DatabaseError | None:
    said = _BY_STATE.get(getattr(error.orig, "sqlstate", None) or "")
    return said[0](f"{said[1]}: {_words(error)}", remedy=said[2]) if said else None


def _by_words(error: exc.DBAPIError, path: str) -> DatabaseError | OutputError | None:
    words = _words(error)
    if isinstance(error, exc.OperationalError):
        if any(word in words for word in _OF_THE_DISK):
            return OutputError(f"the ledger cannot be written: {words}", path=path, remedy=ROOM)
        if any(word in words for word in _OF_THE_FILE):
            return Damaged(f"the ledger cannot be read: {words}", remedy=RESTORE, path=path)
        if _NO_WRITER.search(words):
            return Unreachable(f"no server that `database` names can be written: {words}",
                               remedy="let one of them write, or name the one that does")
        if _REFUSED.search(words):
            return Unreachable(f"the database refuses us: {words}",
                               remedy="mend `database` in config.yaml, or what the server allows this user")
        return Unreachable(f"the database does not answer: {words}",
                           remedy="start it, or mend `database` in config.yaml")
    if type(error.orig) is sqlite3.DatabaseError:  # its subclasses are about a promise, or a mistake of ours
        # Perhaps it is somebody's text, which a restored backup would be written over.
        remedy = NO_LEDGER if "is not a database" in words else RESTORE
        return Damaged(f"the ledger cannot be read: {words}", remedy=remedy, path=path)
    return None


def _words(error: exc.DBAPIError) -> str:
    """What is wrong, without the place in our statement and the numbers of processes that PostgreSQL adds."""
    told = getattr(getattr(error.orig, "diag", None), "message_primary", None)
    return " ".join((told or str(error.orig)).split())
