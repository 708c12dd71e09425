"""Issues as values, and their Markdown rendered for each target; parsed once, kept until it changes.

What is kept is the cleaned HTML before any address in it is resolved, under the digest of everything it is made
from: nothing stale is ever found, a lost cache costs time, never bytes, and an issue that moves is not parsed anew.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from html import unescape
from typing import Literal

from pipeline.errors import IssueError, Problem
from pipeline.feeds.addresses import asset_path, is_relative, relative_address, source_path, web_address
from pipeline.issues.archive import Archive
from pipeline.issues.issue import Image, Issue, Manuscript
from pipeline.issues.likeness import sketch
from pipeline.issues.markdown import Document, Target, fragment, html, parse, words
from pipeline.issues.record import Record, Text
from pipeline.issues.targets import Place
from pipeline.publish.crew import Crew
from pipeline.publish.gather import READER, Impression

RENDERER = 4  # grows when the same Markdown comes out differently after an upgrade
ISSUE = ".md"
_ADDRESSES = re.compile(r'(?:href|src|poster|srcset)="([^"]*)"')

Breaks = Literal["auto", "hard", "soft"]


@dataclass(frozen=True, slots=True)
class Style:
    """What the publication decides of every rendering. `url` is ASCII and ends with `/`; `width` in CSS pixels."""

    url: str
    language: str
    author: str
    breaks: Breaks
    width: int


@dataclass(frozen=True, slots=True)
class Rendering:
    """HTML for one target, and what around it decided it.

    `assets` are files of the issues folder that it shows: below that folder, and below `site/`. `links` are the
    issue files that it links to, each with the permalink at which it found them.
    """

    html: str
    assets: tuple[tuple[str, str], ...]
    links: tuple[tuple[str, str], ...]


@dataclass(slots=True)
class Bearings:
    """Leads references in one issue to addresses, and remembers which files they need."""

    issue_path: str
    url: str
    permalinks: Mapping[str, str]
    page: str | None = None  # seen from this page below `url`, our own files have relative addresses
    assets: dict[str, str] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def resolve(self, reference: str) -> str:
        """The absolute address of a reference; one that leads nowhere stays as the author wrote it."""
        if not is_relative(reference):
            return reference
        try:
            source = source_path(self.issue_path, reference)
            if source.endswith(ISSUE) or source in self.permalinks:
                self.links[source] = self.permalinks.get(source, "")
            if source in self.permalinks:
                return self._address(self.permalinks[source]) + _fragment(reference)
            target = asset_path(self.issue_path, reference)
        except IssueError as error:
            self.problems.append(error.problem)
            return reference
        self.assets[source] = target
        return self._address(target)

    def _address(self, path: str) -> str:
        return web_address(self.url, path) if self.page is None else relative_address(self.page, path)


@dataclass(frozen=True, slots=True)
class Task:
    """One rendering to be made."""

    record: Record
    parsed: str
    target: Target


class Library:
    """Reads the archive's texts and dresses them for feeds, web and mail."""

    def __init__(self, archive: Archive, style: Style, crew: Crew | None = None) -> None:
        self._archive = archive
        self._style = style
        self._crew = crew or Crew()

    def impressions(self, manuscripts: Sequence[Manuscript]) -> list[Impression]:
        """What a reader would see of each text, without where it is: words, links, pictures, title.

        What was parsed for that is kept: the build that follows need not do it again.
        """
        made = list(self._crew.each(impress, self._style, manuscripts))
        self._archive.keep_fragments({self._kept_as(manuscript): parsed
                                      for manuscript, (_, parsed) in zip(manuscripts, made, strict=True)})
        return [impression for impression, _ in made]

    def rest(self) -> None:
        """Nothing is to be rendered for a while."""
        self._crew.dismiss()

    def issue(self, record: Record, body: str = "") -> Issue:
        """The issue as a value. `body` may stay empty where only the rendering is wanted."""
        assert record.published_at  # noqa: S101, only published issues have a place to be shown
        return Issue(
            key=record.key, number=record.number, title=record.title, day=record.day, due_at=record.due_at,
            published_at=record.published_at, updated_at=record.updated_at or record.published_at,
            feed_id=record.feed_id or "", permalink=record.permalink or "", cover=record.cover,
            description=record.description, language=record.language or self._style.language, tags=record.tags,
            author=self._style.author, path=record.path, body=body, digest=record.text_digest, lists=record.lists,
        )

    def page_url(self, record: Record) -> str:
        """The absolute address of an issue's page."""
        return web_address(self._style.url, record.permalink or "")

    def document(self, record: Record) -> Document:
        """The parsed Markdown of an issue."""
        return _parse(self._style, record, self._archive.text(record.key))

    def bearings(self, record: Record, permalinks: Mapping[str, str], *, page: str | None = None) -> Bearings:
        """Where references in this issue lead. `permalinks` by path, of all issues."""
        return Bearings(record.path, self._style.url, permalinks, page)

    def cover(self, record: Record, permalinks: Mapping[str, str]) -> Image | None:
        """The cover with an absolute address."""
        if record.cover is None:
            return None
        src = self.bearings(record, permalinks).resolve(record.cover.src)
        return Image(src, record.cover.alt or record.title, record.cover.width, record.cover.height)

    def renderings(
        self, records: Sequence[Record], target: Target, permalinks: Mapping[str, str]
    ) -> dict[str, Rendering]:
        """The HTML of each issue for a target, by key; only what is not kept is parsed."""
        return self.prepare(records, (target,), permalinks)[target]

    def prepare(
        self, records: Sequence[Record], targets: Sequence[Target], permalinks: Mapping[str, str]
    ) -> dict[Target, dict[str, Rendering]]:
        """The same for several targets."""
        parsed = self._parsed(records)
        tasks = [Task(record, parsed[record.key], target) for target in targets for record in records]
        made = self._crew.each(render, (self._style, permalinks), tasks)
        shown: dict[Target, dict[str, Rendering]] = {target: {} for target in targets}
        for task, rendering in zip(tasks, made, strict=True):
            shown[task.target][task.record.key] = rendering
        return shown

    def kept_as(self, record: Record) -> str:
        """The digest under which its parsed text is kept."""
        return self._kept_as(record)

    def _parsed(self, records: Sequence[Record]) -> dict[str, str]:
        """The cleaned HTML of each issue, by key."""
        names = {record.key: self._kept_as(record) for record in records}
        found = self._archive.fragments(list(names.values()))
        missing = [record for record in records if names[record.key] not in found]
        if missing:
            texts = self._archive.texts(record.key for record in missing)
            made = self._crew.each(read_through, self._style, [(record, texts[record.key]) for record in missing])
            fresh = {names[record.key]: parsed for record, parsed in zip(missing, made, strict=True)}
            self._archive.keep_fragments(fresh)
            found |= fresh
        return {key: found[name] for key, name in names.items()}

    def _kept_as(self, issue: Record | Manuscript) -> str:
        """Everything that decides how a text is parsed; what leads elsewhere in it is as the author wrote it."""
        digest = issue.source_digest if isinstance(issue, Record) else issue.digest
        made_from = [READER, RENDERER, digest, issue.title, str(issue.cover), issue.language or self._style.language,
                     self._style.breaks]
        return hashlib.sha256(json.dumps(made_from, ensure_ascii=False).encode("utf-8", "surrogatepass")).hexdigest()


