"""Films, sounds and posts of other sites, by the name of the site and what they are called there."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape

ADDRESS = re.compile(r"https?://[^\s\"'{}<>]+")
_LINK = '<a href="{0}">{0}</a>'
_PLAYERS = {
    "youtube": '<iframe src="https://www.youtube.com/embed/{}"></iframe>',
    "vimeo": '<iframe src="https://player.vimeo.com/video/{}"></iframe>',
    "bilibili": '<iframe src="https://player.bilibili.com/player.html?bvid={}"></iframe>',
    "tweet": _LINK.format("https://twitter.com/i/status/{0}"),
    "twitter": _LINK.format("https://twitter.com/i/status/{0}"),
    "instagram": _LINK.format("https://www.instagram.com/p/{0}/"),
    "speakerdeck": _LINK.format("https://speakerdeck.com/player/{0}"),
}
_CALLED_SO = re.compile(r"(?:lite-?)?(youtube|vimeo|bilibili|tweet|twitter|instagram)"
                        r"(?:-?(?:embed|player|video|tweet|post)){0,2}", re.IGNORECASE)
# What is played, alone or in the address of its page.
_PLAYED = re.compile(
    r"(?:https?://\S*?(?:[?&]v=|/(?:embed|live|p|shorts|status|video)/|youtu\.be/|vimeo\.com/(?=\d)))?"
    r"([\w-]{6,})(?:[/?&]\S*)?\s*")
_NOW_CALLED = {"x": "twitter"}  # by Hugo
_TITLE = re.compile(r"\btitle\s*[:=]\s*(?:\"([^\"]*)\"|'([^']*)')")
_ID = re.compile(r"(?:\b|_|bv)id\s*[:=]\s*[\"']?([\w-]{6,})")
_ALONE = re.compile(r"(?:^|\s)[\"']?([\w-]{6,})[\"']?(?=\s|$)")


def link(address: str) -> str:
    """The HTML of an address that leads where it says."""
    return _LINK.format(escape(address))


def player_of_mark(name: str, rest: str) -> str:
    """What a mark of this name plays, or a link to the post that it shows: `youtube` and `include youtube.html`; "" for
    neither. `rest` is what is said behind the name."""
    file = rest.split(None, 1) if name == "include" else []
    called = file[0].lower() if file else _NOW_CALLED.get(name, name)
    kind = next((kind for kind in _PLAYERS if kind in called), "")
    if kind and (address := ADDRESS.search(rest)):
        return link(address[0])
    said = file[1] if len(file) > 1 else rest
    found = _ID.search(said) or _ALONE.search(said) if kind else None
    return _titled(_PLAYERS[kind].format(found[1]), said) if found else ""


def _titled(player: str, rest: str) -> str:
    """The player with the title that its mark says, if any: `{{< youtube id="…" title="On ink" >}}`."""
    title = _TITLE.search(rest)
    return player.replace("<iframe", f'<iframe title="{escape(title[1] or title[2] or "")}"', 1) if title else player


def player_of_component(name: str, values: Iterable[str]) -> str:
    """The same for a component or an element of a site's own that is called so: `YouTube`, `lite-youtube`.
    `values` are those of its attributes, of which one is what it plays, or the address of that."""
    called = _CALLED_SO.fullmatch(name)
    played = next(filter(None, map(_PLAYED.fullmatch, values)), None) if called else None
    return _PLAYERS[called[1].lower()].format(played[1]) if called and played else ""
