"""`:tada:` is 🎉, as on GitHub and with most site generators; in code and in addresses it is text.

The drawn icons of Material for MkDocs (`:material-heart:`) have no character, and nothing stands for them.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline

# Not `10:30:05`, not `std::array::size`, not `http://a:80:`.
_NAMED = re.compile(r"(?<![A-Za-z0-9:/])(?::[a-z0-9_+-]{1,60}:)+(?![A-Za-z0-9:/])")
_ICON = re.compile(
    r"(?<![A-Za-z0-9:/]):(?:material|octicons|simple|fontawesome-(?:solid|regular|brands))-[a-z0-9-]{1,60}:"
    r"(?![A-Za-z0-9:/])(?P<space> ?)")
_AS_PICTURE = "\ufe0f"
# GitHub's names that the library does not know: it calls them otherwise, or is older.
_OF_GITHUB = {
    "bubble_tea": "🧋", "camera_flash": "📸", "coin": "🪙", "facepalm": "🤦", "fist_raised": "✊",
    "flight_arrival": "🛬", "flight_departure": "🛫", "hand_over_mouth": "🤭", "hugs": "🤗", "ladder": "🪜",
    "medal_military": "🎖️", "medal_sports": "🏅", "melting_face": "🫠", "metal": "🤘", "money_mouth_face": "🤑",
    "monocle_face": "🧐", "pinched_fingers": "🤌", "potted_plant": "🪴", "rofl": "🤣", "roll_eyes": "🙄",
    "saluting_face": "🫡", "screwdriver": "🪛", "shrug": "🤷", "smiling_face_with_tear": "🥲",
    "smiling_face_with_three_hearts": "🥰", "star_struck": "🤩", "teapot": "🫖", "thinking": "🤔", "unicorn": "🦄",
    "upside_down_face": "🙃", "vomiting_face": "🤮", "zipper_mouth_face": "🤐", "cn": "🇨🇳", "de": "🇩🇪", "es": "🇪🇸",
    "fr": "🇫🇷", "gb": "🇬🇧", "it": "🇮🇹", "jp": "🇯🇵", "kr": "🇰🇷", "ru": "🇷🇺", "us": "🇺🇸",
}


def use_shortcodes(parser: MarkdownIt) -> None:
    """Adds the rule behind the parser's own."""
    parser.inline.ruler.push("shortcode", _shortcode)


def _shortcode(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] != ":":
        return False
    if icon := _ICON.match(state.src, state.pos):
        if not silent and not icon["space"]:
            state.pending = state.pending.removesuffix(" ")
        state.pos = icon.end()
        return True
    named = _NAMED.match(state.src, state.pos)
    found = [_emoji(name) for name in named[0][1:-1].split("::")] if named else []
    if named is None or not all(found):
        return False
    if not silent:
        state.pending += "".join(found)
    state.pos = named.end()
    return True


@lru_cache(maxsize=1024)
def _emoji(name: str) -> str:
    """The emoji of a name, shown as a picture also where it is a character of text by itself; "" if there is none."""
    from rich.emoji import Emoji, NoEmoji  # slow import: few issues have shortcodes

    if name in _OF_GITHUB:
        return _OF_GITHUB[name]
    try:
        found = str(Emoji(name))
    except NoEmoji:
        return ""
    return found + (_AS_PICTURE if len(found) == 1 and unicodedata.east_asian_width(found) != "W" else "")
