"""sitemap.xml and the OPML list of feeds."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime

from pipeline.feeds import sitemap as module
from pipeline.feeds.sitemap import opml, sitemap
from tests.feed_samples import PUBLICATION, entries, entry


def test_sitemap_lists_the_index_and_every_issue_with_its_last_change() -> None:
    changed = entry(1, updated_at=datetime(2025, 1, 2, 3, 4, 5, tzinfo=UTC))

    assert sitemap([changed, entry(2)], PUBLICATION).decode() == """\
<?xml version='1.0' encoding='UTF-8'?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
  <url>
    <loc>https://letters.example.com/</loc>
    <lastmod>2025-01-02T03:04:05+00:00</lastmod>
  </url>
  <url>
    <loc>https://letters.example.com/2/</loc>
    <lastmod>2024-01-14T08:00:00+00:00</lastmod>
  </url>
  <url>
    <loc>https://letters.example.com/1/</loc>
    <lastmod>2025-01-02T03:04:05+00:00</lastmod>
  </url>
</urlset>
"""


def test_sitemap_keeps_to_the_protocols_limit_with_the_newest() -> None:
    made = sitemap(entries(3) * 17_000, PUBLICATION)

    assert made.count(b"<loc>") == module.MOST_URLS == 50_000


def test_opml_lists_the_feeds() -> None:
    sea = dataclasses.replace(PUBLICATION, title="Night Letters: sea & <salt>", description="", page="tags/sea/")
    feeds = [(PUBLICATION, "atom.xml"), (sea, "tags/sea/atom.xml")]
    made = opml(feeds, PUBLICATION, datetime(2024, 1, 7, 8, tzinfo=UTC))

    assert made.decode() == """\
<?xml version='1.0' encoding='UTF-8'?>
<opml version="2.0">
  <head>
    <title>Night Letters</title>
    <dateModified>Sun, 07 Jan 2024 08:00:00 +0000</dateModified>
    <ownerName>Mira Sole</ownerName>
  </head>
  <body>
    <outline type="rss" text="Night Letters" title="Night Letters" description="What we read after dark" \
language="en" htmlUrl="https://letters.example.com/" xmlUrl="https://letters.example.com/feeds/atom.xml"/>
    <outline type="rss" text="Night Letters: sea &amp; &lt;salt&gt;" title="Night Letters: sea &amp; &lt;salt&gt;" \
language="en" htmlUrl="https://letters.example.com/tags/sea/" \
xmlUrl="https://letters.example.com/feeds/tags/sea/atom.xml"/>
  </body>
</opml>
"""
