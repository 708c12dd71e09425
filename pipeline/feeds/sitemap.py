"""Lists for machines: `sitemap.xml` (sitemaps.org protocol 0.9) and the feeds as OPML 2.0."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from html import escape
from typing import NamedTuple, Protocol

from lxml import etree

from pipeline.feeds.characters import one_line
from pipeline.feeds.extension import rfc822
from pipeline.feeds.feed import NEVER, Publication
from pipeline.language import language_tag

SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
MOST_URLS = 50_000  # the protocol's limit for one file


class Placed(Protocol):
    """What has an address and an instant of its last change."""

    @property
    def url(self) -> str: ...

    @property
    def updated(self) -> datetime: ...


class Located(NamedTuple):
    """The least that is one."""

    url: str
    updated: datetime


def sitemap(entries: Sequence[Placed], publication: Publication) -> bytes:
    """The addresses of index and issues with the instant each last changed; the newest MOST_URLS of them.

    `entries` are oldest first, as everywhere; pages are listed newest first.
    """
    newest = entries[::-1][:MOST_URLS - 1]
    pages = ((entry.url, entry.updated) for entry in newest)
    urls = [f"  <url>\n    <loc>{escape(address, quote=False)}</loc>\n"
            f"    <lastmod>{changed.astimezone(UTC).isoformat()}</lastmod>\n  </url>\n"
            for address, changed in ((publication.url, _latest(newest)), *pages)]
    opening = f"<?xml version='1.0' encoding='UTF-8'?>\n<urlset xmlns=\"{SITEMAP}\">\n"
    return "".join([opening, *urls, "</urlset>\n"]).encode()


def opml(feeds: Iterable[tuple[Publication, str]], publication: Publication, changed: datetime) -> bytes:
    """The publication's feeds for import into a reader: pairs of a publication (or its tag) and a feed's name.

    `changed` is when the newest of them last changed.
    """
    root = etree.Element("opml", version="2.0")
    head, body = etree.SubElement(root, "head"), etree.SubElement(root, "body")
    etree.SubElement(head, "title").text = one_line(publication.title)
    etree.SubElement(head, "dateModified").text = rfc822(changed)
    etree.SubElement(head, "ownerName").text = publication.editor
    for feed, name in feeds:
        title = one_line(feed.title)
        given = {
            "type": "rss", "text": title, "title": title, "description": one_line(feed.description),
            "language": language_tag(feed.language), "htmlUrl": feed.home, "xmlUrl": publication.feed_url(name),
        }
        etree.SubElement(body, "outline", {key: value for key, value in given.items() if value})
    return _document(root)


def _latest(entries: Sequence[Placed]) -> datetime:
    return max((entry.updated for entry in entries), default=NEVER)


def _document(root: etree._Element) -> bytes:
    return etree.tostring(root, pretty_print=True, encoding="UTF-8", xml_declaration=True)
