"""Links by a name: with a definition they lead there, without one readers see their words."""

from __future__ import annotations

import pytest

from tests.unit.issues.rendered import line


@pytest.mark.parametrize(("text", "html"), [
    ("See [the *handbook*][handbook].", "See the <em>handbook</em>."),
    ("[RFC 9110][] says\nso", "RFC 9110 says\nso"),
    ("见[这本 手册][manual]，[`ink`][ink docs]，[论文][Smith2020]", "见这本 手册，<code>ink</code>，论文"),
    ("[新闻][科技] [AI][开源] [INFO][main] [Smith 2020][Jones 2021]",
     "[新闻][科技] [AI][开源] [INFO][main] [Smith 2020][Jones 2021]"),
    ("[PATCH][AArch64] a [patch v2, 1/3][GCC-14] b [RFC PATCH][stage 1] c [RFC 9110][rfc9110] [patch notes][notes-1]",
     "[PATCH][AArch64] a [patch v2, 1/3][GCC-14] b [RFC PATCH][stage 1] c RFC 9110 patch notes"),
    ("[ ][todo list] Map [String][Array] [the data][items]\\[0]",
     "[ ][todo list] Map [String][Array] [the data][items][0]"),
    ("3383513: [riscv64][register-alloc] Fix it", "3383513: [riscv64][register-alloc] Fix it"),
    ("[the\nhandbook][hand\nbook]", "the\nhandbook"),
    ("[sic], a[first][second], [A-Z][a-z]+, [1][2], [x][]", "[sic], a[first][second], [A-Z][a-z]+, [1][2], [x][]"),
    ("\\[the words][handbook] and `[the words][handbook]`",
     "[the words][handbook] and <code>[the words][handbook]</code>"),
])
def test_words_of_a_link_that_nothing_defines_stand_alone(text: str, html: str) -> None:
    assert line(text) == html


@pytest.mark.parametrize("words", ["[breaking][libra-framework]  Refactor", "Fix [the ink][ink docs]"])
def test_brackets_in_the_words_of_a_link_are_shown(words: str) -> None:
    found = line(f"PR: [{words}](https://example.com/1) by [Mira](https://example.com/2)\n\n[x]: https://example.com/")

    assert found == (f'PR: <a href="https://example.com/1">{words}</a> by <a href="https://example.com/2">Mira</a>')


def test_two_tags_are_no_link_but_where_other_links_go_by_names() -> None:
    found = line("[riscv64][register-alloc] and [ink]\n\n[ink]: https://example.com/")

    assert found == 'riscv64 and <a href="https://example.com/">ink</a>'


def test_a_link_that_is_defined_leads_there() -> None:
    found = line("[the words][Hand  Book]\n\n[hand book]: https://example.com/")

    assert '<a href="https://example.com/">the words</a>' in found


@pytest.mark.parametrize(("text", "html"), [
    ("[the *ink*][https://example.com/a?b=1&c=2]", '<a href="https://example.com/a?b=1&amp;c=2">the <em>ink</em></a>'),
    ("见[原文][ http://example.com/纸 ]。", '见<a href="http://example.com/%E7%BA%B8">原文</a>。'),
    ("[www.example.org][https://example.com/]", '<a href="https://example.com/">www.example.org</a>'),
    ("[the print][WWW.example.org/a]", '<a href="https://WWW.example.org/a">the print</a>'),
    ("[a][javascript:alert(1)]", "[a][javascript:alert(1)]"),
])
def test_an_address_where_a_name_belongs_is_led_to(text: str, html: str) -> None:
    assert line(text) == html


def test_an_address_that_is_defined_is_a_name() -> None:
    found = line("[a][https://example.com]\n\n[https://example.com]: https://example.org/")

    assert found == '<a href="https://example.org/">a</a>'
