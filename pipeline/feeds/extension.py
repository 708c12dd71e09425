"""What feedgen 1.0 leaves out or gets wrong, put right in the trees it builds.

feedgen drops every attribute but `href` of an Atom entry's links (its issues 135 and 143), gives RSS
no hub, archive or current link and no author without an address, formats RSS dates by switching the
whole process's locale, and knows neither RFC 5005 nor Media RSS thumbnails as plain elements. One
extension of the feed and one of its entries mend this; `formats` hands them what they are to write.
In the trees feedgen builds, Atom and RSS names carry no namespace; those of extensions do.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime

from feedgen.ext.base import BaseEntryExtension, BaseExtension
from lxml import etree

from pipeline.issues.issue import Image

ATOM = "http://www.w3.org/2005/Atom"
NAMESPACES = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "fh": "http://purl.org/syndication/history/1.0",
    "media": "http://search.yahoo.com/mrss/",
}
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"

Element = etree._Element


@dataclass(frozen=True, slots=True)
class Link:
    """A link element; attributes that are "" are not written."""

    rel: str
    href: str
    type: str = ""
    length: str = ""

    def add_to(self, parent: Element, name: str = "link") -> None:
        """Writes the link as the last child of `parent`."""
        given = {"rel": self.rel, "href": self.href, "type": self.type, "length": self.length}
        etree.SubElement(parent, name, {key: value for key, value in given.items() if value})


class FeedExtension(BaseExtension):  # type: ignore[misc]  # feedgen is untyped
    """The feed's own part: links, the mark of an archive, the date of RSS, the stylesheet line."""

    links: tuple[Link, ...] = ()
    stylesheet = ""
    is_archive = False
    updated: datetime | None = None

    def extend_ns(self) -> dict[str, str]:
        """The namespaces declared on the root."""
        return NAMESPACES

    def extend_atom(self, feed: Element) -> None:
        """Completes an Atom `feed` element before its entries are added."""
        self._head(feed)
        for old in feed.findall("link"):
            feed.remove(old)
        for link in self.links:
            link.add_to(feed)
        self._mark(feed)

    def extend_rss(self, rss: Element) -> None:
        """Completes an `rss` element before its items are added."""
        self._head(rss)
        channel = rss[0]
        if self.updated:
            _text(channel, "lastBuildDate", rfc822(self.updated))
        for link in self.links:
            link.add_to(channel, f"{{{ATOM}}}link")
        self._mark(channel)

    def _head(self, root: Element) -> None:
        line = f'type="text/css" href="{self.stylesheet}"'
        root.addprevious(etree.ProcessingInstruction("xml-stylesheet", line))

    def _mark(self, parent: Element) -> None:
        # RFC 5005 section 4. A lone archive document has no neighbour to link to, and the mark without
        # one says that the archive is incomplete.
        if self.is_archive and any(link.rel.endswith("-archive") for link in self.links):
            etree.SubElement(parent, _named("fh", "archive"))


class EntryExtension(BaseEntryExtension):  # type: ignore[misc]  # feedgen is untyped
    """An entry's own part: links with their attributes, author, dates, language, thumbnail."""

    links: tuple[Link, ...] = ()
    author = ""
    published: datetime | None = None
    updated: datetime | None = None
    language = ""
    cover: Image | None = None

    def extend_atom(self, entry: Element) -> None:
        """Completes an Atom `entry` element."""
        for old in entry.findall("link"):
            entry.remove(old)
        for link in self.links:
            link.add_to(entry)
        if self.language:
            entry.set(XML_LANG, self.language)
        self._thumbnail(entry)

    def extend_rss(self, item: Element) -> None:
        """Completes an RSS `item` element."""
        _text(item, _named("dc", "creator"), self.author)
        if self.language:
            _text(item, _named("dc", "language"), self.language)
        if self.published:
            _text(item, "pubDate", rfc822(self.published))
        if self.updated:
            _text(item, f"{{{ATOM}}}updated", self.updated.isoformat())
        self._thumbnail(item)

    def _thumbnail(self, parent: Element) -> None:
        if self.cover is None:
            return
        thumbnail = etree.SubElement(parent, _named("media", "thumbnail"), url=self.cover.src)
        for name, pixels in (("width", self.cover.width), ("height", self.cover.height)):
            if pixels:
                thumbnail.set(name, str(pixels))


def rfc822(instant: datetime) -> str:
    """`Sun, 24 Mar 2024 00:00:00 +0000`: English whatever the locale (RFC 5322 section 3.3)."""
    return format_datetime(instant.astimezone(UTC))


def _named(prefix: str, name: str) -> str:
    return f"{{{NAMESPACES[prefix]}}}{name}"


def _text(parent: Element, name: str, text: str) -> None:
    etree.SubElement(parent, name).text = text
