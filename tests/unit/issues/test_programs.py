"""Lines that only a site generator runs, such as conditions and loops, are left out and reported."""

from __future__ import annotations

import pytest

from pipeline.checking.examine import Specimen, examine_specimen
from pipeline.issues.document import parse


@pytest.mark.parametrize(("text", "html"), [
    ("a\n{% if b %}\nc\n{%- else -%}\nd\n{% endif %}", "<p>a</p>\n<p>c</p>\n<p>d</p>"),
    ("a\n{% for b in c %}\n{% for d in e %}\n{{ d }}\n{% endfor %}\n\nf\n{% endfor %}\ng", "<p>a</p>\n<p>g</p>"),
    ("{% for b in c %}{% endfor %}", ""), ('{% set b = "c" %}\n{% include "d.njk" %}', ""),
    ("{% for b in c %}\n\nd\n\ne", "<p>d</p>\n<p>e</p>"),
    ('<ul>\n{% for b in c %}\n  {% assign d = b.e | date: "%Y" %}\n  <li>{{ d }}</li>\n{% endfor %}\n<li>f</li>\n</ul>',
     "<ul>\n<li>f</li>\n</ul>"),
])
def test_a_program_is_left_out_and_what_a_loop_repeats(text: str, html: str) -> None:
    assert parse(text).clean.rstrip("\n") == html


@pytest.mark.parametrize(("text", "html"), [
    ("{% if a %} is a condition", "<p>{% if a %} is a condition</p>"),
    ("{% if a %}b{% endif %}", "<p>{% if a %}b{% endif %}</p>"),
    ("```\n{% if a %}\n```", "<pre><code>{% if a %}\n</code></pre>"),
    ("{% raw %}\n{% if a %}\nb\n{% endif %}\n{% endraw %}", "<p>\n{% if a %}\nb\n{% endif %}\n</p>"),
    ("    {% if a %}", "<pre><code>{% if a %}\n</code></pre>"),
    ("<pre>\n{% if a %}\n</pre>", "<pre>{% if a %}\n</pre>"),
])
def test_who_writes_of_programs_is_shown_as_typed(text: str, html: str) -> None:
    assert parse(text).clean.rstrip("\n") == html


@pytest.mark.parametrize(("text", "html"), [
    ("{% raw %}\na\n\nb {{ c }}\n{% endraw %}", "<p>a</p>\n<p>b {{ c }}</p>"),
    ("{% raw %}\n<div>a</div>\n<script>\nb()\n</script>\n{% endraw %}\n\nc", "<div>a</div>\n\n<p>c</p>"),
    ("{% raw %} begins what is shown as typed", "<p>{% raw %} begins what is shown as typed</p>"),
])
def test_the_marks_around_what_is_shown_as_typed_are_not_on_lines_of_their_own(text: str, html: str) -> None:
    assert parse(text).clean.rstrip("\n") == html


def test_a_program_is_named_once_and_what_it_repeats_is_not() -> None:
    body = ("a\n\n{% for b in c %}\n{% if b.d %}\n{{ b.e }}\n{% endif %}\n{% endfor %}\n\n"
            "<div>\n{% if f %}\ng\n{% endif %}\n</div>")
    specimen = Specimen("14.md", "Title", None, body, 1, "auto", "en")

    found = examine_specimen(specimen, lambda _: True)

    assert [(one.line, one.message) for one in found] == [
        (3, "{% for b in c %} is for a site generator and was left out"),
        (10, "{% if f %} is for a site generator and was left out")]
