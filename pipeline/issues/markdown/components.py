"""Where a component of a site's own leads: `<Link to="…">words</Link>`, `<LinkCard href="…" title="…" />`.

What draws such a card runs on the site alone; in mail and feeds its link is what a reader needs.
"""

from __future__ import annotations

import re

from pipeline.issues.html.targets import PICTURE_ENDING
from pipeline.issues.markdown.tags import Tag

_COMPONENT = re.compile(r"<[A-Z][\w.]*[a-z]")  # no element that a custom name makes: its words are its own
_LEADS = ("href", "to", "url", "link")
_TITLES = ("title", "label", "text", "name")
_PICTURE = re.compile(rf"\S+{PICTURE_ENDING}(?:\?\S*)?", re.IGNORECASE)
_ADDRESS = re.compile(r"https?://\S+|mailto:\S+|\.{0,2}/(?!/)\S*")  # and not `{url}`, which only a program can tell


def destination(typed: str, tag: Tag) -> str:
    """The address to which a component leads, as its attributes say; "" for one that leads nowhere or shows a picture,
    and for HTML."""
    if not _COMPONENT.match(typed) or _PICTURE.fullmatch(tag.attributes.get("src", "")):
        return ""
    return next((found for name in _LEADS if _ADDRESS.fullmatch(found := tag.attributes.get(name, "").strip())), "")


def title_of(tag: Tag) -> str:
    """What a component calls the place to which it leads; "" where it says nothing of it."""
    return next((tag.attributes[name].strip() for name in _TITLES if tag.attributes.get(name, "").strip()), "")
