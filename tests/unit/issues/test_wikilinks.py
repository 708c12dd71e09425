"""Links within a vault show their words; other double brackets are text."""

from __future__ import annotations

import pytest

from tests.unit.issues.rendered import line, shown


@pytest.mark.parametrize(("text", "html"), [
    ("a [[01 - Notes/ink|Ink]] b", "a Ink b"),
    ("[[ink#made|*Ink* & soot]]", "*Ink* &amp; soot"),
    ("**[[ink|Ink]]**", "<strong>Ink</strong>"),
    ("[[ink]]", "[[ink]]"),
    ("[[ -f a | b ]]", "[[ -f a | b ]]"),
    ("[[a||b]]", "[[a||b]]"),
    ("[[1|2]](https://a.example/)", '<a href="https://a.example/">[1|2]</a>'),
    ("`[[ink|Ink]]`", "<code>[[ink|Ink]]</code>"),
    (r"\[[ink|Ink]]", "[[ink|Ink]]"),
])
def test_a_link_within_a_vault_shows_its_words(text: str, html: str) -> None:
    assert line(text) == html


def test_in_a_table_its_stroke_is_escaped() -> None:
    assert "<td>Ink</td>" in shown("|a|\n|-|\n|[[ink\\|Ink]]|").replace(' style=""', "")
