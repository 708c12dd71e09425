"""A feed that somebody else's program wrote, read for one purpose: which ids and dates its readers know.

Atom (also 0.3), RSS (0.9 to 2.0, RDF) and JSON Feed. Nothing in it is trusted: no entity is expanded, nothing is
loaded, an encoding that lies is seen through, and what unpacks to more than LIMIT_BYTES is refused.
"""

from __future__ import annotations

import codecs
import html
import json
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urljoin

from lxml import etree

from pipeline.errors import IssueError
from pipeline.feeds.characters import clean, one_line

LIMIT_BYTES = 32 * 1024 * 1024
MOST_ENTRIES = 100_000
GZIP = b"\x1f\x8b"

_ATOM = "{http://www.w3.org/2005/Atom}"
_ATOM_03 = "{http://purl.org/atom/ns#}"
_DUBLIN = "{http://purl.org/dc/elements/1.1/}"
_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_BASE = "{http://www.w3.org/XML/1998/namespace}base"
_DECLARATION = re.compile(r"\A\s*<\?xml[^>]*?\?>")
_DECLARED = re.compile(rb"""<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._:-]+)["']""")
_CHARSET = re.compile(r"""charset\s*=\s*["']?([A-Za-z0-9._:-]+)""", re.IGNORECASE)
_OWN_ENTITIES = re.compile(r"<!ENTITY", re.IGNORECASE)
_NAMED = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,30});")
# What XML forbids and feed readers let pass, unless it is plain text: a bare `&`, the number of no character.
_LOOSE = re.compile(r"<!\[CDATA\[(?:(?!\]\]>).)*+|&(?!#?\w{1,30};)|&#(?:x[0-9a-f]{1,7}|\d{1,7});",
                    re.DOTALL | re.IGNORECASE)
_WEB_PAGE = re.compile(r"<(?:!doctype\s+html|html)\b", re.IGNORECASE)
_FEED_LINK = re.compile(r"<link\b(?=[^<>]*\balternate\b)(?=[^<>]*application/(?:rss|atom|feed)\+)[^<>]*?"
                        r"\bhref\s*=\s*[\"']?([^\"'<>\s]+)", re.IGNORECASE)
