"""What the last build wrote: so that the next one knows what stands, without rendering or reading it.

`stands` answers for the whole with one `stat` a file. Behind it the manifest keeps a stamp for each page
and document: the digest of all it was made from. While a stamp is the same and its file is as it was left,
the file is what a build now would write.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from datetime import datetime
from itertools import chain
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pipeline.publish.seal import FILES, OPEN, SEAL, as_left, digest, frame, sealed

if TYPE_CHECKING:  # slow import: SQLAlchemy, which a build with nothing to do never needs
    from pipeline.mailings.ledger.notebook import Notebook

RECORD = "printed"  # the note that is read when something changed; the others' names, and that of FILES, begin with it
PAGES_A_NOTE = 500  # one new issue is one such note to be written, and not ten thousand pages


@dataclass(slots=True)
class Page:
    """What the last build remembers of an issue.

    `stamp` of its row, `page_stamp` of its page; `fragment` is the digest of its parsed text, `assets` and `links`
    are its rendering's (see renderer.Rendering); `id` is its id in the feeds. `clashes`: it wanted another's address.
    `recorded` are the values of its recording (see rendering.Recorded), none without one.
    """

    stamp: str
    page_stamp: str
    id: str
    fragment: str
    assets: list[list[str]]
    links: list[list[str]]
    clashes: bool
    recorded: list[str]


_values_of = attrgetter(*(one.name for one in fields(Page)))


@dataclass(slots=True)
class BuildRecord:
    """What the last build left: pages by key of their issue, stamps and sizes by file.

    `files` gives time and size of each file as it was left, by its whole path. `sources` the same of the pictures
    that were copied. `fits` says how many entries a feed had room for.
    """

    frame: str = ""
    pages: dict[str, Page] = field(default_factory=dict)
    stamps: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    fits: dict[str, list[Any]] = field(default_factory=dict)

    @property
    def ids(self) -> set[str]:
        """The ids that stood in the feeds."""
        return {page.id for page in self.pages.values() if page.id}


class PageNote(NamedTuple):
    """What one note says: up to PAGES_A_NOTE pages, by key of their issue; and the digest of its text."""

    pages: tuple[tuple[str, Page], ...] = ()
    digest: str = ""


class Manifest:
    """`settings` is everything besides the issues that decides the output, as text; `templates` are folders of them."""

    def __init__(self, notebook: Notebook, settings: str, templates: Iterable[str | Path]) -> None:
        self._notebook = notebook
        self.settings = settings
        self.frame = frame(settings, templates)
        self._page_notes: dict[str, PageNote] = {}  # as they were read or written, by name

    def stands(self, folder: str, now: datetime) -> bool:
        """Whether a build now would write nothing: the folder is as it was, and nothing new is due.

        `folder` is the folder's digest, "" if it must be looked at more closely.
        """
        files = self._notebook.note(FILES)
        return sealed(self._notebook.note(SEAL), files, folder, self.frame, now) and as_left(files)

    def read(self) -> BuildRecord:
        """What the last build left; nothing of it counts that somebody changed since."""
        notes = self._notebook.notes(RECORD)
        self._page_notes = dict.fromkeys(notes, PageNote())
        try:
            noted, files = (json.loads(notes.pop(name, "{}")) for name in (RECORD, FILES))
            read = {name: _read_pages(notes[name], digest) for name, digest in noted.pop("page_notes").items()}
            self._page_notes |= read
            return BuildRecord(pages=dict(chain.from_iterable(note.pages for note in read.values())), **files, **noted)
        except (ValueError, LookupError, TypeError, AttributeError):  # none, another version's, or damaged
            return BuildRecord()  # which costs a build of everything

    def write(self, built: BuildRecord, folder: str, until: datetime | None) -> None:
        """Notes what a build left, where it is not what was read. `until` is when the next issue is due."""
        pages = tuple(built.pages.items())
        parts = {f"{RECORD} {start // PAGES_A_NOTE:05}": pages[start:start + PAGES_A_NOTE]
                 for start in range(0, len(pages), PAGES_A_NOTE)}
        fresh = {name: _written(part) for name, part in parts.items()
                 if part != self._page_notes.get(name, PageNote()).pages}
        notes = {name: PageNote(part, digest(fresh[name])) if name in fresh else self._page_notes[name]
                 for name, part in parts.items()}
        files = json.dumps({"files": built.files, "sources": built.sources})
        self._notebook.write_notes({
            **{name: None for name in self._page_notes if name not in notes},
            **fresh,
            RECORD: json.dumps({"frame": self.frame, "stamps": built.stamps, "fits": built.fits,
                                "page_notes": {name: note.digest for name, note in notes.items()}}, ensure_ascii=False),
            FILES: files,
            SEAL: json.dumps({"folder": folder, "frame": self.frame, "until": until and until.isoformat(),
                              "files": digest(files)})})
        self._page_notes = notes

    def open(self) -> bool:
        """Before a build writes: until it has ended nothing stands. Says whether the last one ended."""
        ended = self._notebook.note(SEAL) not in (None, OPEN)
        self._notebook.write_note(SEAL, OPEN)
        return ended


def _written(pages: Iterable[tuple[str, Page]]) -> str:
    return json.dumps([(key, _values_of(page)) for key, page in pages], ensure_ascii=False)


def _read_pages(text: str, noted: str) -> PageNote:
    """Raises ValueError for a note of another build than the record's: two may have been at work at once."""
    if digest(text) != noted:
        raise ValueError("this note is another build's")
    return PageNote(tuple((key, Page(*page)) for key, page in json.loads(text)), noted)
