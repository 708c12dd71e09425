"""Terms with what is said of each are lists of definitions, and no other line is one."""

from __future__ import annotations

import pytest

from tests.unit.issues.rendered import shown


@pytest.mark.parametrize(("text", "html"), [
    ("Ink\n: dries\n: is *blue*\n\nPaper\n:   is old", (
        "<dl>\n<dt>Ink</dt>\n<dd>dries</dd>\n<dd>is <em>blue</em></dd>\n<dt>Paper</dt>\n<dd>is old</dd>\n</dl>")),
    ("**Ink**\n\n: dries\n\n  slowly\n\nb", (
        "<dl>\n<dt><strong>Ink</strong></dt>\n<dd>\n<p>dries</p>\n<p>slowly</p>\n</dd>\n</dl>\n<p>b</p>")),
    ("Ink\n: dries\nslowly\n: - a", (
        "<dl>\n<dt>Ink</dt>\n<dd>dries\nslowly</dd>\n<dd>\n<ul>\n<li>a</li>\n</ul>\n</dd>\n</dl>")),
    ("- Ink\n  : dries\n- b", "<ul>\n<li>\n<dl>\n<dt>Ink</dt>\n<dd>dries</dd>\n</dl>\n</li>\n<li>b</li>\n</ul>"),
    ("> Ink\n> : dries", "<blockquote>\n<dl>\n<dt>Ink</dt>\n<dd>dries</dd>\n</dl>\n</blockquote>"),
    ("a\n: b\n  : c\n: d", "<dl>\n<dt>a</dt>\n<dd>\n<dl>\n<dt>b</dt>\n<dd>c</dd>\n</dl>\n</dd>\n<dd>d</dd>\n</dl>"),
    ("Ink\n: dries\n\n- b\n  : c", (
        "<dl>\n<dt>Ink</dt>\n<dd>dries</dd>\n</dl>\n"
        "<ul>\n<li>\n<dl>\n<dt>b</dt>\n<dd>c</dd>\n</dl>\n</li>\n</ul>")),
])
def test_lines_behind_a_colon_say_something_of_the_term_above(text: str, html: str) -> None:
    assert shown(text) == html


@pytest.mark.parametrize("text", [
    "We won\n: )", "a\nb\n: c", "Ink\n~ The end ~", ": c", "a\n:b"])
def test_other_lines_are_words(text: str) -> None:
    assert shown(text) == f"<p>{text}</p>"


def test_no_depth_is_too_deep() -> None:
    text = "\n".join(f"{'  ' * depth}{': ' if depth else ''}w{depth}" for depth in range(300))

    assert all(f"w{depth}" in shown(text) for depth in (0, 150, 299))
