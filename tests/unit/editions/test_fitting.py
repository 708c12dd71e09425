"""Keeping a mail whole: what goes first, where it is cut, and what always stays."""

from __future__ import annotations

import re

import pytest

from pipeline.editions.blocks import Block, beginning, length, split_blocks, strip_decoration
from pipeline.editions.fitting import Excerpt, fit

SECTION = "<h2>{0}</h2><p>" + "x" * 300 + "</p>"


def dress(excerpt: Excerpt) -> str:
    """A shell of its own: an ending, and the headings that were left out."""
    rest = "" if excerpt.rest is None else f"[{','.join(excerpt.rest)}]"
    return f"{'compact ' if excerpt.compact else ''}{excerpt.html}{rest}."


def test_a_small_mail_stays_as_it_is() -> None:
    assert fit('<p title="t">a</p>', dress, limit=100) == '<p title="t">a</p>.'


def test_a_large_mail_loses_its_decoration_first() -> None:
    code = '<pre><code><span style="color:#123456">x</span></code></pre><a href="/" title="t">y</a>'

    assert fit(code, dress, limit=90) == 'compact <pre><code>x</code></pre><a href="/">y</a>.'


def test_a_mail_too_large_is_cut_at_a_heading_and_names_the_rest() -> None:
    fragment = "".join(SECTION.format(name) for name in "ABCDE")

    assert fit(fragment, dress, limit=900) == (
        "compact " + "".join(SECTION.format(name) for name in "AB") + "[C,D,E].")


@pytest.mark.parametrize(("small", "named"), [(5, "BxxxxxCxxxxxDxxxxxExxxxx"), (6, "BCDE")])
def test_a_rest_of_many_headings_is_named_by_the_larger_ones(small: int, named: str) -> None:
    fragment = "".join(f"<h2>{name}</h2>{'<h4>x</h4>' * small}<p>{name * 2000}</p>" for name in "ABCDE")

    mail = fit(fragment, dress, limit=4000)

    assert mail.rpartition("[")[2].replace(",", "") == f"{named}]."


def test_the_largest_headings_of_a_rest_are_all_named() -> None:
    fragment = "<p>" + "a" * 500 + "</p>" + "<h2>B</h2>" * 30 + "<h3>c</h3>"

    assert fit(fragment, dress, limit=520).count("B") == 30


def test_a_heading_near_the_top_does_not_throw_away_half_of_the_mail() -> None:
    fragment = "<h2>A</h2><p>a</p><h2>B</h2>" + "<p>b</p>" * 200

    mail = fit(fragment, dress, limit=1000)

    assert mail.startswith("compact <h2>A</h2><p>a</p><h2>B</h2><p>b</p>")
    assert mail.endswith("<p>b</p>[].")
    assert 900 < len(mail) <= 1000


def test_a_heading_that_is_longer_in_the_list_of_the_rest_does_not_make_the_mail_too_large() -> None:
    def listing(excerpt: Excerpt) -> str:
        return excerpt.html + "".join(f'<a href="https://example.com/14/#{name}">' for name in excerpt.rest or ())

    fragment = "<h2>B</h2>" + "<p>b</p>" * 6 + "<p>" + "c" * 60 + "</p><h2>D</h2>" + "<p>b</p>" * 3 + "<p>ddddd</p>"

    assert fit(fragment, listing, limit=156) == (
        "<h2>B</h2>" + "<p>b</p>" * 6 + '<a href="https://example.com/14/#D">')


def test_one_block_larger_than_a_mail_is_shortened_and_not_dropped() -> None:
    mail = fit("<ol>" + "<li>item</li>" * 500 + "</ol>", dress, limit=1000)

    assert re.sub("(<li>item</li>)+", "…", mail) == "compact <ol>…</ol>[]."
    assert 900 < len(mail) <= 1000


@pytest.mark.parametrize("words", [1, 7, 90])
def test_the_largest_mail_is_found_in_few_tries(words: int) -> None:
    tries: list[str] = []

    def styled(excerpt: Excerpt) -> str:
        tries.append(excerpt.html.replace("<p>", '<p style="margin:0 0 12px">'))
        return tries[-1] + dress(Excerpt("", excerpt.rest))

    mail = fit(f"<p>{'word ' * words}</p>" * 9000, styled, limit=90_000)

    one_more = len(mail) + len(f'<p style="margin:0 0 12px">{"word " * words}</p>')
    assert len(mail) <= 90_000 < one_more
    assert len(tries) <= 9                    # halving would take 15


def test_nothing_at_all_fits_beside_a_shell_that_fills_the_mail() -> None:
    assert fit("<p>" + "x" * 50 + "</p>", lambda excerpt: dress(excerpt) + "s" * 80, limit=95) == (
        "compact []." + "s" * 80)


def test_a_fragment_is_its_blocks_and_the_text_between_them() -> None:
    assert split_blocks("<h2>A <b>b</b>\n c</h2> &amp; <p>d</p>") == [
        Block("<h2>A <b>b</b>\n c</h2>", "A b c", 2), Block(" &amp; ", ""), Block("<p>d</p>", "")]


@pytest.mark.parametrize(("characters", "kept"), [
    (9, "<ul></ul>"), (13, "<ul><li></li></ul>"), (14, "<ul><li>a…</li></ul>"), (16, "<ul><li>abc</li></ul>"),
    (20, "<ul><li>abc</li><li></li></ul>"), (22, "<ul><li>abc</li><li>de</li></ul>"),
    (36, '<ul><li>abc</li><li>de<img src="i">…</li></ul>'),
    (99, '<ul><li>abc</li><li>de<img src="i"> fg</li></ul>'),
])
def test_the_beginning_of_a_block_is_closed_and_says_that_it_was_cut(characters: int, kept: str) -> None:
    block = Block('<ul><li>abc</li><li>de<img src="i"> fg</li></ul>', "")

    assert beginning(block, characters) == kept


def test_the_beginning_of_full_length_is_the_block() -> None:
    block = Block("<blockquote><p>a &amp; b</p>c</blockquote>", "")

    assert beginning(block, length(block)) == block.html


def test_a_deep_block_keeps_its_words() -> None:
    deep = "<blockquote>" * 300 + "<p>words</p>" + "</blockquote>" * 300

    assert [block.html for block in split_blocks(deep)] == [deep]


def test_decoration_is_taken_off_without_a_word() -> None:
    decorated = 'a <b title="x">b</b><pre>c<span style="color:red"> d</span></pre>'

    assert strip_decoration(decorated) == "a <b>b</b><pre>c d</pre>"
