"""One accent colour, readable on both grounds; fonts that draw a reader's own Han forms."""

from __future__ import annotations

import pytest

from pipeline.colour import contrast
from pipeline.editions.theme import NIGHT, PAPER, theme
from pipeline.errors import EditionError


@pytest.mark.parametrize("accent", ["#b4552d", "#fff", "#000000", "#ffff00", "#00f", "#7f7f7f"])
def test_links_can_be_read_on_paper_and_at_night_whatever_the_accent(accent: str) -> None:
    looks = theme(accent, 640, "en")

    assert contrast(looks.link, PAPER) >= 4.5
    assert contrast(looks.link_dark, NIGHT) >= 4.5


def test_a_readable_accent_stays_as_it_is() -> None:
    assert theme("#b4552d", 640, "en").link == "#b4552d"


@pytest.mark.parametrize("accent", ["red", "#12345", "", "#b4552d;}", "rgb(1,2,3)"])
def test_what_is_no_colour_is_refused_with_an_example(accent: str) -> None:
    with pytest.raises(EditionError) as refused:
        theme(accent, 640, "en")

    assert str(refused.value) == f'config.yaml: theme accent "{accent}" is not a colour: write it like "#b4552d"'


@pytest.mark.parametrize(("language", "font"), [
    ("zh-Hans", "PingFang SC"), ("zh-TW", "PingFang TC"), ("zh-Hant-HK", "PingFang TC"), ("ja", "Hiragino Sans"),
    ("ko-KR", "Apple SD Gothic Neo"),
])
def test_han_characters_are_drawn_as_the_language_draws_them(language: str, font: str) -> None:
    assert theme("#000", 640, language).fonts.split("'")[5] == font


@pytest.mark.parametrize("language", ["en", "de-AT", "fa"])
def test_fonts_with_wide_apostrophes_are_not_for_other_languages(language: str) -> None:
    assert theme("#000", 640, language).fonts.endswith("Arial,sans-serif")


@pytest.mark.parametrize(("language", "leading"), [("zh-Hans", 1.75), ("JA", 1.75), ("ko-KR", 1.75), ("en", 1.65)])
def test_lines_of_han_characters_stand_further_apart(language: str, leading: float) -> None:
    assert theme("#000", 640, language).leading == leading


def test_the_column_leaves_room_on_both_sides() -> None:
    assert theme("#000", 600, "en").column == 536


def test_korean_words_are_whole_and_a_long_address_still_breaks() -> None:
    assert theme("#b4552d", 640, "ko-KR").breaking == "word-break: keep-all; overflow-wrap: anywhere;"
    assert theme("#b4552d", 640, "ja").breaking == "word-break: break-word; overflow-wrap: break-word;"
