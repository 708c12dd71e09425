"""Fields without fences, as programs that write and publish texts put them above: Pelican's `Key: value`, Nikola's
`.. key: value` in a comment, pandoc's lines of `%`, Logseq's `key:: value`, Notion's lines below the heading.

What only looks like fields is body; a body keeps every line of its own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.errors import IssueError
from pipeline.issues.reading.dates import year_first
from pipeline.issues.reading.paths import stem, without_digest

_HEADER = re.compile(r"(?P<key>[A-Za-z][\w-]*):(?:[ \t]+(?P<value>.*))?$")
# A text may begin with "Note: …"; only keys that newsletters use make its first line a header.
_HEADER_KEYS = frozenset((
    "title", "date", "number", "category", "tags", "slug", "author", "authors", "summary", "description",
    "status", "modified", "lang", "language", "cover", "image", "list", "lists", "draft", "id", "subject"))
_CLOSING = {"title", "date"}  # fields behind which any other line is the text, with an empty line before it or not
_COMMENTED = re.compile(r"\.\. +(?P<key>[A-Za-z][\w-]*):(?P<value>.*)")
_DOUBLE = re.compile(r"(?P<key>[A-Za-z][\w-]*)::(?: +(?P<value>.*))?")
_PAGE_LINK = re.compile(r"\[\[([^\[\]]*)\]\]")
_PROPERTY = re.compile(r"(?P<key>[^\s:：][^:：]{0,40}):(?: +(?P<value>.*))?")
_PROPERTIES = _HEADER_KEYS | {
    "created", "created time", "created by", "last edited time", "last edited by", "published", "publish date", "url",
    "type", "日期", "发布日期", "发布时间", "创建时间", "创建日期", "状态", "标签", "作者"}
_PERCENT = ("title", "authors", "date")
"""What pandoc's lines say, in this order."""


@dataclass(frozen=True, slots=True)
class Front:
    """A file taken apart.

    `fields` have lower-case names; a value is text, or a list or mapping of such values. `lines` says
    where each stands in the file and `body_line` on which line `body` begins, all from 1.
    """

    fields: Mapping[str, object]
    body: str
    body_line: int
    lines: Mapping[str, int] = field(default_factory=dict)


def read_header(lines: Sequence[str], start: int, path: str) -> Front | None:
    """The fields above a text whose first line with words is `start`; None if there are none. Raises IssueError."""
    first = lines[start].rstrip()
    if first.startswith("<!--"):
        return _commented(lines, start, path)
    if first.startswith("% "):
        return _percent(lines, start)
    if first.startswith("# "):
        return _properties(lines, start, path)
    return _double(lines, start, path) if _DOUBLE.fullmatch(first) else _plain(lines, start, path)


def begins_header(line: str) -> bool:
    """Is it `Key: value`, with a key that newsletters use? A slip of up to three spaces before it counts for nothing,
    as for python-markdown."""
    first = _HEADER.match(_unslipped(line))
    return first is not None and first["key"].lower() in _HEADER_KEYS


def _plain(lines: Sequence[str], start: int, path: str) -> Front | None:
    """A Pelican header: `Key: value` lines, from a key that we know up to the first empty line, or to the first that is
    none of them behind a title and a date."""
    if not begins_header(lines[start]):
        return None
    end = first_empty(lines, start)
    found = _Found(path)
    for number in range(start, end):
        line = lines[number] if found.fields else _unslipped(lines[number])
        if match := _HEADER.match(line):
            found.add(match, number + 1)
        elif line.startswith((" ", "\t")):
            found.go_on(line)
        elif found.fields.keys() >= _CLOSING:  # python-markdown ends it here too
            return found.front(lines, number)
        else:
            return None
    if "subject" in found.fields:  # a mail that was kept
        found.begin_day_with_its_year()
    return found.front(lines, end + 1)


def _unslipped(line: str) -> str:
    return line if line.startswith("    ") else line.lstrip(" ")


