"""What a reader's tokens become: the addresses behind the holes, and the way out in the header."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from html import escape
from operator import attrgetter
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


class Fillings:
    """What fills the holes of an edition, for one reader after the other.

    A link's hole has a token, behind what all readers share; any other hole has words of the reader's own. A token
    holds nothing to escape. Raises EditionError for a hole that no reader's token could fill.
    """

    def __init__(self, holes: Collection[Hole], envelope: Envelope) -> None:
        prefixes = {
            Hole.UNSUBSCRIBE: envelope.unsubscribe_url_prefix or _mailto(envelope),
            Hole.PREFERENCES: envelope.preferences_url_prefix,
            Hole.VIEW: envelope.view_url_prefix,
        }
        self._prefixes = {hole: prefix for hole, prefix in prefixes.items() if hole in holes}
        for hole, prefix in self._prefixes.items():
            if not prefix:
                raise EditionError(
                    f"the mail has a link for each reader ({hole.name.lower()}) that leads nowhere",
                    remedy="set web.url, or a mailbox for mailto: unsubscribes", path="config.yaml",
                )
        self._tokens = _fields(tuple(self._prefixes))
        words = sorted(frozenset(holes) - frozenset(prefixes))
        self._words = [(hole, _name if hole is Hole.NAME else attrgetter(hole.name.lower())) for hole in words]
        self._links = (*self._prefixes, *([Hole.ACTION] if Hole.ACTION in holes else ()))
        self._targets = _fields(self._links)

    def led_in(self, edition: Edition) -> Edition:
        """The edition with what all readers share before its holes: encoded with the text, and not for each reader."""
        text, html = edition.text, edition.html
        for hole, before in self._prefixes.items():
            text, html = text.replace(hole, quoted(before) + hole), html.replace(hole, quoted(escape(before)) + hole)
        return replace(edition, text=text, html=html)

    def values(self, reader: Reader) -> tuple[Mapping[Hole, bytes], Mapping[Hole, bytes]]:
        """What fills the holes of the text part, and of the HTML part."""
        text = dict(zip(self._prefixes, map(str.encode, self._tokens(reader)), strict=True))
        html = text.copy()
        for hole, own in self._words:
            word = own(reader)
            text[hole], html[hole] = word.encode(), escape(word).encode()
        return text, html

    def refuse_dead_links(self, reader: Reader) -> None:
        """Raises AudienceError for a reader whose link would lead nowhere."""
        targets = self._targets(reader)
        if not all(targets):
            dead = self._links[targets.index("")]
            raise AudienceError(f"delivery {reader.key!r} has no {dead.name.lower()} link of its own")


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


def _fields(holes: Sequence[Hole]) -> Callable[[Reader], tuple[str, ...]]:
    """What a reader has for these, in one step: the names of holes are those of the fields."""
    names = [hole.name.lower() for hole in holes]
    if len(names) > 1:
        return attrgetter(*names)
    return lambda reader: tuple([getattr(reader, name) for name in names])


def _name(reader: Reader) -> str:
    return one_line(reader.name)


def _mailto(envelope: Envelope) -> str:
    """RFC 6068; the token is the subject's last word."""
    address = quote(envelope.unsubscribe_mailto, safe="@+=!$'*.-_~")
    return address and f"mailto:{address}?subject=unsubscribe%20"