_XML_NAMES = frozenset({"amp", "lt", "gt", "quot", "apos"})
_WIDER = {"gb2312": "gb18030", "gbk": "gb18030", "iso-8859-1": "cp1252", "latin-1": "cp1252", "ascii": "cp1252"}
_EAST_ASIAN = ("gb", "big5", "shift", "sjis", "euc")
_CJK_IN_UTF8 = re.compile(rb"[\xe3-\xef][\x80-\xbf]{2}")
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
         (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


@dataclass(frozen=True, slots=True)
class Foreign:
    """One entry. `id` as readers know it, opaque; `link` absolute or ""; dates in UTC, None when not readable."""

    id: str
    link: str
    title: str
    published: datetime | None
    updated: datetime | None


def read_feed(raw: bytes, source: str, *, content_type: str = "", address: str = "") -> tuple[Foreign, ...]:
    """The entries of a feed in its own order, each id once.

    `source` is what errors call it; `address` is where relative links start, if it came from the web.
    Raises IssueError with one line for what is no feed or cannot be read whole.
    """
    text = _decoded(_unpacked(raw, source), content_type, source).lstrip("\ufeff \t\r\n")
    found = _json_entries(text, source, address) if text.startswith("{") else _xml_entries(text, source, address)
    entries: dict[str, Foreign] = {}
    for entry in found:
        if entry.id and len(entries) < MOST_ENTRIES:
            entries.setdefault(entry.id, entry)
    if not entries:
        raise _refusal(source, "has no entries", "name the feed that your readers are subscribed to")
    return tuple(entries.values())


def _refusal(source: str, what: str, remedy: str, line: int | None = None) -> IssueError:
    return IssueError(what, path=source, line=line, remedy=remedy, rule="feed-foreign")


# ---- bytes ------------------------------------------------------------------------------------


def _unpacked(raw: bytes, source: str) -> bytes:
    """Some servers, and some files, are gzip; unpacked no further than the limit."""
    if raw.startswith(GZIP):
        unpacker = zlib.decompressobj(wbits=31)
        try:
            raw = unpacker.decompress(raw, LIMIT_BYTES + 1)
        except zlib.error:
            raise _refusal(source, "is damaged gzip", "save the feed again") from None
    if len(raw) > LIMIT_BYTES:
        raise _refusal(source, f"is larger than {LIMIT_BYTES:,} bytes", "name a feed with fewer entries")
    return raw


def _decoded(raw: bytes, content_type: str, source: str) -> str:
    """What is valid UTF-8 is UTF-8, whatever is declared; else a mark, the declaration, the server's word."""
    for encoding in _encodings(raw, content_type):
        try:
            return raw.decode(encoding)
        except (UnicodeError, LookupError):
            continue
    raise _refusal(source, "is in none of the encodings that it names", "save the feed as UTF-8")


def _encodings(raw: bytes, content_type: str) -> Iterator[str]:
    yield from (encoding for mark, encoding in _BOMS if raw.startswith(mark))
    named = [found[1].decode() if (found := _DECLARED.search(raw[:400])) else "",
             served[1] if (served := _CHARSET.search(content_type)) else ""]
    wider = [_WIDER.get(name, name) for name in (one.lower() for one in named) if name]
    if wider and wider[0].startswith(_EAST_ASIAN) and not _CJK_IN_UTF8.search(raw):
        yield wider[0]  # a few such characters may look like UTF-8, but then like no Chinese in it
    yield "utf-8"
    yield from wider


# ---- XML --------------------------------------------------------------------------------------


def _xml_entries(text: str, source: str, address: str) -> Iterator[Foreign]:
    if _WEB_PAGE.match(text):
        raise _refusal(source, "is a web page and not a feed", _feeds_address(text, address))
    root = _tree(text, source)
    space = next((space for space in (_ATOM, _ATOM_03) if root.tag == f"{space}feed"), None)
    if space:
        yield from (_atom_entry(item, space, address) for item in root.iter(f"{space}entry"))
    elif _plain(root.tag) in ("rss", "RDF"):
        base = _text(root, "link", below="channel") or address
        yield from (_rss_entry(item, base) for item in root.iter("{*}item"))
    else:
        raise _refusal(source, f"is not a feed: its first element is <{_plain(root.tag)}>",
                       "name an Atom, RSS or JSON feed")


def _tree(text: str, source: str) -> etree._Element:
    """The document, with nothing expanded and nothing loaded. HTML's names for characters are understood, and what
    feed readers let pass is let pass here: else ids that they know would be lost for a slip beside them."""
    if _OWN_ENTITIES.search(text):
        raise _refusal(source, "defines entities of its own, which no feed needs", "remove its <!DOCTYPE …>")
    body = _NAMED.sub(_character, _LOOSE.sub(_tightened, _DECLARATION.sub("", clean(text))))
    if not body.strip():
        raise _refusal(source, "is empty", "name an Atom, RSS or JSON feed")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True,
                             remove_comments=True, remove_pis=True, encoding="utf-8")
    root = etree.fromstring(body.encode(), parser)
    wrong = next((one for one in parser.error_log if one.level > etree.ErrorLevels.WARNING
                  and one.domain != etree.ErrorDomains.NAMESPACE), None)
    if wrong is not None:
        raise _refusal(source, f"is not well-formed: {wrong.message}", "mend or export the feed again",
                       wrong.line or None)
    return root


def _tightened(found: re.Match[str]) -> str:
    if found[0] == "&":
        return "&amp;"
    return found[0] if found[0].startswith("<") or clean(html.unescape(found[0])).strip("\ufffd") else ""


def _feeds_address(page: str, address: str) -> str:
    """What to do with a page in the place of a feed: it may name one."""
    found = _FEED_LINK.search(page)
    if found is None:
        return "name an Atom, RSS or JSON feed"
    return f"name the feed that it leads to, {_joined(address, html.unescape(found[1]))}"


