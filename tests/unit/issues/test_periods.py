"""Days, months, weeks and quarters in a file's name."""

from __future__ import annotations

import pytest

from pipeline.issues.reading.periods import says_period, says_when


@pytest.mark.parametrize(("name", "is_one"), [
    ("2024-03", True), ("2024-W12-paper", True), ("202403-x", True), ("ink-202403", True), ("ink-2024-q1", True),
    ("2024年 x", True), ("2024034", False), ("202413", False), ("2024-54", False), ("14-2024", False)])
def test_name_begins_with_a_period_or_has_one_behind_its_first_word(name: str, is_one: bool) -> None:
    assert says_period(name) is is_one


@pytest.mark.parametrize(("title", "is_so"), [
    ("2024-mar-24", True), ("Mar2024", True), ("March 24 2024", True), ("2024", True),
    ("14", False), ("24-03", False), ("2024-03-24-x", False)])
def test_title_that_is_but_a_day_a_month_or_a_year_has_a_year(title: str, is_so: bool) -> None:
    assert says_when(title) is is_so
