"""What lies behind a limit is shown as typed, and no word is lost. How work grows, `test_hostile_sizes` measures."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipeline.issues.document import Target, html, parse, words
from pipeline.issues.markdown import patience

HOSTILE: dict[str, Callable[[int], str]] = {
    "quotes on one line": lambda n: ">" * n,
    "quotes on every line": lambda n: (">" * 200 + "b\n") * (n // 202),
    "open pictures": lambda n: "![" * (n // 2) + "]",
    "open brackets": lambda n: "[" * (n // 2) + "]" * (n // 2),
    "strong everywhere": lambda n: "a**b" * (n // 4),
    "notes in notes": lambda n: "^[a" * (n // 3) + "]" * (n // 10),
    "a wide table": lambda n: "|" + "a|" * (n // 5) + "\n|" + "-|" * (n // 5) + "\n|" + "b|" * (n // 5),
    "short rows below a wide head": lambda n: "|" + "a|" * 500 + "\n|" + "-|" * 500 + "\n" + "|x|\n" * (n // 4),
    "a long address repeated": lambda n: "[a]: https://example.com/" + "x" * 1000 + "\n\n" + "[a] " * (n // 4),
    "a long address repeated in HTML": lambda n: (
        "<div>" + "**b** [a] <i>x</i>" * (n // 40) + "\n</div>\n\n[a]: https://example.com/" + "x" * (n // 2)),
    "emphasis within emphasis in HTML": lambda n: "<div>" + "**a *" * (n // 5) + "b* a** " * (n // 7),
    "many items": lambda n: "- b\n" * (n // 4),
    "emphasis within emphasis": lambda n: "*a " * (n // 3) + "b* " * (n // 3),
    "tags": lambda n: "<i>b" * (n // 4),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_stays_small_and_loses_no_word(name: str) -> None:
    text = HOSTILE[name](100_000)

    document = parse(text)
    shown = html(document, Target.MAIL, page_url="https://example.com/", resolve=lambda path: path)

    assert len(shown) < 4_000_000
    assert words(document).count("b") == text.count("b")


def test_a_limit_is_named_once_with_its_line_and_what_is_behind_it_is_shown_as_typed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(patience, "MAX_MARKS", 5)

    document = parse("*a* b\n\n**c** [d](https://example.com/)\n\ne", path="14-x.md")

    assert document.clean == (
        "<p><em>a</em> b</p>\n<p>**c** [d](https://example.com/)</p>\n<p>e</p>\n")
    assert [str(found).partition(": make")[0] for found in document.findings] == [
        "14-x.md:3: more than 5 marks: marks are shown as typed from here on"]


def test_a_paragraph_of_open_brackets_is_shown_as_typed_and_the_next_one_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(patience, "MAX_SEARCHED_CHARS", 50)

    document = parse("[a [b [c [d *e*] *f*\n\n[x] *g* [")

    assert document.clean == "<p>[a [b [c [d *e*] *f*</p>\n<p>[x] <em>g</em> [</p>\n"
    assert [str(found).partition(": make")[0] for found in document.findings] == [
        "1: more open brackets than can be followed: marks are shown as typed from here on"]


def test_quotes_among_hundreds_of_lines_end_where_the_library_ends_them(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "> # a\nb\n> - c\nd\n> -\ne\n> >\nf\n> g\n>     # h\ni\n> ```\n> # j\nk\n> ***\nl\n" * 20
    ours = parse(text).clean
    monkeypatch.setattr(patience, "MAX_QUOTED_LINES", 10_000)

    assert ours == parse(text).clean
    assert ours.count("<blockquote>") > 100


def test_blocks_beyond_the_limit_are_one_paragraph_with_its_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "MAX_BLOCKS", 8)

    document = parse("- a\n- b\n- c\n\n> d\n\n# e\n", breaks="hard")

    assert words(document).split() == ["a", "b", "-", "c", ">", "d", "#", "e"]
    assert [found.message.partition(":")[0] for found in document.findings] == ["more than 8 blocks"]


@pytest.mark.parametrize("text", ["> a\n> b\n>", "> a\n> b\n> ", "- a\n  > b\n  >", "> - a\n>   b\n>"])
def test_quote_may_be_the_very_end_of_a_text(text: str) -> None:
    assert words(parse(text)).split() == ["a", "b"]


def test_marks_too_deep_within_each_other_are_shown_as_typed() -> None:
    document = parse("*a " * 61 + "b* " * 61 + "\n\n" + "*a " * 60 + "b* " * 60)

    deep, shallow = document.clean.splitlines()
    assert (deep.count("<em>"), deep.count("*"), shallow.count("<em>")) == (0, 122, 60)
    assert [(found.rule, found.line) for found in document.findings] == [("markup-limit", 1)]


@pytest.mark.parametrize("limit", ["MAX_COLUMNS", "MAX_CELLS"])
def test_a_table_beyond_the_limits_stays_as_typed(monkeypatch: pytest.MonkeyPatch, limit: str) -> None:
    text = "a\n\n| 1 | 2 | 3 |\n|--|--|--|\n| 4 | 5 | 6 |\n\nb"
    assert "<td>6</td>" in parse(text).clean

    monkeypatch.setattr(patience, limit, 2)
    document = parse(text)

    assert words(document).split() == list("a|1|2|3|") + ["|--|--|--|"] + list("|4|5|6|b")
    assert [(found.rule, found.line) for found in document.findings] == [("markup-limit", 3)]


def test_very_many_lines_as_typed_are_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "MAX_MARKS", 2)
    monkeypatch.setattr(patience, "MAX_TYPED_LINES", 3)

    assert parse("a\nb\nc\nd", breaks="hard").clean == "<p>a b c d</p>\n"
    assert parse("a\nb\nc\n", breaks="soft").clean == "<p>a\nb\nc</p>\n"


def test_marks_of_raw_html_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "MAX_MARKS", 8)

    assert parse("<div><p>a</p></div>\n\n*b*").clean == "<div><p>a</p></div>\n<p>*b*</p>\n"
