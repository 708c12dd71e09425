"""Whether SQLite's files are still the ones that were opened.

Who removes a file, moves it or puts another in its place leaves the old one to whoever has it open: what is written
there is in no ledger any more. So each transaction looks at them.
"""

from __future__ import annotations

import os
from pathlib import Path
from weakref import WeakSet

from pipeline.errors import Damaged

Number = tuple[int, int]  # a file as the system knows it; SQLite goes by the same two for its locks


class FileIdentity:
    """The ledger's file and its write-ahead log, which is there as long as anybody has the ledger open.

    Who closes it last removes the log, so they are held for as long as connections are. A connection is known by
    what its pool keeps of it, for one that was out when the pool was given up is closed without a word.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._opened: dict[Path, Number] = {}
        self._connections: WeakSet[object] = WeakSet()

    def hold(self, connection: object) -> None:
        """From now on they are to be the files that are there now, unless some are held already."""
        if not self._connections:
            log = Path(f"{os.path.realpath(self._path)}-wal")  # SQLite writes it beside the file that a link leads to
            self._opened = {path: number for path in (self._path, log) if (number := _number(path))}
        self._connections.add(connection)

    def let_go(self, connection: object) -> None:
        """Behind the last connection, whatever is there when the ledger is opened next may be another."""
        self._connections.discard(connection)

    def check(self) -> None:
        """Raises Damaged where another file is there than the one that was opened, or none."""
        for path, opened in self._opened.items():
            if (present := _number(path)) != opened and self._connections:
                what = "is not the one that was opened" if present else "was removed while it was open"
                raise Damaged(f"the ledger's file {what}", path=str(path), remedy=(
                    "put it back, or stop avviso, restore the last backup and start it again"))


def _number(path: Path) -> Number | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
