"""A document as JSON Feed 1.1 (jsonfeed.org/version/1.1): the standard library, no nulls, UTF-8."""

from __future__ import annotations

import json

from pipeline.feeds.characters import one_line
from pipeline.feeds.feed import Document, Entry, Publication
from pipeline.language import language_tag

VERSION = "https://jsonfeed.org/version/1.1"

Value = dict[str, object]


def json_feed(document: Document, publication: Publication) -> bytes:
    """The document as JSON Feed. `next_url` leads to the next older document, as far as there is one."""
    author = {"name": publication.editor}
    feed: Value = {
        "version": VERSION,
        "title": one_line(publication.title),
        "home_page_url": publication.home,
        "feed_url": document.url(publication),
        "description": one_line(publication.description),
        "next_url": publication.feed_url(document.prev_archive) if document.prev_archive else "",
        "icon": publication.logo_url,
        "authors": [author],
        "language": language_tag(publication.language),
        "hubs": [] if document.is_archive else [{"type": "WebSub", "url": hub} for hub in publication.hubs],
    }
    feed = _without_blanks(feed) | {"items": [_item(entry, publication) for entry in document.entries]}
    return json.dumps(feed, ensure_ascii=False, indent=1).encode() + b"\n"


def _item(entry: Entry, publication: Publication) -> Value:
    item: Value = {
        "id": entry.id,
        "url": entry.url,
        "title": entry.title,
        "content_html": entry.content,
        # A summary-only item has its text here; the format demands some content of every item.
        "content_text": "" if entry.html else entry.summary or entry.title,
        "summary": entry.summary,
        "image": entry.cover.src if entry.cover else "",
        "date_published": entry.published.isoformat(),
        "date_modified": entry.updated.isoformat(),
        "authors": [{"name": entry.author(publication)}],
        "tags": list(entry.tags),
        "language": entry.own_language(publication),
        "attachments": _attachments(entry),
    }
    return _without_blanks(item)


def _attachments(entry: Entry) -> list[Value]:
    sound = entry.enclosure
    if sound is None or not sound.playable:
        return []
    return [_without_blanks({"url": sound.url, "mime_type": sound.media_type, "size_in_bytes": sound.size_bytes})]


def _without_blanks(fields: Value) -> Value:
    """An absent field is left out: readers differ on null, and on ""."""
    return {name: value for name, value in fields.items() if value}
