"""What an issue's first lines say about it: its title and number, the cover, a description."""

from __future__ import annotations

import re
from dataclasses import dataclass

from markdown_it.token import Token

from pipeline.issues.issue import Image
from pipeline.issues.markdown.body import Body
from pipeline.issues.reading.beginning import MOST_READ, Beginning
from pipeline.issues.reading.covers import cover
from pipeline.issues.reading.descriptions import descriptions, small
from pipeline.issues.reading.titlenumbers import number_in_title

_MARKED = re.compile(r"\*\*|`|\]\(|<[a-z/!]|&[a-z#]", re.IGNORECASE)  # what hardly means itself: not `__init__`


@dataclass(frozen=True, slots=True)
class Excerpts:
    """What the body tells.

    `opening`: the line of words that it begins with. `title`: its first heading, "" where that heads only a part;
    whether that heads all of it, or has its like below it (`is_repeated`), and is called as sections are
    (`is_section`); the number in it; the picture in the first block, `<small>` among the first three, and what could
    describe it: its plain paragraphs in order, then its lists, each in one short line.
    """

    opening: str
    title: str
    is_headed: bool
    is_repeated: bool
    is_section: bool
    heading_number: int | None
    begins_a_part: bool
    cover: Image | None
    small: str
    descriptions: tuple[str, ...]


def excerpts(body: Body) -> Excerpts:
    """The Excerpts of a Markdown body, which stays as it is; empty fields where it has none."""
    beginning = Beginning(body)
    heading = beginning.first_heading().rstrip(" :：")
    number = number_in_title(heading)
    top = beginning.top()
    top[:1] = map(beginning.settled, top[:1])
    part = beginning.begins_a_part()
    return Excerpts(
        beginning.opening(), heading if number is not None or not part else "",
        beginning.is_headed(), beginning.is_repeated(), beginning.is_section(), number, part,
        cover(top[0]) if top else None,
        next((found for block in top if (found := small(beginning, block))), ""),
        descriptions(beginning))


def words_of(body: Body, text: str) -> str:
    """The words of a piece of Markdown that belongs to a body, such as its description."""
    return Beginning(body).plain(Token("inline", "", 0), text[:MOST_READ]) if _MARKED.search(text) else text
