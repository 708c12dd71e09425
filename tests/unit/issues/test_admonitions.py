"""Admonitions of MkDocs and Python-Markdown are alerts, and lose no word."""

from __future__ import annotations

import pytest

from tests.unit.issues.rendered import shown

NOTE = '<blockquote class="alert alert-note">\n<p class="alert-title"><strong>{}</strong></p>\n{}\n</blockquote>'


@pytest.mark.parametrize(("text", "html"), [
    ('!!! info "From outside"\n    By *Mira*.\n\nb', NOTE.format("From outside", "<p>By <em>Mira</em>.</p>") +
     "\n<p>b</p>"),
    ("a\n??? note\n\n    b\n\n    - c", "<p>a</p>\n" + NOTE.format("Note", "<p>b</p>\n<ul>\n<li>c</li>\n</ul>")),
    ('???+ abstract inline end "T"\n\tb', NOTE.format("T", "<p>b</p>")),
    ("!!! custom\n    b", NOTE.format("Note", "<p>b</p>")),
    ('- a\n\n    !!! note "T"\n        b', "<ul>\n<li>\n<p>a</p>\n" + NOTE.format("T", "<p>b</p>") + "\n</li>\n</ul>"),
    ('!!! note "T"\n    ??? note "U"\n        b', NOTE.format("T", NOTE.format("U", "<p>b</p>"))),
    ('!!! note "T"\n    ```\n    b\n    ```', NOTE.format("T", "<pre><code>b\n</code></pre>")),
    ("!!! Wow\nThat was it.", "<p>!!! Wow\nThat was it.</p>"),
    ("!!! note that I am back", "<p>!!! note that I am back</p>"),
    ("!!! danger zone\n    b", "<p>!!! danger zone\nb</p>"),
    ("a\n!!! note that this is good\nb", "<p>a\n!!! note that this is good\nb</p>"),
    ("!!! note\nb", "<p>!!! note\nb</p>"),
    ('!!! note highlight "T"\n    b', NOTE.format("T", "<p>b</p>")),
    ("```\n!!! note\n```", "<pre><code>!!! note\n</code></pre>"),
])
def test_an_admonition_is_an_alert(text: str, html: str) -> None:
    assert shown(text) == html


def test_the_words_of_admonitions_that_lie_too_deep_are_there() -> None:
    found = shown("\n".join("    " * depth + "!!! note" for depth in range(40)) + "\n" + "    " * 40 + "deep")

    assert found.count("alert-title") + found.count("!!! note") == 40
    assert "deep" in found
