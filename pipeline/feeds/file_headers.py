"""How a file of ours is handed out, by whichever server: what it is, and how long it may be kept."""

from __future__ import annotations

import mimetypes
from pathlib import PurePath

TYPES = {
    # Browsers show these as text and do not look for the encoding inside.
    "atom.xml": "application/atom+xml; charset=utf-8", "rss.xml": "application/rss+xml; charset=utf-8",
    "feed.json": "application/feed+json",
}
STYLED = "application/xml"
"""As what a browser shows a feed with its style sheet."""
SUFFIXES = {".html": "text/html", ".xml": "application/xml", ".css": "text/css", ".js": "text/javascript",
            ".json": "application/json", ".opml": "text/x-opml", ".webp": "image/webp", ".avif": "image/avif"}


def media_type(file: PurePath) -> str:
    """The type of a file by its name; feeds have their own."""
    known = TYPES.get(file.name) or SUFFIXES.get(file.suffix.lower())
    return known or mimetypes.guess_type(file.name)[0] or "application/octet-stream"


def cache_control(path: str) -> str:
    """How long the file at this path below the site may be kept: a day for pictures, five minutes for the rest."""
    return f"public, max-age={86_400 if path.startswith('assets/') else 300}"
