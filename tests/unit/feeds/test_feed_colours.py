"""The accent can be read, whatever it is; the words are there in every language."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

from pipeline.colour import contrast
from pipeline.feeds.colours import DARK_GROUND, LIGHT_GROUND, palette
from pipeline.feeds.wording import CATALOGUE
from pipeline.web.wording import LANGUAGES

WEB_TEMPLATES = Path(__file__).parents[3] / "templates" / "web"


@pytest.mark.parametrize("accent", ["#b4552d", "#ff0", "#000", "#fff", "#0000FF", "#777777", "none"])
def test_accent_is_legible_on_light_and_dark_paper(accent: str) -> None:
    made = palette(accent)

    for sheet in ("style.css", "feed.css"):
        light, dark = re.findall(r"--paper: (#[0-9a-f]{6})", (WEB_TEMPLATES / sheet).read_text())
        assert contrast(made.light, light) >= 4.5
        assert contrast(made.dark, dark) >= 4.5


def test_accent_that_is_legible_already_is_left_alone() -> None:
    assert (palette("#a0451d").light, palette("#ffd700").dark) == ("#a0451d", "#ffd700")


def test_every_language_has_every_phrase_with_the_same_fields() -> None:
    def fields(text: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    english = CATALOGUE["en"]
    for words in CATALOGUE.values():
        assert set(words) == set(english)
        assert all(fields(words[name]) == fields(english[name]) for name in english if name != "date")


def test_the_style_sheet_mixes_the_grounds_of_code_that_the_accent_is_made_for() -> None:
    sheet = (WEB_TEMPLATES / "style.css").read_text()
    share = int(re.findall(r"code \{.*var\(--rule\) (\d+)%", sheet)[0]) / 100
    found = [[bytes.fromhex(digits) for digits in re.findall(rf"--{name}: #([0-9a-f]{{6}})", sheet)]
             for name in ("rule", "paper")]

    mixed = ["#" + bytes(round(r * share + p * (1 - share)) for r, p in zip(rule, paper, strict=True)).hex()
             for rule, paper in zip(*found, strict=False)]

    assert mixed[:2] == [LIGHT_GROUND, DARK_GROUND]


def test_archive_speaks_the_languages_that_readers_choose_under_the_same_names() -> None:
    assert set(CATALOGUE) == set(LANGUAGES)
