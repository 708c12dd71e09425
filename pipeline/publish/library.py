"""Issues as values, and their Markdown rendered for each target; rendered once, kept until it changes.

A rendering is kept under the digest of everything it is made from, so nothing stale is ever found and a
lost cache costs time, never bytes.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from html import unescape
from typing import Literal

from pipeline.errors import IssueError, Problem
from pipeline.feeds.addresses import asset_path, is_relative, relative_address, source_path, web_address
from pipeline.issues.archive import Archive, Record, Text
from pipeline.issues.issue import Image, Issue, Manuscript
from pipeline.issues.likeness import sketch
from pipeline.issues.markdown import Document, Target, html, parse, words
from pipeline.publish.crew import Crew
from pipeline.publish.gather import Impression

RENDERER = 3  # grows when the same Markdown comes out differently after an upgrade
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
    issue files that it links to, each with the permalink at which it found them. `digest` is what it is kept under.
    """

    html: str
    assets: tuple[tuple[str, str], ...]
    links: tuple[tuple[str, str], ...]
    digest: str


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
    text: Text
    target: Target


class Library:
    """Reads the archive's texts and dresses them for feeds, web and mail."""

    def __init__(self, archive: Archive, style: Style, crew: Crew | None = None) -> None:
        self._archive = archive
        self._style = style
        self._crew = crew or Crew()

    def impressions(self, manuscripts: Sequence[Manuscript]) -> list[Impression]:
        """What a reader would see of each text, without where it is: words, links, pictures, title."""
        try:
            return list(self._crew.each(impress, self._style, manuscripts))
        finally:
            self._crew.dismiss()

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
        """The HTML of each issue for a target, by key; only what is not kept is rendered."""
        return self._render(records, (target,), permalinks)[target]

    def prepare(
        self, records: Sequence[Record], targets: Sequence[Target], permalinks: Mapping[str, str]
    ) -> dict[Target, dict[str, Rendering]]:
        """The same for several targets: what is missing is rendered side by side."""
        return self._render(records, targets, permalinks)

    def _render(
        self, records: Sequence[Record], targets: Sequence[Target], permalinks: Mapping[str, str]
    ) -> dict[Target, dict[str, Rendering]]:
        texts = self._archive.texts(record.key for record in records)
        tasks = {self._digest(record, texts[record.key], target): Task(record, texts[record.key], target)
                 for record in records for target in targets}
        found = {name: _rendering(name, kept) for name, kept in self._archive.fragments(list(tasks)).items()}
        missing = [name for name in tasks if name not in found or not _leads(found[name], permalinks)]
        if missing:
            shared = (self._style, permalinks)
            made = self._crew.each(render, shared, [tasks[name] for name in missing])
            kept = dict(zip(missing, made, strict=True))
            self._archive.keep_fragments(kept)
            found |= {name: _rendering(name, content) for name, content in kept.items()}
        shown: dict[Target, dict[str, Rendering]] = {target: {} for target in targets}
        for name, task in tasks.items():
            shown[task.target][task.record.key] = found[name]
        return shown

    def _digest(self, record: Record, text: Text, target: Target) -> str:
        """Everything a rendering is made from but where the issues are that it links to: that is kept in it."""
        made_from = [
            RENDERER, target.value, text.body, record.title, str(record.cover), record.path, record.permalink,
            record.language or self._style.language, repr(self._style),
        ]
        return hashlib.sha256(json.dumps(made_from, ensure_ascii=False).encode("utf-8", "surrogatepass")).hexdigest()


def impress(style: Style, manuscript: Manuscript) -> Impression:
    """What a reader would see of a text; a task for the crew."""
    document = _parse(style, manuscript, Text(manuscript.body, manuscript.body_line, manuscript.descriptions))
    said = words(document)
    shown = html(document, Target.FEED, page_url="", resolve=lambda reference: reference, width=style.width)
    cover = manuscript.cover.src if manuscript.cover else ""
    visible = [manuscript.title, cover, "".join(said.split()), _ADDRESSES.findall(unescape(shown))]
    return Impression(sketch(said), hashlib.sha256(json.dumps(visible).encode()).hexdigest())


def render(shared: tuple[Style, Mapping[str, str]], task: Task) -> str:
    """A rendering as it is kept; a task for the crew."""
    style, permalinks = shared
    record = task.record
    page = record.permalink if task.target is Target.WEB else None
    bearings = Bearings(record.path, style.url, permalinks, page)
    shown = html(_parse(style, record, task.text), task.target, page_url=web_address(style.url, record.permalink or ""),
                 resolve=bearings.resolve, width=style.width)
    return json.dumps([shown, sorted(bearings.assets.items()), sorted(bearings.links.items())], ensure_ascii=False)


def _parse(style: Style, issue: Record | Manuscript, text: Text) -> Document:
    return _parsed(text.body, style.breaks, issue.language or style.language, issue.path, text.body_line, issue.title,
                   issue.cover)


@lru_cache(maxsize=2)
def _parsed(
    body: str, breaks: Breaks, language: str, path: str, line: int, title: str, cover: Image | None,
) -> Document:
    """The last ones are kept: digest, feed, web and mail of an issue ask for the same one, mostly in a row."""
    return parse(body, breaks=breaks, language=language, path=path, line=line, title=title, cover=cover)


def permalinks_by_path(records: Iterable[Record]) -> dict[str, str]:
    """Where each shown issue is, by its file: for links from one issue's text to another's file."""
    return {record.path: record.permalink for record in records if record.is_shown and record.permalink}


def _rendering(digest: str, kept: str) -> Rendering:
    shown, assets, links = json.loads(kept)
    return Rendering(shown, _pairs(assets), _pairs(links), digest)


def _pairs(listed: Sequence[Sequence[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((one, other) for one, other in listed)


def _leads(rendering: Rendering, permalinks: Mapping[str, str]) -> bool:
    """Whether its links to other issues still lead there."""
    return all(permalinks.get(path, "") == permalink for path, permalink in rendering.links)


def _fragment(reference: str) -> str:
    return "#" + reference.partition("#")[2] if "#" in reference else ""
