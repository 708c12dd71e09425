"""The picture that an issue shows first."""

from __future__ import annotations

import re
from collections.abc import Mapping

from markdown_it.token import Token

from pipeline.issues.issue import Image
from pipeline.issues.markdown.headings import plain_text
from pipeline.issues.markdown.pictures import without_note
from pipeline.issues.markdown.tags import read_tag, tags_of

# A badge tells of a version, a licence or a channel, and a counter of visits; no issue is shown by them.
_BADGE = re.compile(r"^https?://(?:[\w-]+\.)*(?:shields\.io|badgen\.net|badge\.fury\.io|forthebadge\.com)/"
                    r"|[/_-]badge(?:\.(?:svg|png)(?:[?#]|$)|\?)|/badges?/[^?#]*\.svg(?:[?#]|$)"
                    r"|^https?://(?:(?:[\w-]+\.)*(?:visitor-badge|profile-counter|moe-counter)\.|count\.getloli\.com/"
                    r"|hits\.(?:sh|dwyl\.com|seeyoufarm\.com)/|hitscounter\.dev/|komarev\.com/ghpvc)", re.IGNORECASE)


def cover(block: Token) -> Image | None:
    """The first picture of a settled block: an image, a raw `<img>`, or the poster of a video; no badge."""
    if block.type == "html_block":
        return _pictured(block.content)
    return next(filter(None, map(_shown, block.children or ())), None)


def _shown(child: Token) -> Image | None:
    """The picture that a piece of a line shows."""
    if child.type == "image":
        return _image(str(child.attrs.get("src", "")), plain_text(child.children or ()), child.attrs)
    return _pictured(child.content) if child.type == "html_inline" else None


def _pictured(html: str) -> Image | None:
    for match in tags_of(html):
        tag = read_tag(match[0])
        src = tag.attributes.get("src" if tag.name == "img" else "poster", "")
        if found := _image(src, tag.attributes.get("alt", ""), tag.attributes):
            return found
    return None


def _image(src: str, alt: str, size: Mapping[str, object]) -> Image | None:
    if not src.strip() or src.lower().startswith(("data:", "{{", "%7b%7b")) or _BADGE.search(src):
        return None
    width, height = (_pixels(str(size.get(name, ""))) for name in ("width", "height"))
    return Image(without_note(src.strip()), alt.strip(), width, height)


def _pixels(value: str) -> int | None:
    match = re.match(r"\s*(\d{1,5})(?!\d*\s*%)", value)
    return int(match[1]) or None if match else None
