"""A file, or a folder of files, that is not there yet: whole under its name, or not at all.

A disk that is full takes a name and no bytes, and an empty file is believed: an empty `config.yaml` is one that says
nothing, an empty `var/secret` is in the way of the real one.

What would outlive a process that dies while it writes is locked meanwhile. The kernel frees the lock of a dead process:
that tells what was left behind from what somebody is still writing.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from pipeline.errors import OutputError


def make_file(path: Path, content: bytes, *, mode: int = 0o666) -> None:
    """Writes a new file. Raises FileExistsError where there is one, and OSError; then there is none of ours."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.unlink(missing_ok=True)  # of a process of that number that died
    try:
        _write(beside, content, mode)
        _name(beside, path, content, mode)
    finally:
        beside.unlink(missing_ok=True)


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """Gives a hidden path at which a folder is to be made; it gets its name when all in it is on the disk.

    Raises OutputError where there is one, or none can be, and OSError; then nothing of ours is left.
    """
    import shutil  # slow import

    try:
        path.mkdir(parents=True)
        path.rmdir()
    except OSError as error:
        raise OutputError(f"cannot be made: {error.strerror}", path=str(path),
                          remedy="name a folder that does not exist yet") from error
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    shutil.rmtree(beside, ignore_errors=True)  # of a process of that number that died
    try:
        yield beside
        for place, _, names in os.walk(beside):
            for name in (*names, "."):
                sync(Path(place, name))
        beside.rename(path)
        sync(path.parent)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


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


def unwritten(path: Path, error: OSError, remedy: str = "make its folder writable and free some space") -> OutputError:
    """What a person is told of a file or folder of ours that the disk did not take."""
    return OutputError(f"cannot be written: {error.strerror}", path=str(path), remedy=remedy)


def sync(path: Path) -> None:
    """What was written to a file, or the names in a folder, outlive a power cut."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_filesystems(descriptors: Sequence[int]) -> None:
    """All that was written to the file systems of open files outlives a power cut; Linux only.

    Other disks, which may be slow or a dead network's, are not waited for. Raises OSError, also for what a disk
    failed to take since the first of its files was opened.
    """
    import ctypes  # slow import

    system = ctypes.CDLL(None, use_errno=True)
    for descriptor in {os.fstat(one).st_dev: one for one in reversed(descriptors)}.values():
        if system.syncfs(descriptor):
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))


def _name(beside: Path, path: Path, content: bytes, mode: int) -> None:
    """Unlike a rename, a link takes no name that somebody else has taken meanwhile."""
    try:
        os.link(beside, path)
    except FileExistsError:
        raise
    except OSError:  # a filesystem that has no links
        _write(path, content, mode)


def _write(path: Path, content: bytes, mode: int) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(descriptor)
    except BaseException:  # also a keyboard interrupt leaves nothing behind
        path.unlink(missing_ok=True)
        raise
