"""The archive and the feeds as they lie on the disk, handed out with what caches and feed readers ask for.

A reader who polls gets 304 (see conditions.py). A text is compressed once and kept; where a brotli twin lies
beside it, that is sent to who takes it. Nothing outside the two folders is ever opened.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import stat
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import lru_cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response

from pipeline.feeds.file_headers import STYLED, cache_control, media_type
from pipeline.feeds.twins import LEAST_BYTES, SUFFIXES
from pipeline.issues.html.embeds import FRAMES
from pipeline.web.conditions import OK, judge

SMALL_BYTES = 1024 * 1024    # larger files are not kept in memory
KEPT = 128                   # files
AT_ONCE = 8                  # threads that may hang on a disk

_TEXT = ("text/", "application/xml", "application/json", "application/atom+xml", "application/rss+xml",
         "application/feed+json", "image/svg+xml")

_FEEDS = ("application/atom+xml", "application/rss+xml")

# A page may show what an issue shows, and post the subscribe form; its own meta element narrows this further.
POLICY = ("default-src 'none'; style-src 'self' 'unsafe-inline'; script-src 'self'; img-src 'self' data: https: http:; "
          f"media-src 'self' https: http:; {FRAMES}; form-action 'self' https: http:; base-uri 'none'; "
          "frame-ancestors 'none'")


@dataclass(frozen=True, slots=True)
class ServedFile:
    """A file in memory. `packed` has its shorter forms by their encoding, none where that is not worth it."""

    content: bytes
    etag: str
    packed: Mapping[str, bytes]


class StaticFiles:
    """Folders by the path they are served under, "" for the top; the longest path wins."""

    def __init__(self, folders: Mapping[str, Path]) -> None:
        self._folders = dict(sorted(folders.items(), key=lambda item: -len(item[0])))

    def answer(self, request: Request, path: str) -> Response | None:
        """The file at a decoded path, or None where there is nothing for anybody."""
        found = self._find(path)
        if found is None:
            return None
        file, status = found
        if file.name == "index.html" and path and not path.endswith(("/", "index.html")):
            return RedirectResponse(f"./{path.rpartition('/')[2]}/", 308)  # relative: whatever stands before us
        kind = media_type(file)
        own = {}
        if kind.startswith(_FEEDS):
            kind, own = STYLED if _is_browser(request) else kind, {"vary": "Accept"}
        headers = own | {
            "last-modified": format_datetime(datetime.fromtimestamp(status.st_mtime, UTC), usegmt=True),
            "cache-control": cache_control(path),
            "content-security-policy": POLICY,
        }
        if status.st_size > SMALL_BYTES:
            return _large(request, file, status, kind, headers)
        return _small(request, _copy(file, status.st_mtime_ns, kind), kind, headers, status.st_mtime)

    def _find(self, path: str) -> tuple[Path, os.stat_result] | None:
        """A regular file below one of the folders; a folder stands for its index."""
        parts = path.split("/")
        if "\0" in path or "\\" in path or any(part.startswith(".") for part in parts):
            return None
        if "" in parts[:-1]:
            return None
        top, folder = next((top, folder) for top, folder in self._folders.items() if path.startswith(top))
        file = folder / path.removeprefix(top)
        try:
            if file.is_dir():
                file /= "index.html"
            elif path.endswith("/"):
                return None  # a file is no folder: links from it would lead nowhere
            real = file.resolve(strict=True)
            status = real.stat()
        except (OSError, ValueError):  # ValueError: no file can have such a name
            return None
        if not real.is_relative_to(folder.resolve()) or not stat.S_ISREG(status.st_mode):
            return None
        return real, status


def _large(
    request: Request, file: Path, status: os.stat_result, kind: str, headers: dict[str, str],
) -> Response:
    """A file from the disk, or of a text a twin of it where the reader takes that."""
    twins = _twins(file, status.st_mtime_ns) if kind.startswith(_TEXT) else {}
    etag = _digest(f"{kind} {status.st_ino} {status.st_mtime_ns} {status.st_size}".encode())
    encoding = _encoding(request, twins, etag, headers)
    if (verdict := judge(request.headers, headers["etag"], status.st_mtime)) != OK:
        return Response(status_code=verdict, headers=headers)
    own = {"content-encoding": encoding} if encoding else {}
    return FileResponse(twins.get(encoding, file), headers=headers | own, media_type=kind)


def _small(request: Request, copy: ServedFile, kind: str, headers: dict[str, str], changed_s: float) -> Response:
    """A file out of memory, packed where the reader takes that."""
    encoding = _encoding(request, copy.packed, copy.etag, headers)
    if (verdict := judge(request.headers, headers["etag"], changed_s)) != OK:
        return Response(status_code=verdict, headers=headers)
    own = {"content-encoding": encoding} if encoding else {}
    return Response(copy.packed.get(encoding, copy.content), headers=headers | own, media_type=kind)


def _encoding(request: Request, packed: Collection[str], etag: str, headers: dict[str, str]) -> str:
    """The first of the shorter forms that the reader takes, "" for none. Each has a strong ETag of its own."""
    accepted = _accepted(request)
    encoding = next((one for one in packed if one in accepted), "")
    headers["etag"] = f'"{etag}-{encoding}"' if encoding else f'"{etag}"'
    if packed:
        headers["vary"] = ", ".join(filter(None, (headers.get("vary"), "Accept-Encoding")))
    return encoding


@lru_cache(maxsize=KEPT)
def _copy(file: Path, mtime_ns: int, kind: str) -> ServedFile:
    """The file as it is at that time: a changed one is another copy."""
    content = file.read_bytes()
    packed: dict[str, bytes] = {}
    if len(content) >= LEAST_BYTES and kind.startswith(_TEXT):
        with suppress(KeyError, OSError):
            packed["br"] = _twins(file, mtime_ns)["br"].read_bytes()
        packed["gzip"] = gzip.compress(content, 6, mtime=0)
    return ServedFile(content, _digest(kind.encode() + content), packed)  # as another type it is another answer


def _twins(file: Path, mtime_ns: int) -> dict[str, Path]:
    """The twins that were written with the file, by their encoding; one of another time is out of date
    (`feeds.twins`)."""
    beside = {encoding: file.with_name(f"{file.name}{suffix}") for encoding, suffix in SUFFIXES.items()}
    return {encoding: twin for encoding, twin in beside.items() if _is_of(twin, mtime_ns)}


def _is_of(twin: Path, mtime_ns: int) -> bool:
    try:
        return twin.stat(follow_symlinks=False).st_mtime_ns == mtime_ns
    except OSError:
        return False


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:32]


def _is_browser(request: Request) -> bool:
    """Whether a person is going to look at the answer: a program that wants a page names HTML before all else."""
    return request.headers.get("accept", "").startswith("text/html")


def _accepted(request: Request) -> set[str]:
    """The encodings that the reader accepts, those with weight zero left out (RFC 9110 section 12.5.3)."""
    parts = (part.replace(" ", "").partition(";q=")
             for part in ",".join(request.headers.getlist("accept-encoding")).lower().split(","))
    return {name for name, _, weight in parts if not weight or weight.strip("0.")}
