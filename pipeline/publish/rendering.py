"""An issue's Markdown made HTML for each target: from value to value, so that any process of the pool can do it.

Nothing here opens a file or knows the books: a worker that renders loads no database.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Literal
from urllib.parse import unquote, urljoin

from pipeline.errors import IssueError
from pipeline.feeds.addresses import (
    asset_path,
    is_page,
    is_relative,
    issues_meant,
    relative_address,
    source_path,
    web_address,
)
from pipeline.feeds.feed import Enclosure
from pipeline.issues.document import Body, Document, Target, fragment, parse
from pipeline.issues.html.recordings import recording
from pipeline.issues.html.targets import Place
from pipeline.issues.issue import Image, Issue, Manuscript
from pipeline.issues.markdown.fillings import UNKNOWN
from pipeline.issues.reading.headline import told_apart
from pipeline.issues.reading.paths import stem
from pipeline.issues.record import Record, Text
from pipeline.issues.roots import IN_CONTENT

ISSUE = ".md"
_WEB = ("https://", "http://")

Breaks = Literal["auto", "hard", "soft"]
Material = str | Text
"""An issue's text as it is kept, cleaned HTML before any address in it is resolved; or as its author wrote it."""


@dataclass(frozen=True, slots=True)
class Style:
    """What the publication, which is called `publication`, decides of every rendering. `url` is ASCII and ends with
    `/`; `width` in CSS pixels.

    `below_static` says where the issues are beside static files (see feeds.addresses.source_path).
    """

    url: str
    language: str
    author: str
    breaks: Breaks
    width: int
    below_static: str | None = None
    publication: str = ""


@dataclass(frozen=True, slots=True)
class Rendering:
    """HTML for one target, and what around it decided it.

    `assets` are files that it shows: as `source_path` names them, and below `site/`. `links` are the issue files that
    it links to, or would if there were such, each with the permalink at which it found them.
    """

    html: str
    assets: tuple[tuple[str, str], ...]
    links: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Recorded:
    """The recording of an issue: its absolute address, its media type, and our file (see `source_path`) or ""."""

    url: str
    media_type: str
    source: str

    def enclosure(self, size_bytes: int | None) -> Enclosure | None:
        """As feeds give it; `size_bytes` is that of our file, None where there is none."""
        if self.source and size_bytes is None:
            return None
        return Enclosure(self.url, self.media_type, size_bytes or 0)


@dataclass(slots=True)
class Bearings:
    """Leads references in one issue to addresses, and remembers which files they need."""

    issue_path: str
    url: str
    permalinks: Mapping[str, str]
    page: str | None = None  # seen from this page below `url`, our own files have relative addresses
    below_static: str | None = None
    assets: dict[str, str] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)

    def resolve(self, reference: str) -> str:
        """The absolute address of a reference; one that leads nowhere stays as the author wrote it, but is none where
        only a site generator or a service would know it: `{{ site.invitation }}`, `%%checkout_url%%`."""
        if reference.startswith(IN_CONTENT):
            return self._in_content(reference.removeprefix(IN_CONTENT))
        if not is_relative(reference):
            return reference
        if "{{" in (typed := unquote(reference)) or UNKNOWN.match(typed):
            return ""
        reference = self._as_file(reference)
        if is_page(reference, self.below_static):
            return urljoin(self.url, reference)
        try:
            source = source_path(self.issue_path, reference, self.below_static)
            if source.endswith(ISSUE) or source in self.permalinks:
                self.links[source] = self.permalinks.get(source, "")
            if source in self.permalinks:
                return self._address(self.permalinks[source]) + _fragment(reference)
        except IssueError:
            return reference
        self.assets[source] = target = asset_path(source)
        return self._address(target)

    def _in_content(self, reference: str) -> str:
        """An issue, wherever in the content its folder is, or in or above the folder of this one, where Hugo looks
        first for what is written `@/./`; or else that page of the site."""
        path, mark, place = reference.removeprefix("./").partition("#")
        parts = unquote(path).split("/")
        paths = ["/".join(parts[at:]) for at in range(len(parts))]
        near = [f"{folder}/{unquote(path)}" for folder in PurePosixPath(self.issue_path).parents[:-1]]
        paths = [*near, *paths] if reference.startswith("./") else [*paths, *near]
        files = [file for one in paths for file in (one, *issues_meant(one))]
        issue = next((file for file in files if file in self.permalinks), "")
        for file in [issue] if issue else files:  # one that is not published yet may be any of them
            self.links[file] = self.permalinks.get(file, "")
        if issue:
            return self._address(self.permalinks[issue]) + mark + place
        page = path.removesuffix(ISSUE).removesuffix("index").removesuffix("_").rstrip("/")
        return urljoin(self.url, f"/{page}/" if page else "/") + mark + place

    def _as_file(self, reference: str) -> str:
        """Another issue by its file, where a reference has the page that a site generator makes of that."""
        path, mark, place = reference.partition("#")
        for file in issues_meant(path):
            source = self._source(file)
            if source in self.permalinks:
                return f"{file}{mark}{place}"
            self.links[source] = ""  # it may be published later
        return reference

    def _source(self, reference: str) -> str:
        """The file that a reference means; "" where it leads out of the folder."""
        try:
            return source_path(self.issue_path, reference, self.below_static)
        except IssueError:
            return ""

    def _address(self, path: str) -> str:
        return web_address(self.url, path) if self.page is None else relative_address(self.page, path)


