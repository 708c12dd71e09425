"""An issue beside the others: numbers without gaps, dates that go on from one to the next.

The rules ask little, because calendars are irregular: an issue may be late, a summer may pass.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from pathlib import PurePosixPath
from statistics import median

from pipeline.checking.rules import RULES
from pipeline.errors import Problem
from pipeline.issues.dates import date_in_name
from pipeline.issues.naming import stem

FAR = timedelta(days=45)   # nearer than this is never far
PAUSES = 6                 # how many usual intervals make a date far


@dataclass(frozen=True, slots=True)
class Neighbour:
    """What the rules want to know of an issue. `day` is that of its cover."""

    path: str
    number: int | None
    day: date


def find_neighbour_problems(issue: Neighbour, others: Sequence[Neighbour]) -> Iterator[Problem]:
    """What is odd about an issue's number and date. `others` are all issues of the folder but this."""
    yield from _name_and_day(issue)
    if issue.number is None:
        return
    numbered = sorted((one for one in others if one.number is not None), key=lambda one: (one.number or 0, one.path))
    before = [one for one in numbered if (one.number or 0) < issue.number]
    after = [one for one in numbered if (one.number or 0) > issue.number]
    twin = next((one for one in numbered if one.number == issue.number), None)
    if twin:
        yield _problem(issue, "number-twice", f"{twin.path} has the number {issue.number} too",
                       "give one of them another number")
    if before and before[-1].number != issue.number - 1:
        yield _problem(issue, "number-gap", f"its number is {issue.number}, the one before is {before[-1].number}",
                       "renumber it, or leave it so if the gap is meant")
    yield from _order(issue, before, after)


def _order(issue: Neighbour, before: Sequence[Neighbour], after: Sequence[Neighbour]) -> Iterator[Problem]:
    if before and issue.day < before[-1].day:
        yield _problem(issue, "date-order", f"it is dated {issue.day}, before issue {before[-1].number} "
                       f"of {before[-1].day}", "mend one of the dates")
        return
    chain = [*before, issue, *after]
    usual = median([abs((b.day - a.day).days) for a, b in pairwise(chain)] or [0])
    far = max(FAR, timedelta(days=PAUSES * usual))
    if len(chain) > 3 and before and issue.day - before[-1].day > far:
        yield _problem(issue, "date-far", f"it is dated {issue.day}, {(issue.day - before[-1].day).days} days after "
                       f"issue {before[-1].number}; usual are {usual:.0f}", "look at the year and the month")


def _name_and_day(issue: Neighbour) -> Iterator[Problem]:
    named = date_in_name(stem(issue.path))
    if named and named != issue.day:
        yield _problem(issue, "date-name", f"its name says {named}, its front matter {issue.day}, which counts",
                       f"rename it to {PurePosixPath(issue.path).name.replace(str(named), str(issue.day))}, "
                       "or mend the date")


def _problem(issue: Neighbour, rule: str, message: str, remedy: str) -> Problem:
    return Problem(issue.path, message, remedy, 1, rule=rule, severity=RULES[rule].severity)
