"""Markdown's marks in raw HTML work where only a mark can have been meant."""

from __future__ import annotations

import pytest

from pipeline.issues.document import Target
from tests.unit.issues.rendered import shown


@pytest.mark.parametrize(("text", "html"), [
    ("<summary>看**“答案”**吧</summary>", "<summary>看<strong>“答案”</strong>吧</summary>"),
    ("<aside>\n💡 a **b** `c < d` ~~e~~ &lt;T&gt;\n\n</aside>",
     "<aside>\n💡 a <strong>b</strong> <code>c &lt; d</code> <s>e</s> &lt;T&gt;\n</aside>"),
    ("<p>[a](b.md) ![c](d.png)</p>",
     '<p><a href="https://w.example.com/files/b.md">a</a> <img src="https://w.example.com/files/d.png" alt="c"></p>'),
    ("<p>**a <b>b</b>**</p>", "<p>**a <b>b</b>**</p>"),
    ("<p>a * b * c, a ** b, __init__, ~5, [1], `</p>", "<p>a * b * c, a ** b, __init__, ~5, [1], `</p>"),
    ("<p><code>**a**</code> <a href='https://a.example/'>**b**</a> **c**</p>",
     '<p><code>**a**</code> <a href="https://a.example/">**b**</a> <strong>c</strong></p>'),
    ("<pre>**a**\n</pre>", "<pre>**a**\n</pre>"),
    ("<!-- **a** -->\n\nb", "<p>b</p>"),
])
def test_marks_in_html_do_what_their_author_meant(text: str, html: str) -> None:
    assert shown(text, Target.WEB) == html
