"""Atom, RSS and JSON Feed: the whole of a small document, then each rule that readers taught us."""

from __future__ import annotations

import dataclasses
import json
import locale
import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from typing import Any

import feedparser  # type: ignore[import-untyped]
import pytest
from lxml import etree

from pipeline.feeds.feed import Document, Enclosure, Entry, plan_documents
from pipeline.feeds.formats import ATOM, FORMATS, RSS, atom, rss
from pipeline.feeds.json_feed import json_feed
from pipeline.issues.issue import Image
from tests.feed_samples import PUBLICATION, entry

NAMES = {
    "a": "http://www.w3.org/2005/Atom", "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/", "media": "http://search.yahoo.com/mrss/",
    "fh": "http://purl.org/syndication/history/1.0",
}
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
HUB = "https://hub.example.com/"

RICH = dataclasses.replace(
    entry(
        7, title="AT&T <int>", description="Cables & <rods>", tags=("sea", "R&D"), language="fr",
        updated_at=datetime(2024, 2, 20, 9, 30, 5, tzinfo=UTC), author="Ito Ren",
        html="<p>Bon <b>soir</b> &amp; merci</p>", cover=Image("https://letters.example.com/c.jpg", "C", 800, 400),
    ),
    enclosure=Enclosure("https://letters.example.com/7.mp3", "audio/mpeg", 12345),
)
CURRENT = Document("atom.xml", [RICH], "atom.xml", "archive/atom-0002.xml")
ARCHIVE = Document("archive/atom-0002.xml", [RICH], "atom.xml", "archive/atom-0001.xml", "archive/atom-0003.xml")
FULL = dataclasses.replace(PUBLICATION, hubs=(HUB,), logo="logo.png", author_email="mira@example.com")


def current(*found: Entry, name: str = "atom.xml") -> Document:
    return Document(name, found, name)


def tree(xml: bytes) -> etree._Element:
    return etree.fromstring(xml)


def texts(xml: bytes, path: str) -> list[Any]:
    found = tree(xml).xpath(path, namespaces=NAMES)
    assert isinstance(found, list)
    return found


def test_atom_document_is_written_in_full() -> None:
    assert atom(CURRENT, FULL).decode() == """\
<?xml version='1.0' encoding='UTF-8'?>
<?xml-stylesheet type="text/css" href="feed.css"?>
<feed xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:fh="http://purl.org/syndication/history/1.0" \
xmlns:media="http://search.yahoo.com/mrss/" xmlns="http://www.w3.org/2005/Atom" xml:lang="en">
  <id>tag:letters.example.com,2024:feed</id>
  <title>Night Letters</title>
  <updated>2024-02-20T09:30:05+00:00</updated>
  <author>
    <name>Mira Sole</name>
    <email>mira@example.com</email>
  </author>
  <generator>avviso</generator>
  <logo>https://letters.example.com/logo.png</logo>
  <subtitle>What we read after dark</subtitle>
  <link rel="self" href="https://letters.example.com/feeds/atom.xml" type="application/atom+xml"/>
  <link rel="alternate" href="https://letters.example.com/" type="text/html"/>
  <link rel="hub" href="https://hub.example.com/"/>
  <link rel="prev-archive" href="https://letters.example.com/feeds/archive/atom-0002.xml"/>
  <entry xml:lang="fr">
    <id>tag:letters.example.com,2024:issue/7</id>
    <title>AT&amp;T &lt;int&gt;</title>
    <updated>2024-02-20T09:30:05+00:00</updated>
    <author>
      <name>Ito Ren</name>
    </author>
    <content type="html">&lt;p&gt;Bon &lt;b&gt;soir&lt;/b&gt; &amp;amp; merci&lt;/p&gt;</content>
    <summary>Cables &amp; &lt;rods&gt;</summary>
    <category term="sea" label="sea"/>
    <category term="R&amp;D" label="R&amp;D"/>
    <published>2024-02-18T08:00:00+00:00</published>
    <link rel="alternate" href="https://letters.example.com/7/" type="text/html"/>
    <link rel="enclosure" href="https://letters.example.com/7.mp3" type="audio/mpeg" length="12345"/>
    <media:thumbnail url="https://letters.example.com/c.jpg" width="800" height="400"/>
  </entry>
</feed>
"""


