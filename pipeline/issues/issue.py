"""The Issue: one number of the newsletter, read and cleaned, before it is dressed for mail, feed or web.

A Manuscript is what the file says by itself; it becomes an Issue when the archive
has settled its identity and its hour. Both are values: nothing here reads or writes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class State(StrEnum):
    """Where an issue stands, for people: the words of `status --json`."""

    DRAFT = "draft"              # the author says so; nowhere
    SCHEDULED = "scheduled"      # dated ahead; nowhere yet
    WAITING = "waiting"          # due, and in the feeds; mail waits until the file has been quiet
    HELD = "held"                # due, and in the feeds; mail waits for a person
    ADOPTED = "adopted"          # in the feeds; never mailed, by a person's word or the baseline
    PUBLISHED = "published"      # in the feeds; mail is about to start, or was cancelled
    MAILED = "mailed"            # its audience is frozen: sending or sent
    PROBLEM = "problem"          # its file cannot be used now; its last good text stands


DATE_IT = "add `date: 2026/03/24` between two `---` lines at its top"  # to who wrote an issue without one
SETTLED = (State.ADOPTED, State.MAILED)  # with these it is over: only a person changes them


@dataclass(frozen=True, slots=True)
class Image:
    """A picture: absolute or folder-relative address, alternative text ("" if none), width and height in CSS pixels."""

    src: str
    alt: str = ""
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True)
class Manuscript:
    """A file as its author wrote it, with every convention of the folder applied.

    `path` is relative to the issues folder, with forward slashes, NFC. `claimed_id` is the
    identity that file asks for (front matter `id`, else number, else stem). `day` and `due_at`
    are None when no date was found anywhere.
    `body` is Markdown with line ends `\\n`; `body_line` is the line of the file on which it
    starts, from 1. `untitled`: nobody wrote the title, and the file's name, which stands for it, says nothing.
    `descriptions` are candidates, best first; `described` says that the first one is the author's own
    (front matter or `<small>`). `digest` is the sha-256 (hex) of the file's bytes.
    """

    path: str
    claimed_id: str
    number: int | None
    title: str
    untitled: bool
    day: date | None
    due_at: datetime | None
    cover: Image | None
    descriptions: tuple[str, ...]
    described: bool
    language: str | None
    lists: tuple[str, ...]
    tags: tuple[str, ...]
    draft: bool
    body: str
    body_line: int
    digest: str


@dataclass(frozen=True, slots=True)
class Issue:
    """One issue, as every reader of it gets it: what mail, feeds and web say of it beside its text."""

    key: str                     # for ever; aliases are remembered by the archive
    number: int | None
    title: str
    day: date                    # the day on the cover, in the publication's zone
    published_at: datetime       # the due instant, frozen at first publication; equal ones spaced by a second
    updated_at: datetime         # when the visible words, links or images last changed
    feed_id: str                 # opaque, stored at first publication, never recomputed
    permalink: str               # relative to the publication's address: "14/"
    description: str             # plain text, for preheader and summaries
    language: str                # BCP 47: "zh-Hans", "en"
    tags: tuple[str, ...]
    author: str
    path: str                    # relative to the folder; for people and for errors
