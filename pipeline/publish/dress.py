"""An issue and what the publication adds to it, as an edition and an envelope ready to be frozen."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from pipeline.audience.tokens import KeyRing
from pipeline.checking.examine import Specimen, errors_of
from pipeline.clock import Clock
from pipeline.editions.edition import Edition
from pipeline.editions.email import render_edition
from pipeline.editions.frame import Frame
from pipeline.editions.letters import Letter
from pipeline.editions.preflight import preflight
from pipeline.editions.templates import MailTemplates
from pipeline.editions.wording import wording
from pipeline.errors import EditionError
from pipeline.issues.archive import Archive
from pipeline.issues.files import Files
from pipeline.issues.record import Record
from pipeline.mailings.compose import Stencil
from pipeline.mailings.envelope import LINK_KEY, Envelope, Sender
from pipeline.mailings.reasons import AS_IT_IS
from pipeline.publish.renderer import Renderer


@dataclass(frozen=True, slots=True)
class _Welcome:
    """The letter that welcomes to a list, and what it was made of: the issue, where every other one is, templates."""

    made_of: tuple[Record, Mapping[str, str], object]
    edition: Edition


class Dresser:
    """Dresses issues for mail. `lists` gives each list's name."""

    def __init__(
        self, archive: Archive, renderer: Renderer, ring: KeyRing, clock: Clock, *, frame: Frame, sender: Sender,
        lists: Mapping[str, str], templates: MailTemplates, files: Files,
    ) -> None:
        self._archive = archive
        self._files = files
        self._renderer = renderer
        self._ring = ring
        self._clock = clock
        self._frame = frame
        self._sender = sender
        self._lists = lists
        self._templates = templates
        self._welcomes: dict[str, _Welcome] = {}

    def dress(
        self, record: Record, list_id: str, *, strict: bool = False,
    ) -> tuple[Edition, dict[str, Any]]:
        """The edition and the envelope for a list, checked to the last header. Raises EditionError.

        `strict` asks for a text without an error of `check` as well: what a person approved goes as it is.
        """
        if strict:
            self._refuse_mistakes(record)
        edition = self.edition(record)
        envelope = self._envelope(record, list_id)
        Stencil(edition, envelope)
        return edition, envelope.as_json() | {LINK_KEY: self._ring.key_id}

    def _refuse_mistakes(self, record: Record) -> None:
        """Raises the first thing in the text that readers should not get: a placeholder, a picture that is missing."""
        text = self._archive.texts.of(record.key)
        issue = Specimen(record.path, record.title, record.cover, text.body, text.body_line,
                         below_static=self._files.below_static)
        for problem in errors_of(issue, self._renderer.document(record), self._files):
            raise EditionError(problem.message, remedy=f"{problem.remedy}, or {AS_IT_IS}",
                               path=problem.path, line=problem.line, column=problem.column, rule=problem.rule)

    def edition(self, record: Record) -> Edition:
        """The issue dressed for mail. Raises EditionError, also for what preflight calls an error."""
        return self._dressed(record, self._frame, self._archive.shown.permalinks())

    def welcome(self, list_id: str) -> Edition | None:
        """The newest finished issue of a list in a letter that welcomes a reader; None before there is one.

        Dressed once for all who confirm until that issue, the address of one that it may lead to, or a template is
        another.
        Raises EditionError.
        """
        newest = self._archive.newest(list_id)
        if newest is None:
            return None
        permalinks = self._archive.shown.permalinks()
        made_of = newest, permalinks, self._templates.stamp()
        known = self._welcomes.get(list_id)
        if known is None or known.made_of != made_of:
            known = self._welcomes[list_id] = _Welcome(made_of, self._welcoming(newest, permalinks))
        return known.edition

    def _welcoming(self, newest: Record, permalinks: Mapping[str, str]) -> Edition:
        words = wording(newest.language or self._frame.language)
        subject = words["welcome_subject"].format(title=self._frame.title)
        frame = replace(self._frame, subject=subject.replace("{", "{{").replace("}", "}}"), view=False,
                        preface=words["welcome_latest"])
        return replace(self._dressed(newest, frame, permalinks), name=Letter.WELCOME.value)

    def _dressed(self, record: Record, own: Frame, permalinks: Mapping[str, str]) -> Edition:
        bearings = self._renderer.bearings(record, permalinks)
        is_hidden = self._archive.shown.is_hidden(record.lists)
        frame = replace(own, page_url="" if is_hidden else self._renderer.page_url(record))
        edition = render_edition(
            self._renderer.issue(record), self._renderer.document(record), frame, self._templates, bearings.resolve)
        for problem in preflight(edition, frame):
            if problem.severity == "error":
                raise EditionError(problem.message, remedy=problem.remedy, path=record.path, rule=problem.rule)
        return edition

    def _envelope(self, record: Record, list_id: str) -> Envelope:
        if list_id not in self._lists:
            raise EditionError(f"goes to the list {list_id}, which config.yaml does not name", path=record.path,
                               remedy="name it under `lists`, or another list in its front matter", rule="list-unknown")
        sender, frame = self._sender, self._frame
        name = f"{record.number}-{list_id}" if record.number is not None else f"{record.key}-{list_id}"
        return replace(
            sender.envelope(name, date=self._clock.now(), language=record.language or frame.language,
                            publication=frame.title),
            list_id=f"{list_id}.{sender.domain}", list_name=self._lists[list_id], archive_url=frame.url,
            help_url=f"mailto:{quote(sender.reply_to or sender.address, safe='@+')}",
            feedback_id=f"{_short(record.key)}:{list_id}:mailing:{_short(sender.domain)}",
            unsubscribe_url_prefix=sender.links("unsubscribe"), unsubscribe_mailto=sender.mailto,
            view_url_prefix=sender.links("view") if frame.view else "",
            preferences_url_prefix=sender.links("preferences") if frame.preferences else "")


def _short(text: str) -> str:
    """Ten characters that stand for a name: Feedback-ID takes five to fifteen."""
    return hashlib.sha256(text.encode()).hexdigest()[:10]
