"""The files that issues show: below the issues folder, and below that of static files where a site generator has one.

A path that begins with `/` is below the folder of static files; any other is below the issues folder.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from pipeline.issues.folder import ASSET_LIMIT_BYTES, read


@dataclass(frozen=True, slots=True)
class Files:
    """Both folders. A value, so that other processes can ask too."""

    issues: Path
    static: Path | None = None

    @property
    def below_static(self) -> str | None:
        """Where the issues folder is below that of static files, or the way there (`../static`) if it is elsewhere.

        "" if that is below the issues folder, None if there is none.
        """
        if self.static is None:
            return None
        issues, static = self.issues.resolve(), self.static.resolve()
        if static in issues.parents:
            return issues.relative_to(static).as_posix()
        way = os.path.relpath(static, issues).replace(os.sep, "/")
        return way if way.startswith("../") else ""

    def __call__(self, path: str) -> bool:
        """Whether there is such a file."""
        return os.path.isfile(self.place(path))  # noqa: PTH113 (Path.is_file raises for names that are too long)

    def place(self, path: str) -> str:
        """Its whole path."""
        root, below = self._found(path)
        return f"{root}/{below}"

    def read(self, path: str) -> bytes:
        """Its bytes. Raises IssueError."""
        return read(*self._found(path), ASSET_LIMIT_BYTES)

    def _found(self, path: str) -> tuple[Path, str]:
        return (self.static, path[1:]) if path.startswith("/") and self.static else (self.issues, path)
