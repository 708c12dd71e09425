"""Feeds of other programs: every dialect is understood, nothing in them is trusted."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime

import pytest

from pipeline.errors import IssueError
from pipeline.feeds.foreign import LIMIT_BYTES, Foreign, read_feed

LINK = "https://old.example.com/posts/14-paper/"
DAY = datetime(2024, 3, 24, tzinfo=UTC)
PAPER = Foreign(LINK, LINK, "On paper & ink", DAY, None)

RSS = f"""<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/"><channel><title>Old</title>
<link>https://old.example.com/</link>
<item><media:title>a picture</media:title><title>On paper &amp; ink</title><link>{LINK}</link>
<guid isPermaLink="true">{LINK}</guid><pubDate>Sun, 24 Mar 2024 00:00:00 GMT</pubDate></item>
</channel></rss>"""
ATOM = f"""<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://old.example.com/posts/">
<entry><id>{LINK}</id><title type="html">On &lt;b&gt;paper&lt;/b&gt; &amp;amp; ink</title>
<link rel="enclosure" href="x.mp4"/><link href="14-paper/"/>
<published>2024-03-24T08:00:00+08:00</published><updated>2024-03-25T00:00:00Z</updated></entry></feed>"""
ATOM_03 = f"""<feed version="0.3" xmlns="http://purl.org/atom/ns#"><entry><id>{LINK}</id>
<title>On paper &amp; ink</title><link rel="alternate" type="text/html" href="{LINK}"/>
<issued>2024-03-24T00:00:00Z</issued><modified>2024-03-25T00:00:00Z</modified></entry></feed>"""
RDF = f"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><channel/>
<item rdf:about="{LINK}"><title>On paper &amp; ink</title><link>{LINK}</link><dc:date>2024-03-24</dc:date></item>
</rdf:RDF>"""
JSON = json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": [
    {"id": LINK, "url": "/posts/14-paper/", "title": "On paper & ink", "date_published": "2024-03-24T00:00:00Z"}]})


@pytest.mark.parametrize(("feed", "expected"), [
    (RSS, PAPER),
    (ATOM, Foreign(LINK, LINK, "On paper & ink", DAY, datetime(2024, 3, 25, tzinfo=UTC))),
    (ATOM_03, Foreign(LINK, LINK, "On paper & ink", DAY, datetime(2024, 3, 25, tzinfo=UTC))),
    (RDF, PAPER),
    (JSON, PAPER),
], ids=["rss", "atom", "atom-0.3", "rdf", "json"])
def test_entry_is_the_same_in_every_dialect(feed: str, expected: Foreign) -> None:
    assert read_feed(feed.encode(), "old", address="https://old.example.com/feed") == (expected,)


@pytest.mark.parametrize(("raw", "content_type"), [
    (RSS.encode("utf-16"), ""),
    (RSS.replace("UTF-8", "GB2312").replace("paper", "纸").encode("gb18030"), ""),
    (RSS.replace("UTF-8", "GB2312").replace("paper", "纸").encode(), "text/xml; charset=iso-8859-1"),
    (b"\xef\xbb\xbf\r\n" + RSS.encode(), ""),
    (gzip.compress(RSS.encode()), ""),
    (RSS.replace("ink", "\x08ink").encode(), ""),
], ids=["utf-16", "gb18030 called gb2312", "utf-8 called gb2312", "byte order mark", "gzip", "control character"])
def test_encoding_that_lies_is_seen_through(raw: bytes, content_type: str) -> None:
    titles = [entry.title.replace("纸", "paper") for entry in read_feed(raw, "old", content_type=content_type)]

    assert titles == ["On paper & ink"]


def test_entities_of_html_are_characters() -> None:
    assert read_feed(RSS.replace(" &amp;", "&nbsp;&mdash;").encode(), "old")[0].title == "On paper — ink"


BOMB = """<!DOCTYPE b [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>
<rss><channel><item><guid>&b;</guid></item></channel></rss>"""
THIEF = '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss><channel><item><guid>&x;</guid></item></channel></rss>'


