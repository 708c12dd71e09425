"""Files that somebody is still writing, and what a process that died left of them.

While it is written such a file is locked, and the kernel frees the lock of a dead process: that is what tells the two
from each other.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path


def open_unfinished(path: Path, mode: int = 0o666) -> int:
    """A new file, locked until its descriptor is closed. Raises FileExistsError where one is there, and OSError."""
    while True:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, mode)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        if os.fstat(descriptor).st_nlink:
            return descriptor
        os.close(descriptor)  # taken for a dead process's between making and locking it


def remove_abandoned(path: Path) -> bool:
    """Deletes an unfinished file that nobody holds any more; False where somebody does, or it is gone.

    Raises OSError.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:  # its writer has just renamed it
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        path.unlink()
    except (BlockingIOError, FileNotFoundError):
        return False
    finally:
        os.close(descriptor)
    return True
