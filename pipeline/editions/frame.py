"""The Frame: what the publication contributes to a mail, as plain values.

Mail and text part take the same context from here, so that what one says the other says too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, replace

from pipeline.editions.edition import Hole
from pipeline.editions.holes import quote
from pipeline.editions.theme import theme
from pipeline.editions.wording import wording
from pipeline.errors import EditionError
from pipeline.issues.html.vocabulary import direction
from pipeline.language import voice

_FIELD = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")


@dataclass(frozen=True, slots=True)
class Frame:
    """What surrounds an issue. Addresses are absolute; "" means that there is no such thing.

    `page_url` is the issue's own page on the web. `subject` is the pattern of `mailings.subject`.
    `view` and `preferences` say that the web answers such links, one for each reader; without `view` the mail
    leads to `page_url`. `preface` stands above the issue, as in the letter that welcomes a reader with it.
    `width` is in CSS pixels.
    """

    title: str
    url: str
    language: str
    description: str = ""
    author: str = ""
    postal_address: str = ""
    accent: str = "#b4552d"
    logo: str = ""
    width: int = 640
    page_url: str = ""
    subject: str = "{title}"
    preface: str = ""
    view: bool = False
    preferences: bool = False


def subject_line(pattern: str, *, number: int | None, title: str, publication: str, day: str) -> str:
    """The subject: one line, `{number} {title} {publication} {date}` filled, `{{` for a brace.

    A pattern that wants a number gives way to the bare title when the issue has none.
    Raises EditionError for a field it doesn't know; nothing but these four is ever looked up.
    """
    if number is None and "{number}" in pattern:
        pattern = "{title}"
    values = {"number": str(number), "title": title, "publication": publication, "date": day}

    def value(found: re.Match[str]) -> str:
        if found[0] in ("{{", "}}"):
            return found[0][0]
        if found[1] not in values:
            raise EditionError(
                f'mailings.subject "{pattern}" has the unknown part "{found[0]}"',
                remedy="write {number}, {title}, {publication} or {date}", path="config.yaml",
            )
        return values[found[1]]

    return one_line(_FIELD.sub(value, pattern)) or one_line(publication)


def one_line(text: str) -> str:
    """Text for a header or a label: no control or format character that hides, each stretch of space one space."""
    if not text.isprintable():
        text = "".join(c if c.isprintable() or c == "\u200d" else " " for c in text)
    return " ".join(text.split())


def letterhead(frame: Frame, language: str, *, why: str) -> dict[str, object]:
    """What every template knows, quoted against holes; the holes themselves are added here."""
    words = wording(language)
    quoted = quoted_frame(frame)
    start, end = ("left", "right") if direction(language) == "ltr" else ("right", "left")
    return {
        "publication": quoted,
        "language": language,
        "dir": direction(language),
        "start": start,
        "end": end,
        "words": words,
        "voice": voice(language),
        "why": quote(why),
        "theme": theme(frame.accent, frame.width, language),
        "view_url": Hole.VIEW.value if frame.view else quoted.page_url,
        "archive_url": quoted.url,
        "address": Hole.ADDRESS.value,
        "name": Hole.NAME.value,
    }


def quoted_frame(frame: Frame) -> Frame:
    """The frame with every text quoted, so that none can open a hole."""
    texts = {f.name: quote(value) for f in fields(frame) if isinstance(value := getattr(frame, f.name), str)}
    return replace(frame, **texts)  # type: ignore[arg-type]  # only the fields that are text
