"""The Edition: an issue (or a letter) dressed for mail, immutable, named by its own digest.

What differs from reader to reader is left open as holes: opaque ASCII marks that survive
inlining and are filled while the message is encoded (`mailings.compose`).
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from enum import StrEnum


class Hole(StrEnum):
    """The places that are filled for each reader. Marks are ASCII without spaces or braces."""

    UNSUBSCRIBE = "AVVISO-HOLE-UNSUBSCRIBE"      # address of the page, or mailto:
    PREFERENCES = "AVVISO-HOLE-PREFERENCES"
    VIEW = "AVVISO-HOLE-VIEW"                    # this very mail in the browser
    ADDRESS = "AVVISO-HOLE-ADDRESS"              # the reader's own address, for the footer
    NAME = "AVVISO-HOLE-NAME"                    # only where an owner's template uses it
    ACTION = "AVVISO-HOLE-ACTION"                # what the button of a letter does: confirm this subscription


@dataclass(frozen=True, slots=True)
class Edition:
    """Subject, preheader and both bodies, holes still open. `name` is the issue key or the letter's name."""

    name: str
    language: str
    subject: str
    preheader: str
    html: str
    text: str

    @property
    def digest(self) -> str:
        """sha-256 (hex) over every field: equal editions are one row."""
        parts = [self.name, self.language, self.subject, self.preheader, self.html, self.text]
        return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()
