"""A document as Atom (RFC 4287) or RSS 2.0, built by feedgen; the table of all formats.

Everything that goes in is cleaned first, and every date is given, because feedgen raises on one
forbidden character and calls an undated feed "now". One generator makes one format: what feedgen
shares between the two does not suit both. The same arguments give the same bytes, on any machine.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any

from feedgen.feed import FeedGenerator

from pipeline.feeds.characters import one_line
from pipeline.feeds.extension import EntryExtension, FeedExtension, Link
from pipeline.feeds.feed import Document, Entry, Format, Publication
from pipeline.feeds.json_feed import json_feed
from pipeline.language import language_tag

ATOM_TYPE = "application/atom+xml"
RSS_TYPE = "application/rss+xml"

# Plain text in RSS, and descriptions, which are HTML. The content's own markup is escaped, so the bytes
# hold no other element of these names.
_PLAIN = re.compile(rb"<(?:title|category|description|managingEditor|dc:creator)>[^<]+")
# What RSS readers agree on (RSS Best Practices Profile, "Character Data"); lxml cannot write it.
_HEXADECIMAL = {b"&amp;": b"&#x26;", b"&lt;": b"&#x3C;", b"&gt;": b"&#x3E;"}
_NAMED = re.compile(b"|".join(_HEXADECIMAL))


def atom(document: Document, publication: Publication) -> bytes:
    """The document as Atom: text titles, escaped HTML, an author in every entry."""
    feed = _generator(document, publication, ATOM_TYPE)
    feed.id(publication.feed_id or publication.home)
    feed.subtitle(one_line(publication.description) or None)
    feed.updated(document.updated)
    email = {"email": publication.author_email} if publication.author_email else {}
    feed.author({"name": publication.editor} | email)
    feed.logo(publication.logo_url or None)
    for entry in document.entries:
        _add_atom(feed, entry, publication)
    return bytes(feed.atom_str(pretty=True))


def rss(document: Document, publication: Publication) -> bytes:
    """The document as RSS 2.0 with `content:encoded`, `dc:creator` and Atom links."""
    feed = _generator(document, publication, RSS_TYPE)
    title = one_line(publication.title)
    feed.description(one_line(publication.description) or title)
    feed.link(href=publication.home, rel="alternate")  # the only one: feedgen makes the last link the channel's
    if publication.author_email:
        feed.managingEditor(f"{publication.author_email} ({publication.editor})")
    if publication.logo:
        feed.image(url=publication.logo_url, title=title, link=publication.home)
    # feedgen's constructor sets it to the present, and its writer switches the whole process to locale C
    # for it, so the extension writes it instead. The only private name we touch; a test knows of it.
    feed._FeedGenerator__rss_lastBuildDate = None
    feed.avviso.updated = document.updated
    for entry in document.entries:
        _add_rss(feed, entry, publication)
    return _PLAIN.sub(_hexadecimal, bytes(feed.rss_str(pretty=True)))


ATOM = Format("atom", ".xml", atom)
RSS = Format("rss", ".xml", rss)
JSON = Format("feed", ".json", json_feed)
FORMATS = (ATOM, RSS, JSON)


def _generator(document: Document, publication: Publication, media_type: str) -> Any:
    """A feedgen generator with what both formats share."""
    feed = FeedGenerator()
    feed.register_extension("avviso", FeedExtension, EntryExtension)
    feed.title(one_line(publication.title))
    feed.generator("avviso")
    feed.language(language_tag(publication.language) or None)
    feed.avviso.links = tuple(_links(document, publication, media_type))
    feed.avviso.stylesheet = "../" * document.name.count("/") + "feed.css"
    feed.avviso.is_archive = document.is_archive
    return feed


def _links(document: Document, publication: Publication, media_type: str) -> Iterator[Link]:
    """self, the page, the hubs, and the neighbours of RFC 5005; an archive document needs no hub."""
    yield Link("self", document.url(publication), media_type)
    if media_type == ATOM_TYPE:
        yield Link("alternate", publication.home, "text/html")
    if not document.is_archive:
        yield from (Link("hub", hub) for hub in publication.hubs)
    neighbours = {
        "current": document.current if document.is_archive else "",
        "prev-archive": document.prev_archive,
        "next-archive": document.next_archive,
    }
    yield from (Link(rel, publication.feed_url(name)) for rel, name in neighbours.items() if name)


def _add_atom(feed: Any, entry: Entry, publication: Publication) -> None:
    item = _entry(feed, entry, publication)
    item.author({"name": entry.author(publication)})
    item.published(entry.published)
    item.updated(entry.updated)
    item.summary(entry.summary or None)
    if entry.html:
        item.content(entry.content, type="html")


def _add_rss(feed: Any, entry: Entry, publication: Publication) -> None:
    item = _entry(feed, entry, publication)
    # A description is HTML, so plain text is escaped here once and by XML once more. Without one
    # feedgen would put the whole text in its place.
    item.description(html.escape(entry.summary or entry.title, quote=False))
    if entry.html:
        item.content(entry.content)
    if entry.enclosure and entry.enclosure.playable:  # RSS needs a length; 0 is one that nobody knows
        item.enclosure(entry.enclosure.url, str(entry.enclosure.size_bytes), entry.enclosure.media_type)
    item.avviso.author = entry.author(publication)
    item.avviso.published = entry.published
    item.avviso.updated = entry.updated


def _entry(feed: Any, entry: Entry, publication: Publication) -> Any:
    """A feedgen entry with what both formats share; the caller completes it."""
    item = feed.add_entry(order="append")
    item.title(entry.title)
    item.id(entry.id)  # for RSS: a guid that is no permalink
    item.link(href=entry.url, rel="alternate")
    for tag in entry.tags:
        item.category(term=tag, label=tag)
    item.avviso.links = tuple(_entry_links(entry))
    item.avviso.cover = entry.cover
    item.avviso.language = entry.own_language(publication)
    return item


def _entry_links(entry: Entry) -> Iterator[Link]:
    yield Link("alternate", entry.url, "text/html")
    if entry.enclosure and entry.enclosure.playable:
        yield Link("enclosure", entry.enclosure.url, entry.enclosure.media_type, str(entry.enclosure.size_bytes or ""))


def _hexadecimal(text: re.Match[bytes]) -> bytes:
    return _NAMED.sub(lambda found: _HEXADECIMAL[found[0]], text[0])
