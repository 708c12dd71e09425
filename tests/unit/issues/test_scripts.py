"""Figures above and below the line."""

from __future__ import annotations

import pytest

from tests.unit.issues.rendered import line


@pytest.mark.parametrize(("text", "html"), [
    ("10^6^ drops, 5 m^2^.", "10<sup>6</sup> drops, 5 m<sup>2</sup>."),
    ("the 19^th^ century", "the 19<sup>th</sup> century"),
    ("le 1^er^ mai du XIX^e^ siècle", "le 1<sup>er</sup> mai du XIX<sup>e</sup> siècle"),
    ("Ca^2+^, e^-1^, (-1)^2^", "Ca<sup>2+</sup>, e<sup>-1</sup>, (-1)<sup>2</sup>"),
    ("2^0^", "2<sup>0</sup>"), ("2^32^/2^12^", "2<sup>32</sup>/2<sup>12</sup>"),
    ("H~2~O和CO~2~", "H<sub>2</sub>O和CO<sub>2</sub>"), ("约30平方米^2^", "约30平方米<sup>2</sup>"),
    ("**10^3^**", "<strong>10<sup>3</sup></strong>"), ("墨。^12^", "墨。<sup>12</sup>"),
])
def test_figures_stand_above_and_below(text: str, html: str) -> None:
    assert line(text) == html


@pytest.mark.parametrize("text", [
    "2^3 and 4^5", "smile ^_^ and ^2^", "1^2^3^4", "1^2^...^9", "1~2~3 and 100~200", "x^y^", "x^e^", "2^e^x^2",
    "Go~2~~", "a^2^b", "(^0^)", '"^-^"', "thanks!^-^", "谢谢^0^",
])
def test_other_marks_stay(text: str) -> None:
    assert line(text) == text


def test_code_is_left_alone() -> None:
    assert line("`10^6^`") == "<code>10^6^</code>"
