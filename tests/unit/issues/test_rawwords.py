"""Markdown's marks in raw HTML work where only a mark can have been meant."""

from __future__ import annotations

import re

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
    ("<p>**a** me@example.com \\*&amp;</p>",
     '<p><strong>a</strong> <a href="mailto:me@example.com">me@example.com</a> *&amp;</p>'),
    ("<p>**a** [b][c]</p>\n\n[c]: https://a.example", '<p><strong>a</strong> <a href="https://a.example">b</a></p>'),
])
def test_marks_in_html_do_what_their_author_meant(text: str, html: str) -> None:
    assert shown(text, Target.WEB) == html


def test_notes_in_html_stand_with_those_of_the_issue() -> None:
    html = re.sub(r"</?a[^>]*>", "", shown("d[^c]\n\n<p>**a** ^[b] [^c]</p>\n<p>f[^c]</p>\n\n[^c]: e", Target.FEED))

    assert html == ("<p>d<sup>[1]</sup></p>\n<p><strong>a</strong> <sup>[2]</sup> <sup>[1]</sup></p>\n"
                    "<p>f<sup>[1]</sup></p>\n<div><hr><ol>\n<li><p>e</p>\n</li>\n<li><p>b</p>\n</li>\n</ol></div>")
