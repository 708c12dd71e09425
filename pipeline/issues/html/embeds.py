"""Players of other sites: the page where a person watches what an `<iframe>` embeds.

Only players named here are embedded on the web page; everything else is a link. Addresses as these
services document them for embedding (read November 2026).
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Watched:
    """What an embedding address plays: `kind` is `video` or `audio`, `page` the address for people, `frame` the
    player's own, always encrypted and always on a host of FRAMES."""

    kind: str
    page: str
    frame: str


# The host, what follows it, what it plays, and the page with the address's id filled in.
_KNOWN = (
    ("youtube.com", r"/embed/([\w-]{6,})", "video", "https://www.youtube.com/watch?v={}"),
    ("youtube-nocookie.com", r"/embed/([\w-]{6,})", "video", "https://www.youtube.com/watch?v={}"),
    ("player.bilibili.com", r"/player\.html\?(?:.*&)?bvid=(\w+)", "video", "https://www.bilibili.com/video/{}"),
    ("player.bilibili.com", r"/player\.html\?(?:.*&)?aid=(\d+)", "video", "https://www.bilibili.com/video/av{}"),
    ("v.qq.com", r"/(?:txp/)?iframe/player\.html\?(?:.*&)?vid=(\w+)", "video", "https://v.qq.com/x/page/{}.html"),
    ("player.youku.com", r"/embed/([\w=]+)", "video", "https://v.youku.com/v_show/id_{}.html"),
    ("player.vimeo.com", r"/video/(\d+)", "video", "https://vimeo.com/{}"),
    ("open.spotify.com", r"/embed/(\w+/\w+)", "audio", "https://open.spotify.com/{}"),
    ("embed.music.apple.com", r"/(\w.*)", "audio", "https://music.apple.com/{}"),
    ("embed.podcasts.apple.com", r"/(\w.*)", "audio", "https://podcasts.apple.com/{}"),
    ("music.163.com", r"/outchain/player\?(?:.*&)?id=(\d+)", "audio", "https://music.163.com/song?id={}"),
)
FRAMES = "frame-src " + " ".join(dict.fromkeys(
    f"https://{name}" for host, *_ in _KNOWN for name in (host, f"www.{host}")))
"""What a page's Content-Security-Policy says of frames: these players and no other page."""

_PLAYERS = tuple((host, re.compile(path), kind, page) for host, path, kind, page in _KNOWN)
_ADDRESS = re.compile(r"(?:https?:)?//(?P<host>[a-z0-9.-]+)(?P<path>/.*)", re.IGNORECASE | re.DOTALL)


def watched(address: str) -> Watched | None:
    """What the embedding `address` plays, and where people go for it; None if it is no player we know."""
    parts = _ADDRESS.fullmatch(address.strip())
    if parts is None:
        return None
    host = parts["host"].lower()
    for name, path, kind, page in _PLAYERS:
        if host.removeprefix("www.") == name and (match := path.match(parts["path"])):
            return Watched(kind, page.format(match[1]), f"https://{host}{parts['path']}")
    return None
