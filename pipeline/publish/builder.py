"""Feeds and web archive, from the books to files that the manifest remembers, under ids that never change.

A reader who polls all the time sees only whole documents, and nobody is shown every old issue again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from pipeline.errors import IssueError, Problem
from pipeline.feeds import writing
from pipeline.feeds.foreign import read_feed
from pipeline.feeds.formats import FORMATS
from pipeline.feeds.site import render_page
from pipeline.issues.record import Record, Spine
from pipeline.publish.build import FEED_STYLE, Build
from pipeline.publish.depletion import is_depleted
from pipeline.publish.manifest import BuildRecord, Manifest
from pipeline.publish.permalinks import Permalinks
from pipeline.publish.render_tasks import RenderContext
from pipeline.publish.toolkit import Toolkit

Announce = Callable[[Sequence[str]], None]


@dataclass(frozen=True, slots=True)
class Written:
    """What a build wrote: the feed documents whose bytes are new, and how many files of the archive."""

    feeds: tuple[str, ...] = ()
    pages: int = 0


def unheard(_documents: Sequence[str]) -> None:
    """Announces nothing."""


class Builder:
    """Names issues for ever, and writes them. `announce` is told of the current documents when all of them stand."""

    def __init__(self, tools: Toolkit, manifest: Manifest, announce: Announce = unheard) -> None:
        self._tools = tools
        self._archive = tools.archive
        self._plan = plan = tools.plan
        self._manifest = manifest
        self._announce = announce
        self._permalinks = Permalinks(tools.archive, plan.permalink, plan.publication.url, plan.ids)

    def name(self, record: Record, owners: Mapping[str, str]) -> Record:
        """An issue at its first publication: its place on the web, and the id that never changes."""
        return self._permalinks.name(record, owners)

    def try_page(self, record: Record) -> None:
        """The page of an issue, without its text, for nobody: raises ConfigError where a template cannot be filled."""
        plan = self._plan
        context = RenderContext(self._tools.renderer.style, plan.publication, {}, plan.templates, plan.cache)
        render_page(context.entry(record), plan.publication, previous=None, next=None, templates=self._tools.templates)

    def write(self, problems: list[Problem], *, folder: str = "", new_ids: bool = False) -> Written:
        """Brings feeds and archive up to the books.

        `folder` is the digest of a folder without problems (see Manifest.stands). Unless `new_ids` are welcome,
        nothing is written when many of the ids that readers know would be gone: one problem more says so.
        """
        before = self._manifest.read()
        if before == BuildRecord() and not self._ids_on_disk():
            self._permalinks.leave_unsaid()
        if before.frame != self._manifest.frame:
            before = BuildRecord(pages=before.pages, files=before.files)
        found, spines = self._settle(before)
        if not new_ids and (lost := self._lost(before, spines)):
            problems.append(lost)
            return Written()
        if not self._manifest.open():
            for place in (self._plan.site, self._plan.feeds):
                writing.sweep(place)  # a build died, and may have left temporary files
        try:
            written = Build(self._tools, before, spines, found).run()
        finally:
            self._tools.renderer.close_workers()
        problems += found
        self._announce(written.current)  # before the manifest: who dies in between does both again
        self._manifest.write(written.after, "" if problems else folder, self._archive.next_due())
        feeds = [str(self._plan.feeds / name) for name in written.documents if name != FEED_STYLE]
        return Written(tuple(feeds), len(written.pages))

    def _settle(self, before: BuildRecord) -> tuple[list[Problem], list[Spine]]:
        """Gives a place to whoever changed since, and to whoever could not have the one it wanted."""
        pages, spines = before.pages if before.frame else {}, self._archive.shown.spines()
        doubtful = [spine.key for spine in spines
                    if (page := pages.get(spine.key)) is None or page.stamp != spine.stamp or page.clashes]
        records = self._archive.records(doubtful)
        problems, moved = self._permalinks.settle([records[key] for key in doubtful])
        return problems, self._archive.shown.spines() if moved else spines

    def _lost(self, before: BuildRecord, spines: Sequence[Spine]) -> Problem | None:
        """So many of the known ids that readers would see every old issue again."""
        known = before.ids or self._ids_on_disk()
        gone = known - {spine.feed_id for spine in spines}
        if not is_depleted(len(gone), len(known)):
            return None
        return Problem(
            str(self._plan.feeds), f"{len(gone)} of {len(known)} ids that readers know would vanish: feeds stand",
            "bring the issues back, `avviso adopt-feed` the old feed, or run `avviso build --accept-missing`",
            rule="ids-lost")

    def _ids_on_disk(self) -> set[str]:
        """What stands in feeds that this ledger knows nothing of: an older ledger's, or another program's."""
        ids: set[str] = set()
        for form in FORMATS:
            path = self._plan.feeds / form.current()
            try:
                ids |= {entry.id for entry in read_feed(path.read_bytes(), str(path))}
            except (OSError, IssueError):
                continue  # no feed, or none that anybody can read
        return ids