def test_rss_document_is_written_in_full() -> None:
    document = Document("rss.xml", [RICH], "rss.xml", "archive/rss-0002.xml")

    assert rss(document, FULL).decode() == """\
<?xml version='1.0' encoding='UTF-8'?>
<?xml-stylesheet type="text/css" href="feed.css"?>
<rss xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:fh="http://purl.org/syndication/history/1.0" \
xmlns:media="http://search.yahoo.com/mrss/" xmlns:atom="http://www.w3.org/2005/Atom" \
xmlns:content="http://purl.org/rss/1.0/modules/content/" version="2.0">
  <channel>
    <title>Night Letters</title>
    <link>https://letters.example.com/</link>
    <description>What we read after dark</description>
    <docs>http://www.rssboard.org/rss-specification</docs>
    <generator>avviso</generator>
    <image>
      <url>https://letters.example.com/logo.png</url>
      <title>Night Letters</title>
      <link>https://letters.example.com/</link>
    </image>
    <language>en</language>
    <managingEditor>mira@example.com (Mira Sole)</managingEditor>
    <lastBuildDate>Tue, 20 Feb 2024 09:30:05 +0000</lastBuildDate>
    <atom:link rel="self" href="https://letters.example.com/feeds/rss.xml" type="application/rss+xml"/>
    <atom:link rel="hub" href="https://hub.example.com/"/>
    <atom:link rel="prev-archive" href="https://letters.example.com/feeds/archive/rss-0002.xml"/>
    <item>
      <title>AT&#x26;T &#x3C;int&#x3E;</title>
      <link>https://letters.example.com/7/</link>
      <description>Cables &#x26;amp; &#x26;lt;rods&#x26;gt;</description>
      <content:encoded>&lt;p&gt;Bon &lt;b&gt;soir&lt;/b&gt; &amp;amp; merci&lt;/p&gt;</content:encoded>
      <guid isPermaLink="false">tag:letters.example.com,2024:issue/7</guid>
      <category>sea</category>
      <category>R&#x26;D</category>
      <enclosure url="https://letters.example.com/7.mp3" length="12345" type="audio/mpeg"/>
      <dc:creator>Ito Ren</dc:creator>
      <dc:language>fr</dc:language>
      <pubDate>Sun, 18 Feb 2024 08:00:00 +0000</pubDate>
      <atom:updated>2024-02-20T09:30:05+00:00</atom:updated>
      <media:thumbnail url="https://letters.example.com/c.jpg" width="800" height="400"/>
    </item>
  </channel>
</rss>
"""


def test_json_document_is_written_in_full() -> None:
    document = Document("feed.json", [RICH], "feed.json", "archive/feed-0002.json")

    assert json.loads(json_feed(document, FULL)) == {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Night Letters",
        "home_page_url": "https://letters.example.com/",
        "feed_url": "https://letters.example.com/feeds/feed.json",
        "description": "What we read after dark",
        "next_url": "https://letters.example.com/feeds/archive/feed-0002.json",
        "icon": "https://letters.example.com/logo.png",
        "authors": [{"name": "Mira Sole"}],
        "language": "en",
        "hubs": [{"type": "WebSub", "url": "https://hub.example.com/"}],
        "items": [{
            "id": "tag:letters.example.com,2024:issue/7",
            "url": "https://letters.example.com/7/",
            "title": "AT&T <int>",
            "content_html": "<p>Bon <b>soir</b> &amp; merci</p>",
            "summary": "Cables & <rods>",
            "image": "https://letters.example.com/c.jpg",
            "date_published": "2024-02-18T08:00:00+00:00",
            "date_modified": "2024-02-20T09:30:05+00:00",
            "authors": [{"name": "Ito Ren"}],
            "tags": ["sea", "R&D"],
            "language": "fr",
            "attachments": [
                {"url": "https://letters.example.com/7.mp3", "mime_type": "audio/mpeg", "size_in_bytes": 12345},
            ],
        }],
    }


