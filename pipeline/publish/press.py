"""Feeds and web archive, from the books to files: pages first, then the feeds that lead to them.

Equal bytes are not written; a reader who polls all the time sees only whole documents.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Literal

from pipeline.errors import IssueError, Problem
from pipeline.feeds import writing
from pipeline.feeds.addresses import feed_id, permalink, slug, web_address
from pipeline.feeds.feed import NEVER, Entry, Publication, plan_documents
from pipeline.feeds.formats import ATOM, FORMATS
from pipeline.feeds.listing import plan_listings
from pipeline.feeds.site import feed_style, redirect_page, render_index, render_page, site_files
from pipeline.feeds.sitemap import opml, sitemap
from pipeline.feeds.templating import Templates
from pipeline.issues.archive import Archive, Record
from pipeline.issues.folder import read
from pipeline.issues.markdown import Target
from pipeline.publish.imprint import Imprint
from pipeline.publish.library import Library, Rendering, permalinks_by_path

File = tuple[str, bytes]

FEED_STYLE = "feed.css"
GROUP = 20  # entries of one archive document, whatever the settings: a full one never changes its members
ASSET_LIMIT_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Plan:
    """What the settings say of feeds and site. Folders are absolute."""

    publication: Publication
    issues: Path
    feeds: Path
    site: Path
    permalink: str
    ids: Literal["tag", "permalink"]
    content: Literal["full", "summary"]
    entries: int
    max_bytes: int
    tag_feeds: bool


class Press:
    """Names issues for ever, and prints them."""

    def __init__(self, archive: Archive, library: Library, plan: Plan, templates: Templates, imprint: Imprint) -> None:
        self._archive = archive
        self._library = library
        self._plan = plan
        self._templates = templates
        self._imprint = imprint

    def name(self, record: Record, owners: Mapping[str, str]) -> Record:
        """An issue at its first publication: its place on the web, and the id that never changes.

        `owners` gives the key of the issue that each permalink belongs to.
        """
        place = self._place(record, owners)
        url = web_address(self._plan.publication.url, place)
        known = feed_id(self._plan.publication.url, record.day, record.key) if self._plan.ids == "tag" else url
        return replace(record, permalink=place, feed_id=known)

    def write(self, problems: list[Problem]) -> list[str]:
        """Brings feeds and archive up to the books; gives the feed documents whose bytes are new."""
        records = self._shown(problems)
        permalinks = permalinks_by_path(records)
        web = self._library.renderings(records, Target.WEB, permalinks)
        feed = self._library.renderings(records, Target.FEED, permalinks) if self._plan.content == "full" else {}
        pages = [*self._assets(web, problems), *self._pages(self._entries(records, web, permalinks))]
        documents = list(self._documents(self._entries(records, feed, permalinks)))
        for folder in (self._plan.site, self._plan.feeds):
            writing.sweep(folder)
        writing.write(self._plan.site, pages)
        written = writing.write(self._plan.feeds, documents)
        shown = {source for rendering in web.values() for source, _ in rendering.assets}
        self._note(records, [name for name, _ in pages], [name for name, _ in documents], shown)
        return [str(self._plan.feeds / name) for name in written if name != FEED_STYLE]

    # ---- places -------------------------------------------------------------------------------

    def _place(self, record: Record, owners: Mapping[str, str]) -> str:
        """The permalink of the settings, or a neighbouring one if another issue has that already."""
        stem = PurePosixPath(record.path).stem
        for pattern in (self._plan.permalink, "{stem}/", *(f"{{stem}}-{n}/" for n in range(2, 1000))):
            place = permalink(pattern, number=record.number, slug=slug(record.title), stem=stem, day=record.day)
            if owners.get(place, record.key) == record.key:
                return place
        raise IssueError("finds no address that is free", path=record.path, remedy="give it a number of its own")

    def _shown(self, problems: list[Problem]) -> list[Record]:
        """What belongs in feeds and archive, oldest first. Who moved keeps a redirect at the old address."""
        records = self._archive.issues()
        owners = {one.permalink: one.key for one in records.values() if one.permalink}
        for record in list(records.values()):
            if not record.is_shown or not record.permalink:
                continue
            place = self._place(record, owners)
            if place != record.permalink:
                self._archive.add_redirect(record.permalink, record.key)
                records[record.key] = replace(record, permalink=place)
                self._archive.update([records[record.key]])
                owners[place] = record.key
        shown = sorted((one for one in records.values() if one.is_shown), key=lambda one: one.ordinal or 0)
        problems += [problem for record in shown if (problem := self._clash(record, records, owners))]
        return shown

    def _clash(self, record: Record, records: Mapping[str, Record], owners: Mapping[str, str]) -> Problem | None:
        """Two issues whose settings give them one address: both are published, and both are named."""
        wanted = self._place(record, {})
        owner = owners.get(wanted, record.key)
        if owner == record.key:
            return None
        return Problem(record.path, f"would have the same address {wanted} as {records[owner].path}: it is at "
                       f"{record.permalink}", "give one of them another number or name", rule="permalink-twice",
                       severity="warning")

    # ---- what goes into the files -------------------------------------------------------------

    def _entries(
        self, records: Sequence[Record], rendered: Mapping[str, Rendering], permalinks: Mapping[str, str]
    ) -> list[Entry]:
        return [
            Entry(self._library.issue(record), self._library.page_url(record),
                  rendered[record.key].html if record.key in rendered else "",
                  self._library.cover(record, permalinks))
            for record in records
        ]

    def _pages(self, entries: Sequence[Entry]) -> Iterator[File]:
        publication, templates = self._plan.publication, self._templates
        around = zip([None, *entries], entries, [*entries[1:], None], strict=False)
        for previous, entry, following in around:
            yield f"{entry.issue.permalink}index.html", render_page(
                entry, publication, previous=previous, next=following, templates=templates)
        listings = plan_listings(entries)
        for listing in listings:
            yield f"{listing.permalink}index.html", render_index(listing, publication, listings, templates)
        yield from self._redirects(entries)
        yield from site_files(publication, templates)
        yield "sitemap.xml", sitemap(entries, publication)
        changed = max((one.updated for one in entries), default=NEVER)
        yield "feeds.opml", opml([(publication, ATOM.current())], publication, changed)

    def _redirects(self, entries: Sequence[Entry]) -> Iterator[File]:
        places = {entry.issue.key: entry.issue.permalink for entry in entries}
        for old, key in sorted(self._archive.redirects().items()):
            if key in places and old not in places.values():
                yield f"{old}index.html", redirect_page(old, places[key], self._plan.publication, self._templates)

    def _documents(self, entries: Sequence[Entry]) -> Iterator[File]:
        plan = self._plan
        yield FEED_STYLE, feed_style(plan.publication, self._templates)
        yield from self._feed(entries, plan.publication, "")
        for listing in plan_listings(entries).tags if plan.tag_feeds else ():
            own = replace(plan.publication, title=f"{plan.publication.title}: {listing.name}",
                          page=listing.permalink, feed_id=plan.publication.feed_id + listing.permalink)
            yield from self._feed(tuple(reversed(listing.entries)), own, listing.permalink)

    def _feed(self, entries: Sequence[Entry], publication: Publication, folder: str) -> Iterator[File]:
        plan = self._plan
        for form in FORMATS:
            for document in plan_documents(entries, publication, form, limit=plan.entries, max_bytes=plan.max_bytes,
                                           group=GROUP, folder=folder):
                yield document.name, form.write(document, publication)

    def _assets(self, rendered: Mapping[str, Rendering], problems: list[Problem]) -> Iterator[File]:
        """Files of the issues folder that pages show; one that is not there is a line, not an end."""
        wanted = {target: source for rendering in rendered.values() for source, target in rendering.assets}
        for target, source in sorted(wanted.items()):
            try:
                yield target, read(self._plan.issues, source, ASSET_LIMIT_BYTES)
            except IssueError as error:
                problems.append(error.problem)

    # ---- for the next time --------------------------------------------------------------------

    def _note(self, records: Sequence[Record], pages: Sequence[str], documents: Sequence[str], shown: set[str]) -> None:
        """Removes what is no longer part of the output and remembers what is."""
        feeds, site = self._plan.feeds, self._plan.site
        written = {*(site / name for name in pages), *(feeds / name for name in documents)}
        for old in self._imprint.files() - written:
            for folder in (site, feeds):
                if old.is_relative_to(folder):
                    writing.remove(folder, [old.relative_to(folder).as_posix()])
        self._imprint.write(records, {*written, *(self._plan.issues / name for name in shown)})
