"""Tables in mail whose words stay whole: all of them, or as many columns as have room, in a smaller type, or beyond
the edge of a telephone."""

from __future__ import annotations

import re

import pytest

from pipeline.issues.document import Target
from tests.unit.issues.rendered import shown

WIDE = """\
| Press | Year | Town | Kind | Format | Sheets an hour | Operators | Running | Remarks |
|---|---:|---|---|---|---:|---:|:---:|---|
| Albion | 1822 | London | Iron hand press | Demy | 200 | 2 | yes | A counterweight, its eagle and a long story |
| Columbian | 1813 | Philadelphia | Iron hand press | Super royal | 1,100 | 2 | no | Another one |
"""


def classes(text: str, **options: object) -> list[str]:
    """The classes of the first table and of the cells in its first row, in order; "" for none."""
    table = shown(text, width=576, **options).split("</tr>")[0]
    tags = re.findall(r"<(?:table|th|td)\b([^>]*)>", table)
    return [found[1] if (found := re.search(r'class="([^"]*)"', tag)) else "" for tag in tags]


@pytest.mark.parametrize(("text", "expected"), [
    ("| Unit | Points |\n|-|-:|\n| Pica | 12 |", ["", "", ""]),
    ("| Unit | Points |\n|-|-:|\n| Pica, which a printer counts in | 12 |", ["whole", "", ""]),
    ("| 名称 | 类型 | 价格（元） | 一句话 |\n|-|-|-|-|\n| 霞鹜文楷 | 字体 | 0 | 字形温润，适合长时间阅读 |",
     ["whole", "short", "short", "short", "short"]),
    ("| 名称 | 由 <b>谁</b> 写成 | 这一栏的名字很长 | 一句话 |\n|-|-|-|-|\n| 楷 | 字 | " + "0" * 20 + " | 字形温润 |",
     ["roomy snug", "whole short", "whole short", "", "whole short"]),
    ("| Language | Interpreter | Compatibility | Documentation |\n|-|-|-|-|\n| a | b | c | d |",
     ["roomy scroll", "whole", "", "", ""]),
    ("| 1 | A Very Long Headline |\n|-|-|\n| 2 | https://example.com/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p |",
     ["roomy snug", "whole", ""]),
    ("| 1 | Two |\n|-|-|\n| 2 | https://example.com/" + "long" * 30 + " |", ["snug", "whole", ""]),
    (WIDE, ["crowded roomy scroll", "", "roomy", "", "", "", "", "", "", ""]),
    (WIDE.replace("counterweight", "counter" * 3), ["crowded scroll", "", "roomy", "", "", "", "", "", "", ""]),
    ("| 이름 | 설명 |\n|-|-|\n| 나무 | 사과와배와포도와귤과감과밤과대추와호두와잣 |", ["roomy tight", "whole", ""]),
    ("| Press | Town | Compositors | Broadsheets |\n|-|-|-|-|\n| a | b | c | d |",
     ["roomy snug", "whole", "whole", "", ""]),
    ("| Press | Sheets an hour | Compositors | Broadsheets | Year |\n|-|-|-|-|-|\n| a | b | c | d | 1822 |",
     ["roomy tight", "", "", "", "", "whole"]),
    ("| Press | Setting |\n|-|-|\n| Columbian | counterweight_of_eagle |", ["roomy snug", "whole", ""]),
    ("| Press | Setting |\n|-|-|\n| Columbian | `counterweight_of_eagle` |", ["roomy tight", "whole", ""]),
    ("| PRESS | SHEETS | COMPOSITORS | BROADSHEETS | YEAR |\n|-|-|-|-|-|\n| a | b | c | d | 1822 |",
     ["roomy scroll", "", "", "", "", "whole"]),
    ("| Day | Press |\n|-|-|\n| 2026-10-19 | the-counterweight-and-the-eagle-of-the-printer |",
     ["whole", "", ""]),
    ("| Ville | Recette |\n|-|-|\n| Lyon | " + "\u00a0".join(["234"] * 6) + " |", ["roomy snug", "whole", ""]),
    ("| Ville | Recette |\n|-|-|\n| Lyon | " + "234 " * 6 + " |", ["whole", "", ""]),
])
def test_a_column_keeps_its_words_where_it_has_room(text: str, expected: list[str]) -> None:
    assert classes(text) == expected


@pytest.mark.parametrize("text", [
    "| ![a](a.png) | B |\n|-|-|\n| c | d |",
    "<table><tr></tr></table>",
    f"<table><tr><td colspan=64>{'word ' * 99}</td><td>a</td></tr></table>",
])
def test_a_table_that_cannot_be_measured_is_left_alone(text: str) -> None:
    assert set(classes(text)) == {""}


def test_cells_of_several_columns_and_rows_leave_the_others_their_columns() -> None:
    table = (f'<table><tr><th colspan="2">{"ink " * 30}</th><th>Town</th></tr>'
             f'<tr><td rowspan="2">1822</td><td>{"i" * 32}</td><td>{"i" * 10}</td></tr>'
             f'<tr><td colspan="2">A press</td></tr><tr><td>{"1" * 9}</td><td>b</td><td>c</td></tr></table>')

    found = shown(table, width=576)

    assert re.findall(r"<(table|th|td)\b([^>]*)>", found) == [
        ("table", ' class="roomy snug" tabindex="0"'), ("th", ' colspan="2" align="left"'),
        ("th", ' class="whole" align="left"'),
        ("td", ' rowspan="2" class="whole"'), ("td", ' class="endless"'), ("td", ' class="whole"'),
        ("td", ' colspan="2"'), ("td", ' class="whole"'), ("td", ""), ("td", ' class="whole"')]


def test_a_word_in_a_cell_of_several_columns_has_their_room() -> None:
    wide = f'<table><tr><td colspan="2">{"i" * 50}</td></tr><tr><td>a</td><td>b</td></tr></table>'

    assert classes(wide) == ["roomy snug", "endless"]
    assert classes(wide.replace("i" * 50, "i" * 99)) == ["snug", "endless"]


def test_of_tables_in_one_another_only_the_innermost_is_measured() -> None:
    inner = f"<table><tr><td>{'a word ' * 9}</td></tr></table>"

    found = shown(f"<table><tr><th>Ink</th><td>{inner}</td></tr></table>")

    assert re.findall(r"<table[^>]*>", found) == ["<table>", '<table class="whole">']


@pytest.mark.parametrize("target", [Target.WEB, Target.FEED])
def test_elsewhere_tables_scroll(target: Target) -> None:
    assert "whole" not in shown(f"| a | b |\n|-|-|\n| c | {'long ' * 20} |", target)
