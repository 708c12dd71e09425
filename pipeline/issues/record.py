"""What the book of issues holds, as values: files, issues, their texts.

Nothing here knows of a database, so the processes that render load none.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from pipeline.clock import instant
from pipeline.errors import Problem
from pipeline.issues.issue import Image, State


class KnownFile(NamedTuple):
    """A file as it was when it was last read, cheap for ten thousand. `key` is None while it is withheld or not
    readable; `seen_us` is when these bytes were first seen, in microseconds since 1970. `digest` is "" for what cannot
    be used: then `seen_us` is since when it cannot.
    """

    path: str
    mtime_ns: int
    size: int
    digest: str
    seen_us: int
    claimed: str | None
    key: str | None
    problem: Problem | None

    def untouched_since(self, now: datetime) -> datetime:
        """When it was first seen so, or last changed after that; a change time ahead of `now` says nothing."""
        seen, changed = instant(self.seen_us), instant(self.mtime_ns // 1000)
        return changed if seen < changed <= now else seen


@dataclass(frozen=True, slots=True)
class Record:
    """An issue as the book knows it; the columns of the table `issue`."""

    key: str
    path: str
    number: int | None
    title: str
    day: date
    due_at: datetime
    cover: Image | None
    description: str
    language: str | None
    tags: tuple[str, ...]
    lists: tuple[str, ...]
    draft: bool
    source_digest: str
    text_digest: str
    sketch: bytes
    changed_at: datetime
    seen_at: datetime
    due_seen_at: datetime | None
    missing_at: datetime | None
    state: State
    reason: str
    since: datetime
    ordinal: int | None = None
    published_at: datetime | None = None
    updated_at: datetime | None = None
    feed_id: str | None = None
    permalink: str | None = None

    @property
    def is_published(self) -> bool:
        """Whether it has ever been in the feeds."""
        return self.published_at is not None

    @property
    def is_shown(self) -> bool:
        """Whether it belongs in the feeds now."""
        return self.is_published and self.missing_at is None and not self.draft

    @property
    def is_withdrawn(self) -> bool:
        """Whether its file went before it was in the feeds."""
        return not self.is_published and self.missing_at is not None


@dataclass(frozen=True, slots=True)
class Text:
    """What an issue says: its Markdown, the line of the file it starts on, candidates for its description."""

    body: str
    body_line: int
    descriptions: tuple[str, ...]


class Spine(NamedTuple):
    """What can be read of a shown issue without opening it, as on the spine of a book: cheap for ten thousand.

    `stamp` changes with anything that feeds and archive show of it. `keywords` is JSON, `changed_us` microseconds
    since 1970.
    """

    key: str
    path: str
    permalink: str
    feed_id: str
    cover_day: str
    keywords: str
    changed_us: int
    stamp: str

    @property
    def day(self) -> date:
        return date.fromisoformat(self.cover_day)

    @property
    def tags(self) -> tuple[str, ...]:
        return () if self.keywords == "[]" else tuple(json.loads(self.keywords))

    @property
    def updated(self) -> datetime:
        """When its visible text last changed, in UTC."""
        return instant(self.changed_us)
