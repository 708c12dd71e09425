"""What templates and style sheets come to takes long to work out; it is kept from one process to the next.

It lies in `var/cache/`, knows nothing of readers, and may be deleted at any time.
"""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket

MOST = 100  # files: each change of a style sheet leaves one
_SEAL_BYTES = 32


@dataclass(frozen=True, slots=True)
class Cache:
    """A folder of files, each with the digest of its content before it."""

    folder: Path

    def get(self, name: str) -> bytes | None:
        """What was put under this name; None where nothing was, where it is damaged, or where others may write."""
        try:
            file = (self.folder / name).read_bytes() if self._is_ours() else b""
        except OSError:
            return None
        seal, content = file[:_SEAL_BYTES], file[_SEAL_BYTES:]
        return content if hashlib.sha256(content).digest() == seal else None

    def put(self, name: str, content: bytes) -> None:
        """Keeps it, whole or not at all. Where no file can be written the next process works it out again."""
        hidden = self.folder / f".{name}-{os.getpid()}"
        try:
            self.folder.mkdir(mode=0o700, exist_ok=True)
            self._make_room()
            hidden.touch(mode=0o600)
            hidden.write_bytes(hashlib.sha256(content).digest() + content)
            hidden.replace(self.folder / name)
        except OSError:
            with suppress(OSError):  # a full disk is left no half of it
                hidden.unlink(missing_ok=True)

    def _is_ours(self) -> bool:
        """Compiled templates are code: it is ours only where nobody else can have put it."""
        found = self.folder.stat()
        return found.st_uid == os.geteuid() and not found.st_mode & 0o022

    def _make_room(self) -> None:
        held = list(self.folder.iterdir())
        if len(held) >= MOST:
            for file in held:
                file.unlink(missing_ok=True)


class Bytecode(BytecodeCache):
    """Templates compiled once and not by each process: one entry for each template of a folder.

    jinja2 knows by the digest of a template's text, its own version and Python's whether it may use what it finds.
    """

    def __init__(self, cache: Cache) -> None:
        self._cache = cache

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fills the bucket with what was kept, if anything was."""
        content = self._cache.get(bucket.key)
        if content is not None:
            bucket.bytecode_from_string(content)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keeps what was compiled."""
        self._cache.put(bucket.key, bucket.bytecode_to_string())