def _character(found: re.Match[str]) -> str:
    return found[0] if found[1] in _XML_NAMES else html.unescape(found[0]).replace("<", "&lt;").replace("&", "&amp;")


def _atom_entry(item: etree._Element, space: str, address: str) -> Foreign:
    links = {link.get("rel", "alternate"): link for link in reversed(item.findall(f"{space}link"))}
    link = links.get("alternate")
    href = _joined(_base(item, address), link.get("href", "")) if link is not None else ""
    published = _instant(_text(item, "published") or _text(item, "issued"))
    updated = _instant(_text(item, "updated") or _text(item, "modified"))
    return Foreign(_text(item, "id") or href, href, _title(item), published or updated, updated)


def _rss_entry(item: etree._Element, base: str) -> Foreign:
    guid = item.find("guid")
    known = _text(item, "guid") or item.get(f"{_RDF}about", "")
    link = _text(item, "link")
    if not link and guid is not None and guid.get("isPermaLink", "true") == "true":
        link = known
    published = _instant(_text(item, "pubDate") or _first(item, f"{_DUBLIN}date"))
    updated = _instant(_first(item, f"{_ATOM}updated"))
    return Foreign(known or link, _joined(base, link), _title(item), published, updated)


def _title(item: etree._Element) -> str:
    """As a reader shows it: feeds of type html have it escaped twice."""
    said = _text(item, "title")
    markup = (item.find(f"{_ATOM}title") if item.tag == f"{_ATOM}entry" else None)
    if markup is not None and markup.get("type") == "html":
        said = re.sub(r"<[^>]*>", "", said)
    return one_line(html.unescape(said))


def _text(item: etree._Element, name: str, *, below: str = "") -> str:
    """The text of a child in the element's own namespace, "" if there is none: `media:title` is another thing."""
    parent = item.find(f"{{*}}{below}") if below else item
    if parent is None:
        return ""
    space = etree.QName(parent).namespace
    return _first(parent, f"{{{space}}}{name}" if space else name)


def _first(item: etree._Element, tag: str) -> str:
    found = item.find(tag)
    return clean("".join(map(str, found.itertext()))).strip() if found is not None else ""


def _plain(tag: Any) -> str:
    return etree.QName(tag).localname


def _base(item: etree._Element, address: str) -> str:
    """Where relative links of an entry start: every `xml:base` around it, from outside in."""
    around = [item, *item.iterancestors()]
    for element in reversed(around):
        address = _joined(address, element.get(_BASE, ""))
    return address


# ---- JSON -------------------------------------------------------------------------------------


def _json_entries(text: str, source: str, address: str) -> Iterator[Foreign]:
    try:
        feed = json.loads(text)
    except (ValueError, RecursionError) as error:
        line = error.lineno if isinstance(error, json.JSONDecodeError) else None
        raise _refusal(source, "is not JSON that can be read", "export the feed again", line) from None
    items = feed.get("items")
    if not isinstance(items, list):
        raise _refusal(source, "is JSON but not a JSON Feed: it has no items", "name an Atom, RSS or JSON feed")
    yield from (_json_entry(item, address) for item in items if isinstance(item, dict))


def _json_entry(item: dict[str, Any], address: str) -> Foreign:
    def word(name: str) -> str:
        value = item.get(name)
        return clean(str(value)).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""

    link = _joined(address, word("url"))
    published, updated = _instant(word("date_published")), _instant(word("date_modified"))
    return Foreign(word("id") or link, link, one_line(word("title")), published or updated, updated)


# ---- both -------------------------------------------------------------------------------------


def _joined(base: str, address: str) -> str:
    """The absolute address; one that is none (`http://[`) stays as it was written."""
    try:
        return urljoin(base, address)
    except ValueError:
        return address


def _instant(said: str) -> datetime | None:
    """An instant as RFC 3339 or RFC 822 writes it; without a zone it is UTC."""
    try:
        found = datetime.fromisoformat(said) if said[:4].isdigit() else parsedate_to_datetime(said)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
