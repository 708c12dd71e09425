"""A publication's one colour, made readable: whatever an owner picks, links can be read on paper and at night.

Readable is a contrast of 4.5 to 1 for text (WCAG 2.2, success criterion 1.4.3).
"""

from __future__ import annotations

import re
from functools import lru_cache

LEGIBLE = 4.5

_COLOUR = re.compile(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})")
_STEPS = 100


def is_colour(text: str) -> bool:
    """Is this `#rgb` or `#rrggbb`?"""
    return _COLOUR.fullmatch(text) is not None


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, from 1 (equal) to 21 (black and white)."""
    darker, lighter = sorted((_luminance(_channels(one)), _luminance(_channels(other))))
    return (lighter + 0.05) / (darker + 0.05)


@lru_cache(maxsize=64)  # each page asks for the same few
def legible(colour: str, ground: str, least: float = LEGIBLE) -> str:
    """The nearest shade of this hue, `#rrggbb`, that can be read on `ground`: black or white is mixed in by degrees."""
    pole = 0 if _luminance(_channels(ground)) > 0.18 else 255
    for step in range(_STEPS + 1):
        mixed = "#" + "".join(f"{c + round((pole - c) * step / _STEPS):02x}" for c in _channels(colour))
        if contrast(mixed, ground) >= least:
            break
    return mixed


def _channels(colour: str) -> tuple[int, ...]:
    digits = colour[1:] if len(colour) == 7 else "".join(c * 2 for c in colour[1:])
    return tuple(int(digits[i : i + 2], 16) for i in (0, 2, 4))


def _luminance(channels: tuple[int, ...]) -> float:
    red, green, blue = (
        c / 255 / 12.92 if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