def test_json_feed_leaves_out_what_is_empty() -> None:
    bare = dataclasses.replace(PUBLICATION, description="", language="?")

    assert json.loads(json_feed(current(entry(description=""), name="feed.json"), bare)) == {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Night Letters",
        "home_page_url": "https://letters.example.com/",
        "feed_url": "https://letters.example.com/feeds/feed.json",
        "authors": [{"name": "Mira Sole"}],
        "items": [{
            "id": "tag:letters.example.com,2024:issue/1",
            "url": "https://letters.example.com/1/",
            "title": "Letter 1",
            "content_html": "<p>Good night.</p>",
            "date_published": "2024-01-07T08:00:00+00:00",
            "date_modified": "2024-01-07T08:00:00+00:00",
            "authors": [{"name": "Mira Sole"}],
            "language": "en",
        }],
    }


def test_archive_document_is_marked_and_linked_and_has_no_hub() -> None:
    links = [(link.get("rel"), link.get("href")) for link in texts(atom(ARCHIVE, FULL), "/a:feed/a:link")]

    assert links == [
        ("self", "https://letters.example.com/feeds/archive/atom-0002.xml"),
        ("alternate", "https://letters.example.com/"),
        ("current", "https://letters.example.com/feeds/atom.xml"),
        ("prev-archive", "https://letters.example.com/feeds/archive/atom-0001.xml"),
        ("next-archive", "https://letters.example.com/feeds/archive/atom-0003.xml"),
    ]
    for written, root in ((atom(ARCHIVE, FULL), "/a:feed"), (rss(ARCHIVE, FULL), "/rss/channel")):
        assert len(texts(written, f"{root}/fh:archive")) == 1
    assert texts(atom(CURRENT, FULL), "//fh:archive") == []


def test_lone_archive_document_is_not_marked_because_nothing_is_linked_to_it() -> None:
    alone = dataclasses.replace(ARCHIVE, prev_archive="", next_archive="")

    assert texts(atom(alone, PUBLICATION), "//fh:archive") == []


@pytest.mark.parametrize(("name", "href"), [("atom.xml", "feed.css"), ("archive/atom-0001.xml", "../feed.css"),
                                            ("tags/sea/archive/atom-0001.xml", "../../../feed.css")])
def test_stylesheet_line_is_css_and_relative_to_the_document(name: str, href: str) -> None:
    for write in (atom, rss):
        line = tree(write(current(entry(), name=name), PUBLICATION)).getprevious()
        assert line is not None
        assert etree.tostring(line, with_tail=False) == f'<?xml-stylesheet type="text/css" href="{href}"?>'.encode()


@pytest.mark.parametrize("cover", ["image/png", "text/html", "application/zip"])
def test_enclosure_is_only_for_sound_and_film(cover: str) -> None:
    odd = dataclasses.replace(entry(), enclosure=Enclosure("https://a.example.com/x", cover, 10))

    for form in FORMATS:
        assert form.write(current(odd), PUBLICATION) == form.write(current(entry()), PUBLICATION)


def test_length_that_nobody_knows_is_zero_in_rss_which_needs_one_and_unsaid_elsewhere() -> None:
    far = dataclasses.replace(entry(), enclosure=Enclosure("https://a.example.com/x.mp3", "audio/mpeg", 0))

    (item,) = json.loads(json_feed(current(far), PUBLICATION))["items"]

    assert texts(rss(current(far), PUBLICATION), "//enclosure/@*") == [
        "https://a.example.com/x.mp3", "0", "audio/mpeg"]
    assert texts(atom(current(far), PUBLICATION), "//a:link[@rel='enclosure']/@*") == [
        "enclosure", "https://a.example.com/x.mp3", "audio/mpeg"]
    assert item["attachments"] == [{"url": "https://a.example.com/x.mp3", "mime_type": "audio/mpeg"}]


def test_nothing_is_in_cdata_whatever_the_text_holds() -> None:
    sly = entry(html="<p>a ]]> b <![CDATA[ c</p>")

    for write, path in ((atom, "//a:content/text()"), (rss, "//content:encoded/text()")):
        written = write(current(sly), PUBLICATION)
        assert (written.count(b"<![CDATA["), texts(written, path)) == (0, ["<p>a ]]> b <![CDATA[ c</p>"])


