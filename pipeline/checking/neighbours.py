"""An issue beside the others: numbers without gaps, dates that go on from one to the next, titles of their own.

The rules ask little, because calendars are irregular: an issue may be late, a summer may pass.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from pathlib import PurePosixPath

from pipeline.checking.rules import RULES
from pipeline.errors import Problem, shorten
from pipeline.issues.reading.dates import date_in_name
from pipeline.issues.reading.naming import stem
from pipeline.issues.reading.years import begin_anew, year_named

FAR = timedelta(days=45)   # nearer than this is never far
PAUSES = 6                 # how many usual intervals make a date far
ALIKE = 2                  # others of the same title, of which one may be meant


@dataclass(frozen=True, slots=True)
class Neighbour:
    """What the rules want to know of an issue. `day` is that of its cover; None for a file that could not be read."""

    path: str
    number: int | None
    day: date | None
    title: str = ""


def find_neighbour_problems(issue: Neighbour, others: Sequence[Neighbour]) -> Iterator[Problem]:
    """What is odd about an issue's number, date and title. `others` are all issues of the folder but this."""
    yield from _name_and_day(issue)
    yield from _title(issue, others)
    if issue.number is None:
        return
    if begin_anew((year_named(one.path), one.number) for one in (issue, *others)):
        others = [one for one in others if year_named(one.path) == year_named(issue.path)]
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
    if issue.day:
        yield from _order(issue, issue.day, [(one.day, one.number) for one in before if one.day],
                          [one.day for one in after if one.day])


def _order(
    issue: Neighbour, day: date, before: Sequence[tuple[date, int | None]], after: Sequence[date],
) -> Iterator[Problem]:
    """`before` are days with the numbers they belong to, `after` days, both in the order of the numbers."""
    if not before:
        return
    previous, number = before[-1]
    if day < previous:
        yield _problem(issue, "date-order", f"it is dated {day}, before issue {number} of {previous}",
                       "mend one of the dates")
        return
    chain = [*(one for one, _ in before), day, *after]
    from statistics import median  # slow import: decimal and fractional numbers

    usual = median(abs((b - a).days) for a, b in pairwise(chain))
    if len(chain) > 3 and day - previous > max(FAR, timedelta(days=PAUSES * usual)):
        yield _problem(issue, "date-far", f"it is dated {day}, {(day - previous).days} days after "
                       f"issue {number}; usual are {usual:.0f}", "look at the year and the month")


def _title(issue: Neighbour, others: Sequence[Neighbour]) -> Iterator[Problem]:
    alike = sum(one.title == issue.title for one in others) if issue.title else 0
    if alike >= ALIKE:
        yield _problem(issue, "title-twice", f'its title "{shorten(issue.title)}" is that of {alike} others',
                       "write a title: of its own at its top, or put {number} or {date} in mailings.subject")


def _name_and_day(issue: Neighbour) -> Iterator[Problem]:
    named = date_in_name(stem(issue.path))
    if named and issue.day and named != issue.day:
        name = PurePosixPath(issue.path).name
        renamed = name.replace(str(named), str(issue.day))
        yield _problem(issue, "date-name", f"its name says {named}, its front matter {issue.day}, which counts",
                       (f"rename it to {renamed}" if renamed != name else f"rename it for {issue.day}")
                       + ", or mend the date")


def _problem(issue: Neighbour, rule: str, message: str, remedy: str) -> Problem:
    return Problem(issue.path, message, remedy, 1, rule=rule, severity=RULES[rule].severity)
