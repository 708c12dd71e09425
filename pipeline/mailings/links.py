"""What a reader's tokens become: the addresses behind the holes, and the way out in the header."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from html import escape
from operator import attrgetter
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from pipeline.editions.edition import Edition, Hole
from pipeline.editions.frame import one_line
from pipeline.editions.holes import quote as quoted
from pipeline.errors import AudienceError, EditionError
from pipeline.mailings.envelope import Envelope, Reader
from pipeline.mailings.headers import structured
from pipeline.privacy import is_here

LONGEST = 512            # characters of a token; two lines of a header hold it twice

_TOKEN = "~" * LONGEST   # stands for a token while the fields are made
_NEXT = ",\r\n "


class Filling(NamedTuple):
    """A hole's contents: what all readers share and stands before it, and what is a reader's own.

    A token is never empty, because the link would lead nowhere, and holds nothing to escape.
    """

    hole: Hole
    before: str
    own: Callable[[Reader], str]
    is_token: bool


def fillings(holes: Collection[Hole], envelope: Envelope) -> tuple[Filling, ...]:
    """How each of the holes is filled. Raises EditionError for one that no reader's token could fill."""
    prefixes = {
        Hole.UNSUBSCRIBE: envelope.unsubscribe_url_prefix or _mailto(envelope),
        Hole.PREFERENCES: envelope.preferences_url_prefix,
        Hole.VIEW: envelope.view_url_prefix,
    }
    for hole in sorted(holes):
        if prefixes.get(hole) == "":
            raise EditionError(
                f"the mail has a link for each reader ({hole.name.lower()}) that leads nowhere",
                remedy="set web.url, or a mailbox for mailto: unsubscribes", path="config.yaml",
            )
    return tuple(_filling(hole, prefixes.get(hole)) for hole in sorted(holes))


def values(table: Collection[Filling], reader: Reader) -> tuple[Mapping[Hole, bytes], Mapping[Hole, bytes]]:
    """What fills the holes of the text part, and of the HTML part."""
    text, html = {}, {}
    for hole, _, own, is_token in table:
        word = own(reader)
        text[hole] = value = word.encode()
        html[hole] = value if is_token else escape(word).encode()
    return text, html


def led_in(table: Collection[Filling], edition: Edition) -> Edition:
    """The edition with what all readers share before its holes: it is encoded with the text, and not for each reader.
    """
    text, html = edition.text, edition.html
    for hole, before, _, _ in table:
        text, html = text.replace(hole, quoted(before) + hole), html.replace(hole, quoted(escape(before)) + hole)
    return replace(edition, text=text, html=html)


def refuse_dead_links(table: Collection[Filling], reader: Reader) -> None:
    """Raises AudienceError for a reader whose link would lead nowhere."""
    for filling in table:
        if not filling.own(reader) and (filling.is_token or filling.hole is Hole.ACTION):
            raise AudienceError(f"delivery {reader.key!r} has no {filling.hole.name.lower()} link of its own")


def way_out(envelope: Envelope) -> Callable[[str], str]:
    """For a token, the fields List-Unsubscribe, https first and mailto second, and List-Unsubscribe-Post.

    RFC 2369 section 3.2; RFC 8058 section 3.1: exactly `One-Click`, and only beside an https address, or one of this
    very machine, where a trial is to show what readers would get.
    Without a token there is nothing to leave, as in a letter that asks for confirmation: no field.
    """
    addresses = [f"<{prefix}{_TOKEN}>" for prefix in (envelope.unsubscribe_url_prefix, _mailto(envelope)) if prefix]
    for address in addresses:
        structured("List-Unsubscribe", address)      # refuses what no header can carry
    fields = f"List-Unsubscribe: {_NEXT.join(addresses)}\r\n" if addresses else ""
    url = urlsplit(envelope.unsubscribe_url_prefix)
    if url.scheme == "https" or (url.scheme == "http" and is_here(url.hostname or "")):
        fields += "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
    pieces = fields.split(_TOKEN)
    return lambda token: token and token.join(pieces)


def _filling(hole: Hole, prefix: str | None) -> Filling:
    if prefix is not None:
        return Filling(hole, prefix, attrgetter(hole.name.lower()), is_token=True)
    own = _name if hole is Hole.NAME else attrgetter(hole.name.lower())
    return Filling(hole, "", own, is_token=False)


def _name(reader: Reader) -> str:
    return one_line(reader.name)


def _mailto(envelope: Envelope) -> str:
    """RFC 6068; the token is the subject's last word."""
    address = quote(envelope.unsubscribe_mailto, safe="@+=!$'*.-_~")
    return address and f"mailto:{address}?subject=unsubscribe%20"
