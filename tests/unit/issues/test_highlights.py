"""Words between two `=` are marked; what compares or draws a line is text."""

from __future__ import annotations

import pytest

from tests.unit.issues.rendered import line


@pytest.mark.parametrize(("text", "html"), [
    ("这是==重点==内容", "这是<mark>重点</mark>内容"),
    ("==a *b*==.", "<mark>a <em>b</em></mark>."),
    ("x ==a=b== y", "x <mark>a=b</mark> y"),
    ("**==a==**", "<strong><mark>a</mark></strong>"),
    ("a==b and c==d", "a==b and c==d"),
    ("a == b and c == d", "a == b and c == d"),
    ("====", "===="),
    ("==a", "==a"),
    ("==a==b", "==a==b"),
    ("`==a==`", "<code>==a==</code>"),
    ("==https://a.example/b==c", '==<a href="https://a.example/b==c">https://a.example/b==c</a>'),
    ("==https://a.example/b==", '<mark><a href="https://a.example/b">https://a.example/b</a></mark>'),
    ("https://a.example/?b==c==", '<a href="https://a.example/?b==c==">https://a.example/?b==c==</a>'),
])
def test_marked_words_are_marked(text: str, html: str) -> None:
    assert line(text) == html


@pytest.mark.parametrize(("text", "html"), [
    ("纸是{++白++}的", "纸是<ins>白</ins>的"),
    ("{--a *b*--} {==c==}, {++`d`++}", "<del>a <em>b</em></del> <mark>c</mark>, <ins><code>d</code></ins>"),
    ("**{++a++}** {++b\nc++}", "<strong><ins>a</ins></strong> <ins>b\nc</ins>"),
    ("{{-- a --}} {++a} {+a+} {++++}", "{{-- a --}} {++a} {+a+} {++++}"),
    ("{++https://a.example/b++}c", '<ins><a href="https://a.example/b">https://a.example/b</a></ins>c'),
    ("`{++a++}`", "<code>{++a++}</code>"),
    ("纸{~~黑~>**白**~~}的", "纸<del>黑</del><ins><strong>白</strong></ins>的"),
    ("{==a==}{>>is that so?<<} b {>>2 << 3\nis 24<<}c", "<mark>a</mark> b c"),
    ("{>>a {>>> <} `{>>b<<}` {~~a~~}", "{&gt;&gt;a {&gt;&gt;&gt; &lt;} <code>{&gt;&gt;b&lt;&lt;}</code> {<s>a</s>}"),
    ("{~~a~>~~}", "{<s>a~&gt;</s>}"),
])
def test_edits_of_criticmarkup_are_shown_as_such(text: str, html: str) -> None:
    assert line(text) == html
