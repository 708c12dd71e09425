"""A small publication with invented issues, for the tests of feeds and archive."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from pipeline.feeds.feed import Entry, Publication
from pipeline.issues.issue import Image, Issue

PUBLICATION = Publication(
    title="Night Letters",
    url="https://letters.example.com/",
    language="en",
    description="What we read after dark",
    author="Mira Sole",
    feed_id="tag:letters.example.com,2024:feed",
)
FIRST = datetime(2024, 1, 7, 8, tzinfo=UTC)


def issue(number: int = 1, **changes: Any) -> Issue:
    """Issue `number`, a week after the one before it."""
    at = FIRST + timedelta(weeks=number - 1)
    fields: dict[str, Any] = {
        "key": str(number), "number": number, "title": f"Letter {number}", "day": at.date(),
        "published_at": at, "updated_at": at, "feed_id": f"tag:letters.example.com,2024:issue/{number}",
        "permalink": f"{number}/", "description": f"The {number}. letter", "language": "en",
        "tags": (), "author": "", "path": f"{number}.md",
    }
    return Issue(**fields | changes)


def entry(number: int = 1, *, html: str = "<p>Good night.</p>", cover: Image | None = None, **changes: Any) -> Entry:
    """The entry of issue `number`; `changes` are the issue's."""
    made = issue(number, **changes)
    return Entry(made, f"https://letters.example.com/{made.permalink}", html, cover)


def entries(count: int, **changes: Any) -> list[Entry]:
    """Issues 1 to `count`, oldest first."""
    return [entry(number, **changes) for number in range(1, count + 1)]
