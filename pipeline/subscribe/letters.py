"""The letters that readers get from us alone: an edition, and the envelope it goes in."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from pipeline.editions.edition import Edition
from pipeline.editions.frame import Frame
from pipeline.editions.letters import Letter, render_letter
from pipeline.editions.templates import MailTemplates
from pipeline.errors import EditionError
from pipeline.language import spoken
from pipeline.mailings.envelope import LINK_KEY, Sender

log = logging.getLogger(__name__)


class Stationery:
    """What all letters of a publication share. `key_id` names the key that signs links.

    `open_welcome` gives the letter that welcomes to a list, where that is one of its own.
    """

    def __init__(
        self, frame: Frame, templates: MailTemplates, sender: Sender, *, key_id: str,
        open_welcome: Callable[[str], Edition | None],
    ) -> None:
        self._frame = replace(frame, view=False)  # a letter has no page of its own
        self._open_welcome = open_welcome
        self._templates = templates
        self._sender = sender
        self._key_id = key_id
        self._editions: dict[tuple[Letter, str, str], Edition] = {}
        self._made_of: object = None  # the templates

    @property
    def can_ask(self) -> bool:
        """Whether a letter can lead back to us: without an address of our own nobody could confirm."""
        return bool(self._sender.web_url)

    def confirm_url(self, token: str) -> str:
        """Where the button of a confirmation letter leads."""
        return f"{self._sender.web_url}confirm/{token}"

    def edition(self, letter: Letter, list_id: str, language: str, *, about: str = "") -> Edition:
        """The letter's text, the same for everybody on the list with this language. Raises EditionError, ConfigError.

        A welcome brings the latest issue where that is wanted, there, and can be dressed. A confirmation names the list
        that it is `about`, where there are others.
        """
        if letter is Letter.WELCOME:
            try:
                return self._open_welcome(list_id) or self._plain(letter, language)
            except EditionError as error:
                log.warning("welcome.plain", extra={"reason": str(error)})
        return self._plain(letter, language, about if letter is Letter.CONFIRM else "")

    def _plain(self, letter: Letter, language: str, about: str = "") -> Edition:
        """Rendered once in each language, and again when a template changes."""
        made_of = self._templates.stamp()
        if made_of != self._made_of:
            self._editions.clear()
            self._made_of = made_of
        kind = letter, self._spoken(language), about
        if kind not in self._editions:
            frame = replace(self._frame, language=kind[1])
            self._editions[kind] = render_letter(letter, frame, self._templates, about=about)
        return self._editions[kind]

    def _spoken(self, language: str) -> str:
        """The reader's language where we have words of it, else the publication's."""
        return spoken(language) or self._frame.language

    def envelope(self, letter: Letter, now: datetime, language: str) -> dict[str, Any]:
        """The envelope of a letter written now; one that somebody can leave by says how."""
        envelope = self._sender.envelope(letter.value, date=now, language=self._spoken(language),
                                         publication=self._frame.title)
        if letter is Letter.WELCOME:
            envelope = replace(
                envelope, unsubscribe_url_prefix=self._sender.links("unsubscribe"),
                unsubscribe_mailto=self._sender.mailto,
                preferences_url_prefix=self._sender.links("preferences") if self._frame.preferences else "")
        return envelope.as_json() | {LINK_KEY: self._key_id}
