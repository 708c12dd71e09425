"""Folders of years, such as `2024/` or `02.2024年/`, and numbers that begin anew in each."""

from __future__ import annotations

import re
from collections.abc import Iterable

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)")


def year_of(path: str) -> str:
    """The year that the folders of a path name, the innermost if several do; "" if none does."""
    return next(iter(reversed(_YEAR.findall(path.rpartition("/")[0]))), "")


def begin_anew(numbers: Iterable[tuple[str, int | None]]) -> bool:
    """Whether a later year than the first has a number one of its own; `numbers` are paths with theirs."""
    found = [(year, number) for path, number in numbers if number is not None and (year := year_of(path))]
    first = min((year for year, _ in found), default="")
    return any(number <= 1 and year != first for year, number in found)
