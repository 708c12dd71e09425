"""Any Unicode in titles, tags, authors and texts: the feeds stay valid and say the same in all formats."""

from __future__ import annotations

import dataclasses
import json
import re

import feedparser  # type: ignore[import-untyped]
from hypothesis import event, given
from hypothesis import strategies as st
from lxml import etree

from pipeline.errors import IssueError
from pipeline.feeds.addresses import asset_path, feed_id, permalink, segment, slug, source_path
from pipeline.feeds.characters import clean, one_line
from pipeline.feeds.feed import Document
from pipeline.feeds.formats import atom, rss
from pipeline.feeds.json_feed import json_feed
from tests.feed_samples import FIRST, PUBLICATION, entry

SPECIAL = st.sampled_from([
    "]]>", "<![CDATA[", "</title>", "</script>", "&nbsp;", "&#0;", "\x00", "\ud800", "\ufffe", "\u202e", "<?xml?>",
    "<!--", "AT&T", "vector<int>", "\r\n", "\u2028", "../", "\\", "CON", "%00", ".",
])
ANYTHING = st.lists(st.one_of(SPECIAL, st.text(max_size=8), st.characters()), max_size=8).map("".join)
A = "{http://www.w3.org/2005/Atom}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
DC = "{http://purl.org/dc/elements/1.1/}creator"


@given(title=ANYTHING, tag=ANYTHING, author=ANYTHING, text=ANYTHING, description=ANYTHING, name=ANYTHING)
def test_hostile_words_are_read_back_alike_from_every_format(
    title: str, tag: str, author: str, text: str, description: str, name: str,
) -> None:
    publication = dataclasses.replace(PUBLICATION, title=f"T{name}", description=name)
    found = entry(title=title, tags=(tag,), author=author, html=f"<p>{text}</p>", description=description)
    document = Document("atom.xml", [found], "atom.xml")

    one = etree.fromstring(atom(document, publication)).find(f"{A}entry")
    two = etree.fromstring(rss(document, publication)).find("channel/item")
    three = json.loads(json_feed(document, publication))["items"][0]
    assert one is not None
    assert two is not None

    body = clean(f"<p>{text}</p>").replace("\r\n", "\n").replace("\r", "\n")
    tags = [one_line(tag)] if one_line(tag) else []
    expected = (one_line(title) or "2024-01-07", found.author(publication), tags, body)
    assert (
        one.findtext(f"{A}title"), one.findtext(f"{A}author/{A}name"),
        [found.get("term") for found in one.findall(f"{A}category")], _lines(one.findtext(f"{A}content")),
    ) == expected
    assert (
        two.findtext("title"), two.findtext(DC),
        [found.text for found in two.findall("category")], _lines(two.findtext(CONTENT)),
    ) == expected
    assert (
        three["title"], three["authors"][0]["name"], three.get("tags", []), _lines(three["content_html"]),
    ) == expected


def _lines(text: str | None) -> str:
    return (text or "").replace("\r\n", "\n").replace("\r", "\n")


@given(title=ANYTHING, author=ANYTHING)
def test_feedparser_finds_every_hostile_feed_well_formed(title: str, author: str) -> None:
    document = Document("rss.xml", [entry(title=title, author=author)], "rss.xml")

    for write in (atom, rss):
        parsed = feedparser.parse(write(document, PUBLICATION))
        assert (parsed.bozo, [found.id for found in parsed.entries]) == (False, [document.entries[0].id])


@given(name=ANYTHING, pattern=st.sampled_from(["{stem}/", "{number}/", "{year}/{slug}/", "a/{stem}.html"]))
def test_permalink_of_any_name_is_a_folder_below_the_site_on_any_disk(name: str, pattern: str) -> None:
    made = permalink(pattern, number=None, slug=slug(name), stem=name, day=FIRST.date())

    parts = made.removesuffix("/").split("/")
    assert made.endswith("/")
    for part in parts:
        assert re.fullmatch(r'[^<>:"/\\|?*\x00-\x1f\x7f\s]+', part)
        assert part.strip(". ") == part
        assert len(part.encode()) <= 200
        assert segment(part) == part


@given(path=st.sampled_from(["14.md", "2024/14.md", "a/b/c.md"]), reference=ANYTHING,
       below_static=st.sampled_from([None, "", "posts", "content/news", "../static"]))
def test_asset_of_any_reference_is_below_assets_or_refused(path: str, reference: str, below_static: str | None) -> None:
    try:
        source = source_path(path, reference, below_static)
        place = asset_path(source)
    except IssueError as refused:
        event(refused.problem.rule)
        return

    parts = place.split("/")
    assert parts[0] == "assets"
    assert all(part.strip(". ") == part and part for part in parts[1:])
    assert ".." not in source.split("/")
    assert source.startswith("/") <= (below_static is not None)


@given(key=ANYTHING, host=st.sampled_from(["a.example.com", "例子.example.com", "[2001:db8::1]:8080", "192.0.2.1"]))
def test_feed_id_of_any_key_is_a_tag_uri(key: str, host: str) -> None:
    made = feed_id(f"https://{host}/", FIRST.date(), key)

    assert re.fullmatch(r"tag:[a-z0-9.-]+,\d{4}:issue/[A-Za-z0-9._~%/-]*", made)
