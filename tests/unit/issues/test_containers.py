"""Containers of VuePress and Docusaurus are alerts, and lose no word."""

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
    (":::note warn\na\n:::", ALERT.format("warning", "Warning")),
    ("::: note Info\na\n:::", ALERT.format("note", "Info")),
    ("::: sidebar\na\n:::", "<p>::: sidebar\na\n:::</p>"),
    ("```\n::: tip\n```", "<pre><code>::: tip\n</code></pre>"),
])
def test_a_container_is_an_alert(text: str, html: str) -> None:
    assert shown(text) == html


def test_the_words_of_containers_that_lie_too_deep_are_there() -> None:
    found = shown("::: tip\n" * 99 + "deep")

    assert found.count("alert-title") + found.count("::: tip") == 99
    assert "deep" in found


def test_containers_that_leave_no_trace_may_lie_in_each_other_by_the_thousand() -> None:
    found = shown("::: left\n" * 999 + "deep")

    assert found.count("::: left") == 999 - MAX_NESTING
    assert "deep" in found
