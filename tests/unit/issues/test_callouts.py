"""Obsidian's callouts are alerts; what only looks like one stays a quotation."""

from __future__ import annotations

import pytest

from pipeline.issues.document import parse


@pytest.mark.parametrize(("text", "html"), [
    ("> [!note] A *title*\n> words", "alert-note|<strong>A <em>title</em></strong>|words"),
    ("> [!TIP]- Folded\n> words", "alert-tip|<strong>Folded</strong>|words"),
    ("> [!danger]+\n> words", "alert-caution|<strong>Danger</strong>|words"),
    ("> [!quote] Said\n>\n> words", "alert-note|<strong>Said</strong>|words"),
    ("> [!warning]\n> words", "alert-warning|<strong>Warning</strong>|words"),
    ("> [!prompt]\n> words", "alert-note|<strong>Prompt</strong>|words"),
    ("> [!prompt]+ A train\n> words", "alert-note|<strong>A train</strong>|words"),
])
def test_a_callout_is_an_alert_with_its_title(text: str, html: str) -> None:
    kind, title, words = html.split("|")

    assert parse(text).clean == (
        f'<blockquote class="alert {kind}">\n<p class="alert-title">{title}</p>\n<p>{words}</p>\n</blockquote>\n')


@pytest.mark.parametrize("text", [
    "> [!nothing] x\n> y", "> [!nothing]", "> [!1] x", "> a [!note] b", "> **[!note] b**", "> # [!note]"])
def test_what_is_no_callout_stays_as_it_is(text: str) -> None:
    assert "alert" not in parse(text).clean
    assert "[!" in parse(text).clean


def test_a_callout_in_a_quotation_and_one_of_a_single_line() -> None:
    assert parse("> x\n>\n> > [!note] Only a title\n>\n> y").clean == (
        '<blockquote>\n<p>x</p>\n<blockquote class="alert alert-note">\n'
        '<p class="alert-title"><strong>Only a title</strong></p>\n</blockquote>\n<p>y</p>\n</blockquote>\n')
