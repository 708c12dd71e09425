"""Folders of years, such as `2024/` or `02.2024年/`, and numbers that begin anew in each."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pipeline.issues.reading.dates import YEAR, date_in_name
from pipeline.issues.reading.paths import stem

_YEAR = re.compile(rf"(?<!\d){YEAR}(?!\d)")


def year_of(path: str) -> str:
    """The year that the folders of a path name, the innermost if several do; "" if none does."""
    return next(iter(reversed(_YEAR.findall(path.rpartition("/")[0]))), "")


def year_named(path: str) -> str:
    """The year of its folders, else of the day in its name: 2017 of `2017-01-02-week.md`; "" if neither is there."""
    day = None if year_of(path) else date_in_name(stem(path))
    return str(day.year) if day else year_of(path)


def begin_anew(numbers: Iterable[tuple[str, int | None]]) -> bool:
    """Whether a later year than the first has a number one of its own; `numbers` are years, "" for none, with one."""
    found = [(year, number) for year, number in numbers if number is not None and year]
    first = min((year for year, _ in found), default="")
    return any(number <= 1 and year != first for year, number in found)
