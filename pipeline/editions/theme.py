"""What a template may know of looks: the publication's one colour made readable, its fonts, its widths."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.colour import is_colour, legible
from pipeline.errors import EditionError
from pipeline.language import han_script, primary

PAPER, NIGHT = "#ffffff", "#1b1d21"        # the sheet that is written on, in light and in dark
SHADE, NIGHT_SHADE = "#f6f5f2", "#272a30"  # behind code and alerts: what can be read there can be read on the sheet
CONTRAST_DARK = 5.5                        # thin strokes glow on dark ground and need a little more
PADDING = 32                               # pixels left and right of the text on a wide screen

_LATIN = "-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,'Helvetica Neue',Arial"
_CJK = {
    "Hans": "'PingFang SC','Hiragino Sans GB','Microsoft YaHei','Noto Sans CJK SC','Noto Sans SC'",
    "Hant": "'PingFang TC','Microsoft JhengHei','Noto Sans CJK TC','Noto Sans TC'",
    "ja": "'Hiragino Sans','Yu Gothic',Meiryo,'Noto Sans CJK JP','Noto Sans JP'",
    "ko": "'Apple SD Gothic Neo','Malgun Gothic','Noto Sans CJK KR','Noto Sans KR'",
}

# A long address breaks anywhere; Korean words do only if they must.
_ANY = "word-break: break-word; overflow-wrap: break-word;"
_KOREAN = "word-break: keep-all; overflow-wrap: anywhere;"
# In a table such a word would take no more room than a letter: where there is enough, it says how wide it is.
_ANY_WHOLE = "word-break: normal;"
_KOREAN_WHOLE = "overflow-wrap: break-word;"


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours `#rrggbb`, a CSS font list, the `leading` as a line-height, the declarations of where words break and
    of where they stay `whole`, and pixels: the sheet's `width` and its text `column`."""

    link: str
    link_dark: str
    fonts: str
    leading: float
    breaking: str
    whole: str
    width: int
    column: int


def theme(accent: str, width: int, language: str) -> Theme:
    """The looks of a publication. `accent` is `#rgb` or `#rrggbb`; EditionError for anything else."""
    if not is_colour(accent):
        raise EditionError(
            f'theme accent "{accent}" is not a colour', remedy='write it like "#b4552d"', path="config.yaml",
        )
    korean = primary(language) == "ko"
    return Theme(
        link=legible(accent, SHADE), link_dark=legible(accent, NIGHT_SHADE, CONTRAST_DARK), fonts=_fonts(language),
        leading=_leading(language), breaking=_KOREAN if korean else _ANY,
        whole=_KOREAN_WHOLE if korean else _ANY_WHOLE, width=width, column=width - 2 * PADDING,
    )


def _leading(language: str) -> float:
    """Han characters fill their square and want more air between the lines than letters do."""
    return 1.75 if language.lower()[:2] in ("zh", "ja", "ko") else 1.65


def _fonts(language: str) -> str:
    """Latin letters first, then the reader's own Han forms: one code point looks different in Tokyo and Taipei.

    No other language has them: where the Latin fonts are missing, an apostrophe would be as wide as a Han character.
    """
    key = han_script(language) or primary(language)
    return ",".join((_LATIN, *([_CJK[key]] if key in _CJK else []), "sans-serif"))
