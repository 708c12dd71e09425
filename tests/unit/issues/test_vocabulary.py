"""The language of an issue decides which way its text runs, everywhere it is shown."""

from __future__ import annotations

import pytest

from pipeline.issues.document import Target
from pipeline.issues.html.vocabulary import direction
from tests.unit.issues.rendered import shown


@pytest.mark.parametrize(("language", "way"), [
    ("en", "ltr"), ("zh-Hans", "ltr"), ("ar-EG", "rtl"), ("HE", "rtl"), ("fa_IR", "rtl"), ("", "ltr"),
    ("az-Arab", "rtl"), ("ar-Latn", "ltr"),
])
def test_direction_follows_the_script(language: str, way: str) -> None:
    assert direction(language) == way


def test_a_feed_says_itself_which_way_its_text_runs() -> None:
    assert shown("שלום", Target.FEED, language="he") == '<div dir="rtl">\n<p>שלום</p>\n</div>'
    assert shown("שלום", Target.FEED, language="en") == "<p>שלום</p>"


def test_code_runs_from_left_to_right_in_every_language_and_heads_of_columns_begin_where_lines_do() -> None:
    text = "`f(x)`\n\n```\ng(x)\n```\n\n|a|\n|-|"

    assert shown(text, language="ar") == (
        '<p><code dir="ltr">f(x)</code></p>\n<pre dir="ltr"><code dir="ltr">g(x)\n</code></pre>\n'
        '<table>\n<thead>\n<tr>\n<th scope="col" align="right">a</th>\n</tr>\n</thead>\n</table>')
    assert 'dir="ltr"' in shown(text, Target.WEB, language="ar")
    assert "dir=" not in shown(text, language="zh-Hans")
    assert '<th align="left">' in shown("<table><tr><th>a</th></tr></table>")


def test_an_address_that_is_shown_runs_from_left_to_right_among_words_that_do_not() -> None:
    text = "في https://a.example/b/ و[كلمة](https://a.example/)"

    assert shown(text, language="ar") == (
        '<p>في <a dir="ltr" href="https://a.example/b/">https://a.example/b/</a> '
        'و<a href="https://a.example/">كلمة</a></p>')
    assert "dir=" not in shown(text, language="en")
