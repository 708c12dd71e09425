"""The short way to the ends of a link leads to the same places as the library's."""

from __future__ import annotations

import random
from urllib.parse import unquote

import pytest
from markdown_it import MarkdownIt, helpers

from pipeline.issues.markdown.parser import markdown_parser

PIECES = [
    "a", "b/", "中", ".", "(", ")", "\\", "&", "&amp;", ";", "<", ">", " ", "\n", "\t", "\x7f", "#", "[", "]", "](",
    "[中](", "![", "`", "$", "^", "*", "**", "_", "~~", "<b>", "</b>", ":", "http://a.b/", "![图](a b.png)", " \"t\"",
    "[^1]"]


@pytest.fixture(scope="module")
def library() -> MarkdownIt:
    """Our parser with the library's own helpers."""
    parser = markdown_parser.__wrapped__()
    parser.helpers = helpers
    return parser


@pytest.mark.parametrize(("text", "shown"), [
    ("[https://example.com/a](《墨水手册》)", '<a href="https://example.com/a">《墨水手册》</a>'),
    ("见 [HTTPS://example.com/a?b=1](Nine kinds of ink & soot).",
     '见 <a href="HTTPS://example.com/a?b=1">Nine kinds of ink &amp; soot</a>.'),
    ("[https://example.com/a](ink.md)", '<a href="ink.md">https://example.com/a</a>'),
    ("[https://example.com/a](#ink)", '<a href="#ink">https://example.com/a</a>'),
    ("[https://example.com/a](url)", '<a href="url">https://example.com/a</a>'),
    ("[https://example.com/a](14)", '<a href="14">https://example.com/a</a>'),
    ("![https://example.com/a](ink)", '<img src="ink" alt="https://example.com/a">'),
    ("`[https://example.com/a](ink)`", "<code>[https://example.com/a](ink)</code>"),
])
def test_words_and_address_in_each_others_place_are_put_right(text: str, shown: str) -> None:
    assert markdown_parser().renderInline(text).replace(" />", ">") == shown


@pytest.mark.parametrize(("text", "shown"), [
    ("[纸](https://example.com/a）。", '<a href="https://example.com/a">纸</a>。'),
    ("[纸]( https://example.com/a）[*墨*]（https://example.com/b）", (
        '<a href="https://example.com/a">纸</a><a href="https://example.com/b"><em>墨</em></a>')),
    ("[纸]（https://example.com/a) [墨](b)", '<a href="https://example.com/a">纸</a> <a href="b">墨</a>'),
    ("[纸](https://example.com/（a）)", '<a href="https://example.com/（a）">纸</a>'),
    ("[纸]（墨）", "[纸]（墨）"), ("`[纸](https://example.com/a）`", "<code>[纸](https://example.com/a）</code>"),
])
def test_an_address_may_stand_between_the_brackets_of_chinese_keyboards(text: str, shown: str) -> None:
    assert unquote(markdown_parser().renderInline(text)) == shown


@pytest.mark.parametrize(("text", "shown"), [
    ("[*Ink*] (https://example.com/a), b", '<a href="https://example.com/a"><em>Ink</em></a>, b'),
    ("- [纸] (HTTPS://example.com/a)。", '- <a href="HTTPS://example.com/a">纸</a>。'),
    ("[1] (https://example.com/a) [x] (https://example.com/b)",
     ('[1] (<a href="https://example.com/a">https://example.com/a</a>) '
      '[x] (<a href="https://example.com/b">https://example.com/b</a>)')),
    ("a[^1] (https://example.com/b)", 'a[^1] (<a href="https://example.com/b">https://example.com/b</a>)'),
    ("[Ink] (a) `[Ink] (https://example.com/a)`", "[Ink] (a) <code>[Ink] (https://example.com/a)</code>"),
])
def test_an_address_in_brackets_behind_a_space_belongs_to_the_words_before(text: str, shown: str) -> None:
    assert markdown_parser().renderInline(text) == shown


@pytest.mark.parametrize("text", [
    '[*Ink*]([https://example.com/a](https://example.com/b "Ink"))', "[*Ink*](<[example.com](https://example.com/b)>)",
    "[*Ink*]([https://example.com/b](https://example.com/b))", "[*Ink*]([https://example.com/b])",
    "[[*Ink*](https://example.com/a)](https://example.com/b)",
])
def test_a_link_in_the_place_of_an_address_or_of_words_leads_where_one_does(text: str) -> None:
    assert markdown_parser().renderInline(f"{text}, c (d)") == (
        '<a href="https://example.com/b"><em>Ink</em></a>, c (d)')


@pytest.mark.parametrize(("text", "shown"), [
    ("[a](https://example.com/a) b", '<a href="https://example.com/a">a</a> b'),
    ("[a](b.png \"c\")", '<a href="b.png" title="c">a</a>'),
    ("[甲](北京_(城市))", '<a href="北京_(城市)">甲</a>'),
    ("[a](b&amp;c)", '<a href="b&amp;c">a</a>'),
    ("[a](b\\)c)", '<a href="b)c">a</a>'),
    ("[a](<b c>)", '<a href="b c">a</a>'),
    ("[a `]` b](c)", '<a href="c">a <code>]</code> b</a>'),
    ("[a \\] b](c)", '<a href="c">a ] b</a>'),
    ("[a [b](c)](d)", '[a <a href="c">b</a>](d)'),
    ("[**a**](b)", '<a href="b"><strong>a</strong></a>'),
])
def test_a_link_ends_where_it_does(text: str, shown: str, library: MarkdownIt) -> None:
    assert markdown_parser().renderInline(text) == library.renderInline(text)
    assert unquote(markdown_parser().renderInline(text)) == shown


def test_any_text_of_links_is_the_librarys(library: MarkdownIt) -> None:
    chance = random.Random(8)
    for _ in range(3_000):
        text = "[" + "".join(chance.choices(PIECES, k=chance.randrange(1, 14)))

        assert markdown_parser().render(text) == library.render(text), text
