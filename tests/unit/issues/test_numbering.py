"""A bullet before a number is no second mark: the list of bullets is the numbered list that it looks like."""

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
    ("- 1. - 1. a\n- 2. b", "<ol>\n<li>\n<ol>\n<li>a</li>\n</ol>\n</li>\n<li>b</li>\n</ol>"),
])
def test_bullets_before_numbers_are_left_out(text: str, html: str) -> None:
    assert shown(text) == html


@pytest.mark.parametrize("text", ["- 1. a\n- b", "- 1. a\n\n  more\n- 2. b", "- 1. a\n  - x\n- 2. b", "- x\n  1. a"])
def test_bullets_that_hold_something_else_stay(text: str) -> None:
    assert shown(text).startswith("<ul>")
