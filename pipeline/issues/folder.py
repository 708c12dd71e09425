"""The editor's folder: which files are issues, and their bytes, whatever else lies there.

One `scandir` a folder and one `stat` a file. Nothing outside the folder is ever read: links are
followed only to files inside it, pipes and sockets are named instead of waited for.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from pipeline.errors import IssueError, OutputError, Problem
from pipeline.issues.knitting import is_source
from pipeline.issues.patterns import matcher

MARKDOWN = (".md", ".markdown", ".mdx", ".qmd", ".Rmd", ".MD")  # how files may end that are issues
LIMIT_BYTES = 8 * 1024 * 1024          # of an issue
ASSET_LIMIT_BYTES = 64 * 1024 * 1024   # of a picture or a film in it
LEFT_ALONE = timedelta(seconds=2)         # before a file is read: nobody writes in it any more
_FARTHEST_NS = 2**63 - 1                  # from 1970, in 2262: a disk can say more, and no ledger
_READ_BY_ALL = stat.S_IRUSR | stat.S_IRGRP | stat.S_IROTH

_JOINED = re.compile("(?<=[^\\x00-\\x7f])[\u200c\u200d]")  # joiners shape an emoji or a Persian word, and hide in ASCII


class Entry(NamedTuple):
    """A file that may be an issue: `path` relative to the folder, forward slashes, NFC; `name_on_disk` is how the
    disk spells the same (another normal form, or what a link leads to). Times in nanoseconds since 1970.

    `readable`: whether its permissions let us read it. They change neither its time nor its size."""

    path: str
    name_on_disk: str
    mtime_ns: int
    size: int
    readable: bool = True


class Listing(NamedTuple):
    """What `scan` found: entries ordered by path, and one problem for each thing that matches and can't be read."""

    entries: tuple[Entry, ...]
    problems: tuple[Problem, ...]


def scan(root: Path, include: Sequence[str], exclude: Sequence[str]) -> Listing:
    """All files below `root` that match a pattern of `include` and none of `exclude`; dot names are skipped.

    Patterns are matched against the path from `root`: `**/` is any number of folders, none included. `14.Rmd` beside
    `14.md` is left out, as that was made of it.
    Raises OutputError when `root` itself can't be listed.
    """
    wanted = matcher(include, exclude)
    entries: dict[str, Entry] = {}
    problems: list[Problem] = []
    for item, relative in _walk(root, problems):
        path = relative if relative.isascii() else unicodedata.normalize("NFC", relative)
        if not wanted(path):
            continue
        found = _look(item, path, relative, root)
        if isinstance(found, Problem):
            problems.append(found)
        elif twin := entries.get(path):
            problems.append(_twin(path))
            entries[path] = twin if twin.name_on_disk == path else found
        else:
            entries[path] = found
    return Listing(tuple(entries[path] for path in sorted(entries) if not is_source(path, entries)), tuple(problems))


def fingerprint(listing: Listing, reading: str) -> str:
    """A digest of what lies in the folder and of how it is read."""
    found = "".join([f"{entry.path}\0{entry.mtime_ns} {entry.size}{'' if entry.readable else ' closed'}\n"
                     for entry in listing.entries])
    return hashlib.sha256(repr((reading, listing.problems)).encode() + found.encode()).hexdigest()


def read(root: Path, path: str, limit_bytes: int = LIMIT_BYTES) -> bytes:
    """The bytes of the file `path` (as the disk spells it, `Entry.name_on_disk`) below `root`.

    Every step is opened without following links, so nothing outside is read even if the folder changes
    meanwhile. Raises IssueError: gone, not a plain file, unreadable, or larger than `limit_bytes`.
    """
    try:
        content = _content(root, path, limit_bytes)
    except OSError as error:
        remedy = "check that it is a plain file and who may read it"
        if isinstance(error, FileNotFoundError):
            remedy = "put it there, or write the whole address (https://…) of what is elsewhere"
        raise IssueError(f"cannot be read: {error.strerror}", path=path, rule="unreadable", remedy=remedy) from None
    if content is None:
        raise IssueError(f"is larger than {limit_bytes:,} bytes", path=path, rule="too-large",
                         remedy="shorten it, or exclude it if it is not an issue")
    return content


def is_stable(entry: Entry, now: datetime) -> bool:
    """Were the bytes left alone for two seconds? A change time ahead of our clock says nothing and must not block."""
    age = now.timestamp() - entry.mtime_ns / 1e9
    return age >= LEFT_ALONE.total_seconds() or age < -LEFT_ALONE.total_seconds()


def _walk(root: Path, problems: list[Problem]) -> Iterator[tuple[os.DirEntry[str], str]]:
    """Everything below `root` but dot names, with its path; a folder only if its name could be a file's.

    Folders that can't be listed become problems.
    """
    waiting = [""]
    while waiting:
        folder = waiting.pop()
        for item in _listed(root, folder, problems):
            relative = f"{folder}/{item.name}" if folder else item.name
            if item.is_dir(follow_symlinks=False):
                waiting.append(relative)
                if "." not in item.name:
                    continue
            yield item, relative


