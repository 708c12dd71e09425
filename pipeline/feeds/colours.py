"""The accent in the archive: the nearest shades that can be read wherever pages have links, light and dark."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.colour import is_colour, legible

# The ground of code, as style.css mixes it. Paper, sheet and alerts are farther from text than this.
LIGHT_GROUND, DARK_GROUND = "#ede9e2", "#2a2721"

_INK = "#000000"


@dataclass(frozen=True, slots=True)
class Palette:
    """The accent as text on the light and on the dark page, `#rrggbb`."""

    light: str
    dark: str


def palette(accent: str) -> Palette:
    """The shades of `accent`; what is no colour counts as ink: config.yaml has been checked long before."""
    colour = accent if is_colour(accent) else _INK
    return Palette(legible(colour, LIGHT_GROUND), legible(colour, DARK_GROUND))
