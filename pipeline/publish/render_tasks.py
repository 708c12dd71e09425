"""Pages and feed documents made whole, with their compressed twins: work for any process of the pool."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from pipeline.cache import Cache
from pipeline.feeds.feed import Document, Enclosure, Entry, Publication
from pipeline.feeds.formats import FORMATS
from pipeline.feeds.site import render_page
from pipeline.feeds.templating import WebTemplates, web_templates
from pipeline.feeds.twins import Packed, pack
from pipeline.issues.document import Target
from pipeline.issues.record import Record
from pipeline.publish.rendering import (
    Material,
    Recorded,
    Rendering,
    Style,
    cover_of,
    issue_of,
    page_url,
    read_through,
    recorded,
    render,
)

File = tuple[str, bytes | Packed]

_FORMATS = {form.name: form for form in FORMATS}


@dataclass(frozen=True, slots=True)
class RenderContext:
    """What all pages and documents share. `permalinks` by path, of all issues; `templates` are folders, ours last."""

    style: Style
    publication: Publication
    permalinks: Mapping[str, str]
    templates: tuple[Path, ...]
    cache: Cache

    def entry(self, record: Record, html: str = "", enclosure: Enclosure | None = None) -> Entry:
        """An issue as feeds and pages show it."""
        return Entry(issue_of(self.style, record), page_url(self.style, record), html,
                     cover_of(self.style, record, self.permalinks), enclosure)


@dataclass(frozen=True, slots=True)
class PageTask:
    """An issue with its text, between its neighbours."""

    record: Record
    text: Material
    previous: Record | None
    next: Record | None


@dataclass(frozen=True, slots=True)
class DocumentsTask:
    """Documents that show the same issues, newest first; without `texts` as summaries.

    `documents` are without entries; each with the name of its format. `enclosures` are those of the issues.
    """

    documents: tuple[tuple[str, Document], ...]
    publication: Publication
    records: tuple[Record, ...]
    texts: tuple[Material, ...]
    enclosures: tuple[Enclosure | None, ...]


@dataclass(frozen=True, slots=True)
class MadePage:
    """The page of an issue, what its text needs, links to and plays, and the text as it is kept if it was not yet."""

    record: Record
    file: File
    rendering: Rendering
    recorded: Recorded | None
    fresh: str | None


def make_page(context: RenderContext, task: PageTask) -> MadePage:
    """The page of an issue."""
    record = task.record
    kept = read_through(context.style, record, task.text)
    rendered = render(context.style, context.permalinks, record, kept, Target.WEB)
    content = render_page(
        context.entry(record, rendered.html), context.publication,
        previous=context.entry(task.previous) if task.previous else None,
        next=context.entry(task.next) if task.next else None, templates=_templates(context.templates, context.cache))
    name = f"{record.permalink}index.html"
    return MadePage(record, (name, pack(name, content)), replace(rendered, html=""),
                    recorded(context.style, context.permalinks, record, kept),
                    None if kept is task.text else kept)


def make_documents(context: RenderContext, task: DocumentsTask) -> list[File]:
    """The documents' files, in their order."""
    texts = [render(context.style, context.permalinks, record, text, Target.FEED).html
             for record, text in zip(task.records, task.texts, strict=True)] if task.texts else [""] * len(task.records)
    entries = [context.entry(*each) for each in zip(task.records, texts, task.enclosures, strict=True)]
    return [(document.name, pack(document.name, _FORMATS[name].write(
                replace(document, entries=entries), task.publication)))
            for name, document in task.documents]


@lru_cache(maxsize=1)
def _templates(folders: Sequence[Path], cache: Cache) -> WebTemplates:
    return web_templates(folders, cache)
