"""Links within an issue lead to its headings, by whichever program's address."""

from __future__ import annotations

from urllib.parse import unquote

import pytest

from pipeline.issues.document import Target, parse
from tests.unit.issues.rendered import shown

TEXT = '# 周刊\n\n## 1. 有趣 & 实用\n\n## Paper\n\n<a name="ink"></a>\n\n## 1. 有趣，实用\n\n'


@pytest.mark.parametrize(("written", "led"), [
    ("#1-有趣--实用", "#1-有趣-实用"),      # GitHub
    ("#1-%E6%9C%89%E8%B6%A3--实用", "#1-有趣-实用"),
    ("#_1-有趣-实用", "#1-有趣-实用"),       # VuePress
    ("#1-有趣-实用", "#1-有趣-实用"),
    ("#1-有趣实用", "#1-有趣实用"),
    ("#2-有趣", "#2-有趣"),                 # no heading
    ("#Paper", "#paper"),
    ("#ink", "#ink"),
    ("#top", "#top"),
    ("#周刊", "#top"),
    ("#", "#"),
])
def test_a_link_leads_to_the_heading_that_it_means(written: str, led: str) -> None:
    clean = parse(f"{TEXT}[x]({written})", title="周刊").clean

    assert f'<a href="{led}">x</a>' in unquote(clean)


@pytest.mark.parametrize("place", ['<div id="ink.1"></div>\n\n', '<p id="ink.1"></p>\n\n', '<span id="ink.1"></span>'])
def test_a_link_leads_to_a_place_that_html_names(place: str) -> None:
    text = f"[x](#ink.1)\n\n{place}Words"

    assert '<a href="#ink.1">x</a>' in shown(text, Target.WEB)
    assert ' id="ink.1">' in shown(text, Target.WEB)
    assert "id=" not in shown(text, Target.MAIL)


def test_marks_of_notes_without_places_lead_to_one_another() -> None:
    text = "Ink[1](#footnote-1), soot[1](#footnote-1), paper[2](#footnote-2).\n\n[1](#footnote-anchor-1) Pots."

    assert parse(text).clean == (
        '<p>Ink<a id="footnote-anchor-1" href="#footnote-1">1</a>, soot<a href="#footnote-1">1</a>, '
        'paper<a href="#footnote-2">2</a>.</p>\n'
        '<p><a id="footnote-1" href="#footnote-anchor-1">1</a> Pots.</p>\n')
    assert parse('Ink[1](#footnote-1)\n\n<p id="footnote-1">Pots.</p>').clean.count("id=") == 1


def test_a_page_has_each_id_once_and_links_lead_to_the_first() -> None:
    typed = '<a name="ink"></a>\n\n## Ink\n\na <span id="ink">b</span> <a id="ink">c</a>\n\n[x](#ink)'

    assert shown(typed, Target.WEB) == (
        '<p><a id="ink"></a></p>\n<h2>Ink</h2>\n<p>a b c</p>\n<p><a href="#ink">x</a></p>')
