"""The web archive: one page an issue, lists of issues, redirects. From values to the bytes of files.

Links between our own pages are relative, so the same files work under any domain, in a subfolder and
in a preview; what leaves the site (canonical, Open Graph, JSON-LD) is absolute. Pages are complete
without JavaScript and load nothing from anybody but the pictures an issue itself shows.
"""

from __future__ import annotations

import html
import json
from functools import partial
from typing import Any
from urllib.parse import quote, urlsplit

from markupsafe import Markup

from pipeline.feeds.addresses import relative_address, tag_folder, web_address
from pipeline.feeds.colours import palette
from pipeline.feeds.feed import Entry, Publication
from pipeline.feeds.listing import Listing, Listings, by_year
from pipeline.feeds.templating import WebTemplates
from pipeline.feeds.wording import wording
from pipeline.issues.html.colouring import code_css
from pipeline.issues.html.embeds import FRAMES
from pipeline.issues.html.vocabulary import direction
from pipeline.language import language_tag, long_date, voice

Values = dict[str, object]

TAGS = "tags/"
MISSING = "404.html"
# What HTML would read as the end of a script, or of a line of one.
_SCRIPT_SAFE = {ord(c): f"\\u{ord(c):04x}" for c in "<>&\u2028\u2029"}


def render_page(
    entry: Entry, publication: Publication, *, previous: Entry | None, next: Entry | None,  # noqa: A002, the page's own word
    templates: WebTemplates,
) -> bytes:
    """The page of one issue, for `{permalink}index.html`. `entry.html` is the rendering for the web."""
    values = _frame(publication, entry.issue.permalink, entry.title) | {
        "entry": entry,
        "content": Markup(entry.content),  # noqa: S704, cleaned when it was rendered
        "author": entry.author(publication),
        "show_cover": entry.cover is not None and not _shows(entry, publication, entry.cover.src),
        "previous": previous,
        "next": next,
        "structured": _script_json(_article(entry, publication)),
    }
    return templates.render("page.html", values)


def render_index(
    listing: Listing[Entry], publication: Publication, listings: Listings[Any], templates: WebTemplates, *,
    tag_feeds: bool = False,
) -> bytes:
    """A page that lists issues: the index, a tag, a year; for `{permalink}index.html`.

    Of `listings` only names and lengths are shown. With `tag_feeds` the page of a tag names the tag's own feeds.
    """
    latest = listing.entries[:0 if listing.name else 1]
    values = _frame(publication, listing.permalink, listing.name) | {
        "listing": listing,
        "latest": latest[0] if latest else None,
        "years": by_year(listing.entries[len(latest):]),
        "listings": listings,
        "own_feeds": listing.permalink if tag_feeds and listing.permalink.startswith(TAGS) else "",
        "structured": _script_json(_periodical(publication)),
    }
    return templates.render("index.html", values)


def redirect_page(permalink: str, target: str, publication: Publication, templates: WebTemplates) -> bytes:
    """The page at an old `permalink`, which leads to the permalink `target` without a script."""
    values = _frame(publication, permalink, "") | {
        "target": target,
        "target_url": web_address(publication.url, target),
    }
    return templates.render("redirect.html", values)


def missing_page(publication: Publication, templates: WebTemplates) -> bytes:
    """What a host shows, at any address, where there is no page: its own addresses begin at the host's root."""
    values = _frame(publication, MISSING, wording(publication.language)["missing"]) | {
        "link": partial(web_address, urlsplit(publication.url).path),
        "picture": str,
    }
    return templates.render(MISSING, values)


def site_files(publication: Publication, templates: WebTemplates) -> tuple[tuple[str, bytes], ...]:
    """What every page loads, and the page of none, by name below `site/`."""
    column = f":root {{ --column: {publication.width / 16:g}rem }}\n"
    return (
        ("theme.css", (_theme(publication) + column + code_css()).encode()),
        ("style.css", templates.text("style.css").encode()),
        ("filter.js", templates.text("filter.js").encode()),
        (MISSING, missing_page(publication, templates)),
    )


