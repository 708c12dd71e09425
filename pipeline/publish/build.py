"""One build at work: pages first, then the feeds that lead to them, then what is no longer part of either goes.

Only what changed is rendered: each page and document has a stamp of all it is made from. Equal bytes are not written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple, replace
from itertools import chain, zip_longest
from pathlib import Path

from pipeline.errors import IssueError, Problem
from pipeline.feeds import writing
from pipeline.feeds.addresses import web_address
from pipeline.feeds.feed import NEVER, Document, Enclosure, Entry, Format, Publication, fitting, plan_documents
from pipeline.feeds.formats import ATOM, FORMATS
from pipeline.feeds.listing import Listing, Listings, plan_listings
from pipeline.feeds.site import feed_style, redirect_page, render_index, site_files
from pipeline.feeds.sitemap import Located, opml, sitemap
from pipeline.issues.document import Target
from pipeline.issues.record import Record, Spine
from pipeline.publish.lazy_entries import LazyEntries
from pipeline.publish.manifest import BuildRecord, Page
from pipeline.publish.render_tasks import (
    DocumentsTask,
    File,
    MadePage,
    PageTask,
    RenderContext,
    make_documents,
    make_page,
)
from pipeline.publish.rendering import Recorded
from pipeline.publish.seal import changed, seen, seen_size, stamp
from pipeline.publish.toolkit import Toolkit

FEED_STYLE = "feed.css"
GROUP = 20  # entries of one archive document at most: a full one never changes its members
AT_ONCE = 100  # pages whose texts are read together


class Build:
    """`before` is what the last build left. `found` grows by what is wrong."""

    def __init__(self, tools: Toolkit, before: BuildRecord, spines: Sequence[Spine], found: list[Problem]) -> None:
        self._archive = tools.archive
        self._renderer = tools.renderer
        self._plan = tools.plan
        self._group = min(GROUP, tools.plan.entries)  # a longer one would begin unfull, and grow with each issue
        self._templates = tools.templates
        self._tell = tools.tell
        self._before = before
        self._found = found
        self._spines = spines
        self._permalinks = {spine.path: spine.permalink for spine in spines}
        self._damaged = changed(before.files)
        self._context = RenderContext(
            tools.renderer.style, tools.plan.publication, self._permalinks, tools.plan.templates, tools.plan.cache)
        self._expected: dict[str, bool] = {}  # every file of the output, and whether it was made anew
        self.after = BuildRecord()
        self.pages: tuple[str, ...] = ()
        self.documents: tuple[str, ...] = ()
        self.current: list[str] = []  # the documents that are polled

    def run(self) -> Build:
        """Pages, then documents, then what is no longer part of either is removed."""
        self.pages = writing.write(self._plan.site, chain(self._pages(), self._assets(), self._lists()))
        self.documents = writing.write(self._plan.feeds, self._feeds())
        self._remember()
        return self

    # ---- what stands --------------------------------------------------------------------------

    def _stands(self, path: str, *, made_from: str, was: str | None) -> bool:
        """Whether a file is as it would be made; either way it belongs to the output."""
        same = made_from == was and path in self._before.files and path not in self._damaged
        self._expected[path] = not same
        return same

    def _keep(self, folder: Path, name: str, *made_from: object) -> bool:
        """The same for everything but issues' pages."""
        path = f"{folder}/{name}"
        self.after.stamps[path] = fresh = stamp(*made_from)
        return self._stands(path, made_from=fresh, was=self._before.stamps.get(path))

    def _stamp(self, spine: Spine) -> str:
        """Of an issue as it is shown, with the places of those that it links to."""
        page = self.after.pages.get(spine.key) or self._before.pages.get(spine.key)
        links = [self._permalinks.get(path, "") for path, _ in page.links] if page else []
        return stamp(spine.stamp, links) if links else spine.stamp

    # ---- pages of issues ----------------------------------------------------------------------

    def _pages(self) -> Iterator[File]:
        stale: list[int] = []
        for at, spine in enumerate(self._spines):
            page = self._before.pages.get(spine.key)
            path = f"{self._plan.site}/{spine.permalink}index.html"
            if page and self._stands(path, made_from=self._page_stamp(at), was=page.page_stamp) and self._before.frame:
                self.after.pages[spine.key] = page
            else:
                self._expected[path] = True
                stale.append(at)
        made = self._renderer.each(make_page, self._context, self._page_tasks(stale), len(stale))
        fresh: list[tuple[Record, str]] = []
        for done, (at, page) in enumerate(zip(stale, made, strict=True), start=1):
            self._remember_page(at, page)
            if page.fresh is not None:
                fresh.append((page.record, page.fresh))
            yield page.file
            if done % AT_ONCE == 0 or done == len(stale):
                self._tell("pages", done, len(stale))
                self._renderer.keep(fresh)
                fresh.clear()

    def _page_stamp(self, at: int) -> str:
        """The stamp of a page: its issue's, and its neighbours'."""
        around = self._spines[max(0, at - 1):at + 2]
        own = self._stamp(self._spines[at])
        return own + "".join(one.stamp for one in around if one is not self._spines[at]) + str(at == 0)

    def _page_tasks(self, stale: Sequence[int]) -> Iterator[PageTask]:
        """Read in lots, while those before are being made."""
        for start in range(0, len(stale), AT_ONCE):
            places = stale[start:start + AT_ONCE]
            needed = sorted({near for at in places for near in (at - 1, at, at + 1) if 0 <= near < len(self._spines)})
            records = self._archive.records(self._spines[at].key for at in needed)
            around = {at: records[self._spines[at].key] for at in needed}
            texts = self._renderer.material([around[at] for at in places])
            yield from (PageTask(around[at], texts[around[at].key], around.get(at - 1), around.get(at + 1))
                        for at in places)

    def _remember_page(self, at: int, page: MadePage) -> None:
        spine = self._spines[at]
        self.after.pages[spine.key] = Page(
            stamp=spine.stamp, page_stamp="", id=spine.feed_id, fragment=self._renderer.kept_as(page.record),
            assets=[list(pair) for pair in page.rendering.assets], links=[list(pair) for pair in page.rendering.links],
            clashes=any(problem.path == spine.path for problem in self._found),
            recorded=[*astuple(page.recorded)] if page.recorded else [])
        self.after.pages[spine.key].page_stamp = self._page_stamp(at)

    def _entry(self, record: Record, html: str = "") -> Entry:
        return self._context.entry(record, html, self._enclosure(record.key))

    def _enclosure(self, key: str) -> Enclosure | None:
        """What an issue plays, once its pages and their files are written; None too where its file is not there."""
        page = self.after.pages.get(key)
        if not page or not page.recorded:
            return None
        recorded = Recorded(*page.recorded)
        return recorded.enclosure(seen_size(self.after.sources.get(self._plan.files.place(recorded.source), "")))

    def _assets(self) -> Iterator[File]:
        """Files that pages show; one that is not there is a line, not an end, nor is an issue before its hour."""
        wanted = {target: (source, spine.path) for spine in reversed(self._spines)
                  for source, target in self.after.pages[spine.key].assets}
        unshown = self._archive.files.among({source for source, _ in wanted.values()})
        touched = changed(self._before.sources)
        for target, (source, shown_by) in sorted(wanted.items()):
            if source in unshown:
                self._found.append(Problem(
                    shown_by, f'links to "{source}", which is not published: the link leads nowhere until then',
                    "publish that first, or take the link out", rule="link-missing", severity="warning"))
                continue
            origin = self._plan.files.place(source)
            fresh = self._before.sources.get(origin)
            if fresh and origin not in touched and self._stands(
                    f"{self._plan.site}/{target}", made_from="", was=""):
                self.after.sources[origin] = fresh
                continue
            try:
                content = self._plan.files.read(source)
            except IssueError as error:
                self._found.append(error.problem._replace(path=shown_by, message=f'"{source}" {error.problem.message}'))
                continue
            self._expected[f"{self._plan.site}/{target}"] = True
            self.after.sources[origin] = seen(origin)
            yield target, content

    # ---- lists, redirects, and what all pages share ---------------------------------------------

    def _lists(self) -> Iterator[File]:
        publication, templates, site = self._plan.publication, self._templates, self._plan.site
        listings = plan_listings(self._spines)
        for listing in listings:
            name = f"{listing.permalink}index.html"
            shown = [one.stamp for one in listing.entries]
            if not self._keep(site, name, listing.name, shown, _around(listing, listings)):
                loaded = Listing(listing.permalink, listing.name, LazyEntries(listing.entries, self._without_text))
                yield name, render_index(loaded, publication, listings, templates, tag_feeds=self._plan.tag_feeds)
        for old, new in self._redirects():
            if not self._keep(site, f"{old}index.html", new):
                yield f"{old}index.html", redirect_page(old, new, publication, templates)
        for name, content in site_files(publication, templates):
            if not self._keep(site, name, content):
                yield name, content
        yield from self._maps()

    def _redirects(self) -> Iterator[tuple[str, str]]:
        places = {spine.key: spine.permalink for spine in self._spines}
        taken = set(places.values())
        for old, key in sorted(self._archive.names.redirects().items()):
            if key in places and old not in taken:
                yield old, places[key]

    def _maps(self) -> Iterator[File]:
        publication = self._plan.publication
        if not self._keep(self._plan.site, "sitemap.xml", [(one.permalink, one.changed_us) for one in self._spines]):
            located = [Located(web_address(publication.url, one.permalink), one.updated) for one in self._spines]
            yield "sitemap.xml", sitemap(located, publication)
        latest = max((one.updated for one in self._spines), default=NEVER)
        if not self._keep(self._plan.site, "feeds.opml", latest):
            yield "feeds.opml", opml([(publication, ATOM.current())], publication, latest)

    # ---- feeds --------------------------------------------------------------------------------

    def _feeds(self) -> Iterator[File]:
        plan = self._plan
        style = feed_style(plan.publication, self._templates)
        if not self._keep(plan.feeds, FEED_STYLE, style):
            yield FEED_STYLE, style
        yield from self._feed(self._spines, plan.publication, "")
        for listing in plan_listings(self._spines).tags if plan.tag_feeds else ():
            own = replace(plan.publication, title=f"{plan.publication.title}: {listing.name}",
                          page=listing.permalink, feed_id=plan.publication.feed_id + listing.permalink)
            yield from self._feed(listing.entries[::-1], own, listing.permalink)

    def _feed(self, spines: Sequence[Spine], publication: Publication, folder: str) -> Iterator[File]:
        """The documents of one feed, the three formats of one group after another: they show the same entries."""
        entries = LazyEntries(spines, self._with_text if self._plan.content == "full" else self._without_text)
        stamps = {spine.key: self._entry_stamp(spine) for spine in spines}
        count = self._fitting(entries, stamps, publication, folder)
        planned = [[(form, document) for document in plan_documents(
            entries, form, count=count, group=self._group, folder=folder)] for form in FORMATS]
        self.current += [form.current(folder) for form in FORMATS]
        current, *groups = [[(form, document) for form, document in filter(None, side_by_side)
                             if not self._keep(self._plan.feeds, document.name, *_made_from(document, stamps))]
                            for side_by_side in zip_longest(*planned)]
        for form, document in current:
            yield document.name, form.write(document, publication)
        stale = [group for group in groups if group]
        tasks = (self._documents_task(group, publication) for group in stale)
        for files in self._renderer.each(make_documents, self._context, tasks, len(stale)):
            yield from files

    def _documents_task(self, group: Sequence[tuple[Format, Document]], publication: Publication) -> DocumentsTask:
        """Of archive documents that show the same entries, one a format."""
        shown = group[0][1].entries
        assert isinstance(shown, LazyEntries)  # noqa: S101, as it was planned
        found = self._archive.records(spine.key for spine in shown.spines)
        records = tuple(found[spine.key] for spine in shown.spines)
        texts = self._renderer.material(records) if self._plan.content == "full" else {}
        return DocumentsTask(
            tuple((form.name, replace(document, entries=())) for form, document in group), publication, records,
            tuple(texts[record.key] for record in records if texts),
            tuple(self._enclosure(record.key) for record in records))

    def _fitting(
        self, entries: LazyEntries, stamps: Mapping[str, str], publication: Publication, folder: str,
    ) -> int:
        """How many entries fit is found by writing them, and remembered."""
        newest = stamp([stamps[spine.key] for spine in entries.spines[-self._plan.entries:]])
        was = self._before.fits.get(folder, [])
        count = was[1] if was and was[0] == newest else fitting(
            entries, publication, FORMATS, limit=self._plan.entries, max_bytes=self._plan.max_bytes,
            group=self._group, folder=folder)
        self.after.fits[folder] = [newest, count]
        return int(count)

    def _entry_stamp(self, spine: Spine) -> str:
        """Of an issue as feeds show it, with what it plays."""
        enclosure = self._enclosure(spine.key)
        return stamp(self._stamp(spine), enclosure) if enclosure else self._stamp(spine)

    def _with_text(self, spines: Sequence[Spine]) -> list[Entry]:
        records = self._archive.records(spine.key for spine in spines)
        texts = self._renderer.renderings([records[one.key] for one in spines], Target.FEED, self._permalinks)
        return [self._entry(records[one.key], texts[one.key].html) for one in spines]

    def _without_text(self, spines: Sequence[Spine]) -> list[Entry]:
        records = self._archive.records(spine.key for spine in spines)
        return [self._entry(records[one.key]) for one in spines]

    # ---- for the next time --------------------------------------------------------------------

    def _remember(self) -> None:
        """Removes what is no longer part of the output and notes what is."""
        for folder in (self._plan.site, self._plan.feeds):
            old = [path for path in self._before.files if path not in self._expected and path.startswith(f"{folder}/")]
            writing.remove(folder, [path[len(f"{folder}/"):] for path in old])
        self.after.files = {path: _left(path) if anew else self._before.files[path]
                            for path, anew in self._expected.items()}
        kept = {page.fragment for page in self.after.pages.values()}
        self._archive.fragments.drop([page.fragment for page in self._before.pages.values()
                                      if page.fragment not in kept])


def _left(path: str) -> str:
    """A file as it was left; "", so that it is made again, where another build was at work on it as well."""
    return seen(path) if writing.is_whole(Path(path)) else ""


def _made_from(document: Document, stamps: Mapping[str, str]) -> tuple[object, ...]:
    """All that decides a document of a feed. `stamps` are its entries', by key."""
    assert isinstance(document.entries, LazyEntries)  # noqa: S101, as it was planned
    return (document.current, document.prev_archive, document.next_archive,
            [stamps[spine.key] for spine in document.entries.spines])


def _around(listing: Listing[Spine], listings: Listings[Spine]) -> object:
    """What a list shows of the others: their names, and on the index how long they are."""
    return [(one.name, one.permalink, 0 if listing.name else len(one.entries)) for one in listings]
