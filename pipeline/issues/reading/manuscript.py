"""From a file's bytes to a Manuscript: every convention of the folder, and front matter above them all.

The order in which a field is looked for is the outside contract (`docs`, "Issue files"); nothing here
knows of other issues, of the ledger, or of the present hour.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import TYPE_CHECKING

from pipeline.issues.issue import Manuscript
from pipeline.issues.reading.dateline import day_above, day_in_heading
from pipeline.issues.reading.dates import YEAR_LAST, When, date_in_name, local_instant, parse_date, year_first
from pipeline.issues.reading.filenumbers import number_in_name, year_in_name
from pipeline.issues.reading.frontmatter import read_front
from pipeline.issues.reading.given import Fields
from pipeline.issues.reading.names import written_name
from pipeline.issues.reading.paths import day_around, stem, without_digest
from pipeline.issues.reading.titlenumbers import number_in_title
from pipeline.issues.reading.titles import title_without_field

if TYPE_CHECKING:  # slow import: the Markdown parser
    from pipeline.issues.markdown.body import Body
    from pipeline.issues.reading.excerpts import Excerpts

GitDate = Callable[[str], datetime | date | None]

_SHORT_DAY = re.compile(r"(\d{2})[-_.](\d{2})[-_.](\d{2})(?!\d)")
_NEARBY = timedelta(days=7)  # from a day in a name to that of the front matter, which may be put off

_JUNE = 6


def read_manuscript(raw: bytes, path: str, *, zone: tzinfo, send_at: time, git_date: GitDate) -> Manuscript:
    """The Manuscript of a file; `path` is relative to the folder, NFC.

    A day without an hour is due at `send_at` in `zone`. `git_date` is asked only when neither front matter nor
    name has a date; without any, `day` and `due_at` are None. Raises IssueError with path, line and remedy.
    """
    return read_halfway(raw, path, zone=zone, send_at=send_at, git_date=git_date)[0]


def read_halfway(
    raw: bytes, path: str, *, zone: tzinfo, send_at: time, git_date: GitDate
) -> tuple[Manuscript, Body]:
    """The same with its body as far as it was parsed, for whoever goes on to make a Document of it."""
    # slow import: the Markdown parser, for which folder, dates and front matter need not wait
    from pipeline.issues.markdown.body import Body
    from pipeline.issues.reading.excerpts import excerpts

    front = read_front(raw, path)
    fields = Fields(front, path)
    name = unicodedata.normalize("NFC", stem(path))
    given = fields.number()
    when = _when(fields, name, path, zone, send_at, git_date)  # before the body is parsed: it may have to be asked for
    body = Body(front.body)
    told = excerpts(body)
    named = "" if when and _is_short_day(name, when.day) else without_digest(name)
    title, is_untitled = fields.title(), False
    number = _first(given, _number(named, title, when, told))
    if not title:
        title, is_untitled = title_without_field(name, named, path, told, number)
    spoken, offered = _descriptions(fields.description(), title, body, told)
    manuscript = Manuscript(
        path=path,
        claimed_id=fields.identity() or (str(number) if number is not None else name),
        number=_first(number, fields.issue()),
        title=title,
        untitled=is_untitled,
        day=when.day if when else None,
        due_at=when.instant if when else None,
        cover=fields.cover() or told.cover,
        descriptions=tuple(dict.fromkeys((*spoken, *offered))),
        described=bool(spoken),
        language=fields.language(),
        lists=fields.names("list") or fields.names("lists"),
        tags=fields.tags(),
        draft=fields.draft(),
        body=front.body,
        body_line=front.body_line,
        digest=hashlib.sha256(raw).hexdigest(),
    )
    return manuscript, body


def _number(name: str, title: str, when: When | None, told: Excerpts) -> int | None:
    """That of the file's name, of the title in front matter, or of the first heading, which in a collection is that
    of its first part."""
    counted = None if when and _has_its_year(name, when.day) else _first(
        number_in_name(name), _number_before_month(name, when.day) if when else None)
    headed = None if title and told.begins_a_part else told.heading_number
    written = "" if date_in_name(name) else written_name(name)  # with a day, `Soot vol. 2` is what it is about
    return _first(counted, number_in_title(title), headed, number_in_title(written))


def _has_its_year(name: str, day: date) -> bool:
    """Whether the number in a name is but the year of its day, or the next one in summer or autumn, or the last one in
    winter or spring: `2025-in-review` of January 2026."""
    return year_in_name(name) in (day.year, day.year + (1 if day.month > _JUNE else -1))


def _descriptions(given: str, title: str, body: Body, told: Excerpts) -> tuple[list[str], list[str]]:
    """What the author says that the issue is about, and what its text offers; nothing that its title says already."""
    from pipeline.issues.reading.descriptions import cut
    from pipeline.issues.reading.excerpts import words_of

    spoken = [cut(text) for text in (words_of(body, given), told.small) if text and not _says(title, text)]
    return spoken, [text for text in told.descriptions if not _says(title, text)]


def _says(title: str, text: str) -> bool:
    """Whether a title says all of a text, at its end or beginning: `Ink Weekly #14: On paper` says `On paper` and
    `Ink Weekly`."""
    said, folded = text.casefold(), title.casefold()
    return folded.endswith(said) or folded.startswith(said)


def _is_short_day(name: str, day: date) -> bool:
    """Whether a name begins with a year without its century, `26-03-10-paper`: its day tells it from number 26."""
    found = _SHORT_DAY.match(name)
    try:
        return found is not None and abs(date(2000 + int(found[1]), int(found[2]), int(found[3])) - day) <= _NEARBY
    except ValueError:
        return False


def _number_before_month(name: str, day: date) -> int | None:
    """What a name begins with that would be another day than the issue's: 14 of `14-march-2026`, dated 28 March."""
    found, said = YEAR_LAST.match(name), date_in_name(name)
    if found is None or said is None or not found["day_before"] or abs(said - day) <= _NEARBY:
        return None
    return int(found["day_before"])


def _first(*numbers: int | None) -> int | None:
    return next((number for number in numbers if number is not None), None)


def _when(
    fields: Fields, name: str, path: str, zone: tzinfo, send_at: time, git_date: GitDate,
) -> When | None:
    called = fields.called("date")
    if text := fields.line(called):
        try:
            return parse_date(year_first(text), zone, send_at)
        except ValueError as error:
            message, _, remedy = str(error).partition("; ")
            raise fields.fault(called, message, remedy, "date-impossible") from None
    body = fields.front.body
    if day := date_in_name(name) or day_around(path):
        return When(day, local_instant(day, send_at, zone))
    if said := day_above(body, zone, send_at):
        return said
    committed = git_date(path)
    if isinstance(committed, datetime):
        return When(committed.astimezone(zone).date(), committed.astimezone(UTC))
    day = committed or day_in_heading(body)
    return When(day, local_instant(day, send_at, zone)) if day else fields.begun(zone, send_at)
