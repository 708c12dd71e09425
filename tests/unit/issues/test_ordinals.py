"""Issues counted in Chinese."""

from __future__ import annotations

import pytest

from pipeline.issues.reading.ordinals import chinese_ordinal


@pytest.mark.parametrize(("text", "number"), [
    ("周刊 14：纸", 14), ("周刊 2024", None),
    ("周刊（第 400 期）", 400), ("第十期", 10), ("第二十一期", 21), ("第一〇五期", 105), ("第一千零一期", 1001),
    ("第两百期", 200), ("2024年第3期（总第87期）", 87), ("第一回：风起", None), ("第3回", 3), ("周刊", None)])
def test_an_ordinal_is_counted_in_digits_or_chinese_numerals(text: str, number: int | None) -> None:
    assert chinese_ordinal(text) == number