def test_rss_writes_markup_in_plain_text_as_hexadecimal_references_and_only_there() -> None:
    plain = dataclasses.replace(PUBLICATION, title="A & <B>", description="<C> & D")
    written = rss(current(entry(title="<title>&amp;</title>", html="<title>x</title>", tags=("<T>",))), plain)

    assert [line.strip() for line in written.decode().splitlines() if "&#x" in line] == [
        "<title>A &#x26; &#x3C;B&#x3E;</title>",
        "<description>&#x3C;C&#x3E; &#x26; D</description>",
        "<title>&#x3C;title&#x3E;&#x26;amp;&#x3C;/title&#x3E;</title>",
        "<category>&#x3C;T&#x3E;</category>",
    ]
    assert texts(written, "//item/title/text()") == ["<title>&amp;</title>"]
    assert texts(written, "//content:encoded/text()") == ["<title>x</title>"]


def test_rss_item_always_has_description_before_content() -> None:
    for description, told in [("Brief", "Brief"), ("", "Letter 1")]:
        item = texts(rss(current(entry(description=description)), PUBLICATION), "//item/*")
        found = [(part.tag, part.text) for part in item if part.tag.endswith(("description", "encoded"))]
        assert found == [("description", told), (f"{{{NAMES['content']}}}encoded", "<p>Good night.</p>")]


def test_summary_entry_has_no_content_but_is_valid_everywhere() -> None:
    short = current(entry(html=""))

    assert texts(atom(short, PUBLICATION), "//a:entry/a:summary/text()") == ["The 1. letter"]
    assert texts(atom(short, PUBLICATION), "//a:content") == []
    assert texts(rss(short, PUBLICATION), "//item/description/text()") == ["The 1. letter"]
    item = json.loads(json_feed(short, PUBLICATION))["items"][0]
    assert (item["content_text"], "content_html" in item) == ("The 1. letter", False)


def test_json_item_of_an_issue_without_words_has_its_title_for_content() -> None:
    """JSON Feed 1.1, "Items": each has `content_html` or `content_text`."""
    item = json.loads(json_feed(current(entry(html="", description="")), PUBLICATION))["items"][0]

    assert item["content_text"] == "Letter 1"


def test_dates_are_the_newest_entrys_and_never_the_present() -> None:
    written = atom(current(entry(2), entry(1, updated_at=datetime(2025, 5, 5, 5, tzinfo=UTC))), PUBLICATION)
    assert texts(written, "/a:feed/a:updated/text()") == ["2025-05-05T05:00:00+00:00"]

    empty = Document("atom.xml", [], "atom.xml")
    assert texts(atom(empty, PUBLICATION), "/a:feed/a:updated/text()") == ["2000-01-01T00:00:00+00:00"]
    assert texts(rss(empty, PUBLICATION), "//lastBuildDate/text()") == ["Sat, 01 Jan 2000 00:00:00 +0000"]


def test_writing_never_touches_the_locale_of_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> str:
        pytest.fail("the locale belongs to the whole process, and other threads are at work")

    monkeypatch.setattr(locale, "setlocale", refuse)

    for form in FORMATS:
        assert form.write(current(entry()), PUBLICATION)


def test_entry_language_is_named_only_where_it_differs() -> None:
    mixed = current(entry(3, language="zh_Hans"), entry(2, language="EN"), entry(1, language="中文"))

    assert [found.get(LANGUAGE) for found in texts(atom(mixed, PUBLICATION), "//a:entry")] == ["zh-Hans", None, None]


def test_language_of_the_publication_is_a_language_tag_or_left_out() -> None:
    for given, written in [("zh_CN", ["zh-CN"]), ("中文", []), ("", [])]:
        publication = dataclasses.replace(PUBLICATION, language=given)
        assert texts(rss(current(entry()), publication), "//channel/language/text()") == written
        assert texts(atom(current(entry()), publication), "/a:feed/@xml:lang") == written


def test_every_entry_has_an_author() -> None:
    mixed = current(entry(3, author="Ito <ito@example.com>"), entry(2, author="\x00 "), entry(1))
    names = ["Ito", "Mira Sole", "Mira Sole"]

    assert texts(atom(mixed, PUBLICATION), "//a:entry/a:author/a:name/text()") == names
    assert texts(rss(mixed, PUBLICATION), "//item/dc:creator/text()") == names
    assert [found["authors"] for found in json.loads(json_feed(mixed, PUBLICATION))["items"]] == [
        [{"name": name}] for name in names
    ]


def test_tags_are_cleaned_and_each_written_once() -> None:
    tagged = current(entry(tags=("sea", " sea\n", "", "\x0b", "deep  sea")))

    assert texts(atom(tagged, PUBLICATION), "//a:category/@term") == ["sea", "deep sea"]
    assert texts(rss(tagged, PUBLICATION), "//item/category/text()") == ["sea", "deep sea"]


