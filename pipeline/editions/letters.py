"""Letters to one person: confirm, welcome, new address. Editions like any other, sent by the same door."""

from __future__ import annotations

from enum import StrEnum

from pipeline.editions.dressing import dress
from pipeline.editions.edition import Edition, Hole
from pipeline.editions.frame import Frame, letterhead, one_line
from pipeline.editions.holes import quote
from pipeline.editions.templates import MailTemplates
from pipeline.editions.text import RULE, underlined
from pipeline.editions.wording import wording
from pipeline.language import spoken


class Letter(StrEnum):
    """The occasions on which a letter is written."""

    CONFIRM = "confirm"      # its button is Hole.ACTION: the address that confirms this one subscription
    WELCOME = "welcome"      # leads to the archive
    CHANGE = "change"        # to a new address; its button is Hole.ACTION: the address that makes the change


def render_letter(letter: Letter, frame: Frame, templates: MailTemplates, *, about: str = "") -> Edition:
    """The Edition of a letter in the publication's language, or in English where we don't speak it; one row serves
    all readers.

    `about` is the name of the list that its text is about, where there are others.
    """
    said = _said(letter, frame.language)
    words = {key: text.format(title=frame.title) for key, text in said.items()}
    if about:
        words["text"] = said["text"].format(title=f"{frame.title}{wording(frame.language)['colon']}{about}")
    context = _context(letter, frame, words)
    return Edition(
        name=letter.value,
        language=_language(frame),
        subject=one_line(words["subject"]),
        preheader=one_line(words["text"]),
        html=dress(templates, "letter.html", context),
        text=templates.render("letter.txt", context).strip() + "\n",
    )


def _language(frame: Frame) -> str:
    """That of the words: every one in a letter is ours, and they decide where its lines begin."""
    return frame.language if spoken(frame.language) else "en"


def _said(letter: Letter, language: str) -> dict[str, str]:
    catalogue = wording(language)
    return {key: catalogue[f"{letter}_{key}"] for key in ("subject", "text", "button", "small")}


def _context(letter: Letter, frame: Frame, words: dict[str, str]) -> dict[str, object]:
    catalogue = wording(frame.language)
    why = "why" if letter is Letter.WELCOME else "letter_why"
    button = {
        Letter.CONFIRM: Hole.ACTION.value,
        Letter.CHANGE: Hole.ACTION.value,
        Letter.WELCOME: quote(frame.url),
    }[letter]
    return {
        **letterhead(frame, _language(frame), why=catalogue[why].format(title=frame.title)),
        "title": quote(one_line(words["subject"])),
        "subject": quote(one_line(words["subject"])),
        "preheader": quote(one_line(words["text"])),
        "paragraphs": [quote(words["text"])],
        "small": quote(words["small"]),
        "button": {"label": quote(words["button"]), "url": button},
        "heading": underlined(quote(one_line(words["subject"]))),
        "rule": RULE,
        "links": _links(frame) if letter is Letter.WELCOME else [],
    }


def _links(frame: Frame) -> list[tuple[str, str]]:
    words = wording(frame.language)
    preferences = [(words["preferences"], Hole.PREFERENCES.value)] if frame.preferences else []
    return [(words["unsubscribe"], Hole.UNSUBSCRIBE.value), *preferences]
