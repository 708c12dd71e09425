"""Issues as values, and their Markdown rendered for each target; parsed once, kept until it changes.

What is kept is the cleaned HTML before any address in it is resolved, under the digest of everything it is made
from: nothing stale is ever found, a lost cache costs time, never bytes, and an issue that moves is not parsed anew.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from pipeline import READER, RENDERER
from pipeline.errors import Problem
from pipeline.issues.archive import Archive
from pipeline.issues.document import Body, Document, Target
from pipeline.issues.issue import Image, Issue, Manuscript
from pipeline.issues.record import Record, Text
from pipeline.publish.parsing import ParsedFile, ParseSettings, SourceFile, parse_file
from pipeline.publish.rendering import (
    Bearings,
    Material,
    Recorded,
    Rendering,
    Style,
    bearings_of,
    cover_of,
    document_of,
    issue_of,
    page_url,
    read_through,
    recorded,
    render,
)
from pipeline.publish.worker_pool import ENOUGH, Work, WorkerPool


class Renderer:
    """Reads files and the archive's texts, and renders them for feeds, web and mail."""

    def __init__(self, archive: Archive, settings: ParseSettings, workers: WorkerPool | None = None) -> None:
        self._archive = archive
        self._settings = settings
        self._workers = workers or WorkerPool()

    @property
    def style(self) -> Style:
        """What the publication decides of every rendering."""
        return self._settings.style

    def parse_files(self, files: Sequence[SourceFile]) -> list[ParsedFile | Problem | None]:
        """Files read to the end, one entry for each (see parsing.parse_file)."""
        if len(files) >= ENOUGH:
            # The processes that read them will make their pages: those that are forked now have it loaded then.
            import pipeline.publish.render_tasks  # noqa: F401, slow import: jinja2, lxml
        return list(self._workers.each(parse_file, self._settings, files, len(files)))

    def each(self, work: Work, shared: Any, tasks: Iterable[Any], count: int) -> Iterator[Any]:
        """`work(shared, task)` for every task, in order, on all cores where that pays."""
        return self._workers.each(work, shared, tasks, count)

    def close_workers(self) -> None:
        """Nothing is to be rendered for a while."""
        self._workers.close()

    def issue(self, record: Record) -> Issue:
        """The issue as a value, without its text."""
        return issue_of(self.style, record)

    def page_url(self, record: Record) -> str:
        """The absolute address of an issue's page."""
        return page_url(self.style, record)

    def document(self, record: Record) -> Document:
        """The parsed Markdown of an issue."""
        text = self._archive.texts.of(record.key)
        return document_of(self.style, record, Body(text.body), text.body_line)

    def bearings(self, record: Record, permalinks: Mapping[str, str]) -> Bearings:
        """Where references in this issue lead. `permalinks` by path, of all issues."""
        return bearings_of(self.style, record, permalinks)

    def cover(self, record: Record, permalinks: Mapping[str, str]) -> Image | None:
        """The cover with an absolute address."""
        return cover_of(self.style, record, permalinks)

    def recorded(self, record: Record, permalinks: Mapping[str, str]) -> Recorded | None:
        """What the issue plays, if anything."""
        text = self.material([record])[record.key]
        return recorded(self.style, permalinks, record, read_through(self.style, record, text))

    def renderings(
        self, records: Sequence[Record], target: Target, permalinks: Mapping[str, str]
    ) -> dict[str, Rendering]:
        """The HTML of each issue for a target, by key; only what is not kept is parsed."""
        kept = self.material(records)
        fresh = {record: read_through(self.style, record, text) for record in records
                 if isinstance(text := kept[record.key], Text)}
        self.keep(fresh.items())
        return {record.key: render(self.style, permalinks, record, fresh.get(record) or kept[record.key], target)
                for record in records}

    def material(self, records: Sequence[Record]) -> dict[str, Material]:
        """Each issue by key, as it is kept; one that is not kept as its author wrote it."""
        names = {record.key: self.kept_as(record) for record in records}
        kept = self._archive.fragments.find(list(names.values()))
        found: dict[str, Material] = {key: kept[name] for key, name in names.items() if name in kept}
        return found | self._archive.texts.some([key for key in names if key not in found])

    def keep(self, cleaned: Iterable[tuple[Record | Manuscript, str]]) -> None:
        """Keeps parsed texts: the build that follows need not do it again."""
        self._archive.fragments.keep({self.kept_as(issue): text for issue, text in cleaned})

    def kept_as(self, issue: Record | Manuscript) -> str:
        """A digest of all that decides how a text is parsed; what leads elsewhere in it is as the author wrote it."""
        digest = issue.source_digest if isinstance(issue, Record) else issue.digest
        made_from = [READER, RENDERER, digest, issue.title, str(issue.cover), issue.language or self.style.language,
                     self.style.breaks]
        return hashlib.sha256(json.dumps(made_from, ensure_ascii=False).encode("utf-8", "surrogatepass")).hexdigest()
