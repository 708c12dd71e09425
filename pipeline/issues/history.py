"""The day a file first entered the repository, for issues without a date of their own.

`git log --follow` takes a new issue that was begun as a copy of the last one for the last one;
so the whole history is read once, and only real renames hand their birthday on. Only of files that end like issues:
pictures take git long to compare, and a clone without large files does not have them.
"""

from __future__ import annotations

import os
import subprocess
import unicodedata
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path, PurePosixPath


def git_date(root: Path, timeout_s: float = 20.0) -> Callable[[str], datetime | None]:
    """A function from a path below `root` to the author date of its first commit, followed through renames.

    It answers None for a file that was never committed, and for all files outside git, in a shallow
    clone (whose first commit is not the first) and when git is missing or takes longer than `timeout_s`.
    The history is read at the first question, and again when an unknown file is asked for after a commit.
    """
    return _History(root, timeout_s).first_commit


class _History:
    """The births of all files that end like one of `_endings`, as of one commit.

    `_head` is None before the first look and "" where git is no help.
    """

    def __init__(self, root: Path, timeout_s: float) -> None:
        self._root, self._timeout_s = root, timeout_s
        self._head: str | None = None
        self._born: dict[str, datetime] = {}
        self._endings = {".md", ".markdown"}

    def first_commit(self, path: str) -> datetime | None:
        name = unicodedata.normalize("NFC", path)
        ending = PurePosixPath(name).suffix
        if ending not in self._endings:
            self._endings.add(ending)
            if self._head:
                self._head = None  # of files with this ending nothing was asked yet
        if name not in self._born:
            self._look()
        return self._born.get(name)

    def _look(self) -> None:
        """Reads the history unless it is known to be the same, or of no use."""
        if self._head == "":
            return
        try:
            head = self._git("rev-parse", "HEAD")
            if head != self._head:
                self._born = self._births()
                self._head = head
        except (OSError, ValueError, subprocess.SubprocessError):
            self._head = ""

    def _births(self) -> dict[str, datetime]:
        shallow, prefix = self._git("rev-parse", "--is-shallow-repository", "--show-prefix").split("\n")[:2]
        if shallow == "true":
            return {}
        log = self._git("log", "--topo-order", "--reverse", "--format=%x00%aI%x00", "--name-status", "-M", "-m", "-z",
                        "--no-color", "--no-ext-diff", "--no-show-signature", "--diff-filter=AR", "HEAD",
                        "--", *(f":(top)*{ending}" for ending in sorted(self._endings)))
        born: dict[str, datetime] = {}
        for status, old, new, when in _changes(log):
            born.setdefault(new, born.get(old, when) if status == "R" else when)
        prefix = unicodedata.normalize("NFC", prefix)
        return {path.removeprefix(prefix): when for path, when in born.items() if path.startswith(prefix)}

    def _git(self, *arguments: str) -> str:
        """What git prints, asked about the folder and nothing that the environment names."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        done = subprocess.run(  # noqa: S603 (fixed words, no shell)
            ["git", "--no-pager", "-C", str(self._root), *arguments],  # noqa: S607 (git is where the PATH says)
            env=environment | {"GIT_OPTIONAL_LOCKS": "0"}, stdin=subprocess.DEVNULL, capture_output=True,
            timeout=self._timeout_s, check=True)
        return done.stdout.decode("utf-8", "surrogateescape")


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