def test_one_forbidden_character_costs_neither_the_feed_nor_the_other_words() -> None:
    spoilt = entry(title="a\x00b\ud800c\ufffed", html="<p>\x0b\udfffok\U0001ffff</p>", description="x\x1fy")

    for form in FORMATS:
        assert form.write(current(spoilt), PUBLICATION) == form.write(
            current(entry(title="abcd", html="<p>ok</p>", description="xy")), PUBLICATION)


def test_addresses_of_a_tags_feed_are_ascii_in_every_format() -> None:
    sea = dataclasses.replace(PUBLICATION, page="tags/海/", logo="图 1.png", feed_id="")

    for form in FORMATS:
        document = plan_documents(
            [entry(1), entry(2)], form, count=1, group=1, folder="tags/海/")[0]
        written = form.write(document, sea).decode()
        found = re.findall(r"https://letters.example.com/(?:feeds/)?tags/[^<\"]*|[^/]*1.png", written)
        assert set(found) == {
            f"https://letters.example.com/feeds/tags/%E6%B5%B7/{form.name}{form.suffix}",
            f"https://letters.example.com/feeds/tags/%E6%B5%B7/archive/{form.name}-0001{form.suffix}",
            "https://letters.example.com/tags/%E6%B5%B7/", "%E5%9B%BE%201.png",
        }


def test_untitled_issue_is_called_by_its_day() -> None:
    assert texts(atom(current(entry(title=" \n")), PUBLICATION), "//a:entry/a:title/text()") == ["2024-01-07"]


@pytest.mark.parametrize("form", [ATOM, RSS], ids=["atom", "rss"])
def test_feedparser_reads_the_same_from_both_xml_formats(form: Any) -> None:
    parsed = feedparser.parse(form.write(current(RICH, entry(1)), FULL))

    assert not parsed.bozo
    assert [
        (found.id, found.link, found.title, found.author, found.published_parsed[:6], found.updated_parsed[:6],
         [tag.term for tag in found.get("tags", [])], [part.href for part in found.enclosures],
         found.content[0].value, found.get("media_thumbnail", [{}])[0].get("url"))
        for found in parsed.entries
    ] == [
        ("tag:letters.example.com,2024:issue/7", "https://letters.example.com/7/",
         "AT&T <int>", "Ito Ren", (2024, 2, 18, 8, 0, 0),
         (2024, 2, 20, 9, 30, 5), ["sea", "R&D"], ["https://letters.example.com/7.mp3"],
         "<p>Bon <b>soir</b> &amp; merci</p>", "https://letters.example.com/c.jpg"),
        ("tag:letters.example.com,2024:issue/1", "https://letters.example.com/1/", "Letter 1", "Mira Sole",
         (2024, 1, 7, 8, 0, 0), (2024, 1, 7, 8, 0, 0), [], [], "<p>Good night.</p>", None),
    ]


BUILD = """
import sys
from pipeline.feeds.feed import plan_documents
from pipeline.feeds.formats import FORMATS
from tests.feed_samples import PUBLICATION, entries
every = entries(9, tags=tuple("abcdefgh"))
for form in FORMATS:
    for found in plan_documents(every, form, count=4, group=3):
        sys.stdout.buffer.write(form.write(found, PUBLICATION))
"""


def test_two_builds_under_other_zones_locales_and_hash_seeds_are_equal_byte_for_byte() -> None:
    def build(**environment: str) -> bytes:
        return subprocess.run([sys.executable, "-c", BUILD], check=True, stdout=subprocess.PIPE,
                              env=os.environ | environment).stdout

    first = build(TZ="Asia/Shanghai", LC_ALL="C.UTF-8", PYTHONHASHSEED="1")
    second = build(TZ="America/New_York", LC_ALL="C", PYTHONHASHSEED="2")

    assert first == second
    assert first.count(b"Letter 9") == len(FORMATS)


def test_formats_have_the_names_of_the_contract() -> None:
    assert [(form.current(), form.archive(3)) for form in FORMATS] == [
        ("atom.xml", "archive/atom-0003.xml"),
        ("rss.xml", "archive/rss-0003.xml"),
        ("feed.json", "archive/feed-0003.json"),
    ]
