"""What a template may know of looks: the publication's one colour made readable, its fonts, its widths.

Readable is 4.5:1 against the sheet, in light and in dark (WCAG 2.2, success criterion 1.4.3).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipeline.errors import EditionError

PAPER, NIGHT = "#ffffff", "#1b1d21"        # the sheet that is written on, in light and in dark
CONTRAST = 4.5
CONTRAST_DARK = 5.5                        # thin strokes glow on dark ground and need a little more
PADDING = 32                               # pixels left and right of the text on a wide screen

_COLOUR = re.compile(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})")
_LATIN = "-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,'Helvetica Neue',Arial"
_CJK = {
    "zh-hans": "'PingFang SC','Hiragino Sans GB','Microsoft YaHei','Noto Sans CJK SC','Noto Sans SC'",
    "zh-hant": "'PingFang TC','Microsoft JhengHei','Noto Sans CJK TC','Noto Sans TC'",
    "ja": "'Hiragino Sans','Yu Gothic',Meiryo,'Noto Sans CJK JP','Noto Sans JP'",
    "ko": "'Apple SD Gothic Neo','Malgun Gothic','Noto Sans CJK KR','Noto Sans KR'",
}


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours `#rrggbb`, a CSS font list, and pixels: the sheet's `width` and its text `column`."""

    link: str
    link_dark: str
    fonts: str
    width: int
    column: int


def theme(accent: str, width: int, language: str) -> Theme:
    """The looks of a publication. `accent` is `#rgb` or `#rrggbb`; EditionError for anything else."""
    if not _COLOUR.fullmatch(accent):
        raise EditionError(
            f'theme accent "{accent}" is not a colour', remedy='write it like "#b4552d"', path="config.yaml",
        )
    return Theme(
        link=legible(accent, PAPER), link_dark=legible(accent, NIGHT, CONTRAST_DARK), fonts=_fonts(language),
        width=width, column=width - 2 * PADDING,
    )


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, from 1 to 21 (WCAG 2.2, "contrast ratio")."""
    darker, lighter = sorted((_luminance(_channels(one)), _luminance(_channels(other))))
    return (lighter + 0.05) / (darker + 0.05)


def legible(colour: str, ground: str, least: float = CONTRAST) -> str:
    """The nearest colour of this hue that can be read: black or white is mixed in a little at a time."""
    pole = 0 if _luminance(_channels(ground)) > 0.5 else 255
    for share in range(51):
        mixed = "#" + "".join(f"{c + (pole - c) * share // 50:02x}" for c in _channels(colour))
        if contrast(mixed, ground) >= least:
            break
    return mixed


def _fonts(language: str) -> str:
    """Latin letters first, then the reader's own Han forms: one code point looks different in Tokyo and Taipei."""
    first, *others = language.lower().replace("_", "-").split("-")
    key = first if first != "zh" else "zh-hant" if {"hant", "tw", "hk", "mo"} & set(others) else "zh-hans"
    return ",".join((_LATIN, _CJK.get(key, _CJK["zh-hans"]), "sans-serif"))


def _channels(colour: str) -> tuple[int, ...]:
    digits = colour[1:] if len(colour) == 7 else "".join(c * 2 for c in colour[1:])
    return tuple(int(digits[i : i + 2], 16) for i in (0, 2, 4))


def _luminance(channels: tuple[int, ...]) -> float:
    red, green, blue = (
        c / 255 / 12.92 if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
