"""The three places an issue's HTML goes, and what an address has to look like there."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote, urljoin

from markdown_it.common.normalize_url import normalizeLink

PICTURE_ENDING = r"\.(?:png|jpe?g|gif|webp|svg|avif)"  # of the files that pages show, in small letters
# What a person reads as an address of the web or of mail, though its beginning is missing; `logo@2x.png` is a file.
_WEB = re.compile(r"www\.[a-z0-9-]+(?:\.[a-z0-9-]+)+(?=[/?#:]|$)", re.IGNORECASE)
# Names of the web that are no endings of files.
_HOST = re.compile(
    r"(?:[a-z0-9-]+\.)+(?:(?:com|org|net|edu|gov|io|dev)(?=[/?#]|$)|(?:app|blog|co|fm|info|me|page|tv|xyz)/)",
    re.IGNORECASE)
_MAIL = re.compile(
    r"[\w.+-]+@(?:[a-z0-9-]+\.)+(?!(?:png|jpe?g|gif|webp|svg|avif|bmp|heic|mp[34]|pdf|md|html?|zip|txt)$)[a-z]{2,}",
    re.IGNORECASE)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_PLAIN = re.compile(r"[A-Za-z0-9:/?#@!$&'()*+,;=._~-]*(?:%[0-9A-F]{2}[A-Za-z0-9:/?#@!$&'()*+,;=._~-]*)*")
_KEPT = ";/?:@&=+$,-_.!~*'()#"  # what `normalizeLink` encodes nowhere
_SMALL_ESCAPE = re.compile("%(?:[a-f][0-9A-Fa-f]|[0-9A-F][a-f])")


class Target(StrEnum):
    """Where rendered HTML is going."""

    MAIL = "mail"
    WEB = "web"
    FEED = "feed"


@dataclass(frozen=True, slots=True)
class Place:
    """What rewriting needs to know: the target, the issue's own page (absolute, "" if it has none), how to find a file
    named relative to the issue, and the width of the column in CSS pixels."""

    target: Target
    page_url: str
    resolve: Callable[[str], str]
    width: int

    def address(self, reference: str) -> str:
        """`reference` as an absolute address in ASCII; "" if there is none. An anchor stays one on the page itself."""
        plain = reference.strip()
        if plain.startswith("#"):
            return encoded(plain if self.target is Target.WEB else self.page_url + plain)
        plain = completed(plain)
        if plain and not _SCHEME.match(plain):
            plain = self.resolve(plain)
        return encoded(plain) if plain else ""

    def link(self, reference: str) -> str:
        """`address`; one that names nothing of ours stays as it is on the page, and elsewhere leads where that does."""
        address = self.address(reference)
        is_whole = not address or _SCHEME.match(address) or not self.page_url
        return address if is_whole or self.target is Target.WEB else urljoin(self.page_url, address)


def completed(reference: str) -> str:
    """An address whose beginning its author left out, with it: `//a.example`, `www.a.example`, `example.org/a`,
    `mira@example.org`."""
    if reference.startswith("//"):
        return f"https:{reference}"
    if _WEB.match(reference) or _HOST.match(reference):
        return f"https://{reference}"
    return f"mailto:{reference}" if _MAIL.fullmatch(reference) else reference


def encoded(address: str) -> str:
    """An address in ASCII: escapes in upper case, the scheme in lower (RFC 3986 section 6.2.2.1), the host in IDNA."""
    if (scheme := _SCHEME.match(address)) and not scheme[0].islower():
        address = scheme[0].lower() + address[scheme.end():]
    if _PLAIN.fullmatch(address):
        return address
    before, mark, place = address.partition("#")
    if "%" not in place and _PLAIN.fullmatch(before):  # of a heading in Chinese: tables of contents are full of them
        return before + mark + quote(place, safe=_KEPT, errors="replace")
    return _SMALL_ESCAPE.sub(lambda match: match[0].upper(), normalizeLink(address))
