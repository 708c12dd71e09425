"""What the words of a file's name are worth as a title."""

from __future__ import annotations

import pytest

from pipeline.issues.reading.names import (
    is_bare,
    is_word,
    outdoes_word,
    parted,
    says_no_more,
    words_behind_day,
    written_name,
)


@pytest.mark.parametrize(("name", "words"), [
    ("2024-03-24 On paper", "On paper"), ("2024-03-24「纸」", "「纸」"), ("2024-03-24 on-ink 墨", "on-ink 墨"),
    ("2024-03-24-墨水-纸", "墨水-纸"), ("2024-03-24-墨水_与-纸", "墨水 与 纸"),
    ("2024-03-24-On-Paper", ""), ("2024-03-24 on_paper", ""), ("2024-03-24 周刊", ""), ("2024-03-24 周日", ""),
    ("2024-13-24 On paper", ""), ("2024-03-24", ""), ("On paper", "")])
def test_words_behind_a_day_are_those_that_somebody_wrote(name: str, words: str) -> None:
    assert words_behind_day(name) == words


@pytest.mark.parametrize("name", ["产品周刊-第4期：Ink", "Ink and paper", "weekly note", "墨水", "墨水_与-纸"])
def test_name_in_words_is_written(name: str) -> None:
    assert written_name(name) == name


@pytest.mark.parametrize("name", [
    "Ink", "X-ray", "on_paper-and-ink", "2024 03", "Mar 2024", "周刊", "墨水周报", "无标题 2", "Untitled 3", "新建文档",
])
def test_name_that_says_nothing_is_not_written(name: str) -> None:
    assert written_name(name) == ""


@pytest.mark.parametrize(("name", "words"), [
    ("On-Paper-and-Ink", "On Paper and Ink"), ("On-Paper-Ink", ""), ("On-paper-and-ink", ""), ("on-paper-and-ink", ""),
    ("On Paper-and-Ink-x", ""), ("墨-On-Paper-Ink", "")])
def test_words_of_a_title_are_parted_where_several_begin_with_a_capital(name: str, words: str) -> None:
    assert parted(name) == words


@pytest.mark.parametrize(("name", "is_one"), [
    ("Ink", True), ("BookFair2024", True), ("墨水", False), ("On paper", False), ("on-paper", False), ("", False)])
def test_latin_word_is_told_from_others(name: str, is_one: bool) -> None:
    assert is_word(name) is is_one


@pytest.mark.parametrize(("heading", "does"), [("On paper", True), ("墨水", True), ("墨水周刊", False), ("Ink", False)])
def test_heading_says_more_than_a_latin_word(heading: str, does: bool) -> None:
    assert outdoes_word(heading) is does


@pytest.mark.parametrize(("title", "name", "says_nothing"), [
    ("14", "14", True), ("on-paper", "14-on-paper", True), ("issue-14", "issue-14", True), ("24.3.", "x", True),
    ("untitled", "14-untitled", True), ("第14期", "第14期", False), ("Issue 14", "Issue 14", False),
    ("Ink14", "x", False), ("Ink", "ink", False)])
def test_title_is_bare_where_it_is_but_the_name_of_a_file(title: str, name: str, says_nothing: bool) -> None:
    assert is_bare(title, name) is says_nothing


@pytest.mark.parametrize(("name", "is_so"), [
    ("2024-03-24", True), ("14", True), ("issue-14", True), ("weekly14", True), ("14-x", False), ("On paper", False)])
def test_name_says_no_more_than_a_day_or_a_number(name: str, is_so: bool) -> None:
    assert says_no_more(name) is is_so
