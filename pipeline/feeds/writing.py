"""Files that readers poll all the time: written whole or not at all, and not when nothing changed.

A file is made under a temporary name in its own folder, flushed to the disk, and renamed over the old
one; then the folder is flushed. Whoever reads sees the old bytes or the new ones, never a part, also
when we are killed or the disk is full. Equal bytes are left alone: a new time stamp would make every
reader fetch the same feed again. Many files share their flushes, as a database's group commit does:
a thousand pages take a second, not a quarter of a minute.
"""

from __future__ import annotations

import errno
import itertools
import os
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from pipeline.errors import OutputError
from pipeline.feeds.twins import PACKERS, Packed, has_twins, twin_names, twins
from pipeline.newfile import open_unfinished, remove_abandoned, sync, sync_filesystems

PREFIX, SUFFIX = ".avviso-", ".tmp"
GROUP = 100  # files that are flushed together; each is open until then
FEW = 16     # up to so many are flushed one by one, which leaves the rest of the machine alone

_REMEDIES = {
    errno.ENOSPC: "free some disk space and run it again; the old file stands",
    errno.EDQUOT: "free some disk space and run it again; the old file stands",
    errno.EFBIG: "raise the limit on the size of files and run it again; the old file stands",
    errno.EACCES: "make the folder writable for this user",
    errno.EPERM: "make the folder writable for this user",
    errno.EROFS: "the disk is mounted read-only: mount it writable, or name another folder in config.yaml",
    errno.ENAMETOOLONG: "give the issue a shorter name",
    errno.EISDIR: "a folder is in its place: move it away",
    errno.ENOTDIR: "a file is in the place of its folder: move it away",
    errno.EEXIST: "a file is in the place of its folder: move it away",
}
_serial = itertools.count()


@dataclass(frozen=True, slots=True)
class _Staged:
    """A file's new bytes, under a temporary name, locked by `descriptor`."""

    name: str
    path: Path
    temporary: Path
    descriptor: int
    twin: bool = False


def write(root: Path, files: Iterable[tuple[str, bytes | Packed]]) -> tuple[str, ...]:
    """Writes files below `root` and says which of them changed, in their order.

    Names are relative with forward slashes; folders are made. `files` may make its bytes as it goes.
    Text gets compressed twins of the same time (see feeds.twins), which are not counted; they may be made already.
    Raises OutputError at the first that cannot be written: it keeps its old bytes, those before it
    have the new ones. Pages and the feeds that link to them are two calls: the first is on the disk
    before the second begins.
    """
    written: list[str] = []
    group: list[_Staged] = []
    try:
        for name, content in files:
            group += _stage(root, name, content)
            if len(group) >= GROUP:
                full, group = group, []
                written += _settle(root, full)
    finally:  # what is staged is whole, whatever went wrong behind it
        written += _settle(root, group)
    return tuple(written)


def write_file(root: Path, name: str, content: bytes) -> bool:
    """Writes one file; says whether its bytes are new. Raises OutputError."""
    return bool(write(root, [(name, content)]))


def remove(root: Path, names: Iterable[str]) -> tuple[str, ...]:
    """Deletes files below `root` and the folders that are empty then; says which files there were.

    For files that we wrote and that are no longer part of the output: the caller knows their names.
    Anything else in the folder stays. Raises OutputError.
    """
    return tuple([name for name in names if _remove(root, name)])


def is_whole(path: Path) -> bool:
    """Whether a file and its twins are of one writing: two builds at once may leave the one's beside the other's."""
    try:
        found = path.lstat()
    except FileNotFoundError:
        return False
    return _has_its_twins(path, found.st_size, found.st_mtime_ns)


def sweep(root: Path) -> tuple[str, ...]:
    """Deletes the temporary files of dead processes below `root`; says which. Raises OutputError.

    Walks the whole folder: once before a build that has something to write is enough.
    """
    found = sorted(root.glob(f"**/{PREFIX}*{SUFFIX}"))
    return tuple([path.relative_to(root).as_posix() for path in found if _abandoned(path)])


def _safe(root: Path, name: str) -> PurePosixPath:
    """The name as a path that stays below `root`, also where a folder on the way is a link."""
    path = PurePosixPath(name)
    plain = bool(path.parts) and path.as_posix() == name and not path.is_absolute() and _is_file_name(name)
    if not plain or ".." in path.parts or not _within(root, path):
        raise OutputError(f"{name!r} leads out of the output folder", path=str(root),
                          remedy="rename the issue, or remove the link in the output folder")
    return path


def _is_file_name(name: str) -> bool:
    """NUL and lone surrogates are the two things no file system takes."""
    return "\0" not in name and name.encode(errors="replace").decode() == name


def _within(root: Path, path: PurePosixPath) -> bool:
    folder = (root / path).parent
    try:
        folder.stat()
    except OSError as error:  # it may not be there yet; a loop of links leads nowhere
        if error.errno == errno.ELOOP:
            return False
    return folder.resolve().is_relative_to(root.resolve())


def _holds(path: Path, content: bytes) -> bool:
    """Whether the file has these very bytes; its size is asked first, so most reads are spared."""
    try:
        return path.lstat().st_size == len(content) and not path.is_symlink() and path.read_bytes() == content
    except FileNotFoundError:
        return False


