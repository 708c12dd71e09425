"""Numbers and dates beside one another."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from pipeline.checking.neighbours import Neighbour, Neighbourhood
from pipeline.errors import Problem
from tests.hostile import SQUARE, cpu_s, growth

WEEKLY = [Neighbour(f"{n}-x.md", n, date(2026, 1, 4) + timedelta(weeks=n)) for n in range(1, 9)]


def problems(issue: Neighbour, others: list[Neighbour]) -> list[Problem]:
    return list(Neighbourhood([*others, issue]).problems_of(issue.path))


@pytest.mark.parametrize(("issue", "expected"), [
    (Neighbour("9-x.md", 9, date(2026, 3, 8)), []),
    (Neighbour("10-x.md", 10, date(2026, 3, 8)), ["number-gap"]),
    (Neighbour("8-y.md", 8, date(2026, 3, 1)), ["number-twice"]),
    (Neighbour("9-x.md", 9, date(2025, 3, 8)), ["date-order"]),
    (Neighbour("9-x.md", 9, date(2027, 3, 8)), ["date-far"]),
    (Neighbour("9-x.md", 9, date(2026, 4, 8)), []),
    (Neighbour("note.md", None, date(2030, 1, 1)), []),
    (Neighbour("2026-03-09-x.md", None, date(2026, 3, 8)), ["date-name"]),
    (Neighbour("2026-03-09-x.md", None, date(2026, 3, 8), has_hour=True), []),
    (Neighbour("2026-03-09.md", None, date(2026, 3, 16), "Ink 2026-03-09 - 2026-03-16"), []),
    (Neighbour("2026-03-09.md", None, date(2026, 3, 16), "2026/03/09 至 2026/03/15"), []),
    (Neighbour("2026-03-09.md", None, date(2026, 3, 16), "2026-03-09"), ["date-name"]),
    (Neighbour("2026-03-09.md", None, date(2026, 3, 16), "Ink 2026-03-02 - 2026-03-09"), ["date-name"]),
    (Neighbour("2026-03-09-x.md", None, date(2026, 3, 7), has_hour=True), ["date-name"]),
])
def test_issue_beside_a_weekly_series(issue: Neighbour, expected: list[str]) -> None:
    assert [one.rule for one in problems(issue, WEEKLY)] == expected


def test_numbers_that_begin_anew_are_looked_at_year_by_year() -> None:
    others = [Neighbour(f"2025/{one.path}", one.number, one.day) for one in WEEKLY]
    first, third = (Neighbour(f"2026/{n}.md", n, date(2026, 3, 1) + timedelta(weeks=n)) for n in (1, 3))

    assert problems(first, others) == []
    assert [one.rule for one in problems(third, [*others, first])] == ["number-gap"]


def test_a_file_that_could_not_be_read_leaves_no_gap_and_has_no_date() -> None:
    unread = Neighbour("9-x.md", 9, None)

    assert problems(Neighbour("10-x.md", 10, date(2026, 3, 15)), [*WEEKLY, unread]) == []
    assert problems(unread, WEEKLY) == []


def test_first_issues_have_no_usual_interval_yet() -> None:
    assert problems(Neighbour("2-x.md", 2, date(2027, 1, 1)), WEEKLY[:1]) == []


@pytest.mark.parametrize(("path", "remedy"), [
    ("2026-03-09-x.md", "rename it to 2026-03-08-x.md, or mend the date"),
    ("x-20260309.md", "rename it for 2026-03-08, or mend the date"),
])
def test_a_name_with_another_day_has_a_remedy_that_changes_it(path: str, remedy: str) -> None:
    [found] = problems(Neighbour(path, None, date(2026, 3, 8)), [])

    assert found.remedy == remedy


def test_a_title_that_two_others_have_tells_readers_nothing() -> None:
    one, two, three = (Neighbour(f"{n}.md", n, date(2026, 1, n), "News") for n in (1, 2, 3))

    assert problems(two, [one]) == []
    found = problems(three, [one, two])
    assert [(problem.rule, problem.severity) for problem in found] == [("title-twice", "info")]
    assert found[0].message == 'its title "News" is that of 2 others'


def test_a_description_that_two_others_have_tells_readers_nothing() -> None:
    one, two, three = (Neighbour(f"{n}.md", n, date(2026, 1, n), f"Part {n}", "On ink.") for n in (1, 2, 3))

    assert problems(two, [one]) == []
    found = problems(three, [one, two])
    assert [(problem.rule, problem.severity) for problem in found] == [("description-twice", "info")]
    assert found[0].message == 'its description "On ink." is that of 2 others'


def test_a_file_that_is_gone_has_no_neighbours() -> None:
    assert list(Neighbourhood(WEEKLY).problems_of("9-x.md")) == []


def test_each_of_many_issues_is_judged_without_a_look_at_all_others() -> None:
    def cost(names: str) -> float:
        folder = [Neighbour(name, n, date(2000, 1, 1) + timedelta(days=n), name) for n, name in enumerate(names)]
        neighbourhood = Neighbourhood(folder)
        return cpu_s(lambda: [found for one in folder for found in neighbourhood.problems_of(one.path)])

    assert growth(cost, lambda size: "".join(chr(0x4E00 + n) for n in range(size)), 500) <= SQUARE
