"""The accent on the archive's pages: the nearest shades that can be read on light and dark paper."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.colour import is_colour, legible

LIGHT_PAPER, DARK_PAPER = "#fbf9f5", "#171512"

_INK = "#000000"


@dataclass(frozen=True, slots=True)
class Palette:
    """The accent as text on the light and on the dark page, `#rrggbb`."""

    light: str
    dark: str


def palette(accent: str) -> Palette:
    """The shades of `accent`; what is no colour counts as ink: config.yaml has been checked long before."""
    colour = accent if is_colour(accent) else _INK
    return Palette(legible(colour, LIGHT_PAPER), legible(colour, DARK_PAPER))
