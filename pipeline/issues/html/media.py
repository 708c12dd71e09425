"""Video, audio and embedded pages, as each target can show them.

Mail shows the poster and a titled link, because nearly no mail program plays anything; feeds keep the
player with a link inside it; the web page has the real thing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape, unescape
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from pipeline.issues.html.embeds import watched
from pipeline.issues.html.targets import Target
from pipeline.issues.html.vocabulary import Vocabulary

PLAYER = re.compile(
    r"<(?P<kind>video|audio|iframe)(?P<attributes>(?: [^ =>]+=\"[^\"]*\")*)>(?P<inside>.*?)</(?P=kind)>", re.DOTALL)
_SOURCE = re.compile(r"<source((?: [^ =>]+=\"[^\"]*\")*)>")
_ATTRIBUTE = re.compile(r' ([^ =>]+)="([^"]*)"')
_TYPES = {
    ".mp4": "video/mp4", ".m4v": "video/mp4", ".webm": "video/webm", ".mov": "video/quicktime", ".ogv": "video/ogg",
    ".mp3": "audio/mpeg", ".m4a": "audio/mp4", ".aac": "audio/aac", ".ogg": "audio/ogg", ".oga": "audio/ogg",
    ".opus": "audio/ogg", ".wav": "audio/wav", ".flac": "audio/flac",
}


@dataclass(frozen=True, slots=True)
class _Player:
    """A player in cleaned HTML: `src` is what it plays, `sources` its choices as (address, type).

    `words` is what its author says, as HTML, where it cannot be played.
    """

    kind: str
    src: str
    poster: str
    title: str
    size: str
    sources: tuple[tuple[str, str], ...]
    words: str


def show_players(html: str, target: Target, words: Vocabulary) -> str:
    """Cleaned HTML with every player in the form that `target` can show; addresses are not yet absolute."""

    def shown(match: re.Match[str]) -> str:
        player = _read(match)
        if not player.src:
            return ""
        if player.kind == "iframe":
            return _embedded(player, target, words)
        label = words.player(player.kind, player.title or _host(player.src))
        return _linked(player, label) if target is Target.MAIL else _playing(player, label, target)

    return PLAYER.sub(shown, html)


def attributes_of(text: str) -> dict[str, str]:
    """The attributes of a tag in cleaned HTML, entities resolved."""
    return {name: unescape(value) for name, value in _ATTRIBUTE.findall(text)}


def with_attributes(name: str, attributes: Mapping[str, str]) -> str:
    """An opening tag."""
    inside = "".join(f' {key}="{escape(value)}"' for key, value in attributes.items())
    return f"<{name}{inside}>"


def choices_of(player: re.Match[str]) -> tuple[tuple[str, str], ...]:
    """What a player in cleaned HTML can play, as (address, type), "" for a type that its author does not say."""
    sources = [attributes_of(found) for found in _SOURCE.findall(player["inside"])]
    listed = tuple((source["src"], source.get("type", "")) for source in sources if source.get("src"))
    own = attributes_of(player["attributes"]).get("src", "")
    return listed or (((own, ""),) if own else ())


def media_type(src: str) -> str:
    """The media type of a sound or film by the end of its name; "" for anything else."""
    return _TYPES.get(PurePosixPath(re.split("[?#]", src, maxsplit=1)[0]).suffix.lower(), "")


def _read(match: re.Match[str]) -> _Player:
    own = attributes_of(match["attributes"])
    choices = choices_of(match)
    src = own.get("src", "") or (choices[0][0] if choices else "")
    size = "".join(f' {name}="{escape(own[name])}"' for name in ("width", "height") if name in own)
    words = _SOURCE.sub("", match["inside"]).strip()
    return _Player(match["kind"], src, own.get("poster", ""), own.get("title", ""), size, choices,
                   f"<br>{words}" if words else "")


def _linked(player: _Player, label: str) -> str:
    """The poster, if there is one, and a line to press."""
    line = _anchor(player.src, escape(label, quote=False)) + player.words
    if not player.poster:
        return line
    image = f'<img src="{escape(player.poster)}" alt="{escape(label)}"{player.size}>'
    return f"{_anchor(player.src, image)}<br>{line}"


def _playing(player: _Player, label: str, target: Target) -> str:
    """A player with controls; programs that have none show the link inside it."""
    poster = f' poster="{escape(player.poster)}"' if player.poster else ""
    web = f'{player.size} preload="metadata"' if target is Target.WEB else ""
    title = f' title="{escape(player.title)}"' if player.title and target is Target.WEB else ""
    sources = "".join(_source(src, kind or media_type(src)) for src, kind in player.sources)
    inside = sources + _anchor(player.src, escape(label, quote=False)) + player.words
    return f'<{player.kind} controls="controls"{poster}{web}{title}>{inside}</{player.kind}>'


def _embedded(player: _Player, target: Target, words: Vocabulary) -> str:
    """A link to the watch page; above it, on the web, the player itself if we know whose it is."""
    known = watched(player.src)
    page = known.page if known else player.src
    label = words.player(known.kind if known else "iframe", player.title or _host(page))
    line = _anchor(page, escape(label, quote=False)) + player.words
    if known is None or target is not Target.WEB:
        return line
    # Players refuse to work in a sandbox that does not let them be themselves, and one that does is an error to HTML
    # validators. So only encrypted pages of the players we know are framed, and the page's policy says so too.
    frame = {"src": known.frame, "title": player.title or label, "loading": "lazy",
             "allowfullscreen": "allowfullscreen", "referrerpolicy": "strict-origin-when-cross-origin"}
    return f"{with_attributes('iframe', frame)}</iframe><br>{line}"


def _anchor(href: str, inside: str) -> str:
    return f'<a href="{escape(href)}">{inside}</a>'


def _source(src: str, kind: str) -> str:
    known = f' type="{escape(kind)}"' if kind else ""
    return f'<source src="{escape(src)}"{known}>'


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""