@pytest.mark.parametrize(("raw", "said"), [
    (BOMB.encode(), "old: defines entities of its own, which no feed needs: remove its <!DOCTYPE …>"),
    (THIEF.encode("utf-16"), "old: defines entities of its own, which no feed needs: remove its <!DOCTYPE …>"),
    (gzip.compress(b" " * (LIMIT_BYTES + 1)),
     "old: is larger than 33,554,432 bytes: name a feed with fewer entries"),
    (b"\x1f\x8bnot gzip", "old: is damaged gzip: save the feed again"),
    (b"<html><body>404</body></html>",
     "old: is a web page and not a feed: name an Atom, RSS or JSON feed"),
    (b'<!DOCTYPE html>\n<html lang=en><link href="/rss?a=1&amp;b" rel=alternate type="application/rss+xml"><p>Hi<br>',
     "old: is a web page and not a feed: name the feed that it leads to, /rss?a=1&b"),
    (b"<opml/>", "old: is not a feed: its first element is <opml>: name an Atom, RSS or JSON feed"),
    (b'{"items": 3}', "old: is JSON but not a JSON Feed: it has no items: name an Atom, RSS or JSON feed"),
    (b'{"items":' + b"[" * 100_000, "old: is not JSON that can be read: export the feed again"),
    (b'{\n"items": [,]}', "old:2: is not JSON that can be read: export the feed again"),
    (b"<rss><channel/></rss>", "old: has no entries: name the feed that your readers are subscribed to"),
    (b'<?xml version="1.0" encoding="no-such"?><rss>\xff</rss>',
     "old: is in none of the encodings that it names: save the feed as UTF-8"),
    (b" \n", "old: is empty: name an Atom, RSS or JSON feed"),
    (b'<?xml version="1.0"?>\n', "old: is empty: name an Atom, RSS or JSON feed"),
], ids=["bomb", "thief", "gzip bomb", "broken gzip", "page", "page with a feed", "opml",
        "other json", "deep json", "bad json", "empty",
        "encoding", "blank", "nothing but a declaration"])
def test_what_is_no_feed_is_refused_in_one_line(raw: bytes, said: str) -> None:
    with pytest.raises(IssueError) as refused:
        read_feed(raw, "old")

    assert str(refused.value) == said


@pytest.mark.parametrize("within", ["<!-- 2nd draft -->", "<?php 1 ?>"])
def test_what_stands_within_a_title_and_is_no_text_leaves_it_whole(within: str) -> None:
    feed = RSS.replace("On paper", f"On {within}paper")

    assert read_feed(feed.encode(), "old") == (PAPER,)


@pytest.mark.parametrize(("strict", "loose"), [
    ("paper &amp; ink", "paper & ink"), ("On paper", "On&#x1;&#0;&#x110000; paper"),
    ('xmlns:media="http://search.yahoo.com/mrss/"', ""),
    ("<title>On paper &amp; ink", "<title xml:lang='??'><![CDATA[On paper & ink]]>"),
])
def test_slip_that_feed_readers_let_pass_loses_no_entry(strict: str, loose: str) -> None:
    assert read_feed(RSS.replace(strict, loose).encode(), "old") == (PAPER,)


def test_ids_with_a_bare_ampersand_are_those_that_readers_know() -> None:
    feed = RSS.replace(f">{LINK}</guid>", "><![CDATA[https://old.example.com/?p=1&q=&amp;r]]></guid>")
    bare = RSS.replace(f">{LINK}</guid>", ">https://old.example.com/?p=1&q=2</guid>")

    assert [read_feed(one.encode(), "old")[0].id for one in (feed, bare)] == [
        "https://old.example.com/?p=1&q=&amp;r", "https://old.example.com/?p=1&q=2"]


def test_json_item_that_says_only_when_it_was_changed_was_published_then() -> None:
    feed = JSON.replace("date_published", "date_modified")

    assert read_feed(feed.encode(), "old", address="https://old.example.com/feed") == (
        Foreign(LINK, LINK, "On paper & ink", DAY, DAY),)


def test_document_that_is_cut_off_is_refused_whole() -> None:
    with pytest.raises(IssueError, match=r"^old:5: is not well-formed: "):
        read_feed(RSS[:-30].encode(), "old")


def test_elements_within_elements_without_end_are_refused() -> None:
    with pytest.raises(IssueError, match="is not well-formed"):
        read_feed(b"<rss>" + b"<a>" * 100_000, "old")


def test_id_stands_once_and_an_entry_without_any_is_left_out() -> None:
    items = "<item><title>a</title></item>" + "<item><guid>1</guid><title>{}</title></item>" * 2

    found = read_feed(f"<rss><channel>{items.format('first', 'again')}</channel></rss>".encode(), "old")

    assert [(entry.id, entry.title) for entry in found] == [("1", "first")]


@pytest.mark.parametrize("said", ["", "yesterday", "2024-13-45", "Sun, 99 Foo 2024", "9999-12-31T23:59:59-23:59"])
def test_date_that_cannot_be_read_is_none(said: str) -> None:
    found = read_feed(RSS.replace("Sun, 24 Mar 2024 00:00:00 GMT", said).encode(), "old")

    assert [entry.published for entry in found] == [None]
