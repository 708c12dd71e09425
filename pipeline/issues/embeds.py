"""Players of other sites: the page where a person watches what an `<iframe>` embeds.

Only players named here are embedded on the web page; everything else is a link. Addresses as these
services document them for embedding (read November 2026).
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Watched:
    """What an embedding address plays: `kind` is `video` or `audio`, `page` the address for people."""

    kind: str
    page: str


# What the embedding address looks like, what it plays, and the page with the address's id filled in.
_KNOWN = (
    (r"youtube(?:-nocookie)?\.com/embed/([\w-]{6,})", "video", "https://www.youtube.com/watch?v={}"),
    (r"player\.bilibili\.com/player\.html\?(?:.*&)?bvid=(\w+)", "video", "https://www.bilibili.com/video/{}"),
    (r"player\.bilibili\.com/player\.html\?(?:.*&)?aid=(\d+)", "video", "https://www.bilibili.com/video/av{}"),
    (r"v\.qq\.com/(?:txp/)?iframe/player\.html\?(?:.*&)?vid=(\w+)", "video", "https://v.qq.com/x/page/{}.html"),
    (r"player\.youku\.com/embed/([\w=]+)", "video", "https://v.youku.com/v_show/id_{}.html"),
    (r"player\.vimeo\.com/video/(\d+)", "video", "https://vimeo.com/{}"),
    (r"open\.spotify\.com/embed/(\w+/\w+)", "audio", "https://open.spotify.com/{}"),
    (r"music\.163\.com/outchain/player\?(?:.*&)?id=(\d+)", "audio", "https://music.163.com/song?id={}"),
)
_PLAYERS = tuple(
    (re.compile(rf"(?:https?:)?//(?:www\.)?{address}", re.IGNORECASE), kind, page) for address, kind, page in _KNOWN)


def watched(address: str) -> Watched | None:
    """What the embedding `address` plays, and where people go for it; None if it is no player we know."""
    for player, kind, page in _PLAYERS:
        if match := player.match(address):
            return Watched(kind, page.format(match[1]))
    return None