def _stage(root: Path, name: str, given: bytes | Packed) -> tuple[_Staged, ...]:
    """The new bytes under temporary names, twins first; or nothing when the files have them already.

    Twins are renamed first, so that whoever dies between the two leaves a file that is made again.
    """
    staged: list[_Staged] = []
    content = given.content if isinstance(given, Packed) else given
    try:
        path = root / _safe(root, name)
        same = _holds(path, content)
        time_ns = path.stat().st_mtime_ns if same else 0
        if same and _has_its_twins(path, len(content), time_ns):
            return ()
        path.parent.mkdir(parents=True, exist_ok=True)
        made = given.twins if isinstance(given, Packed) else twins(name, content)
        for gone in set(twin_names(name)) - set(made):
            (root / gone).unlink(missing_ok=True)  # of other bytes
        for each, packed in (made if same else {**made, name: content}).items():
            staged.append(_temporary(root / each, each, packed, twin=each != name))
        time_ns = time_ns or os.fstat(staged[-1].descriptor).st_mtime_ns
        for one in staged:
            os.utime(one.descriptor, ns=(time_ns, time_ns))
    except OSError as error:
        _abandon(staged)
        raise _refused(root / name, error, "cannot be written") from error
    return tuple(staged)


def _has_its_twins(path: Path, size_bytes: int, time_ns: int) -> bool:
    """Whether the twins it should have are there and of its time, and no others."""
    wanted = set(PACKERS) if has_twins(path.name, size_bytes) else set()
    return all(_time(path, suffix) == (time_ns if suffix in wanted else None)
               for suffix in (name.removeprefix(path.name) for name in twin_names(path.name)))


def _time(path: Path, suffix: str) -> int | None:
    try:
        return path.with_name(path.name + suffix).lstat().st_mtime_ns
    except FileNotFoundError:
        return None


def _temporary(path: Path, name: str, content: bytes, *, twin: bool) -> _Staged:
    descriptor, temporary = _open_temporary(path.parent)
    _fill(descriptor, temporary, content)
    return _Staged(name, path, temporary, descriptor, twin)


def _abandon(staged: Sequence[_Staged]) -> None:
    for one in staged:
        one.temporary.unlink(missing_ok=True)
        os.close(one.descriptor)


def _fill(descriptor: int, temporary: Path, content: bytes) -> None:
    try:
        with open(descriptor, "wb", closefd=False) as file:
            file.write(content)
    except BaseException:  # also a keyboard interrupt leaves nothing behind
        os.close(descriptor)
        temporary.unlink(missing_ok=True)
        raise


def _settle(root: Path, group: Sequence[_Staged]) -> list[str]:
    """Flushes the staged files, renames them while they are still locked, flushes their folders."""
    together = len(group) > FEW and sys.platform == "linux"
    try:
        if together:
            _flush_together(root, group)
        for staged in group:
            _move(staged, flush=not together)
        if together:
            _flush_together(root, group)
        else:
            _flush_folders(root, group)
    finally:
        for staged in group:
            staged.temporary.unlink(missing_ok=True)
            os.close(staged.descriptor)
    return [staged.name for staged in group if not staged.twin]


def _flush_together(root: Path, group: Sequence[_Staged]) -> None:
    try:
        sync_filesystems([staged.descriptor for staged in group])
    except OSError as error:
        raise _refused(root, error, "cannot be written") from error


def _move(staged: _Staged, *, flush: bool) -> None:
    try:
        if flush:
            os.fsync(staged.descriptor)
        staged.temporary.replace(staged.path)
    except OSError as error:
        raise _refused(staged.path, error, "cannot be written") from error


def _open_temporary(folder: Path) -> tuple[int, Path]:
    while True:
        path = folder / f"{PREFIX}{os.getpid()}-{next(_serial)}{SUFFIX}"
        with suppress(FileExistsError):  # left by a dead process of the same number
            return open_unfinished(path), path


def _flush_folders(root: Path, group: Sequence[_Staged]) -> None:
    """Makes renames and new folders last through a power cut."""
    folders = {folder for staged in group for folder in staged.path.parents if folder.is_relative_to(root)}
    for folder in sorted(folders, reverse=True):
        with suppress(OSError):  # some network file systems cannot flush a folder, and need not
            sync(folder)


def _remove(root: Path, name: str) -> bool:
    try:
        path = root / _safe(root, name)
        for twin in twin_names(path.name):
            path.with_name(twin).unlink(missing_ok=True)
        path.unlink()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise _refused(root / name, error, "cannot be deleted") from error
    for folder in path.parents[:len(PurePosixPath(name).parts) - 1]:
        with suppress(OSError):  # not empty: something else is in it
            folder.rmdir()
    return True


def _abandoned(path: Path) -> bool:
    try:
        return remove_abandoned(path)
    except OSError as error:
        raise _refused(path, error, "cannot be deleted") from error


def _refused(path: Path, error: OSError, what: str) -> OutputError:
    remedy = _REMEDIES.get(error.errno or 0, "check the path and its permissions")
    return OutputError(f"{what} ({error.strerror})", path=str(path), remedy=remedy)
