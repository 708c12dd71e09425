"""An issue beside the others: numbers without gaps, dates that go on from one to the next, words of their own.

The rules ask little, because calendars are irregular: an issue may be late, a summer may pass.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from pathlib import PurePosixPath

from pipeline.checking.rules import RULES
from pipeline.errors import Problem, shorten
from pipeline.issues.reading.dates import date_in_name
from pipeline.issues.reading.paths import stem
from pipeline.issues.reading.years import begin_anew, year_named

_TO = re.compile(r"\s[-–—]\s|\s*[~～至到]\s*|\s(?:to|bis)\s")

A_DAY = timedelta(days=1)
FAR = timedelta(days=45)   # nearer than this is never far
PAUSES = 6                 # how many usual intervals make a date far
HABIT = 4                  # dated issues whose intervals say what is usual
ALIKE = 2                  # others of the same title or description, of which one may be meant


@dataclass(frozen=True, slots=True)
class Neighbour:
    """What the rules want to know of an issue. `day` is that of its cover; None for a file that could not be read.

    `has_hour`: its date is an instant, which is another day elsewhere.
    """

    path: str
    number: int | None
    day: date | None
    title: str = ""
    description: str = ""
    has_hour: bool = False


class Neighbourhood:
    """All issues of a folder beside one another, put in order once: one costs no more to judge in a large folder."""

    def __init__(self, issues: Iterable[Neighbour]) -> None:
        self._issues = {one.path: one for one in issues}
        self._titles = Counter(one.title for one in self._issues.values())
        self._descriptions = Counter(one.description for one in self._issues.values())
        self._anew = begin_anew((year_named(one.path), one.number) for one in self._issues.values())
        numbered: defaultdict[str, list[tuple[int, Neighbour]]] = defaultdict(list)
        for one in self._issues.values():
            if one.number is not None:
                numbered[self._series_of(one)].append((one.number, one))
        self._series = {name: _Series(members) for name, members in numbered.items()}

    def problems_of(self, path: str) -> Iterator[Problem]:
        """What is odd about an issue's number, date and words; nothing for a file that is not in the folder."""
        issue = self._issues.get(path)
        if issue is None:
            return
        yield from _name_and_day(issue)
        yield from _title(issue, self._titles[issue.title] - 1)
        yield from _description(issue, self._descriptions[issue.description] - 1)
        if issue.number is not None:
            yield from self._series[self._series_of(issue)].problems_of(issue, issue.number)

    def _series_of(self, issue: Neighbour) -> str:
        return year_named(issue.path) if self._anew else ""


class _Series:
    """Issues whose numbers go on from one to the next, each with its number."""

    def __init__(self, members: Iterable[tuple[int, Neighbour]]) -> None:
        self._members = sorted(members, key=lambda one: (one[0], one[1].path))
        self._days = [(number, one.day) for number, one in self._members if one.day]
        self._usual = _usual_interval([day for _, day in self._days])

    def problems_of(self, issue: Neighbour, number: int) -> Iterator[Problem]:
        start = bisect_left(self._members, number, key=_number)
        end = bisect_right(self._members, number, key=_number)
        twin = next((one for _, one in self._members[start:end] if one is not issue), None)
        if twin:
            yield _problem(issue, "number-twice", f"{twin.path} has the number {number} too",
                           "give one of them another number")
        before = self._members[start - 1][0] if start else number - 1
        if before != number - 1:
            yield _problem(issue, "number-gap", f"its number is {number}, the one before is {before}",
                           "renumber it, or leave it so if the gap is meant")
        earlier = bisect_left(self._days, number, key=_number)
        if issue.day and earlier:
            yield from self._date(issue, issue.day, *self._days[earlier - 1])

    def _date(self, issue: Neighbour, day: date, number: int, previous: date) -> Iterator[Problem]:
        """`number` and day of the nearest before that has one."""
        if day < previous:
            yield _problem(issue, "date-order", f"it is dated {day}, before issue {number} of {previous}",
                           "mend one of the dates")
        elif self._usual is not None and day - previous > max(FAR, timedelta(days=PAUSES * self._usual)):
            yield _problem(issue, "date-far", f"it is dated {day}, {(day - previous).days} days after "
                           f"issue {number}; usual are {self._usual:.0f}", "look at the year and the month")


def _number(member: tuple[int, object]) -> int:
    return member[0]


def _usual_interval(days: Sequence[date]) -> float | None:
    """Days from one issue to the next, in the order of the numbers; None for fewer issues than tell of a habit."""
    if len(days) < HABIT:
        return None
    from statistics import median  # slow import: decimal and fractional numbers

    return median(abs((after - before).days) for before, after in pairwise(days))


def _title(issue: Neighbour, alike: int) -> Iterator[Problem]:
    """`alike` is how many others have its title."""
    if issue.title and alike >= ALIKE:
        yield _problem(issue, "title-twice", f'its title "{shorten(issue.title)}" is that of {alike} others',
                       "write a title: of its own at its top, or put {number} or {date} in mailings.subject")


def _description(issue: Neighbour, alike: int) -> Iterator[Problem]:
    """`alike` is how many others have its description."""
    if issue.description and alike >= ALIKE:
        yield _problem(issue, "description-twice",
                       f'its description "{shorten(issue.description)}" is that of {alike} others',
                       "write a description: of its own at its top; without any its first words are taken")


def _name_and_day(issue: Neighbour) -> Iterator[Problem]:
    """A day in the name that is not that of the issue, nor the first of the days that its title is about."""
    named = date_in_name(stem(issue.path))
    near = issue.has_hour and named and issue.day and abs(named - issue.day) <= A_DAY
    if named and issue.day and named != issue.day and not near and named != _first_of_several(issue.title):
        name = PurePosixPath(issue.path).name
        renamed = name.replace(str(named), str(issue.day))
        yield _problem(issue, "date-name", f"its name says {named}, its front matter {issue.day}, which counts",
                       (f"rename it to {renamed}" if renamed != name else f"rename it for {issue.day}")
                       + ", or mend the date")


def _first_of_several(title: str) -> date | None:
    """The day with which the span of a title begins: `Weekly 2026-03-02 - 2026-03-09`; None without one."""
    days = [day for day in map(date_in_name, _TO.split(title)) if day]
    return days[0] if len(days) > 1 else None


def _problem(issue: Neighbour, rule: str, message: str, remedy: str) -> Problem:
    return Problem(issue.path, message, remedy, 1, rule=rule, severity=RULES[rule].severity)
