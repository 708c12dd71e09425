"""Links within a vault show their words, other double brackets are text; lines of remarks are hidden."""

from __future__ import annotations

import pytest

from pipeline.checking.examine import Specimen, examine_specimen
from pipeline.issues.html.targets import Target
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


@pytest.mark.parametrize(("text", "html"), [
    ("a\n%% b %%\nc", "<p>a</p>\n<p>c</p>"),
    ("a\n\n%%\nb\n\n# c\n%%\n\nd", "<p>a</p>\n<p>d</p>"),
    ("- a\n  %% 5% of b %%\n- c", "<ul>\n<li>a</li>\n<li>c</li>\n</ul>"),
])
def test_lines_of_remarks_are_hidden(text: str, html: str) -> None:
    assert shown(text, Target.FEED) == html
    assert examine_specimen(Specimen("14.md", "On paper", None, text, 1, "auto", "en"), lambda _: True) == []


@pytest.mark.parametrize("text", ["%%name%%", "%% a", "a %% b %%", "%% a %% b", "100%% a %%", "%%"])
def test_what_is_no_line_of_its_own_stays(text: str) -> None:
    assert line(text) == text
