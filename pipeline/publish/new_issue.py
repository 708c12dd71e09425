"""The next issue's file: numbered after the newest, dated, in the form its folder has."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Collection, Mapping
from datetime import datetime
from pathlib import Path

from pipeline.errors import IssueError
from pipeline.issues.folder import Entry, read, scan
from pipeline.issues.history import git_date
from pipeline.issues.issue import Manuscript
from pipeline.issues.reading.filenumbers import number_in_name, year_in_name
from pipeline.issues.reading.manuscript import read_manuscript
from pipeline.issues.reading.names import UNTITLED
from pipeline.issues.reading.paths import stem
from pipeline.issues.reading.years import begin_anew, year_of
from pipeline.newfile import make_file, unwritten
from pipeline.publish.gather import Source

_FORM = re.compile(r"(\D*)(\d+)([期号號回刊辑輯])?")  # what stands before the number, its digits, the end of 第14期
_NUMERALS = "〇一二三四五六七八九"
_IN_NUMERALS = re.compile(rf"(\D*第)[零十{_NUMERALS}]{{1,3}}([期号號回刊辑輯])")  # 第十四期
_DATED = re.compile(r"\d{4}(-?)[01]\d\1[0-3]\d(?!\d)([-_ ]?)")  # 2026-03-24-ink, 20260324
_UNSAFE = re.compile(r'[\\/:*?"<>|\x00-\x1f]+')


def write_blank(source: Source, title: str, now: datetime) -> Path:
    """Writes a draft dated today; gives its path. Raises OutputError when the file is there already.

    A title that a file's name cannot hold, such as `Ink: a history`, stands in it as well.
    """
    entries = scan(source.root, source.include, source.exclude).entries
    numbers = {entry.path: _number(source, entry) for entry in entries}
    title = " ".join(title.split())
    name = " ".join(_UNSAFE.sub(" ", title).split()) or UNTITLED
    day = now.astimezone(source.zone)
    named = f"{_leading(numbers, day)}{name}{_ending(numbers)}"
    text = _blank(day)
    if name != UNTITLED and _read(source, text, named).title != title:
        text = _blank(day, f"title: {json.dumps(title, ensure_ascii=False)}\n")
    path = source.root / named
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        make_file(path, text)
    except OSError as error:
        raise unwritten(path, error, "choose another title, or make the folder writable and free some space") from error
    return path


def _blank(day: datetime, titled: str = "") -> bytes:
    return f"---\n{titled}date: {day:%Y/%m/%d}\ndraft: true\n---\n\n<small></small>\n\n".encode()


def _read(source: Source, raw: bytes, path: str) -> Manuscript:
    return read_manuscript(raw, path, zone=source.zone, send_at=source.send_at, git_date=git_date(source.root))


def _number(source: Source, entry: Entry) -> int | None:
    """What its name says; the file is asked only where that may be the year of an issue, as in `salon-2026`."""
    number = number_in_name(stem(entry.path))
    if year_in_name(stem(entry.path)) is None:
        return number
    try:
        found = _read(source, read(source.root, entry.name_on_disk), entry.path)
    except IssueError:
        return None  # a year more likely than a number
    return number if found.number == number else None


def _ending(paths: Collection[str]) -> str:
    """What most files end with: `.markdown`; `.md` in an empty folder."""
    endings = Counter(Path(path).suffix for path in paths)
    return max(endings, key=lambda ending: endings[ending], default=".md")


def _leading(numbers: Mapping[str, int | None], day: datetime) -> str:
    """What the next path begins with: `27-`, `issue-028-`; in a folder whose issues have no numbers their day, or "".

    Where numbers begin anew each year, it is in the folder of that year: `2026/04-`.
    """
    year = str(day.year)
    numbered = [(number, path) for path, number in numbers.items() if number is not None]
    if not numbered:
        return _dated(numbers, day) if numbers else "01-"
    if not begin_anew((year_of(path), number) for number, path in numbered):
        newest, path = max(numbered)
        return _named(path, newest + 1)
    last, newest, path = max((year_of(path), number, path) for number, path in numbered)
    folder = path.rpartition("/")[0].replace(last, year)
    return f"{folder}/{_named(path, newest + 1 if last == year else 1)}"


def _dated(paths: Collection[str], day: datetime) -> str:
    """A day in the form that most files have at the beginning of their names, as Jekyll wants it; else ""."""
    found = [dated.groups() for path in paths if (dated := _DATED.match(stem(path)))]
    if len(found) * 2 <= len(paths):
        return ""
    within, behind = found[-1]
    return day.strftime(f"%Y{within}%m{within}%d{behind or '-'}")


def _named(path: str, number: int) -> str:
    """A number in the form that the name of the newest has."""
    if (form := _IN_NUMERALS.match(stem(path))) and number < 100:
        tens, ones = divmod(number, 10)
        ten = ("" if tens == 1 else _NUMERALS[tens]) + "十" if tens else ""
        return f"{form[1]}{ten}{_NUMERALS[ones] if ones else ''}{form[2]}-"
    form = _FORM.match(stem(path))
    if form is None or int(form[2]) != number_in_name(stem(path)):
        return f"{number}-"
    return f"{form[1]}{number:0{len(form[2])}}{form[3] or ''}-"
