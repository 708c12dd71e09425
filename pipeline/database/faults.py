"""What drivers raise about the outside world, in our words."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import exc

from pipeline.errors import Conflict, Damaged, OutputError, Unreachable

RESTORE = "stop avviso and restore the last backup of it; nothing was sent"

# What SQLite says when the disk is to blame, not the file: full, taken away, or without write access.
_OF_THE_DISK = ("disk is full", "disk I/O error", "readonly", "unable to open")
_OF_ANOTHER_WRITER = ("40001", "40P01")  # PostgreSQL's serialization_failure and deadlock_detected
_OF_THE_FILE = ("Could not decode to UTF-8",)  # the driver's words; SQLite's own come as another class


@contextmanager
def own_errors() -> Iterator[None]:
    """Turns what drivers raise about the outside world into our words; mistakes of ours pass unchanged."""
    try:
        yield
    except exc.OperationalError as error:
        words = " ".join(str(error.orig).split())
        if any(word in words for word in _OF_THE_DISK):
            raise OutputError(f"the ledger cannot be written: {words}",
                              remedy="free space or mend the permissions of its folder; nothing was lost") from error
        if any(word in words for word in _OF_THE_FILE):
            raise Damaged(f"the ledger cannot be read: {words}", remedy=RESTORE) from error
        if getattr(error.orig, "sqlstate", None) in _OF_ANOTHER_WRITER:
            raise Conflict(f"another writer was first: {words}", remedy="try again; nothing was lost") from error
        raise Unreachable(f"the database does not answer: {words}",
                          remedy="start it, or mend `database` in config.yaml") from error
    except json.JSONDecodeError as error:
        raise Damaged(f"the ledger cannot be read: {error}", remedy=RESTORE) from error
    except exc.DatabaseError as error:
        if type(error.orig) is sqlite3.DatabaseError:  # its subclasses are about a promise, or a mistake of ours
            raise Damaged(f"the ledger cannot be read: {' '.join(str(error.orig).split())}", remedy=RESTORE) from error
        raise
