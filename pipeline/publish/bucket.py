"""What a build left, brought to a bucket: what pages show, pages, lists of them, then the feeds that lead there; then
what is gone is taken away.

The bucket's own list says what is there already, so that only what changed is put, and a pass that was cut off is
gone on with by the next. What we put is noted before it is put: nothing else in the bucket is ever taken away.
"""

from __future__ import annotations

import hashlib
import json
import logging
import threading
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path, PurePosixPath

from pipeline.errors import OutputError, PipelineError, Problem
from pipeline.feeds.file_headers import cache_control, media_type
from pipeline.mailings.ledger.notebook import Notebook
from pipeline.publish.manifest import Manifest
from pipeline.publish.s3 import Place, Store
from pipeline.publish.seal import OPEN, SEAL, stamp

log = logging.getLogger(__name__)

NOTE = "bucket"  # the note: which seal is up, where, and the names of what we put
LINES = 8        # objects put at once
FEEDS = "feeds/"
_LISTS = ("index.html", "tags/", "years/", "sitemap.xml", "feeds.opml")
_ARCHIVE, _POLLED = 3, 4  # the documents of a feed


@dataclass(frozen=True, slots=True)
class Folders:
    """Where site and feeds lie here; in the bucket the feeds are below the site, as `publication.url` has them."""

    site: Path
    feeds: Path

    def names(self, paths: Iterable[str]) -> dict[str, Path]:
        """Files of the output by the names of their objects, in the order in which they are put."""
        found = {}
        for path in map(Path, paths):
            if path.is_relative_to(self.feeds):
                found[f"{FEEDS}{path.relative_to(self.feeds).as_posix()}"] = path
            elif path.is_relative_to(self.site):
                found[path.relative_to(self.site).as_posix()] = path
        return dict(sorted(found.items(), key=lambda one: (_rank(one[0]), one[0])))


class Bucket:
    """`open_store` is called once for each thread that puts."""

    def __init__(
        self, notebook: Notebook, manifest: Manifest, place: Place, folders: Folders,
        open_store: Callable[[], Store],
    ) -> None:
        self._notebook = notebook
        self._manifest = manifest
        self._place = place
        self._where = stamp(place)
        self._folders = folders
        self._open_store = open_store

    @property
    def stands(self) -> bool:
        """Whether the bucket shows what the last build wrote."""
        return self._noted()[0] == self._seal() != ""

    def complaint(self) -> str:
        """Says that the bucket shows an older build than the last one; "" where it does not."""
        if not self._seal() or self.stands:
            return ""
        return f"the bucket {self._place.name} shows an older build: `avviso build` brings the last, or says why not"

    def bring(self) -> Problem | None:
        """Brings the bucket up to the last build, where there is one; what went wrong is for the next pass."""
        if not self._seal() or self.stands:
            return None
        try:
            self._bring()
        except PipelineError as error:
            log.warning("bucket.unfinished", extra={"reason": str(error)})
            return Problem("bucket", error.problem.message, error.problem.remedy, rule="bucket-away")
        return None

    def _bring(self) -> None:
        seal = self._seal()
        wanted = self._folders.names(self._manifest.read().files)
        if not wanted:
            return  # what the last build left is not known, and nothing is taken away for that: the next one says
        ours = self._noted()[1] | set(wanted)
        self._note("", ours)
        store = self._open_store()
        try:
            there = store.listed()
            put = self._put(wanted, there)
            gone = sorted((ours - set(wanted)) & set(there))
            for name in gone:
                store.delete(name)
        finally:
            store.close()
        self._note(seal, set(wanted))
        log.info("bucket.brought", extra={"put": put, "deleted": len(gone)})

    def _put(self, wanted: Mapping[str, Path], there: Mapping[str, str]) -> int:
        """Puts what the bucket has not, or has otherwise; gives how many."""
        put = Putting(self._open_store, there)
        try:
            return sum(put.all(dict(files), 1 if rank >= _ARCHIVE else LINES)
                       for rank, files in groupby(wanted.items(), lambda one: _rank(one[0])))
        finally:
            put.close()

    # ---- what is noted --------------------------------------------------------------------------

    def _seal(self) -> str:
        """The last build's seal and this place, as a digest; "" while none has ended."""
        seal = self._notebook.note(SEAL)
        return stamp(seal, self._where) if seal not in (None, OPEN) else ""

    def _noted(self) -> tuple[str, set[str]]:
        """What is up, and the names of what we put into this place."""
        noted = json.loads(self._notebook.note(NOTE) or "{}")
        if noted.get("where") != self._where:
            return "", set()
        return noted["seal"], set(noted["names"])

    def _note(self, seal: str, names: Iterable[str]) -> None:
        noted = {"where": self._where, "seal": seal, "names": sorted(names)}
        self._notebook.write_note(NOTE, json.dumps(noted, ensure_ascii=False))


class Putting:
    """One pass's lines to the bucket, one a thread."""

    def __init__(self, open_store: Callable[[], Store], there: Mapping[str, str]) -> None:
        self._open_store = open_store
        self._there = there
        self._own = threading.local()
        self._stores: list[Store] = []

    def all(self, files: Mapping[str, Path], lines: int) -> int:
        """Puts them over so many lines, in order where it is one; gives how many. Ends at the first that fails."""
        pool = ThreadPoolExecutor(lines, thread_name_prefix="bucket")
        try:
            return sum(pool.map(self._one, files, files.values()))
        finally:
            pool.shutdown(cancel_futures=True)

    def close(self) -> None:
        """Ends the connections."""
        for store in self._stores:
            store.close()

    def _one(self, name: str, path: Path) -> bool:
        try:
            content = path.read_bytes()
        except OSError as error:
            raise OutputError(f"{path} cannot be read ({error.strerror})", remedy="run it again") from error
        if self._there.get(name) == hashlib.md5(content, usedforsecurity=False).hexdigest():
            return False
        self._store().put(name, content, headers(name))
        return True

    def _store(self) -> Store:
        if not hasattr(self._own, "store"):
            self._own.store = self._open_store()
            self._stores.append(self._own.store)
        store: Store = self._own.store
        return store


def headers(name: str) -> dict[str, str]:
    """What an object is served with. Twins stay at home: a bucket does not choose between a file and its twin."""
    kind = media_type(PurePosixPath(name))
    return {"content-type": f"{kind}; charset=utf-8" if kind.startswith("text/") else kind,
            "cache-control": cache_control(name)}


def _rank(name: str) -> int:
    """What a name leads to has a lower one, and is put before it."""
    if name.startswith(FEEDS):
        return _ARCHIVE if name.startswith(f"{FEEDS}archive/") else _POLLED
    if name.startswith(_LISTS):
        return 2
    return int(name.endswith(".html"))
