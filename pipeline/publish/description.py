"""What stands below an issue's title in lists, feeds and mail where its author wrote nothing for that.

The first paragraph would do, were it not that many newsletters begin each issue with the same words.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import datetime
from itertools import islice

from pipeline.issues.archive import Archive
from pipeline.issues.issue import Manuscript
from pipeline.issues.record import Record
from pipeline.language import month_names

BOILERPLATE_LOOKBACK = 60   # issues whose paragraphs count as boilerplate when they come again
_FIGURES = re.compile(r"\d+(?:st|nd|rd|th)?|(?<=第)[〇零一二三四五六七八九十百]+(?=[期号號回刊辑輯])")
_WORD = re.compile(r"[A-Za-z\u00c0-\u04ff]+")
_FIGURES_IN_WORDS = month_names() | {
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh",
    "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth",
    "twentieth", "thirtieth", "fortieth", "fiftieth", "hundredth"}

_SENTENCE_END = re.compile(  # not the point of `No. 5` or `14. März`
    r"[。！？…]+[”’」』）]*\s*|(?:[!?]+[\"'”’)]*|(?:(?<=[\w)]{3})|(?<=#\d)|(?<=#\d\d))\.)\s+")
_SENTENCES = 3  # at the beginning of a paragraph, that may be the same in all issues
_GREETINGS = 3  # paragraphs at the beginning of an issue that may begin so


def describe(key: str, due_at: datetime, manuscript: Manuscript, old: Record | None, heard: Heard) -> str:
    """The author's own, else the first paragraph that issues before `due_at` do not have, not even with other figures
    (`This is issue 14.`, `This is the third issue.`, `This issue covers April.`), without such sentences at its
    beginning (`Welcome to issue 14! Ink is dear.`); kept once published."""
    candidates = manuscript.descriptions
    if manuscript.described or not candidates:
        return candidates[0] if candidates else ""
    if old and old.is_published and (old.source_digest == manuscript.digest or _is_of(old.description, candidates)):
        return old.description
    earlier = heard.paragraphs(before=due_at, but=key)
    found = next((candidate for candidate in candidates if _form(candidate) not in earlier), candidates[0])
    return _without_greeting(found, earlier)


def _is_of(description: str, candidates: Collection[str]) -> bool:
    """Whether it was made of one of them."""
    return description != "" and any(candidate.endswith(description) for candidate in candidates)


class Heard:
    """What the latest issues said in their paragraphs: what comes again is no description of anything.

    An issue older than all of them, whose text was edited, is compared with none.
    """

    def __init__(self, archive: Archive) -> None:
        latest = archive.texts.paragraphs(BOILERPLATE_LOOKBACK + 1)
        self._latest = [(due_at, key, _forms(said)) for due_at, key, said in latest]

    def paragraphs(self, *, before: datetime, but: str) -> set[str]:
        """The paragraphs of the latest issues that are due by then, except one's own, and their beginnings, by their
        form."""
        earlier = [said for due_at, key, said in self._latest if due_at <= before and key != but]
        return {paragraph for said in earlier[:BOILERPLATE_LOOKBACK] for paragraph in said}

    def add(self, due_at: datetime, key: str, said: tuple[str, ...]) -> None:
        """An issue that is about to be written."""
        kept = [one for one in self._latest if one[1] != key]
        self._latest = sorted([*kept, (due_at, key, _forms(said))], key=_latest_first)[:BOILERPLATE_LOOKBACK + 1]


def _without_greeting(paragraph: str, earlier: Collection[str]) -> str:
    """A paragraph without the sentences that earlier ones begin with, where there is more in it."""
    from pipeline.issues.reading.descriptions import says_something  # slow import: the Markdown parser

    for beginning in reversed(_beginnings(paragraph)):
        rest = paragraph[len(beginning):].lstrip(" ·")
        if _form(beginning) in earlier and says_something(rest):
            return rest
    return paragraph


def _beginnings(paragraph: str) -> list[str]:
    """A paragraph up to the end of each of its first sentences."""
    return [paragraph[:found.end()] for found in islice(_SENTENCE_END.finditer(paragraph), _SENTENCES)]


def _forms(said: tuple[str, ...]) -> tuple[str, ...]:
    """An issue's paragraphs, and what the first of them begin with, by their form."""
    begun = (beginning for paragraph in said[:_GREETINGS] for beginning in _beginnings(paragraph))
    return tuple(map(_form, (*said, *begun)))


def _form(paragraph: str) -> str:
    """A paragraph without its figures and months: a greeting that names its number or its day is the same greeting."""
    plain = _FIGURES.sub("0", paragraph.rstrip())
    if _FIGURES_IN_WORDS.isdisjoint(_WORD.findall(plain.lower())):
        return plain
    return _WORD.sub(lambda word: "0" if word[0].lower() in _FIGURES_IN_WORDS else word[0], plain)


def _latest_first(one: tuple[datetime, str, tuple[str, ...]]) -> tuple[float, str]:
    return -one[0].timestamp(), one[1]
