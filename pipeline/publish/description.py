"""What stands below an issue's title in lists, feeds and mail where its author wrote nothing for that.

The first paragraph would do, were it not that many newsletters begin each issue with the same words.
"""

from __future__ import annotations

import re
from datetime import datetime

from pipeline.issues.archive import Archive
from pipeline.issues.issue import Manuscript
from pipeline.issues.record import Record

BOILERPLATE_LOOKBACK = 60   # issues whose paragraphs count as boilerplate when they come again
_FIGURES = re.compile(r"\d+(?:st|nd|rd|th)?")


def describe(key: str, due_at: datetime, manuscript: Manuscript, old: Record | None, heard: Heard) -> str:
    """The author's own, else the first paragraph that issues before `due_at` do not have, not even with other figures
    (`This is issue 14.`); kept once published."""
    candidates = manuscript.descriptions
    if manuscript.described or not candidates:
        return candidates[0] if candidates else ""
    if old and old.is_published and (old.description in candidates or old.source_digest == manuscript.digest):
        return old.description
    earlier = heard.paragraphs(before=due_at, but=key)
    return next((candidate for candidate in candidates if _form(candidate) not in earlier), candidates[0])


class Heard:
    """What the latest issues said in their paragraphs: what comes again is no description of anything.

    An issue older than all of them, whose text was edited, is compared with none.
    """

    def __init__(self, archive: Archive) -> None:
        latest = archive.texts.paragraphs(BOILERPLATE_LOOKBACK + 1)
        self._latest = [(due_at, key, tuple(map(_form, said))) for due_at, key, said in latest]

    def paragraphs(self, *, before: datetime, but: str) -> set[str]:
        """The paragraphs of the latest issues that are due by then, except one's own, by their form."""
        earlier = [said for due_at, key, said in self._latest if due_at <= before and key != but]
        return {paragraph for said in earlier[:BOILERPLATE_LOOKBACK] for paragraph in said}

    def add(self, due_at: datetime, key: str, said: tuple[str, ...]) -> None:
        """An issue that is about to be written."""
        kept = [one for one in self._latest if one[1] != key]
        forms = tuple(map(_form, said))
        self._latest = sorted([*kept, (due_at, key, forms)], key=_latest_first)[:BOILERPLATE_LOOKBACK + 1]


def _form(paragraph: str) -> str:
    """A paragraph without its figures: a greeting that names its number or its day is the same greeting."""
    return _FIGURES.sub("0", paragraph)


def _latest_first(one: tuple[datetime, str, tuple[str, ...]]) -> tuple[float, str]:
    return -one[0].timestamp(), one[1]
