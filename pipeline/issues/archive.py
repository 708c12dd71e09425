"""The book of issues: what lay in the folder, who each file is, what was published and when.

It remembers; it decides nothing. What becomes of an issue is decided in `publish`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, delete, func, select, update

from pipeline.database import Database
from pipeline.errors import Problem
from pipeline.issues.issue import Image, State
from pipeline.schema import fragment, issue, issue_alias, issue_file, issue_text, redirect


@dataclass(frozen=True, slots=True)
class KnownFile:
    """A file as it was when it was last read. `key` is None while it is withheld or not readable."""

    path: str
    mtime_ns: int
    size: int
    digest: str
    seen_at: datetime
    claimed: str | None
    key: str | None
    problem: Problem | None


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


@dataclass(frozen=True, slots=True)
class Text:
    """What an issue says: its Markdown, the line of the file it starts on, candidates for its description."""

    body: str
    body_line: int
    descriptions: tuple[str, ...]


class Archive:
    """The first book."""

    def __init__(self, database: Database) -> None:
        self._db = database

    # ---- files --------------------------------------------------------------------------------

    def files(self) -> dict[str, KnownFile]:
        with self._db.read() as connection:
            rows = connection.execute(select(issue_file)).all()
        return {row.path: _known_file(row) for row in rows}

    def remember_files(self, files: Iterable[KnownFile]) -> None:
        with self._db.write() as connection:
            for file in files:
                connection.execute(self._db.upsert(issue_file, **_file_row(file)))

    def forget_files(self, paths: Sequence[str]) -> None:
        with self._db.write() as connection:
            for path in paths:
                connection.execute(delete(issue_file).where(issue_file.c.path == path))

    # ---- issues -------------------------------------------------------------------------------

    def issues(self) -> dict[str, Record]:
        """Every issue ever read, by key, in the order of their hours."""
        with self._db.read() as connection:
            rows = connection.execute(select(issue).order_by(issue.c.due_at, issue.c.number, issue.c.key)).all()
        return {row.key: _record(row) for row in rows}

    def enter(self, record: Record, text: Text) -> None:
        """Writes an issue and its text, new or changed."""
        with self._db.write() as connection:
            connection.execute(self._db.upsert(issue, **_record_row(record)))
            connection.execute(self._db.upsert(
                issue_text, key=record.key, body=text.body, body_line=text.body_line,
                descriptions=list(text.descriptions)))

    def update(self, records: Iterable[Record]) -> None:
        """Writes what a pass decided of issues whose text is the same."""
        with self._db.write() as connection:
            for record in records:
                row = _record_row(record)
                connection.execute(update(issue).where(issue.c.key == record.key).values(row))

    def text(self, key: str) -> Text:
        with self._db.read() as connection:
            row = connection.execute(select(issue_text).where(issue_text.c.key == key)).one()
        return Text(row.body, row.body_line, tuple(row.descriptions))

    def paragraphs(self, *, but: str, latest: int) -> set[str]:
        """Candidates for descriptions in the latest published issues, except one's own."""
        with self._db.read() as connection:
            rows = connection.execute(
                select(issue_text.c.descriptions)
                .join(issue, issue.c.key == issue_text.c.key)
                .where(issue.c.key != but)
                .order_by(issue.c.due_at.desc()).limit(latest)
            ).scalars()
            return {paragraph for descriptions in rows for paragraph in descriptions}

    def next_ordinal(self) -> int:
        with self._db.read() as connection:
            highest: int = connection.execute(select(func.coalesce(func.max(issue.c.ordinal), 0))).scalar_one()
        return highest + 1

    # ---- other names --------------------------------------------------------------------------

    def aliases(self) -> dict[str, str]:
        """What files were called before, and the keys of their issues."""
        with self._db.read() as connection:
            rows = connection.execute(select(issue_alias)).all()
        return {row.alias: row.key for row in rows}

    def add_alias(self, alias: str, key: str) -> None:
        with self._db.write() as connection:
            connection.execute(self._db.upsert(issue_alias, alias=alias, key=key))

    def drop_alias(self, alias: str) -> None:
        with self._db.write() as connection:
            connection.execute(delete(issue_alias).where(issue_alias.c.alias == alias))

    def redirects(self) -> dict[str, str]:
        """Old addresses and the keys of the issues that readers should find there."""
        with self._db.read() as connection:
            rows = connection.execute(select(redirect)).all()
        return {row.permalink: row.key for row in rows}

    def add_redirect(self, permalink: str, key: str) -> None:
        with self._db.write() as connection:
            connection.execute(self._db.upsert(redirect, permalink=permalink, key=key))

    # ---- rendered bodies ----------------------------------------------------------------------

    def fragments(self, digests: Sequence[str]) -> dict[str, str]:
        """Those of these renderings that are kept."""
        found: dict[str, str] = {}
        with self._db.read() as connection:
            for start in range(0, len(digests), 500):
                rows = connection.execute(
                    select(fragment).where(fragment.c.digest.in_(digests[start : start + 500])))
                found |= {row.digest: row.content for row in rows}
        return found

    def keep_fragments(self, rendered: Mapping[str, str]) -> None:
        if not rendered:
            return
        with self._db.write() as connection:
            connection.execute(self._db.insert_new(fragment),
                               [{"digest": name, "content": content} for name, content in rendered.items()])


def _record(row: Row[Any]) -> Record:
    values = dict(row._mapping)
    values["day"] = date.fromisoformat(values["day"])
    values["cover"] = Image(**values["cover"]) if values["cover"] else None
    values["tags"] = tuple(values["tags"])
    values["lists"] = tuple(values["lists"])
    values["state"] = State(values["state"])
    return Record(**values)


def _record_row(record: Record) -> dict[str, Any]:
    row = {field.name: getattr(record, field.name) for field in fields(record)}
    cover = record.cover
    row["day"] = record.day.isoformat()
    row["cover"] = cover and {"src": cover.src, "alt": cover.alt, "width": cover.width, "height": cover.height}
    row["tags"], row["lists"] = list(record.tags), list(record.lists)
    return row


def _known_file(row: Row[Any]) -> KnownFile:
    return KnownFile(
        path=row.path, mtime_ns=row.mtime_ns, size=row.size, digest=row.digest, seen_at=row.seen_at,
        claimed=row.claimed, key=row.key, problem=Problem(**row.problem) if row.problem else None,
    )


def _file_row(file: KnownFile) -> dict[str, Any]:
    problem = file.problem
    return {
        "path": file.path, "mtime_ns": file.mtime_ns, "size": file.size, "digest": file.digest,
        "seen_at": file.seen_at, "claimed": file.claimed, "key": file.key,
        "problem": problem and {field.name: getattr(problem, field.name) for field in fields(problem)},
    }


