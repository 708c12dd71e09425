"""The spool: what readers hand in lies here, durable, until its worker has seen to it.

It needs no database. So a subscription is taken and an unsubscription counts while the ledger is away, and
whoever measures an answer learns nothing about who is in the book: the same is written for everybody.

    var/spool/20260324T080000123456-4711-1.json     one submission: what it is about, and its text values
              0-20260324T080000123456-4711-2.json   one that goes before those: no flood of them shall hold it up
"""

from __future__ import annotations

import itertools
import json
import logging
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pipeline.errors import OutputError
from pipeline.newfile import sync, unwritten

log = logging.getLogger(__name__)

MOST = 5_000  # submissions of each sort; a flood shall not fill the disk
_SUFFIX = ".json"
_FIRST = "0-"  # sorts before every year
_serial = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Submission:
    """One thing that a reader handed in. `name` is its own for ever; `kind` says what it is about."""

    path: Path
    kind: str
    values: Mapping[str, str]

    @property
    def name(self) -> str:
        """What tells it from every other submission."""
        return self.path.stem

    @property
    def goes_first(self) -> bool:
        """Whether it goes before those that do not."""
        return self.name.startswith(_FIRST)


class Spool:
    """Slips in a folder: those that go first, then the others, each oldest first."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._unseen = {"": 0, _FIRST: 0}  # submissions that surely fit in before the folder is looked at again

    def put(self, kind: str, values: Mapping[str, str], now: datetime, *, first: bool = False) -> None:
        """Keeps a submission; it is on the disk when this returns. Raises OutputError, also when the spool is full.

        Those that go `first` have room of their own.
        """
        sort = _FIRST if first else ""
        name = f"{sort}{now:%Y%m%dT%H%M%S%f}-{os.getpid()}-{next(_serial)}"
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._check_room(sort)
            self._write(name, json.dumps({"kind": kind, "values": dict(values)}).encode())
        except OSError as error:
            raise unwritten(self.folder, error, "free some disk space, or make the folder writable") from error

    def _check_room(self, sort: str) -> None:
        """A long list of names takes longer to read than one to write: it is read the more often the fuller it is.

        Several processes may each put in what they saw room for: the bound is one for the disk, not an exact one.
        """
        if self._unseen[sort] <= 0:
            held = sum(name.startswith(_FIRST) == bool(sort) for name in self._names())
            if held >= MOST:
                raise OutputError(f"holds {MOST} submissions that nobody has seen to", path=str(self.folder),
                                  remedy="is the database away? they are seen to when it is back")
            self._unseen[sort] = max(1, (MOST - held) // 8)
        self._unseen[sort] -= 1

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to see to."""
        return not self._names()

    def submissions(self) -> Iterator[Submission]:
        """What lies here now, and of those that go first also what is put in meanwhile.

        A submission that cannot be read is put aside under another name.
        """
        met: set[str] = set()
        for name in sorted(self._names()):
            first = sorted(one for one in self._names() if one.startswith(_FIRST))
            for one in (*first, name):
                if one not in met and (submission := self._read(one)):
                    yield submission
                met.add(one)

    def _read(self, name: str) -> Submission | None:
        path = self.folder / name
        try:
            read = json.loads(path.read_bytes())
            return Submission(path, read["kind"], read["values"])
        except FileNotFoundError:
            return None  # somebody else has seen to it
        except (ValueError, KeyError, TypeError):
            log.error("submission.unreadable", extra={"submission": name})
            path.rename(path.with_suffix(".unreadable"))
            return None

    def discard(self, submission: Submission) -> None:
        """A submission that was seen to goes."""
        submission.path.unlink(missing_ok=True)

    def _names(self) -> list[str]:
        try:
            return [name for name in os.listdir(self.folder) if name.endswith(_SUFFIX) and name[0] != "."]  # noqa: PTH208, names are enough
        except FileNotFoundError:
            return []

    def _write(self, name: str, content: bytes) -> None:
        """Under a hidden name first: half a submission is never seen."""
        hidden, final = self.folder / f".{name}{_SUFFIX}", self.folder / f"{name}{_SUFFIX}"
        descriptor = os.open(hidden, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(descriptor)
            hidden.rename(final)
        except OSError:  # each that a full disk refuses would leave a file that nobody counts
            hidden.unlink(missing_ok=True)
            raise
        sync(self.folder)
