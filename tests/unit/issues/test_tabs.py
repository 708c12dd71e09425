"""Tabs are shown one below another, each below its name."""

from __future__ import annotations

import pytest

from tests.unit.issues.rendered import shown

TWO = "<p><strong>{}</strong></p>\n<p>a</p>\n<p><strong>{}</strong></p>\n<p>b</p>"


@pytest.mark.parametrize(("text", "html"), [
    ("::: tabs\n\n@tab:active 原文\n\na\n\n@tab 譯文#zh\n\nb\n\n:::", TWO.format("原文", "譯文")),
    (":::tabs#ink\n== On ink\na\n===Paper\nb\n:::", TWO.format("On ink", "Paper")),
    ('=== "Ink"\n\n    a\n\n=== "Paper"\n\n    b', TWO.format("Ink", "Paper")),
    ('- c\n\n    === "Ink"\n        a', "<ul>\n<li>\n<p>c</p>\n<p><strong>Ink</strong></p>\n<p>a</p>\n</li>\n</ul>"),
    ("::: code-tabs\n@tab <VPIcon icon='ink'/>\n```\na\n```\n@tab **c**\n```\nb\n```\n:::",
     "<pre><code>a\n</code></pre>\n<p><strong>c</strong></p>\n<pre><code>b\n</code></pre>"),
    ('=== "List<Ink>"\n\n    a\n\n=== ":octicons-x-16:"\n\n    b',
     "<p><strong>List&lt;Ink&gt;</strong></p>\n<p>a</p>\n<p>b</p>"),
    ("<!-- tab Ink@fab fa-apple -->\na\n<!-- endtab -->\n\n<!-- tab `Paper` -->\nb\n<!-- endtab -->",
     TWO.format("Ink", "<code>Paper</code>")),
    ("<!-- tab墨水 -->\na\n<!-- endtab -->\n<!-- tab @fab fa-apple -->\nb\n<!-- endtab -->",
     "<p><strong>墨水</strong></p>\n<p>a</p>\n<p>b</p>"),
    ("<!-- timeline 2026-10-19 -->\na\n<!-- endtimeline -->\n<!--timeline 10-20-->\nb\n<!--endtimeline-->",
     TWO.format("2026-10-19", "10-20")),
    ("::: tabs\n@tab Ink\n::: left\n@tab a\n:::\n:::", "<p><strong>Ink</strong></p>\n<p>@tab a</p>"),
])
def test_each_tab_stands_below_its_name(text: str, html: str) -> None:
    assert shown(text) == html


@pytest.mark.parametrize(("text", "html"), [
    ("a\n@tab b", "<p>a\n@tab b</p>"), ('a\n=== "b"\nc', '<p>a\n=== "b"\nc</p>'),
    ("<!-- tab Ink -->\na", "<p>a</p>"), ("<!-- table -->\na\n<!-- endtab -->", "<p>a</p>"),
    ("a\n===", "<h2>a</h2>"), ("::: tabs\na\n===\n:::", "<h2>a</h2>"),
    ('```\n=== "a"\n\n    b\n```', '<pre><code>=== "a"\n\n    b\n</code></pre>'),
])
def test_what_begins_no_tab_stays(text: str, html: str) -> None:
    assert shown(text) == html


def test_tabs_within_tabs_however_deep_are_read() -> None:
    deep = "".join(" " * 4 * depth + '=== "Ink"\n' for depth in range(300)) + " " * 1200 + "a"

    assert shown(deep).startswith("<p><strong>Ink</strong></p>\n<p><strong>Ink</strong></p>")
