"""Contrast as the standard has it, and the nearest shade that keeps it."""

from __future__ import annotations

import pytest

from pipeline.colour import contrast, is_colour, legible


def test_contrast_is_that_of_the_standard() -> None:
    assert (contrast("#000", "#ffffff"), contrast("#fff", "#ffffff")) == (pytest.approx(21), 1)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.478, abs=0.001)


@pytest.mark.parametrize("colour", ["#b4552d", "#ff0", "#000", "#fff", "#0000FF", "#777777"])
@pytest.mark.parametrize("ground", ["#ffffff", "#fbf9f5", "#171512", "#808080"])
def test_a_shade_can_be_read_and_one_that_can_already_stays(colour: str, ground: str) -> None:
    shade = legible(colour, ground)

    assert contrast(shade, ground) >= 4.5
    assert legible(shade, ground) == shade


def test_a_colour_is_three_or_six_digits() -> None:
    assert all(map(is_colour, ("#fff", "#B4552D")))
    assert not any(map(is_colour, ("red", "#12345", "", "#b4552d;}")))
