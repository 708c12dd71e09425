"""Links by a name: with a definition they lead there, without one readers see their words."""

from __future__ import annotations

import pytest

from tests.unit.issues.rendered import line


@pytest.mark.parametrize(("text", "html"), [
    ("See [the *handbook*][handbook].", "See the <em>handbook</em>."),
    ("[RFC 9110][] says\nso", "RFC 9110 says\nso"),
    ("见[手册][参考手册]，[`ink`][ink docs]", "见手册，<code>ink</code>"),
    ("[the\nhandbook][hand\nbook]", "the\nhandbook"),
    ("[sic], a[first][second], [A-Z][a-z]+, [1][2], [x][]", "[sic], a[first][second], [A-Z][a-z]+, [1][2], [x][]"),
    ("\\[the words][handbook] and `[the words][handbook]`",
     "[the words][handbook] and <code>[the words][handbook]</code>"),
])
def test_words_of_a_link_that_nothing_defines_stand_alone(text: str, html: str) -> None:
    assert line(text) == html


def test_a_link_that_is_defined_leads_there() -> None:
    found = line("[the words][Hand  Book]\n\n[hand book]: https://example.com/")

    assert '<a href="https://example.com/">the words</a>' in found
