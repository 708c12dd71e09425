"""What is nobody else's business on a shared machine or on the way: keys, the ledger, exports of readers."""

from __future__ import annotations

import logging
import os
import stat
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path
from typing import TextIO

from pipeline.newfile import make_file

log = logging.getLogger(__name__)

OTHERS = stat.S_IRWXG | stat.S_IRWXO


def is_here(host: str) -> bool:
    """Whether a host is this very machine: what is said to it crosses no network."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def is_shared(path: Path) -> bool:
    """Whether others on this machine can look into a file. Raises OSError."""
    return bool(path.stat().st_mode & OTHERS)


def warn_if_shared(path: Path) -> None:
    """Says once a process and file that others on this machine can look into it; changes nothing."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return  # it is not there, or the one who opens it says why not
    if mode & OTHERS and path not in _told:
        _told.add(path)
        log.warning("file.open_to_others", extra={"path": str(path), "mode": f"{mode & 0o777:o}",
                                                  "remedy": f"chmod 600 {path}"})


def hide_from_git(folder: Path) -> None:
    """Lets `git add .` pass a folder over. Where that cannot be said there, all else goes on."""
    ignored = folder / ".gitignore"
    if ignored.exists():  # it may say what the owner decided
        return
    with suppress(OSError):  # a disk that lets nobody write
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        make_file(ignored, b"*\n", mode=0o600)


def open_private(path: Path, *, encoding: str) -> TextIO:
    """A new text file, or an old one emptied, that only its owner reads; a pipe stays as it is. Raises OSError."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    if stat.S_ISREG(os.fstat(descriptor).st_mode):  # root would take /dev/null away from everybody
        os.fchmod(descriptor, 0o600)  # an old file keeps its mode otherwise
    return os.fdopen(descriptor, "w", encoding=encoding, newline="")


_told: set[Path] = set()
