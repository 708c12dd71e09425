"""A file of the issues folder read to the end: what its author says of it, and what a reader would see.

From bytes to values, so that any process of the pool can do it.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import date, datetime, time
from html import unescape
from zoneinfo import ZoneInfo

from pipeline.errors import IssueError, Problem
from pipeline.issues.document import Body, Target, html, words
from pipeline.issues.issue import DATE_IT, Manuscript
from pipeline.issues.likeness import sketch
from pipeline.issues.reading.frontmatter import read_front
from pipeline.issues.reading.manuscript import read_halfway
from pipeline.publish.rendering import Style, document_of

_ADDRESSES = re.compile(r'(?:href|src|poster|srcset)="([^"]*)"')


@dataclass(frozen=True, slots=True)
class ParseSettings:
    """What the settings decide of reading. `lists` are the ids of config.yaml."""

    zone: ZoneInfo
    send_at: time
    lists: tuple[str, ...]
    style: Style


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file's bytes. `committed` is when git first knew it, which only counts once git was `asked`."""

    path: str
    raw: bytes
    asked: bool = False
    committed: datetime | date | None = None


@dataclass(frozen=True, slots=True)
class TextSignature:
    """What a reader would see of a text: for likeness and for `updated`."""

    sketch: bytes
    digest: str


@dataclass(frozen=True, slots=True)
class ParsedFile:
    """A file that can be used. `clean` is the text as it is kept (see rendering.read_through)."""

    manuscript: Manuscript
    signature: TextSignature
    clean: str


class _Unasked(Exception):
    """Only git can tell the date."""


def parse_file(settings: ParseSettings, file: SourceFile) -> ParsedFile | Problem | None:
    """A file read to the end, or the one thing that is wrong with it; None when git must be asked for its date."""
    def git_date(_path: str) -> datetime | date | None:
        if not file.asked:
            raise _Unasked
        return file.committed

    try:
        manuscript, body = read_halfway(
            file.raw, file.path, zone=settings.zone, send_at=settings.send_at, git_date=git_date)
        _check(manuscript, settings.lists, file.raw)
    except _Unasked:
        return None
    except IssueError as error:
        return error.problem
    return _parsed(settings.style, manuscript, body)


def _check(manuscript: Manuscript, lists: tuple[str, ...], raw: bytes) -> None:
    """What the folder and the settings ask of every issue."""
    if manuscript.due_at is None and not manuscript.draft:
        raise IssueError("has no date", path=manuscript.path, line=1, rule="date-missing",
                         remedy=DATE_IT)
    for name in manuscript.lists:
        if name not in lists:
            lines = read_front(raw, manuscript.path).lines
            raise IssueError(
                f'its list "{name}" is not in config.yaml', path=manuscript.path, rule="list-unknown",
                line=lines.get("list") or lines.get("lists"), remedy=f"use one of: {', '.join(lists)}")


def _parsed(style: Style, manuscript: Manuscript, body: Body) -> ParsedFile:
    """What a reader would see of it, without where it is: words, links, pictures, title."""
    document = document_of(style, manuscript, body, manuscript.body_line)
    said = words(document)
    shown = html(document, Target.FEED, page_url="", resolve=lambda reference: reference, width=style.width)
    cover = manuscript.cover.src if manuscript.cover else ""
    visible = [manuscript.title, cover, "".join(said.split()), _ADDRESSES.findall(unescape(shown))]
    digest = hashlib.sha256(json.dumps(visible).encode()).hexdigest()
    return ParsedFile(manuscript, TextSignature(sketch(said), digest), document.clean)
