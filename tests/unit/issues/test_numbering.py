"""A mark before another is no second one: a list of bullets is the numbered list that it looks like."""

from __future__ import annotations

import pytest

from tests.unit.issues.rendered import shown


@pytest.mark.parametrize(("text", "html"), [
    ("- 1. a\n- 2. b", "<ol>\n<li>a</li>\n<li>b</li>\n</ol>"),
    ("- 3. a\n- 4. b", '<ol start="3">\n<li>a</li>\n<li>b</li>\n</ol>'),
    ("- 1. a\n- 3. c\n- 4. d", '<ol>\n<li>a</li>\n<li value="3">c</li>\n<li>d</li>\n</ol>'),
    ("- 1. a\n- 1. b", '<ol>\n<li>a</li>\n<li value="1">b</li>\n</ol>'),
    ("* 1) a\n  2) b\n* 3) c", "<ol>\n<li>a</li>\n<li>b</li>\n<li>c</li>\n</ol>"),
    ("- 1. a\n     - x\n- 2. b", "<ol>\n<li>a\n<ul>\n<li>x</li>\n</ul>\n</li>\n<li>b</li>\n</ol>"),
    ("- x\n  - 1. a\n  - 2. b", "<ul>\n<li>x\n<ol>\n<li>a</li>\n<li>b</li>\n</ol>\n</li>\n</ul>"),
    ("1. 1. a\n2. 2. b", "<ol>\n<li>a</li>\n<li>b</li>\n</ol>"),
    ("4. 4. a\n5. 5. b", '<ol start="4">\n<li>a</li>\n<li>b</li>\n</ol>'),
    ("* • a *b*\n* •**c**\n* d\n  - · e", ("<ul>\n<li>a <em>b</em></li>\n<li><strong>c</strong></li>\n<li>d\n<ul>\n"
                                             "<li>e</li>\n</ul>\n</li>\n</ul>")),
    ("- ▪\ufe0f a", "<ul>\n<li>a</li>\n</ul>"),
    ("- 1. - 1. a\n- 2. b", "<ol>\n<li>\n<ol>\n<li>a</li>\n</ol>\n</li>\n<li>b</li>\n</ol>"),
])
def test_bullets_before_numbers_are_left_out(text: str, html: str) -> None:
    assert shown(text) == html


@pytest.mark.parametrize("text", ["- 1. a\n- b", "- 1. a\n\n  more\n- 2. b", "- 1. a\n  - x\n- 2. b", "- x\n  1. a"])
def test_bullets_that_hold_something_else_stay(text: str) -> None:
    assert shown(text).startswith("<ul>")


@pytest.mark.parametrize("text", ["1. 2. a\n2. 3. b", "1. 1. a\n2. b", "1. 1. a\n2. 1. b"])
def test_numbers_that_are_not_those_of_their_items_stay_in_lists_of_their_own(text: str) -> None:
    assert shown(text).count("<ol") > 1


def test_what_is_but_a_bullet_or_begins_with_another_mark_stays() -> None:
    assert shown("- •\n- ·a\n- a • b") == "<ul>\n<li>•</li>\n<li>·a</li>\n<li>a • b</li>\n</ul>"


@pytest.mark.parametrize("words", [
    ("●●●○○ Ink", "●●○○○ Paper"), ("● dry", "○ wet"), ("■ ink", "▪ paper"), ("▪▪ a", "a"),
])
def test_bullets_that_say_something_stay(words: tuple[str, str]) -> None:
    assert shown("\n".join(f"- {one}" for one in words)) == "<ul>\n<li>{}</li>\n<li>{}</li>\n</ul>".format(*words)
