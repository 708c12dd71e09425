"""Number and title as readers are shown them."""

from __future__ import annotations

from datetime import date

import pytest

from pipeline.issues.reading.headline import told_apart, unsaid_number


@pytest.mark.parametrize(("title", "number"), [
    ("第 14 期", None), ("Ink Weekly #14", None), ("14", None), ("14 / On paper", None), ("014: On paper", None),
    ("14 - On paper", None), ("Day 14：墨水", None), ("墨水日报 0014 —— 纸", None), ("Ink News 014", None),
    ("issue-14", None), ("墨水·14（纸）", None),
    ("On paper", 14), ("14 pens that write", 14), ("Ink 2.14", 14), ("Ink 14.2: paper", 14), ("2026-10-14", 14),
    ("2026-14-10", 14), ("Ink of 14:30", 14), ("Ink 114", 14)])
def test_a_number_is_shown_beside_a_title_that_does_not_say_it(title: str, number: int | None) -> None:
    assert unsaid_number(14, title) == number


@pytest.mark.parametrize(("title", "name", "number", "shown"), [
    ("Ink Weekly", "issue-14", 14, "Ink Weekly #14"), ("INK weekly", "14", 14, "Ink Weekly #14"),
    ("Ink Weekly", "2024-03-24", None, "Ink Weekly 2024-03-24"),
    ("issue-014", "issue-014", 14, "Ink Weekly #14"), ("14", "14", 14, "Ink Weekly #14"),
    ("On paper", "14", 14, "On paper"), ("Issue 14", "14", 14, "Issue 14"), ("14", "14-15", 14, "14"),
    ("ink-14-paper", "ink-14-paper", 14, "ink-14-paper"),
    ("2024-03-24", "2024-03-24", None, "Ink Weekly 2024-03-24"), ("2024-03", "2024-03", None, "Ink Weekly 2024-03"),
    ("2024-03-24", "2024-03-25", None, "2024-03-24"),
    ("ink-14", "ink-14", 14, "Ink Weekly #14"), ("InkWeekly14", "InkWeekly14", 14, "Ink Weekly #14"),
    ("Apollo 11", "Apollo 11", 11, "Apollo 11"), ("Catch-22", "Catch-22", 22, "Catch-22"),
    ("Day 14", "Day 14", 14, "Day 14"), ("K2", "K2", 2, "K2"),
    ("issue-14", "issue-14", 15, "issue-14"), ("issue-14", "issue-14", None, "issue-14")])
def test_a_title_that_says_nothing_goes_with_publication_and_number(
    title: str, name: str, number: int | None, shown: str,
) -> None:
    assert told_apart(title, name, number=number, day=date(2024, 3, 24), publication="Ink Weekly") == shown
    assert told_apart(title, name, number=number, day=date(2024, 3, 24), publication="") == title
