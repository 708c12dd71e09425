"""What one look at the folder found: files as they were, files read anew, files that must wait."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from pipeline.clock import microseconds
from pipeline.errors import Problem
from pipeline.issues.folder import Entry
from pipeline.issues.issue import Manuscript
from pipeline.issues.record import KnownFile

if TYPE_CHECKING:  # slow imports: Markdown, YAML
    from pipeline.publish.parsing import ParsedFile, TextSignature


class Inventory:
    """One look's files, and what each of them asks to be."""

    def __init__(self, known: Mapping[str, KnownFile], now: datetime) -> None:
        self.now = now
        self.manuscripts: dict[str, Manuscript] = {}
        self.signatures: dict[str, TextSignature] = {}
        self._known = known
        self._files: dict[str, KnownFile] = {}
        self._changed: set[str] = set()
        self._reread: dict[str, str] = {}
        self._left: set[str] = set()

    def keep(self, before: KnownFile) -> None:
        """Size and time are as before: so is the text."""
        self._files[before.path] = before

    def leave_for_later(self, entry: Entry) -> None:
        """It is being written: a known one stands as it was, a new one is not there yet."""
        if before := self._known.get(entry.path):
            self._files[entry.path] = before
            self._left.add(entry.path)

    def set_aside(self, problems: Iterable[Problem]) -> list[Problem]:
        """A known file with something else in its place, or in a folder that cannot be listed, is a broken one.

        Gives those of the problems that no known file has.
        """
        found = list(problems)
        by_path = {problem.path: problem for problem in found}
        hidden = {path: problem for path in self.vanished() if (problem := _in_the_way(path, by_path))}
        for path, problem in hidden.items():
            self._files[path] = self._known[path]._replace(digest="", seen_us=self._since(path, ""), problem=problem)
        self._changed.update(hidden)
        theirs = set(hidden.values())
        return [problem for problem in found if problem not in theirs]

    def refuse(self, entry: Entry, problem: Problem) -> None:
        before = self._known.get(entry.path)
        claimed, key = (before.claimed, before.key) if before else (None, None)
        self._put(entry, digest="", claimed=claimed, key=key, problem=problem)

    def refuse_text(self, path: str, problem: Problem) -> None:
        """What a file says now is not taken; what it said before stands."""
        self._files[path] = self._files[path]._replace(problem=problem)
        self._changed.add(path)
        del self.manuscripts[path]

    def accept(self, entry: Entry, parsed: ParsedFile) -> bool:
        """Says whether the bytes are others than the last time.

        An issue of the same bytes asks for what it asked for then, whatever a newer program reads in them.
        """
        manuscript, before = parsed.manuscript, self._known.get(entry.path)
        self.manuscripts[entry.path] = manuscript
        self.signatures[entry.path] = parsed.signature
        same = before is not None and before.digest == manuscript.digest
        claimed = manuscript.claimed_id
        if before and same and before.key and before.claimed and before.claimed != claimed:
            self._reread[claimed], claimed = entry.path, before.claimed
        self._put(entry, digest=manuscript.digest, claimed=claimed, key=None, problem=None)
        return not same

    def sketch(self, path: str) -> bytes:
        """The sketch of a file that was read; of any other nothing is known."""
        return self.signatures[path].sketch if path in self.signatures else b""

    def claims(self) -> dict[str, str]:
        """The identity each file asks for; a broken file of a known issue goes on asking for its own."""
        return {path: file.claimed for path, file in self._files.items() if file.claimed is not None}

    def new_names(self, keys: Mapping[str, str]) -> dict[str, str]:
        """What issues of the same bytes will ask for once they change, with their keys; not what others ask for."""
        asked = set(self.claims().values())
        return {name: keys[path] for name, path in self._reread.items() if path in keys and name not in asked}

    def withhold(self, withheld: Mapping[str, str]) -> None:
        """Two files with one identity: the one that does not have it is named, with the other's path."""
        for path, other in withheld.items():
            file = self._files[path]
            problem = Problem(path, f'has the same identity "{file.claimed}" as {other}',
                              "give one of them another number, or an `id:` of its own", rule="identity-twice")
            self._files[path] = file._replace(key=None, problem=problem)
            self._changed.add(path)
            self.manuscripts.pop(path, None)

    def drop_numbers(self, paths: Iterable[str]) -> None:
        """What these files count is not issues."""
        for path in self.manuscripts.keys() & set(paths):
            self.manuscripts[path] = replace(self.manuscripts[path], number=None)

    def place(self, path: str) -> tuple[float, int, str]:
        """Where a file stands among the others: by its hour, then its number; one without an hour comes last."""
        manuscript = self.manuscripts.get(path)
        if manuscript is None or manuscript.due_at is None:
            return math.inf, 0, path
        return manuscript.due_at.timestamp(), manuscript.number or 0, path

    def problem_of(self, path: str) -> Problem | None:
        return self._files[path].problem

    def problem_before(self, path: str) -> Problem | None:
        """What was wrong with it at the last look."""
        before = self._known.get(path)
        return before.problem if before else None

    def is_stranger(self, path: str, key: str) -> bool:
        """Whether a file that was not read, because it is as it was, is to be another issue than it was."""
        before = self._files[path].key
        return path not in self.manuscripts and before is not None and before != key

    def changed_at(self, path: str) -> datetime:
        """The file's change time."""
        return datetime.fromtimestamp(self._files[path].mtime_ns / 1e9, UTC)

    def problems(self) -> Iterable[Problem]:
        """Each once: one of a folder is that of every file in it."""
        return dict.fromkeys(file.problem for _, file in sorted(self._files.items()) if file.problem)

    def unread(self) -> set[str]:
        """Paths whose present text nobody has read: it is broken, or just being written."""
        return self._left | {path for path, file in self._files.items() if file.problem}

    def files(self, keys: Mapping[str, str]) -> list[KnownFile]:
        """What the book must remember of this look."""
        return [file._replace(key=keys.get(path)) for path, file in self._files.items()
                if path in self._changed or file.key != keys.get(path)]

    def vanished(self) -> list[str]:
        return [path for path in self._known if path not in self._files]

    def _put(
        self, entry: Entry, *, digest: str, claimed: str | None, key: str | None, problem: Problem | None,
    ) -> None:
        self._files[entry.path] = KnownFile(
            entry.path, entry.mtime_ns, entry.size, digest, self._since(entry.path, digest), claimed, key, problem)
        self._changed.add(entry.path)

    def _since(self, path: str, digest: str) -> int:
        """Since when a file has these bytes, or none that can be read; in microseconds since 1970."""
        before = self._known.get(path)
        return before.seen_us if before and before.digest == digest else microseconds(self.now)


def _in_the_way(path: str, by_path: Mapping[str, Problem]) -> Problem | None:
    """What keeps us from a file: something in its place, or a folder above it that is closed."""
    if problem := by_path.get(path):
        return problem
    above = (by_path.get(str(folder)) for folder in PurePosixPath(path).parents)
    return next((problem for problem in above if problem and problem.rule == "unreadable"), None)