def impress(style: Style, manuscript: Manuscript) -> tuple[Impression, str]:
    """What a reader would see of a text, and the text as it is kept; a task for the crew."""
    document = _parse(style, manuscript, Text(manuscript.body, manuscript.body_line, manuscript.descriptions))
    said = words(document)
    shown = html(document, Target.FEED, page_url="", resolve=lambda reference: reference, width=style.width)
    cover = manuscript.cover.src if manuscript.cover else ""
    visible = [manuscript.title, cover, "".join(said.split()), _ADDRESSES.findall(unescape(shown))]
    digest = hashlib.sha256(json.dumps(visible).encode()).hexdigest()
    return Impression(sketch(said), digest), document.clean


def read_through(style: Style, task: tuple[Record, Text]) -> str:
    """A text as it is kept; a task for the crew."""
    return _parse(style, *task).clean


def render(shared: tuple[Style, Mapping[str, str]], task: Task) -> Rendering:
    """A rendering; a task for the crew."""
    style, permalinks = shared
    record = task.record
    bearings = Bearings(record.path, style.url, permalinks, record.permalink if task.target is Target.WEB else None)
    place = Place(task.target, web_address(style.url, record.permalink or ""), bearings.resolve, style.width)
    shown = fragment(task.parsed, record.language or style.language, place)
    return Rendering(shown, tuple(sorted(bearings.assets.items())), tuple(sorted(bearings.links.items())))


def _parse(style: Style, issue: Record | Manuscript, text: Text) -> Document:
    return _last_parsed(text.body, style.breaks, issue.language or style.language, issue.path, text.body_line,
                        issue.title, issue.cover)


@lru_cache(maxsize=2)
def _last_parsed(
    body: str, breaks: Breaks, language: str, path: str, line: int, title: str, cover: Image | None,
) -> Document:
    """The last ones stay: a new issue's mail is made moments after its feeds."""
    return parse(body, breaks=breaks, language=language, path=path, line=line, title=title, cover=cover)


def _fragment(reference: str) -> str:
    return "#" + reference.partition("#")[2] if "#" in reference else ""
