"""What readers see of a publication without mail: feeds and web archive, written and brought where they are read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from pipeline.errors import Problem
from pipeline.publish.manifest import Manifest

if TYPE_CHECKING:  # slow imports: feeds; a store
    from pipeline.publish.bucket import Bucket
    from pipeline.publish.builder import Builder, Written


class Display:
    """`builder` is made when there is something to write, for it is slow to import; so is `bucket`, None without one.
    """

    def __init__(self, manifest: Manifest, builder: Callable[[], Builder], bucket: Callable[[], Bucket | None]) -> None:
        self._manifest = manifest
        self._builder = builder
        self._bucket = bucket

    def stands(self, fingerprint: str, now: datetime) -> bool:
        """Whether it shows the folder of this fingerprint already."""
        return self._manifest.stands(fingerprint, now)

    def write(self, problems: list[Problem], *, folder: str, new_ids: bool) -> Written:
        """Writes what is new, as `Builder.write` says."""
        return self._builder().write(problems, folder=folder, new_ids=new_ids)

    def bring(self) -> Problem | None:
        """Brings it to the bucket, if there is one; says what stood in the way."""
        bucket = self._bucket()
        return bucket.bring() if bucket else None
