"""The last look at an Edition before anyone gets it: what would be clipped, lead nowhere, or show our seams."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

from pipeline.editions.edition import Edition, Hole
from pipeline.editions.fitting import LIMIT, RESERVE
from pipeline.editions.frame import Frame
from pipeline.editions.holes import split
from pipeline.errors import Problem

_ADDRESS = re.compile(r'<(?:a|img)\b[^>]*?\s(?:href|src)="([^"]*)"')
_ABSOLUTE = re.compile(r"(?:https?:)?//[^/\s]|mailto:.|tel:.", re.IGNORECASE)
_NO_ALT = re.compile(r'<img\b(?![^>]*\salt=)[^>]*?\ssrc="([^"]*)"')
_UNKNOWN_HOLE = re.compile(rf"AVVISO-HOLE-(?!QUOTED-|{'|'.join(hole.name for hole in Hole)})[A-Z-]*")
_LEFT_OVER = re.compile(r"LINK_HERE|\{\{\s*[a-z_.]+\s*\}\}|\*\|[A-Z_]+\|\*|%%[a-z_]+%%", re.IGNORECASE)

_CODE = re.compile(r"`[^`]{1,300}`|^ {4}.*", re.MULTILINE)  # as the text part writes it

# What would do harm to readers stops a mailing; the rest is for the author to know.
_ERRORS = frozenset({"mail-size", "mail-unsubscribe", "mail-subject", "mail-hole"})


def preflight(edition: Edition, frame: Frame, *, path: str = "") -> tuple[Problem, ...]:
    """What a person should know of the mail; those of severity `error` hold it. `path` is the issue's file."""
    checks = (_size(edition), _way_out(edition, frame), _subject(edition), _addresses(edition), _left_over(edition))
    return tuple(
        Problem(path or edition.name, message, remedy, rule=rule,
                severity="error" if rule in _ERRORS else "warning")
        for found in checks for rule, message, remedy in found
    )


Finding = tuple[str, str, str]


def _size(edition: Edition) -> Iterator[Finding]:
    size = len(edition.html.encode())
    if size > LIMIT - RESERVE:
        yield ("mail-size", f"the mail has {size:,} bytes of HTML, and clients hide what is over {LIMIT - RESERVE:,}",
               "shorten the template")


def _way_out(edition: Edition, frame: Frame) -> Iterator[Finding]:
    for name, body in (("HTML", edition.html), ("text", edition.text)):
        if Hole.UNSUBSCRIBE not in split(body):
            yield ("mail-unsubscribe", f"the {name} part has no unsubscribe link",
                   "put {{ unsubscribe_url }} into the template")
    if not frame.postal_address:
        yield ("mail-postal", "the mail shows no postal address, which many countries ask for",
               "set publication.postal_address in config.yaml")


def _subject(edition: Edition) -> Iterator[Finding]:
    if not edition.subject.strip():
        yield ("mail-subject", "the subject is empty", "give the issue a title")
    if len(edition.subject) > 150:
        yield ("mail-subject-long", f"the subject has {len(edition.subject)} characters; inboxes show about 60",
               "shorten the title")


def _addresses(edition: Edition) -> Iterator[Finding]:
    """Links and pictures that lead nowhere from an inbox: each address once."""
    for address in dict.fromkeys(unescape(found[1]) for found in _ADDRESS.finditer(edition.html)):
        if address not in set(Hole) and not _ABSOLUTE.match(address):
            yield ("mail-address", f'the address "{address[:80]}" leads nowhere from an inbox',
                   "write it out from https:// on, or put the file beside the issue")
    for address in _NO_ALT.findall(edition.html):
        yield ("mail-alt", f"a picture has no alternative text: {unescape(address)[:80]}", "add one, even an empty one")


def _left_over(edition: Edition) -> Iterator[Finding]:
    """Marks that a template, an author or another system left open: nobody meant readers to see them."""
    for mark in dict.fromkeys(_UNKNOWN_HOLE.findall(edition.html + edition.text)):
        yield ("mail-hole", f"{mark} is filled by nobody", "mend the template")
    subject = dict.fromkeys(_LEFT_OVER.findall(edition.subject))
    for mark in subject:
        yield ("mail-placeholder", f'the subject has "{mark}", which looks like a placeholder',
               "replace it, unless readers are to see it")
    seen = "".join(piece for piece in split(edition.text) if not isinstance(piece, Hole))
    for mark in dict.fromkeys(_LEFT_OVER.findall(_CODE.sub("", seen))):
        if mark not in subject:
            yield ("mail-placeholder", f'"{mark}" looks like a placeholder', "replace it, or write it as code")
