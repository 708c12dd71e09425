"""What a file name says: `14-苹果谷歌大声密谋.md` is number 14 and has a title; `100天.md` has neither.

A number is one to six digits at the start, or right after a Latin word at the start, and it
ends at `-`, `_`, `.`, a space, `、` or the end of the name.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from pipeline.issues.dates import date_in_name

# A point between digits is a decimal: `1.5版本.md` is not number 1.
_NUMBERED = re.compile(r"(?:[A-Za-z\u00c0-\u024f]+[-_. ]?)?(?P<number>\d{1,6})(?=[-_ 、]|\.(?!\d)|$)")
# One separator, with the spaces around it: the rest is the title, whatever it holds.
_SEPARATOR = re.compile(r"\s*[-_.、]\s*|\s+")


def stem(path: str) -> str:
    """The file's name without folder and last ending."""
    return PurePosixPath(path).stem


def number_in_name(name: str) -> int | None:
    """The issue number that a stem begins with, or None."""
    match = _leading_number(name)
    return int(match["number"]) if match else None


def title_in_name(name: str) -> str:
    """What follows the leading number and one separator; "" if there is no number or nothing after it."""
    match = _leading_number(name)
    if match is None:
        return ""
    rest = name[match.end():]
    separator = _SEPARATOR.match(rest)
    return rest[separator.end():].strip() if separator else ""


def _leading_number(name: str) -> re.Match[str] | None:
    """A name that begins with a day has no number: 2024-03-24-title."""
    match = _NUMBERED.match(name)
    if match and len(match["number"]) == 4 and date_in_name(name[match.start("number"):][:10]):
        return None
    return match
