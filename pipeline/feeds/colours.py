"""The accent colour, made legible: whatever an owner picks, links can be read on paper and at night.

Contrast is that of WCAG 2.2, section 1.4.3: at least 4.5 to 1 for text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

Rgb = tuple[int, int, int]

LIGHT_PAPER: Rgb = (251, 249, 245)
DARK_PAPER: Rgb = (23, 21, 18)
LEGIBLE = 4.5

_HEX = re.compile(r"#(?:([0-9a-f]{3})|([0-9a-f]{6}))", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Palette:
    """The accent as text on the light and on the dark page, `#rrggbb`."""

    light: str
    dark: str


def palette(accent: str) -> Palette:
    """The nearest shades of `accent` (`#rgb` or `#rrggbb`) that can be read on either page."""
    colour = _parse(accent)
    return Palette(_towards(colour, (0, 0, 0), LIGHT_PAPER), _towards(colour, (255, 255, 255), DARK_PAPER))


def contrast(one: Rgb, other: Rgb) -> float:
    """From 1 (equal) to 21 (black and white)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _parse(accent: str) -> Rgb:
    """Anything that is no colour is the colour of ink: config.yaml has been checked long before."""
    found = _HEX.fullmatch(accent.strip())
    if not found:
        return (0, 0, 0)
    digits = found[2] or "".join(digit * 2 for digit in found[1])
    return (int(digits[0:2], 16), int(digits[2:4], 16), int(digits[4:6], 16))


def _towards(colour: Rgb, end: Rgb, paper: Rgb) -> str:
    """The first of a hundred steps from `colour` to `end` with enough contrast; `end` always has."""
    shades = (_mix(colour, end, step / 100) for step in range(101))
    legible = next(shade for shade in shades if contrast(shade, paper) >= LEGIBLE)
    return "#" + bytes(legible).hex()


def _mix(colour: Rgb, end: Rgb, share: float) -> Rgb:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(colour, end, strict=True))
    return (red, green, blue)


def _luminance(colour: Rgb) -> float:
    red, green, blue = (_linear(channel / 255) for channel in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
