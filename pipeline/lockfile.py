"""A lock that lives exactly as long as its process: the kernel frees it whatever kills us."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from pipeline.newfile import unwritten


class LockFile:
    """A file held by `flock`. Closing it, or dying, lets go."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path = path
        self._descriptor = descriptor

    @classmethod
    def take(cls, path: Path) -> LockFile | None:
        """Takes the lock, making the file if need be; None while another process holds it. Raises OutputError."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise unwritten(path, error) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return None
        return cls(path, descriptor)

    def write(self, text: str) -> None:
        """Leaves a word for people who look into the file. Raises OutputError, on a full disk for instance."""
        try:
            os.ftruncate(self._descriptor, 0)
            os.pwrite(self._descriptor, text.encode(), 0)
        except OSError as error:
            raise unwritten(self.path, error) from error

    def release(self, *, remove: bool = False) -> None:
        """Lets go; with `remove` the file goes first, so that nobody finds it free and half gone."""
        if remove:
            self.path.unlink(missing_ok=True)
        os.close(self._descriptor)


def is_free(path: Path) -> bool:
    """Whether the file is there and no process holds it. Nothing is taken; one that may not be read counts as held."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(descriptor)  # and lets go
    return True