def _listed(root: Path, folder: str, problems: list[Problem]) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(root / folder) as items:
            return [item for item in items if not item.name.startswith(".")]
    except OSError as error:
        if not folder:
            raise OutputError(f"the issues folder cannot be listed: {error.strerror}", path=str(root),
                              remedy="check issues.folder in config.yaml") from None
        problems.append(Problem(folder, f"this folder cannot be listed: {error.strerror}",
                                "allow reading it, or exclude it", rule="unreadable"))
        return []


def _look(item: os.DirEntry[str], path: str, relative: str, root: Path) -> Entry | Problem:
    """The entry of a name that matches, or why it is none."""
    if not (path.isprintable() or _JOINED.sub("", path).isprintable()):
        return Problem(printable(path), "its name has a character that is invisible or not UTF-8", "rename it",
                       rule="file-name")
    if item.is_symlink():
        return _follow(path, relative, root)
    try:
        about = item.stat(follow_symlinks=False)
    except OSError as error:
        return Problem(path, f"cannot be read: {error.strerror}", "check who may read its folder", rule="unreadable")
    if not stat.S_ISREG(about.st_mode):
        return Problem(path, f"is {_kind(about.st_mode)}, not a file", "move it out of the folder or exclude it",
                       rule="not-a-file")
    return _entry(path, relative, about, item)


def _follow(path: str, relative: str, root: Path) -> Entry | Problem:
    """A link counts as the file it leads to, if that is a plain file inside the folder."""
    inside = root.resolve()
    try:
        target = (root / relative).resolve(strict=True)
        about = target.stat()
    except (OSError, RuntimeError):
        return Problem(path, "is a link that leads nowhere", "mend or remove it", rule="link")
    if not target.is_relative_to(inside):
        return Problem(path, "is a link out of the issues folder", "put the file itself there", rule="link")
    if not stat.S_ISREG(about.st_mode):
        return Problem(path, f"is a link to {_kind(about.st_mode)}", "put the file itself there", rule="link")
    return _entry(path, target.relative_to(inside).as_posix(), about, target)


def _entry(path: str, name_on_disk: str, about: os.stat_result, place: os.PathLike[str]) -> Entry:
    """`place` is asked whether we may read it, where its permissions do not say so at once."""
    changed_ns = about.st_mtime_ns
    if abs(changed_ns) > _FARTHEST_NS:
        changed_ns = max(-_FARTHEST_NS, min(changed_ns, _FARTHEST_NS))
    readable = about.st_mode & _READ_BY_ALL == _READ_BY_ALL or _is_readable(place, about)
    return Entry(path, name_on_disk, changed_ns, about.st_size, readable)


def _is_readable(path: os.PathLike[str], about: os.stat_result) -> bool:
    needed = stat.S_IRUSR if about.st_uid == os.geteuid() else stat.S_IROTH
    return bool(about.st_mode & needed) or os.access(
        path, os.R_OK, effective_ids=os.access in os.supports_effective_ids)


def _content(root: Path, path: str, limit_bytes: int) -> bytes | None:
    """A file's bytes; None where they are more than that. Raises IssueError where it is no plain file, OSError."""
    descriptor = _open_below(root, path)
    about = os.fstat(descriptor)
    if not stat.S_ISREG(about.st_mode):
        os.close(descriptor)  # `open` below would refuse a folder in its own way
        raise IssueError(f"is {_kind(about.st_mode)}, not a file", path=path, rule="not-a-file",
                         remedy="move it out of the folder or exclude it")
    with open(descriptor, "rb") as file:  # noqa: PTH123 (a descriptor, not a path)
        content = file.read(limit_bytes + 1) if about.st_size <= limit_bytes else b""
    return content if max(about.st_size, len(content)) <= limit_bytes else None


def _open_below(root: Path, path: str) -> int:
    """A descriptor of the file, reached step by step from `root`; O_NONBLOCK so that a pipe does not hold us."""
    *folders, name = path.split("/")
    if ".." in folders or name in ("", "..") or path.startswith("/"):
        raise FileNotFoundError(2, "not below the issues folder", path)
    step = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for folder in folders:
            below = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=step)
            os.close(step)
            step = below
        return os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=step)
    finally:
        os.close(step)


def _kind(mode: int) -> str:
    names = {stat.S_IFDIR: "a folder", stat.S_IFIFO: "a pipe", stat.S_IFSOCK: "a socket",
             stat.S_IFLNK: "a link", stat.S_IFCHR: "a device", stat.S_IFBLK: "a device"}
    return names.get(stat.S_IFMT(mode), "something else")


def _twin(path: str) -> Problem:
    return Problem(path, "two files differ only in how an accent is stored (NFC and NFD)", "remove one",
                   rule="file-name")


def printable(path: str) -> str:
    """A name that a terminal and JSON can take."""
    return re.sub(r"[\ud800-\udfff]", "\ufffd", path)
