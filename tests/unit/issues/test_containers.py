"""Containers of VuePress, Docusaurus and Quarto are alerts or leave no trace, and lose no word."""

from __future__ import annotations

import pytest

from pipeline.issues.markdown.patience import MAX_NESTING
from tests.unit.issues.rendered import shown

TIP = '<blockquote class="alert alert-tip">\n<p class="alert-title"><strong>{}</strong></p>\n{}\n</blockquote>'

ALERT = '<blockquote class="alert alert-{}">\n<p class="alert-title"><strong>{}</strong></p>\n<p>a</p>\n</blockquote>'


@pytest.mark.parametrize(("text", "html"), [
    ("::: tip\na\n:::\nb", TIP.format("Tip", "<p>a</p>") + "\n<p>b</p>"),
    ("a\n:::tip 标*题*\n- b\n:::",
     "<p>a</p>\n" + TIP.format('标<em class="upright">题</em>', "<ul>\n<li>b</li>\n</ul>")),
    ("::: tip[Title]{.x}\na", TIP.format("Title", "<p>a</p>")),
    ("::: tip\na\n::: right\nb\n:::\nc", TIP.format("Tip", "<p>a</p>\n<p>b</p>") + "\n<p>c</p>"),
    (":::: tip\n::: tip\na\n:::\n::::", TIP.format("Tip", TIP.format("Tip", "<p>a</p>"))),
    (":::message\na\n:::", ALERT.format("note", "Note")),
    (":::message alert\na\n:::", ALERT.format("caution", "Caution")),
    (":::spoiler\na\n:::", ALERT.format("note", "Spoiler")),
    (":::spoiler Who did it\na\n:::", ALERT.format("note", "Who did it")),
    (':::spoiler {state="open"} Who did it\na\n:::', ALERT.format("note", "Who did it")),
    (":::note warn\na\n:::", ALERT.format("warning", "Warning")),
    ("::: note Info\na\n:::", ALERT.format("note", "Info")),
    ("::: sidebar\na\n:::\nb", "<p>a</p>\n<p>b</p>"),
    ("::: code-group\n- a\n:::", "<ul>\n<li>a</li>\n</ul>"),
    ("::: sidebar\na", "<p>::: sidebar\na</p>"),
    ("::: sidebar A title\na\n:::\nb", ALERT.format("note", "A title") + "\n<p>b</p>"),
    ("::: sidebar A title\na", "<p>::: sidebar A title\na</p>"),
    ("::: demo img no-padding\na\n:::\nb", "<p>a</p>\n<p>b</p>"), (":::tabs key:ab\na\n:::", "<p>a</p>"),
    ("::: timeline 2024-03-24\na\n:::", ALERT.format("note", "2024-03-24")),
    ("::: sidebar a follow-up question\na\n:::", ALERT.format("note", "a follow-up question")),
    ('::: card title="Ink and paper" icon="pen"\na\n:::', ALERT.format("note", "Ink and paper")),
    ("::: aa\n::: bb T\na\n:::\n:::\nb", ALERT.format("note", "T") + "\n<p>b</p>"),
    ("::: {.callout-tip}\na\n:::\nb", TIP.format("Tip", "<p>a</p>") + "\n<p>b</p>"),
    ('::: {#x .callout-tip collapse="true" title="Wash it"}\na\n:::', TIP.format("Wash it", "<p>a</p>")),
    (':::: {.columns}\n::: {.column width="50%"}\na\n:::\n\n::: {.column}\nb\n:::\n::::\nc',
     "<p>a</p>\n<p>b</p>\n<p>c</p>"),
    ("::: {.a}\n::: {.callout-tip}\na\n:::\nb\n:::\nc",
     TIP.format("Tip", "<p>a</p>") + "\n<p>b</p>\n<p>c</p>"),
    (":::: tip\n::: {.a}\na\n:::\n::::\n::: {.a}\nb\n:::", TIP.format("Tip", "<p>a</p>") + "\n<p>b</p>"),
    ("::: {.a}\nb", "<p>::: {.a}\nb</p>"), ('::: {.a title="T"}\nb\n:::', "<p>b</p>"),
    ("> ::: {.a}\n> a\n> :::\n\n> ::: {.b}\n> c\n> :::",
     "<blockquote>\n<p>a</p>\n</blockquote>\n<blockquote>\n<p>c</p>\n</blockquote>"),
    ("- ::: {.a}\n  a\n  :::\n- ::: {.b}\n  c\n  :::", "<ul>\n<li>a</li>\n<li>c</li>\n</ul>"),
    ("::: {.a}\n:::\nb", "<p>b</p>"), ("::: aa\n\n:::\nb", "<p>b</p>"),
    ("> ::: left\n> :::", ""),
    ("::: aa\n::: bb\nc\n:::\n:::\nd", "<p>c</p>\n<p>d</p>"),
    (":::: aa\n:::\n::::\nb", "<p>:::</p>\n<p>b</p>"),
    ("::: {.a}\n```\n:::\n```\n:::\nb", "<pre><code>:::\n</code></pre>\n<p>b</p>"),
    ("- ::: {.a}\n  a\n\nb\n\n  :::\nc", "<ul>\n<li>a</li>\n</ul>\n<p>b</p>\n<p>:::\nc</p>"),
    ("```\n::: tip\n```", "<pre><code>::: tip\n</code></pre>"),
])
def test_a_container_is_an_alert(text: str, html: str) -> None:
    assert shown(text) == html


@pytest.mark.parametrize(("kind", "nearest", "title"), [
    ("success", "tip", "提示"), ("info", "note", "註"), ("danger", "caution", "當心"), ("warning", "warning", "警告"),
    ("example", "note", "Example"), ("quote", "note", "Quote"),
])
def test_an_alert_without_a_title_is_called_in_the_issues_language(kind: str, nearest: str, title: str) -> None:
    assert shown(f":::{kind}\na\n:::", language="zh-Hant") == ALERT.format(nearest, title)
    assert shown(f"> [!{kind}]\n> a", language="zh-Hant") == ALERT.format(nearest, title)


def test_what_is_folded_away_is_an_alert_that_is_open() -> None:
    assert shown("+++danger *T*\na\n+++\nb") == ALERT.format("caution", "<em>T</em>") + "\n<p>b</p>"
    assert shown("+++primary T\na\n+++") == ALERT.format("note", "T")
    assert shown("- +++info T\n  a\n  +++") == f"<ul>\n<li>\n{ALERT.format('note', 'T')}\n</li>\n</ul>"


def test_plus_signs_that_fold_nothing_away_are_text() -> None:
    assert shown("+++info T\na") == "<p>+++info T\na</p>"
    assert shown("+++ b/T\na\n+++") == "<p>+++ b/T\na\n+++</p>"


def test_the_words_of_containers_that_lie_too_deep_are_there() -> None:
    found = shown("::: tip\n" * 99 + "deep")

    assert found.count("alert-title") + found.count("::: tip") == 99
    assert "deep" in found


def test_containers_that_leave_no_trace_may_lie_in_each_other_by_the_thousand() -> None:
    found = shown("::: left\n" * 999 + "deep")

    assert found.count("::: left") == 999 - MAX_NESTING
    assert "deep" in found


def test_divisions_that_lie_in_each_other_by_the_thousand_lose_no_word() -> None:
    assert "deep" in shown("::: {.a}\n" * 3_000 + "deep\n" + ":::\n" * 3_000)


def test_containers_of_any_name_that_lie_in_each_other_by_the_thousand_lose_no_word() -> None:
    assert "deep" in shown("::: aa\n" * 3_000 + "deep\n" + ":::\n" * 3_000)
