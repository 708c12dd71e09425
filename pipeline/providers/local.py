"""Posts that need no network: a folder of .eml files, a list in memory, and one that fails by a script.

`Folder` is the default transport and a real one: what it wrote is on the disk, whole, once. `Outbox`
and `Faulty` are for tests and rehearsals; they ship, so that nobody has to write a mock.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import threading
import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping
from email.parser import BytesHeaderParser
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

from pipeline.clock import Clock
from pipeline.errors import InDoubt, TransportError, Unavailable
from pipeline.newfile import sync
from pipeline.providers.base import TO_NOBODY, Message, Receipt, Transport

_LONGEST = 120  # bytes of one name; every filesystem takes 255, some tools and mounts less
_SAFE = frozenset("@.+-_=")
_NO_LINKS = frozenset({errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EOPNOTSUPP, errno.EMLINK})


class Folder(Transport):
    """Writes each message below `root` as DATE/MAILING/NNNNNN-address.eml, 0600 in folders of 0700.

    DATE is the message's own, so that a second attempt after midnight finds the first one's file. The
    same delivery gives the same file, never two; another delivery never overwrites it.
    """

    name = TO_NOBODY
    timeout_s = 60.0
    idempotent = True

    def __init__(self, root: Path, clock: Clock) -> None:
        self._root = root
        self._clock = clock
        self._lock = threading.Lock()
        self._ready: set[Path] = set()

    def send(self, message: Message) -> Receipt:
        """Writes the file and waits until it is on the disk. Raises Unavailable when that cannot be."""
        content = message.mime()
        folder = self._root / self._day(content) / (safe_name(message.mailing) or "letters")
        try:
            self._prepare(folder)
            path = _place(folder, message, content)
        except OSError as error:
            raise Unavailable(
                f"{error.filename or folder}: the message cannot be written ({error.strerror or error}): "
                "make room or give write access; it goes on by itself"
            ) from error
        where = str(path.relative_to(self._root))
        return Receipt(self.name, where, f"written to {where}", self._clock.now())

    def close(self) -> None:
        """Nothing is open between two messages."""

    def _prepare(self, folder: Path) -> None:
        """Makes the folder; at the first look sweeps away what a killed process left half written."""
        with self._lock:
            _make_private(folder)
            if folder not in self._ready:
                for leftover in folder.glob(".*.tmp"):
                    leftover.unlink(missing_ok=True)
            self._ready.add(folder)

    def _day(self, content: bytes) -> str:
        head = BytesHeaderParser().parsebytes(content[: content.find(b"\r\n\r\n") + 2])
        try:
            return parsedate_to_datetime(head["Date"]).date().isoformat()
        except (TypeError, ValueError):
            return self._clock.now().date().isoformat()


def folder(settings: Mapping[str, Any], clock: Clock) -> Callable[[], Folder]:
    """For the catalogue: `settings["folder"]` is where the files go. All threads share one transport."""
    shared = Folder(Path(settings["folder"]), clock)
    return lambda: shared


def safe_name(text: str) -> str:
    """A file name for any filesystem, readable, and different for different texts; "" for "".

    Letters and digits of every script and `@ . + - _ =` stay. Where anything was changed or cut, a
    digest of the whole is added. No leading dot (Maildir, hidden files), no trailing dot (Windows).
    """
    composed = unicodedata.normalize("NFC", text)
    plain = "".join(c if c.isalnum() or c in _SAFE else "_" for c in composed).strip(".")
    cut = plain.encode()[:_LONGEST].decode(errors="ignore")
    if cut == text:
        return cut
    return f"{cut}~{_digest(text)}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:12]


def _make_private(folder: Path) -> None:
    """The folder and what is missing above it, for the owner's eyes."""
    missing = [place for place in (folder, *folder.parents) if not place.exists()]
    for place in reversed(missing):
        with contextlib.suppress(FileExistsError):
            place.mkdir(mode=0o700)
    if not folder.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, "a file is in the way", str(folder))


def _place(folder: Path, message: Message, content: bytes) -> Path:
    """Where the delivery lies, after it has been written if it was not yet there."""
    stem = f"{message.sequence:06d}-{safe_name(message.recipient)}"
    for name in (f"{stem}.eml", f"{stem}~{_digest(message.key)}.eml"):
        path = folder / name
        if _write_once(path, content) or _is_same_delivery(path, message):
            return path
    raise FileExistsError(errno.EEXIST, "another message is in the way", str(path))


def _is_same_delivery(path: Path, message: Message) -> bool:
    head = path.read_bytes().partition(b"\r\n\r\n")[0]
    return f"<{message.message_id}>".encode() in head


def _write_once(path: Path, content: bytes) -> bool:
    """Writes under a temporary name, then gives the name; False if the name is taken. Durable when it returns."""
    if path.exists():
        return False
    temporary = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}.tmp")
    try:
        _write_through(temporary, content)
        is_new = _give_name(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    sync(path.parent)
    return is_new


def _write_through(path: Path, content: bytes) -> None:
    number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(number, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(number)


def _give_name(temporary: Path, path: Path) -> bool:
    """By a hard link, which never overwrites; by a rename where the filesystem has none."""
    try:
        os.link(temporary, path)
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        temporary.rename(path)
    return True


class Outbox(Transport):
    """A list in memory. `messages` holds what was handed over, repeats included, in order. Safe for many threads."""

    name = "outbox"
    timeout_s = 1.0
    idempotent = False
    repeats = True

    def __init__(self, clock: Clock) -> None:
        self.messages: list[Message] = []
        self._clock = clock

    def send(self, message: Message) -> Receipt:
        """Takes every message."""
        self.messages.append(message)
        return Receipt(self.name, None, "kept", self._clock.now())

    def close(self) -> None:
        """Nothing to end: the list stays readable."""


class Faulty(Transport):
    """A transport that fails as its script says, and hands the rest to `inner`.

    The script gets the message and the number of the attempt at its key, from 1; None lets it pass.
    For InDoubt the message reaches `inner` all the same when `is_taken`: only its answer is lost.
    """

    idempotent = False
    repeats = True

    def __init__(
        self, script: Callable[[Message, int], TransportError | None], inner: Transport, *, is_taken: bool = True
    ) -> None:
        self.name = inner.name
        self.timeout_s = inner.timeout_s
        self._script = script
        self._inner = inner
        self._is_taken = is_taken
        self._attempts: Counter[str] = Counter()
        self._lock = threading.Lock()

    def send(self, message: Message) -> Receipt:
        """Raises what the script says, or returns the receipt of `inner`."""
        with self._lock:
            self._attempts[message.key] += 1
            attempt = self._attempts[message.key]
        error = self._script(message, attempt)
        if error is None:
            return self._inner.send(message)
        if isinstance(error, InDoubt) and self._is_taken:
            self._inner.send(message)
        raise error

    def close(self) -> None:
        """Closes `inner`."""
        self._inner.close()