def issue_of(style: Style, record: Record) -> Issue:
    """The issue as a value, without its text."""
    assert record.published_at  # noqa: S101, only published issues have a place to be shown
    title = told_apart(record.title, stem(record.path), number=record.number, day=record.day,
                       publication=style.publication)
    return Issue(
        key=record.key, number=record.number, title=title, day=record.day,
        published_at=record.published_at, updated_at=record.updated_at or record.published_at,
        feed_id=record.feed_id or "", permalink=record.permalink or "", description=record.description,
        language=record.language or style.language, tags=record.tags, author=style.author, path=record.path,
    )


def page_url(style: Style, record: Record) -> str:
    """The absolute address of an issue's page."""
    return web_address(style.url, record.permalink or "")


def bearings_of(style: Style, record: Record, permalinks: Mapping[str, str], page: str | None = None) -> Bearings:
    """Where references in an issue lead. `permalinks` by path, of all issues; `page` as in Bearings."""
    return Bearings(record.path, style.url, permalinks, page, style.below_static)


def _place(style: Style, record: Record, bearings: Bearings, target: Target) -> Place:
    """Where an issue is shown."""
    return Place(target, page_url(style, record), bearings.resolve, style.width)


def cover_of(style: Style, record: Record, permalinks: Mapping[str, str]) -> Image | None:
    """The cover with an absolute address; None where it has none that a reader could fetch."""
    if record.cover is None:
        return None
    src = _place(style, record, bearings_of(style, record, permalinks), Target.FEED).address(record.cover.src)
    if not src.startswith(_WEB):
        return None
    return Image(src, record.cover.alt or record.title, record.cover.width, record.cover.height)


def read_through(style: Style, record: Record, text: Material) -> str:
    """A text as it is kept."""
    return text if isinstance(text, str) else document_of(style, record, Body(text.body), text.body_line).clean


def render(style: Style, permalinks: Mapping[str, str], record: Record, text: Material, target: Target) -> Rendering:
    """An issue's text made HTML for a target. `permalinks` by path, of all issues."""
    page = record.permalink if target is Target.WEB else None
    bearings = bearings_of(style, record, permalinks, page)
    place = _place(style, record, bearings, target)
    shown = fragment(read_through(style, record, text), record.language or style.language, place)
    if record.cover:
        place.address(record.cover.src)  # its file is needed too, also where the text does not show it
    return Rendering(shown, tuple(sorted(bearings.assets.items())), tuple(sorted(bearings.links.items())))


def recorded(style: Style, permalinks: Mapping[str, str], record: Record, clean: str) -> Recorded | None:
    """The recording of an issue, whose text is given as it is kept."""
    found = recording(clean)
    if found is None:
        return None
    bearings = bearings_of(style, record, permalinks)
    url = _place(style, record, bearings, Target.FEED).address(found.src)
    return Recorded(url, found.media_type, next(iter(bearings.assets), "")) if url.startswith(_WEB) else None


def document_of(style: Style, issue: Record | Manuscript, body: Body, line: int) -> Document:
    """The parsed Markdown of an issue. `line` of its file is the first of the body."""
    return _last_parsed(body, style.breaks, issue.language or style.language, issue.path, line, issue.title,
                        issue.cover)


@lru_cache(maxsize=2)
def _last_parsed(
    body: Body, breaks: Breaks, language: str, path: str, line: int, title: str, cover: Image | None,
) -> Document:
    """The last ones stay: a new issue's mail is made moments after its feeds."""
    return parse(body, breaks=breaks, language=language, path=path, line=line, title=title, cover=cover)


def _fragment(reference: str) -> str:
    return "#" + reference.partition("#")[2] if "#" in reference else ""
