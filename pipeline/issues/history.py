"""The day a file first entered the repository, for issues without a date of their own.

`git log --follow` takes a new issue that was begun as a copy of the last one for the last one;
so the whole history is read once, and only real renames hand their birthday on.
"""

from __future__ import annotations

import os
import subprocess
import unicodedata
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import cache
from pathlib import Path


def git_date(root: Path, timeout_s: float = 20.0) -> Callable[[str], datetime | None]:
    """A function from a path below `root` to the author date of its first commit, followed through renames.

    It answers None for a file that was never committed, and for all files outside git, in a shallow
    clone (whose first commit is not the first) and when git is missing or takes longer than `timeout_s`.
    The history is read at the first question, once; ask for a new function after a new commit.
    """

    @cache
    def births() -> dict[str, datetime]:
        try:
            return _births(root, timeout_s)
        except (OSError, ValueError, subprocess.SubprocessError):
            return {}

    def first_commit(path: str) -> datetime | None:
        return births().get(unicodedata.normalize("NFC", path))

    return first_commit


def _births(root: Path, timeout_s: float) -> dict[str, datetime]:
    about = _git(root, timeout_s, "rev-parse", "--is-shallow-repository", "--show-prefix").splitlines()
    if about[0] == "true":
        return {}
    prefix = unicodedata.normalize("NFC", about[1] if len(about) > 1 else "")
    log = _git(root, timeout_s, "log", "--topo-order", "--reverse", "--format=%x00%aI%x00", "--name-status", "-M", "-z",
               "--no-color", "--no-ext-diff", "--no-show-signature", "--diff-filter=AR", "HEAD")
    born: dict[str, datetime] = {}
    for status, old, new, when in _changes(log):
        born.setdefault(new, born.get(old, when) if status == "R" else when)
    return {path.removeprefix(prefix): when for path, when in born.items() if path.startswith(prefix)}


def _changes(log: str) -> Iterator[tuple[str, str, str, datetime]]:
    """(`A` or `R`, old path, new path, author date) of every addition and rename, oldest first; paths NFC."""
    fields = iter(unicodedata.normalize("NFC", log).split("\x00"))
    when = None
    for field in fields:
        status = field.strip()
        if status[:1] in ("A", "R") and when:
            old = next(fields)
            yield status[0], old, next(fields) if status.startswith("R") else old, when
        elif status:
            when = datetime.fromisoformat(status)


def _git(root: Path, timeout_s: float, *arguments: str) -> str:
    """What git prints, asked about `root` and nothing that the environment names."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    done = subprocess.run(  # noqa: S603 (fixed words, no shell)
        ["git", "--no-pager", "-C", str(root), *arguments],  # noqa: S607 (git is where the PATH says)
        env=environment | {"GIT_OPTIONAL_LOCKS": "0"}, stdin=subprocess.DEVNULL, capture_output=True,
        timeout=timeout_s, check=True)
    return done.stdout.decode("utf-8", "surrogateescape")
