"""What the path of an issue's file says: how the file is called, where it lies, and a day or month of its folders."""

from __future__ import annotations

import re
from datetime import date
from pathlib import PurePosixPath

from pipeline.issues.reading.dates import MONTH, YEAR, date_in_name
from pipeline.issues.reading.filenumbers import number_in_name
from pipeline.language import LANGUAGE

# `2024/03/24`, `2024/Mar/24`, `2024/3月/24`, `2024/0324`, `2024/03-24-title` and `2024/3月24日`.
_DAY_BELOW_A_YEAR = re.compile(
    rf"(?:.*/)?({YEAR})年?/(?:(\d{{2}}|{MONTH})/(\d{{2}})"
    r"|(?:(\d{2})[-_.]?(\d{2})|(\d{1,2})月/?(\d{1,2})日?)((?:[-_. ].*)?))")
_MONTH_BELOW_A_YEAR = re.compile(
    rf"(?:.*/)?(?P<year>{YEAR})年?/(?:(?P<word>{MONTH})|(?P<month>\d{{1,2}})月)(?:/(?:index|README))?")
_YEAR = re.compile(YEAR)
_DIGEST = re.compile(r"(?<=\S) [0-9a-f]{32}")
# What site generators and forges show for a folder; Hugo names a language behind it.
_AS_ITS_FOLDER = re.compile(rf"(?:index|readme)(?:\.{LANGUAGE.pattern})?", re.IGNORECASE)


def stem(path: str) -> str:
    """What an issue's file is called: its name without folder and last ending.

    `14-paper/index.md`, `14-paper/index.zh.md` and `14-paper/README.md` are called like their folder, `2024/03/24.md`
    and `2024/0324.md` like the day.
    """
    named = PurePosixPath(path).with_suffix("")
    if named.parent.name and shows_its_folder(named.name):
        named = named.parent
    found = _DAY_BELOW_A_YEAR.fullmatch(str(named))
    year, *parts, words = [part or "" for part in found.groups()] if found else ("", "")
    day = "-".join((year, *filter(None, parts)))
    return f"{day}{words}" if date_in_name(day) else named.name


def shows_its_folder(name: str) -> bool:
    """Whether a file of this name, without its ending, is shown for its folder: `index`, `README`, `index.zh`."""
    return _AS_ITS_FOLDER.fullmatch(name) is not None


def without_digest(name: str) -> str:
    """A name without the 32 hex digits that Notion writes behind the title of a page."""
    return name[:-33] if _DIGEST.fullmatch(name, len(name) - 33) else name


def folder_around(path: str) -> str:
    """The folder in which an issue of that stem lies: `css` for `css/14.md` and `css/14/index.md`; "" at the top."""
    file = PurePosixPath(path)
    folder = file.parent.parent if file.parent.name and shows_its_folder(file.stem) else file.parent
    return "" if folder == PurePosixPath(".") else str(folder)


def month_around(path: str) -> str:
    """The month that a file is called by, with the year of its folder: `May 2024` for `2024/May.md`, `2024年5月` for
    `2024/5月.md`; "" for others."""
    found = _MONTH_BELOW_A_YEAR.fullmatch(str(PurePosixPath(path).with_suffix("")))
    if not found:
        return ""
    word, year = found["word"], found["year"]
    return f"{word[0].upper()}{word[1:]} {year}" if word else f"{year}年{int(found['month'])}月"


def day_around(path: str) -> date | None:
    """The day that the folders of a file say: `2024-03-24/ink.md`, `2024/03/24/ink.md`; None if they say none."""
    folders = PurePosixPath(path).parent.parts
    days = (date_in_name("-".join(folders[at:at + 3])) if _YEAR.fullmatch(folders[at]) else date_in_name(folders[at])
            for at in reversed(range(len(folders))))
    return next((day for day in days if day), None)


def is_called(path: str, name: str) -> bool:
    """Whether a person who says `name` may mean this file: by its number, its name or its path."""
    return is_number(name, number_in_name(stem(path))) or is_named(path, name)


def is_number(name: str, number: int | None) -> bool:
    """Whether a person who says `name` means this number, be it as a file's name has it: `8`, `08`."""
    return number is not None and str(number) == (name.lstrip("0") or name)


def is_named(path: str, name: str) -> bool:
    """The same by its name or its path alone."""
    return name == stem(path) or PurePosixPath(path).name == PurePosixPath(name).name
