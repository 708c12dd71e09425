"""A file that is not there yet: whole under its name, or not at all.

A disk that is full takes a name and no bytes, and an empty file is believed: an empty `config.yaml` is one that says
nothing, an empty `var/secret` is in the way of the real one.
"""

from __future__ import annotations

import os
from pathlib import Path


def make_file(path: Path, content: bytes, *, mode: int = 0o666) -> None:
    """Writes a new file. Raises FileExistsError where there is one, and OSError; then there is none of ours."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
    except BaseException:  # also a keyboard interrupt leaves nothing behind
        path.unlink(missing_ok=True)
        raise
