"""What an issue is called that front matter gives no title: by its file's name, or by its first lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.issues.markdown.headings import fold
from pipeline.issues.reading.filenumbers import title_in_name
from pipeline.issues.reading.names import (
    is_bare,
    is_slug,
    is_word,
    outdoes_word,
    parted,
    says_no_more,
    words_behind_day,
    written_name,
)
from pipeline.issues.reading.paths import month_around
from pipeline.issues.reading.periods import says_when
from pipeline.issues.reading.titlenumbers import number_in_title

if TYPE_CHECKING:  # slow import: the Markdown parser
    from pipeline.issues.reading.excerpts import Excerpts

_SHORT_TITLE = 200  # characters of a heading that says more than one word; a longer one is a text


def title_without_field(name: str, named: str, path: str, told: Excerpts, number: int | None) -> tuple[str, bool]:
    """The title, and whether it is none: only what a file is called that says nothing but a number or a day.

    `name` is the file's at `path`, without its ending; `named` is what is left of it without marks of programs and a
    short day. `told` is what the first lines say.
    """
    titled = _title(named, told)
    title = titled if titled not in ("", named) else month_around(path) or named or name
    is_untitled = title != told.title and is_bare(title, name)
    if is_untitled and number is not None and number_in_title(told.opening) == number:  # `Ink Weekly #14`
        return told.opening, False
    return title, is_untitled


def _title(name: str, told: Excerpts) -> str:
    """Behind a number a file name has a title, but a date there says less than the first heading, and words joined for
    an address or mere figures less than the heading of all, as does one Latin word less than several, or than Chinese
    ones. Words behind a day, and a name in words, say more than the heading of one part among others."""
    named = title_in_name(name)
    parts = parted(named)
    is_less = is_slug(named) or bool(parts) or not any(map(str.isalpha, named)) or (
        is_word(named) and outdoes_word(told.title) and len(told.title) <= _SHORT_TITLE)
    if told.title and (says_when(named) or (told.is_headed and is_less)):
        return told.title
    is_weak = not told.title or (told.is_repeated and told.heading_number is None)
    words = (words_behind_day(name) or _unlike(told.title, written_name(name))) if is_weak else ""
    heading = "" if is_weak and told.is_section and says_no_more(name) else told.title
    return parts or named or words or heading


def _unlike(heading: str, name: str) -> str:
    """A name, unless the heading says it as well: `Ink: 1 / 2` is named `Ink 1 2`."""
    written, said = fold(name), fold(heading)
    return "" if written in said or (said in written and 2 * len(said) > len(written)) else name
