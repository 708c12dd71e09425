"""Whether what the last build wrote still stands, asked with one `stat` a file and without loading the program.

The seal is a note in the ledger: digests of the folder, of the settings and templates, and of the files as they were
left, and when the next issue is due. A build breaks it before it writes and renews it when all is there.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from datetime import datetime
from hashlib import blake2b
from pathlib import Path

SEAL, FILES = "seal", "printed files"  # the two notes: the seal, and each file as it was left
PREVIOUS = "previous_pass"  # the note that says when the last pass was: all that a pass with nothing to do writes
OPEN = "{}"  # the seal while a build is at work, or died


def frame(settings: str, templates: Iterable[str | Path]) -> str:
    """What besides the issues decides the output, as a digest: also what our own templates say, in a checkout."""
    files = [path for folder in templates for path in template_files(folder)]
    return stamp(settings, *((path.name, _content(path)) for path in files))


def template_files(folder: str | Path) -> list[Path]:
    """Every file in a folder of templates, ordered; none where nothing can be listed.

    Dot names are an editor's own: Emacs leaves a link to nowhere there while a file is open, vim what is not saved.
    """
    files = (Path(place, name) for place, _, names in os.walk(folder) for name in names)
    return sorted(file for file in files if not file.name.startswith(".") and (file.is_file() or file.is_symlink()))


def _content(path: Path) -> bytes | str:
    """Of a template; where it cannot be read why, which whoever fills it will say."""
    try:
        return path.read_bytes()
    except OSError as error:
        return str(error.strerror)


def sealed(noted: str | None, files: str | None, folder: str, around: str, now: datetime) -> bool:
    """Whether a seal, as it was noted, fits what it lies on. `files` is the note of that name, `around` the frame."""
    try:
        seal = json.loads(noted or OPEN)
        if not folder or seal.get("folder") != folder or seal.get("frame") != around:
            return False
        if seal["until"] is not None and now >= datetime.fromisoformat(seal["until"]):
            return False
        return files is not None and seal["files"] == digest(files)
    except (ValueError, LookupError, TypeError, AttributeError):
        return False  # another version's, or damaged


def as_left(files: str | None) -> bool:
    """Whether each file of this note is as its build left it."""
    try:
        noted = json.loads(files or "")
        return all(seen(path) == left for some in noted.values() for path, left in some.items())
    except (ValueError, LookupError, TypeError, AttributeError):
        return False  # damaged


def digest(text: str) -> str:
    """A short digest of a text."""
    return blake2b(text.encode("utf-8", "replace"), digest_size=12).hexdigest()


def stamp(*made_from: object) -> str:
    """A digest of values that `repr` shows whole."""
    return digest(repr(made_from))


def seen(path: str | Path) -> str:
    """Time and size of a file; "" where there is none."""
    try:
        found = os.stat(path)  # noqa: PTH116, ten thousand a look: a Path each is twice as slow
    except OSError:
        return ""
    return f"{found.st_mtime_ns}.{found.st_size}"


def seen_size(left: str) -> int | None:
    """The size in what `seen` gave; None where there was no file."""
    return int(left.partition(".")[2]) if left else None


def changed(files: Mapping[str, str]) -> set[str]:
    """Those of these files that are not as they were left."""
    return {path for path, left in files.items() if seen(path) != left}
