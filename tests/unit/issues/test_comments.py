"""Markdown behind a comment on its line, as Buttondown exports each issue."""

from __future__ import annotations

import pytest

from pipeline.issues.document import Target
from tests.unit.issues.rendered import shown


@pytest.mark.parametrize(("text", "html"), [
    ("<!-- buttondown-editor-mode: plaintext -->> a *b*\n> c\n\nd",
     "<blockquote>\n<p>a <em>b</em>\nc</p>\n</blockquote>\n<p>d</p>"),
    ("<!-- a --> ## Ink\nb", "<h2>Ink</h2>\n<p>b</p>"),
    ("<!-- a -->- *b*\n- <!-- c --> d", "<ul>\n<li><em>b</em></li>\n<li>d</li>\n</ul>"),
    ("<!-- a --><!-- b -->*c*\nd", "<p><em>c</em>\nd</p>"),
    ("a\n<!-- b -->*c*", "<p>a</p>\n<p><em>c</em></p>"),
    ("> <!-- a -->*b*", "<blockquote>\n<p><em>b</em></p>\n</blockquote>"),
])
def test_a_line_goes_on_as_markdown_behind_a_comment(text: str, html: str) -> None:
    assert shown(text, Target.FEED) == html


@pytest.mark.parametrize(("text", "html"), [
    ("<!-- a --><div># b</div>", "<div># b</div>"),  # HTML goes on as HTML
    ("    <!-- a -->b", "<pre><code>&lt;!-- a --&gt;b\n</code></pre>"),
    ("```\n<!-- a --># b\n```", "<pre><code>&lt;!-- a --&gt;# b\n</code></pre>"),
    ("<!-- a -->\n# b", "<h2>b</h2>"),
])
def test_a_comment_before_html_alone_or_in_code_is_read_as_ever(text: str, html: str) -> None:
    assert shown(text, Target.FEED) == html


@pytest.mark.parametrize(("text", "html"), [
    ("a\n\n[//]: # (b (c) d)\n\n[comment]: <> (b (c) d)\ne", "<p>a</p>\n<p>e</p>"),
    ('a\n[//]: # "b "c" d"\n> [//]: #\n> e', "<p>a</p>\n<blockquote>\n<p>e</p>\n</blockquote>"),
    ("> a\n[//]: # (b (c) d)\n\ne", "<blockquote>\n<p>a</p>\n</blockquote>\n<p>e</p>"),
    ("a |\n-|\n[//]: # (b)", '<table>\n<thead>\n<tr>\n<th scope="col">a</th>\n</tr>\n</thead>\n</table>'),
    ("[//]: # (b\nc)\n[comment]: # d", ""),
    ("[//]: https://a.example/\n[ink]: #top\n[//] [ink] `[//]: #`",
     '<p><a href="https://a.example/">//</a> <a href="https://w.example.com/14/#top">ink</a> <code>[//]: #</code></p>'),
    ("    [//]: # (a)", "<pre><code>[//]: # (a)\n</code></pre>"),
])
def test_an_address_that_nobody_follows_is_a_comment(text: str, html: str) -> None:
    assert shown(text, Target.FEED) == html