def feed_style(publication: Publication, templates: WebTemplates) -> bytes:
    """`feeds/feed.css`: makes the XML feeds readable in a browser (CSS, because XSLT is going away)."""
    return (_theme(publication) + templates.text("feed.css")).encode()


def _frame(publication: Publication, permalink: str, heading: str) -> Values:
    """What every template may use."""
    language = language_tag(publication.language) or "en"
    return {
        "publication": publication,
        "title": " · ".join(part for part in (heading, publication.title) if part),
        "heading": heading,
        "url": web_address(publication.url, permalink),
        "language": language,
        "direction": direction,
        "words": wording(language),
        "voice": voice(language),
        "cover_date": partial(long_date, language=language),
        "link": partial(relative_address, permalink),
        "picture": partial(_picture, publication, permalink),
        "tag_folder": tag_folder,
        "icon": _icon(publication),
        "policy": _policy(publication),
    }


def _icon(publication: Publication) -> str:
    """The first letter of the title on the accent. It is part of the page: no browser asks for a /favicon.ico."""
    letter = next(filter(str.isalnum, publication.title), "")
    return "data:image/svg+xml," + quote(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">'
        f'<rect width="32" height="32" rx="7" fill="{palette(publication.accent).light}"/>'
        '<text x="16" y="23" font-family="serif" font-weight="700" font-size="20" text-anchor="middle" fill="#fff">'
        f"{letter}</text></svg>")


def _picture(publication: Publication, permalink: str, address: str) -> str:
    """An image's address; one of our own as seen from the page, so that it also shows in a preview."""
    if address.startswith(publication.url):
        return relative_address(permalink, "") + address.removeprefix(publication.url)
    return address


def _shows(entry: Entry, publication: Publication, address: str) -> bool:
    """Whether the text shows this picture itself, however it names it."""
    names = (address, _picture(publication, entry.issue.permalink, address))
    return any(html.escape(name) in entry.html for name in names)


def _policy(publication: Publication) -> str:
    """The Content Security Policy: nothing but our own style and script, and what an issue shows."""
    parts = urlsplit(publication.subscribe_url)
    form = f"{parts.scheme}://{parts.netloc}" if parts.netloc else "'none'"
    return ("default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data: https: http:; "
            f"media-src 'self' https: http:; {FRAMES}; form-action {form}; base-uri 'none'")


def _theme(publication: Publication) -> str:
    """The few values that style sheets take from the publication."""
    accent = palette(publication.accent)
    hint = json.dumps(wording(publication.language)["feed_hint"], ensure_ascii=False)
    return f":root {{ --accent-light: {accent.light}; --accent-dark: {accent.dark}; --feed-hint: {hint} }}\n"


def _article(entry: Entry, publication: Publication) -> Values:
    """JSON-LD of an issue (schema.org/Article)."""
    article: Values = {
        "@context": "https://schema.org",
        "@type": "Article",
        "headline": entry.title,
        "description": entry.summary,
        "url": entry.url,
        "mainEntityOfPage": entry.url,
        "image": entry.cover.src if entry.cover else "",
        "datePublished": entry.published.isoformat(),
        "dateModified": entry.updated.isoformat(),
        "inLanguage": language_tag(entry.issue.language) or language_tag(publication.language),
        "keywords": list(entry.tags),
        "author": {"@type": "Person", "name": entry.author(publication)},
        "isPartOf": {"@type": "Periodical", "name": publication.title, "url": publication.url},
    }
    return {name: value for name, value in article.items() if value}


def _periodical(publication: Publication) -> Values:
    """JSON-LD of the publication (schema.org/Periodical)."""
    periodical: Values = {
        "@context": "https://schema.org",
        "@type": "Periodical",
        "name": publication.title,
        "description": publication.description,
        "url": publication.url,
        "inLanguage": language_tag(publication.language),
    }
    return {name: value for name, value in periodical.items() if value}


def _script_json(value: Values) -> Markup:
    """JSON that may stand in a script element whatever its strings say."""
    return Markup(json.dumps(value, ensure_ascii=False).translate(_SCRIPT_SAFE))  # noqa: S704, escaped on this line
