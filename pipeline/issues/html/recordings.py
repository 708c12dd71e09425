"""The recording of an issue: what a podcast program would fetch and play.

It is embedded, or linked and lies beside the issue: what a digest only links to elsewhere is somebody else's. A feed
has room for one in an entry (RSS readers take the first of two, or the last). Sound goes before film: who writes about
a film shows it, but a sound in an issue is the issue read aloud.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

from pipeline.issues.html.media import PLAYER, choices_of, media_type

_LINK_BESIDE = re.compile(r"""<a(?: [^ =>]+="[^"]*")*? href="(?!//)(?P<href>[^":]+)\"""")  # no scheme, no host
_PLAYED_BY_MOST = ("audio/mpeg", "audio/mp4", "video/mp4")


@dataclass(frozen=True, slots=True)
class Recording:
    """A sound or film: its reference as the author wrote it, and its media type."""

    src: str
    media_type: str

    @property
    def is_sound(self) -> bool:
        return self.media_type.startswith("audio/")


def recording(clean: str) -> Recording | None:
    """The first sound in cleaned HTML, or else the first film; None where there is neither."""
    found = list(_recordings(clean))
    return next((one for one in found if one.is_sound), found[0] if found else None)


def _recordings(clean: str) -> Iterator[Recording]:
    """Players and links, in the order of the text; what is linked inside a player is the player's."""
    last = 0
    for player in PLAYER.finditer(clean):
        yield from _linked(clean[last:player.start()])
        yield from _most_playable([Recording(src, _plain(kind) or media_type(src)) for src, kind in choices_of(player)])
        last = player.end()
    yield from _linked(clean[last:])


def _linked(clean: str) -> Iterator[Recording]:
    for link in _LINK_BESIDE.finditer(clean):
        if kind := media_type(href := unescape(link["href"])):
            yield Recording(href, kind)


def _most_playable(choices: list[Recording]) -> list[Recording]:
    """Of one player's choices the one that most programs play; those of unknown type are none."""
    known = [one for one in choices if one.media_type.startswith(("audio/", "video/"))]
    return sorted(known, key=lambda one: one.media_type not in _PLAYED_BY_MOST)[:1]


def _plain(kind: str) -> str:
    """A media type without its parameters."""
    return kind.partition(";")[0].strip().lower()
