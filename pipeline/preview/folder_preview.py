"""The folder as it is this instant, rendered on books of its own, which are thrown away.

It begins with what the ledger knows, so places and states are the true ones, and takes every save at once: its
clock is two seconds ahead, so that a file counts as settled the moment it is written. For one thread.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from pipeline.app import App
from pipeline.checking.examine import examine_specimen
from pipeline.clock import Clock
from pipeline.editions.fitting import LIMIT
from pipeline.errors import EditionError, IssueError, Problem
from pipeline.feeds.feed import Document as FeedDocument
from pipeline.feeds.feed import Entry, Publication
from pipeline.feeds.formats import ATOM
from pipeline.feeds.json_feed import json_feed
from pipeline.issues.document import Target
from pipeline.issues.folder import read
from pipeline.issues.record import Record
from pipeline.mailings.envelope import Envelope
from pipeline.preview.books import blank_books, look
from pipeline.preview.checks import mail_findings, neighbourhood, specimen
from pipeline.preview.copies import as_copy, newest, sample
from pipeline.publish.gather import READ_WITH
from pipeline.publish.publisher import SETTLING_S
from pipeline.publish.seal import seen, seen_size
from pipeline.publish.shapes import issue_shape


@dataclass(frozen=True, slots=True)
class EagerClock:
    """A clock that is as far ahead as a file has to be left alone."""

    clock: Clock

    def now(self) -> datetime:
        return self.clock.now() + timedelta(seconds=SETTLING_S)

    def wait(self, stop: threading.Event, seconds: float) -> bool:  # noqa: ARG002 (as every clock)
        """Never waits: what is being written is looked at again at its next change."""
        return stop.is_set()


@dataclass(frozen=True, slots=True)
class IssuePreview:
    """One issue as the page shows it. `mail`, `page` are HTML with pictures of the folder at `assets/…` of ours."""

    about: dict[str, Any]
    mail: str
    page: str


@contextmanager
def preview_of(app: App) -> Iterator[FolderPreview]:
    """A preview of this publication, filled with what its ledger knows."""
    with blank_books(app, EagerClock(app.clock)) as books:
        if app.has_ledger:
            _fill(books, app)
        yield FolderPreview(books)


def _fill(books: App, app: App) -> None:
    """Takes issues over from the ledger, with what they are called and how far they were read."""
    for key, record in app.archive.issues().items():
        books.archive.enter(record, app.archive.texts.of(key))
    for alias, key in app.archive.names.aliases().items():
        books.archive.names.add_alias(alias, key)
    books.archive.files.remember(app.archive.files.all().values())
    books.ledger.notebook.write_note(READ_WITH, app.ledger.notebook.note(READ_WITH) or "")


class FolderPreview:
    """What the preview shows, made when it is asked for and kept until the folder changes."""

    def __init__(self, books: App) -> None:
        self._books = books
        self._problems: list[Problem] = []
        self._issues: dict[str, IssuePreview] = {}
        self._assets: dict[str, str] = {}
        self._root = books.config.publication.url
        self.refresh()

    def refresh(self) -> None:
        """Takes in what was saved."""
        self._problems = look(self._books)
        self._issues.clear()

    def overview(self) -> dict[str, Any]:
        """The publication, its issues, newest first, and what is wrong with files that are no issue."""
        records = [one for one in self._books.archive.issues().values() if one.missing_at is None]
        shown = [issue_shape(one) | {"state": self._state(one)} for one in reversed(records)]
        return {
            "title": self._books.config.publication.title, "issues": shown,
            "newest": newest(self._books).key if records else None,
            "problems": [one.as_json() for one in self._problems],
        }

    def _state(self, record: Record) -> str:
        """A draft and a date ahead are seen at once; the rest is as the ledger says."""
        if record.draft:
            return "draft"
        ahead = record.state.value == "scheduled"
        return "due" if ahead and record.due_at <= self._books.clock.now() else record.state.value

    def key(self, name: str) -> str:
        """The identity of the issue that a person names; "" where it may be a file that the page says is broken.

        Raises IssueError for a name that is nobody's.
        """
        try:
            return self._books.find(name).key
        except IssueError:
            if any(one.severity == "error" for one in self._problems):
                return ""
            raise

    def issue(self, name: str) -> IssuePreview:
        """One issue, by number, id, file name or path. Raises IssueError."""
        record = self._books.find(name)
        if record.key not in self._issues:
            self._issues[record.key] = self._rendered(record)
        return self._issues[record.key]

    def asset(self, target: str) -> bytes:
        """A file that a preview shows. Raises IssueError for any other."""
        if target not in self._assets:
            raise IssueError("is not shown by any issue", path=target)
        return self._books.files.read(self._assets[target])

    # ---- one issue ----------------------------------------------------------------------------

    def _rendered(self, record: Record) -> IssuePreview:
        permalinks = self._books.archive.shown.permalinks()
        rendered = {target: self._books.renderer.renderings([record], target, permalinks)[record.key]
                    for target in (Target.WEB, Target.FEED)}
        self._assets |= {target: source for one in rendered.values() for source, target in one.assets}
        mail, about = self._mail(record)
        feed = self._feed(record, rendered[Target.FEED].html)
        page = self._at_home(rendered[Target.WEB].html)
        own = issue_shape(record) | {"state": self._state(record)}
        source = self._source(record)
        return IssuePreview({"issue": own, "findings": self._findings(record), "source": source, **about, **feed},
                     self._at_home(mail), page)

    def _mail(self, record: Record) -> tuple[str, dict[str, Any]]:
        """The HTML part, and the rest of the message for the page; empty where it cannot be dressed."""
        try:
            edition, frozen = self._books.dresser.dress(record, record.lists[0])
        except EditionError as error:
            return "", {"subject": record.title, "preheader": "", "text": "", "headers": "", "size": 0,
                        "limit": LIMIT, "refused": str(error)}
        envelope = replace(Envelope.from_json(frozen), date=record.due_at)
        copy = as_copy(sample(self._books, record, edition, envelope))
        return copy.html, {
            "subject": edition.subject, "preheader": edition.preheader, "text": copy.text,
            "headers": copy.mime.partition(b"\r\n\r\n")[0].decode("utf-8", "replace").replace("\r\n", "\n"),
            "size": len(copy.html.encode()), "limit": LIMIT, "refused": "",
        }

    def _feed(self, record: Record, html: str) -> dict[str, str]:
        """The entry as it stands in the JSON feed, and in Atom."""
        about = self._books.config.publication
        publication = Publication(title=about.title, url=about.url, language=about.language, author=about.author.name)
        cover = self._books.renderer.cover(record, {})
        played = self._books.renderer.recorded(record, self._books.archive.shown.permalinks())
        enclosure = played.enclosure(seen_size(seen(self._books.files.place(played.source)))) if played else None
        entry = Entry(self._books.renderer.issue(record), self._books.renderer.page_url(record), html, cover, enclosure)
        document = FeedDocument(ATOM.current(), [entry], current=ATOM.current())
        item = json.loads(json_feed(document, publication))["items"][0]
        atom = ATOM.write(document, publication).decode()
        start, end = atom.find("<entry"), atom.find("</entry>")
        return {"feed_json": json.dumps(item, ensure_ascii=False, indent=2),
                "feed_atom": "  " + atom[start:end] + "</entry>"}

    def _findings(self, record: Record) -> list[dict[str, object]]:
        found = [*(one for one in self._problems if one.path == record.path),
                 *neighbourhood(self._books, self._problems).problems_of(record.path),
                 *examine_specimen(specimen(self._books, record), self._books.files),
                 *mail_findings(self._books, record)]
        return [one.as_json() for one in dict.fromkeys(found)]

    def _source(self, record: Record) -> str:
        """The file as it is on the disk now, front matter and all."""
        try:
            return read(self._books.config.issues.folder, record.path).decode("utf-8", "replace")
        except IssueError:
            return self._books.archive.texts.of(record.key).body

    def _at_home(self, html: str) -> str:
        """Pictures of the folder come from here: they are not on the web before the issue is."""
        return html.replace(f'src="{self._root}assets/', 'src="/assets/')
