"""An issue's number and title as readers are shown them: neither says what the other does, and a title says something.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from pipeline.issues.reading.filenumbers import number_and_words
from pipeline.issues.reading.periods import says_when
from pipeline.issues.reading.titlenumbers import number_in_title

# What a title has beside its words: `14 / On paper`, `Day 14: on paper`, `Ink News 014`; no part of a day or a version.
_APART = re.compile(r"(?<![\d.,])(?<!\d[-/])(\d{1,6})(?=\s*(?:$|[-–—/:|·(](?!\d)))")
_COUNTS_ISSUES = frozenset(  # and is no loss where the number is shown behind the publication's name
    ("issue", "no", "nr", "num", "number", "vol", "volume", "edition", "weekly", "digest", "newsletter", "bulletin",
     "letter"))
_LATIN = re.compile("[a-z]+")


def unsaid_number(number: int | None, title: str) -> int | None:
    """An issue's number, to be shown beside its title; None where the title says it, or has it beside its words."""
    apart = (int(found) for found in _APART.findall(unicodedata.normalize("NFKC", title)))
    return None if number is not None and (number_in_title(title) == number or number in apart) else number


def told_apart(title: str, name: str, *, number: int | None, day: date, publication: str) -> str:
    """The title as readers are shown it. One that is but the publication's, or the number or day that a file of this
    name has, is both: `Ink Weekly #14`, `Ink Weekly 2024-03-24`. The same each week says nothing, and so do figures;
    `Apollo-11` says something."""
    is_publication = title.casefold() == publication.casefold()
    if number is not None and (is_publication or (title == name and _only_counts(title, number, publication))):
        behind = f"#{number}"
    elif is_publication:
        behind = str(day)
    else:
        behind = title if title == name and says_when(title) else ""
    return f"{publication} {behind}" if publication and behind else title


def _only_counts(title: str, number: int, publication: str) -> bool:
    """Whether a title is a number with no other words than those that count issues, or the publication's."""
    found = number_and_words(title)
    if found is None or found[0] != number:
        return False
    words, named = _LATIN.findall(found[1].casefold()), _LATIN.findall(publication.casefold())
    return "".join(words) == "".join(named) or _COUNTS_ISSUES.union(named).issuperset(words)
