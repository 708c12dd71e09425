"""The spool: what readers hand in lies here, durable, until its worker has seen to it.

It needs no database. So a subscription is taken and an unsubscription counts while the ledger is away, and
whoever measures an answer learns nothing about who is in the book: the same is written for everybody.

    var/spool/20260324T080000123456-4711-000001.json           one submission: what it is about, and its text values
              first/0-20260324T080000123456-4711-000002.json   one that goes first: no flood of those shall hold it up
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
from pipeline.newfile import open_unfinished, remove_abandoned, sync, unwritten

log = logging.getLogger(__name__)

MOST = 5_000  # submissions of each sort; a flood shall not fill the disk
_SUFFIX = ".json"
_FIRST = "0-"  # sorts before every year, where an older version put it beside the others
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
    """Slips in a folder: those that go first, which have one of their own, then the others, each oldest first."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._first = folder / "first"
        self._unseen = {folder: 0, self._first: 0}  # submissions that surely fit in before it is looked at again

    def put(self, kind: str, values: Mapping[str, str], now: datetime, *, first: bool = False) -> None:
        """Keeps a submission; it is on the disk when this returns. Raises OutputError, also when the spool is full.

        Those that go `first` have room of their own.
        """
        folder = self._first if first else self.folder
        name = f"{_FIRST if first else ''}{now:%Y%m%dT%H%M%S%f}-{os.getpid()}-{next(_serial):06}"
        try:
            self._make(folder)
            self._check_room(folder)
            _write(folder, name, json.dumps({"kind": kind, "values": dict(values)}).encode())
        except OSError as error:
            raise unwritten(self.folder, error, "free some disk space, or make the folder writable") from error

    def _make(self, folder: Path) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not folder.is_dir():
            folder.mkdir(mode=0o700, exist_ok=True)
            sync(self.folder)

    def _check_room(self, folder: Path) -> None:
        """A long list of names takes longer to read than one to write: it is read the more often the fuller it is.

        Several processes may each put in what they saw room for: the bound is one for the disk, not an exact one.
        """
        if self._unseen[folder] <= 0:
            held = len(_names(folder))
            if held >= MOST:
                raise OutputError(f"holds {MOST} submissions that nobody has seen to", path=str(self.folder),
                                  remedy="is the database away? they are seen to when it is back")
            self._unseen[folder] = max(1, (MOST - held) // 8)
        self._unseen[folder] -= 1

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to see to, nor to sweep away."""
        return not any(_files(folder) for folder in self._unseen)

    def sweep(self) -> None:
        """Takes away what dead processes left half written: nobody was told that it was taken. Raises OSError."""
        for folder in self._unseen:
            for name in _files(folder):
                if name[0] == ".":
                    remove_abandoned(folder / name)

    def submissions(self) -> Iterator[Submission]:
        """What lies here now, and of those that go first also what is put in meanwhile.

        A submission that cannot be read is put aside under another name.
        """
        met: set[str] = set()
        yield from self._first_not_met(met)
        for name in _names(self.folder):
            if submission := _read(self.folder / name):
                yield submission
            yield from self._first_not_met(met)

    def _first_not_met(self, met: set[str]) -> Iterator[Submission]:
        """Those that go first, but for what was `met` already and stayed; their folder is short to read."""
        while new := [name for name in _names(self._first) if name not in met]:
            met.update(new)
            yield from filter(None, (_read(self._first / name) for name in new))

    def discard(self, submission: Submission) -> None:
        """A submission that was seen to goes."""
        submission.path.unlink(missing_ok=True)


def _names(folder: Path) -> list[str]:
    """Of the submissions in a folder, the oldest first."""
    return sorted(name for name in _files(folder) if name[0] != ".")


def _files(folder: Path) -> list[str]:
    """Of the submissions, and of what is being written or was when its process died."""
    try:
        return [name for name in os.listdir(folder) if name.endswith(_SUFFIX)]  # noqa: PTH208, names are enough
    except FileNotFoundError:
        return []


def _read(path: Path) -> Submission | None:
    try:
        read = json.loads(path.read_bytes())
        return Submission(path, read["kind"], read["values"])
    except FileNotFoundError:
        return None  # somebody else has seen to it
    except (ValueError, KeyError, TypeError):
        log.error("submission.unreadable", extra={"submission": path.name})
        path.rename(path.with_suffix(".unreadable"))
        return None


def _write(folder: Path, name: str, content: bytes) -> None:
    """Under a hidden name first: half a submission is never seen."""
    hidden = folder / f".{name}{_SUFFIX}"
    descriptor = open_unfinished(hidden, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        try:
            file.write(content)
            file.flush()
            os.fsync(descriptor)
            hidden.rename(folder / f"{name}{_SUFFIX}")
        except OSError:  # each that a full disk refuses would leave a file that nobody counts
            hidden.unlink(missing_ok=True)
            raise
    sync(folder)