def _commented(lines: Sequence[str], start: int, path: str) -> Front | None:
    """Nikola's comment: `.. title: …` to `-->`."""
    end = next((n for n in range(start, len(lines)) if "-->" in lines[n]), start)
    found = _Found(path)
    for number in range(start, end + 1):
        words = lines[number].strip().removeprefix("<!--").removesuffix("-->").strip()
        match = _COMMENTED.fullmatch(words)
        if match:
            found.add(match, number + 1)
        elif words:
            return None
    return found.front(lines, end + 1) if found.fields else None


def _percent(lines: Sequence[str], start: int) -> Front:
    """pandoc's title, authors and date, each behind a `%`; a day that is not understood says nothing."""
    end = next((n for n in range(start, len(lines)) if not lines[n].startswith("%")), len(lines))
    end = min(end, start + len(_PERCENT))
    said = {name: (lines[n][1:].strip(), n + 1) for name, n in zip(_PERCENT, range(start, end), strict=False)}
    fields = {"published" if name == "date" else name: words for name, (words, _) in said.items() if words}
    return Front(fields, "\n".join(lines[end:]), end + 1, {name: line for name, (_, line) in said.items()})


def _double(lines: Sequence[str], start: int, path: str) -> Front | None:
    """Logseq's properties of a page: `title:: …`, up to the first other line; `[[2024-03-24]]` is the day."""
    end = next((n for n in range(start, len(lines)) if not _DOUBLE.fullmatch(lines[n].rstrip())), len(lines))
    found = _Found(path)
    for number in range(start, end):
        if match := _DOUBLE.fullmatch(_PAGE_LINK.sub(r"\1", lines[number].rstrip())):
            found.add(match, number + 1)
    found.begin_day_with_its_year()
    return found.front(lines, end) if _HEADER_KEYS & found.fields.keys() else None


def _properties(lines: Sequence[str], start: int, path: str) -> Front | None:
    """What Notion exports below the heading of a page, one property a line: the page shows them above its text."""
    name = stem(path)
    begin = next((n for n in range(start + 1, len(lines)) if lines[n].strip()), len(lines))
    end = first_empty(lines, begin)
    matches = [_PROPERTY.fullmatch(lines[n].rstrip()) for n in range(begin, end)]
    if without_digest(name) == name or not all(matches):
        return None
    found = _Found(path)
    for number, match in enumerate(matches, begin + 1):
        if match and match["key"].strip().lower() not in found.fields:
            found.add(match, number)
    if not _PROPERTIES & found.fields.keys():
        return None
    found.begin_day_with_its_year()
    return Front(found.fields, "\n".join([*lines[:begin], *[""] * (end - begin), *lines[end:]]), 1, found.places)


def first_empty(lines: Sequence[str], start: int) -> int:
    """The first line without words from `start` on, counted from 0; the end if there is none."""
    return next((n for n in range(start, len(lines)) if not lines[n].strip()), len(lines))


class _Found:
    """Fields as they are found, and their lines."""

    def __init__(self, path: str) -> None:
        self.fields: dict[str, str] = {}
        self.places: dict[str, int] = {}
        self._path = path

    def add(self, match: re.Match[str], line: int) -> None:
        """A `key` with its `value`. Raises IssueError for a second one that says something else."""
        key, value = match["key"].strip().lower(), (match["value"] or "").strip()
        if self.fields.get(key, value) != value:
            raise IssueError(f"{match['key']} is given twice (also on line {self.places[key]})", path=self._path,
                             line=line, remedy="keep one", rule="front-matter")
        self.fields[key] = value
        self.places.setdefault(key, line)

    def go_on(self, line: str) -> None:
        """More of the last value."""
        last = next(reversed(self.fields))
        self.fields[last] = f"{self.fields[last]} {line.strip()}".strip()

    def begin_day_with_its_year(self) -> None:
        """Reads a date with its month in words, as programs write it; of two days it is the first."""
        if day := self.fields.get("date"):
            self.fields["date"] = year_first(day.partition(" → ")[0])

    def front(self, lines: Sequence[str], body: int) -> Front:
        """With the lines from `body` on, counted from 0, as the text."""
        return Front(self.fields, "\n".join(lines[body:]), body + 1, self.places)
