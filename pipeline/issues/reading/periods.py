"""A day, month, week, quarter or year in a file's name, whose figures are no number of an issue."""

from __future__ import annotations

import re

from pipeline.issues.reading.dates import MONTH, YEAR, YEAR_LAST

_MONTH_AND_DAY = r"(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
# `2024-03`, `2024-0324`, `2024-W12`, `2024.Mar` and `2024年`.
OF_A_YEAR = re.compile(
    rf"{YEAR}(?:[-_. ](?:(?:0?[1-9]|[1-4]\d|5[0-3]|{_MONTH_AND_DAY}|[WwQq]\d{{1,2}})(?!\d)|{MONTH})|\s*[年년])")
MONTH_OF_A_YEAR = re.compile(rf"{YEAR}(?:0[1-9]|1[0-2])")  # `202403`
DAY = (rf"(?:{YEAR}(?:[-_.]?\d{{2}}[-_.]?\d{{2}}|年\d{{1,2}}月\d{{1,2}}日|년 ?\d{{1,2}}월 ?\d{{1,2}}일)"
       rf"|{YEAR_LAST.pattern})")
_PERIOD = re.compile(rf"(?:[^\W\d_]+[-_. ]?)?(?:{OF_A_YEAR.pattern}|{MONTH_OF_A_YEAR.pattern}(?!\d))")
_NOTHING_ELSE = re.compile(rf"(?=.*{YEAR})(?:{MONTH}|\d{{1,4}}|[-_. ])+")


def says_period(name: str) -> bool:
    """Whether a name begins with a month, a week or a quarter of a year, or has one right behind its first word:
    `2024-03`, `2024-W12-paper`, `ink-202403`."""
    return _PERIOD.match(name) is not None


def says_when(title: str) -> bool:
    """Whether a title is but a day, a month or a year: `2024-mar-24`, `Mar2024`."""
    return _NOTHING_ELSE.fullmatch(title) is not None
