"""The subject line: four fields, filled once."""

from __future__ import annotations

import pytest

from pipeline.editions.frame import one_line, subject_line
from pipeline.errors import EditionError


def subject(pattern: str, *, number: int | None = 7, title: str = "字与纸") -> str:
    return subject_line(pattern, number=number, title=title, publication="铅字周刊", day="2026年3月2日")


@pytest.mark.parametrize(("pattern", "line"), [
    ("{title}", "字与纸"),
    ("{publication} 第 {number} 期：{title}", "铅字周刊 第 7 期：字与纸"),
    ("{date} {title}", "2026年3月2日 字与纸"),
    ("{{title}} {title}", "{title} 字与纸"),
    ("  {title}  ", "字与纸"),
    ("", "铅字周刊"),
])
def test_subject_fills_its_fields(pattern: str, line: str) -> None:
    assert subject(pattern) == line


def test_a_title_that_looks_like_a_field_stays_a_title() -> None:
    assert subject("{number} {title}", title="{publication} {0.__class__}") == "7 {publication} {0.__class__}"


def test_an_issue_without_number_gets_the_bare_title() -> None:
    assert subject("第 {number} 期 {title}", number=None) == "字与纸"


def test_number_zero_is_a_number() -> None:
    assert subject("#{number}", number=0) == "#0"


def test_a_title_over_several_lines_becomes_one() -> None:
    assert subject("{title}", title="one\r\nBcc: x\x00\u200b two\u2028three") == "one Bcc: x two three"


@pytest.mark.parametrize("pattern", ["{titel}", "{title.__class__}", "{}", "{title", "a } b", "{0}"])
def test_an_unknown_field_is_refused_with_the_known_ones(pattern: str) -> None:
    with pytest.raises(EditionError, match=r"write \{number\}, \{title\}, \{publication\} or \{date\}"):
        subject(pattern)


def test_one_line_keeps_joined_emoji() -> None:
    assert one_line(" 👨\u200d👩\u200d👧\tx ") == "👨\u200d👩\u200d👧 x"
