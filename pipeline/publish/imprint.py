"""Whether feeds and archive still show what the books say, told without rendering anything.

After a build the digest of all that went in is noted, with size and time of each file that came out.
While both are the same there is nothing to do, and nothing slow is even imported.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

from pipeline.issues.archive import Record
from pipeline.mailings.ledger.notebook import Notebook

NOTE = "imprint"


class Imprint:
    """`settings` is everything besides the issues that decides the output, as text; `folders` hold it."""

    def __init__(self, notebook: Notebook, settings: str, templates: Iterable[Path]) -> None:
        self._notebook = notebook
        self._settings = settings
        self._templates = tuple(templates)

    def stands(self, records: Iterable[Record]) -> bool:
        """Whether the last build is still what a build now would write."""
        noted = json.loads(self._notebook.note(NOTE) or "{}")
        if noted.get("digest") != self._digest(records):
            return False
        return all(_seen(Path(path)) == seen for path, seen in noted["files"].items())

    def files(self) -> set[Path]:
        """What the last build left."""
        return {Path(path) for path in json.loads(self._notebook.note(NOTE) or "{}").get("files", ())}

    def write(self, records: Iterable[Record], files: Iterable[Path]) -> None:
        """Notes what a build was made from, and what it left."""
        seen = {str(path): _seen(path) for path in files}
        self._notebook.write_note(NOTE, json.dumps({"digest": self._digest(records), "files": seen}))

    def _digest(self, records: Iterable[Record]) -> str:
        shown = [
            (record.key, record.source_digest, record.text_digest, record.title, record.description, record.path,
             record.number, str(record.day), record.language, record.tags, str(record.cover), record.permalink,
             record.feed_id, str(record.published_at), str(record.updated_at))
            for record in records if record.is_shown
        ]
        templates = [(str(path), _seen(path)) for path in self._templates]
        return hashlib.sha256(json.dumps([self._settings, templates, shown]).encode()).hexdigest()


def _seen(path: Path) -> list[int] | None:
    """Time and size of a file; None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return [found.st_mtime_ns, found.st_size]
