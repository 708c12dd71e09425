"""Names in brackets that nothing defines: of links, and of notes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from markdown_it.common.utils import normalizeReference
from markdown_it.token import Token

from pipeline.checking.source import Source
from pipeline.errors import Problem, shorten
from pipeline.issues.markdown.references import BY_NAME, is_undefined

_DEFINED = re.compile(r"^[ >]{0,9}(?:(?:[-*+]|\d{1,9}[.)])[ ]{1,4})?\[([^\[\]\n]{1,200})\]:", re.MULTILINE)
_NOTE_DEFINED = re.compile(r"^[ >]{0,9}(?:(?:[-*+]|\d{1,9}[.)])[ ]{1,4})?\[\^([^\[\]\s]{1,200})\]:", re.MULTILINE)
# A figure or a word; `[^a-z]` is a pattern's.
_NOTE = re.compile(r"(?<![\\!])\[\^(\d{1,4}|[^\W\d_]\w{2,40}|[\u2e80-\uffdc]{1,20})\](?!:)")


def find_undefined(source: Source, tokens: Sequence[Token]) -> Iterator[Problem]:
    """Each place where one is used."""
    notes = {found[1].lower() for found in source.find(_NOTE_DEFINED)}
    for found in source.find(_NOTE):
        if found[1].lower() not in notes:
            yield source.problem("reference-missing", found.start(), f"nothing defines {found[0]}, which is shown as "
                                 "typed", f"add a line with the note, {found[0]}: words")
    defined = {normalizeReference(found[1]) for found in source.find(_DEFINED)}
    shown = {found[0] for words in _words_of_links(tokens) for found in BY_NAME.finditer(words)}
    for found in source.find(BY_NAME):
        if is_undefined(found, defined) and found[0] not in shown:
            name = " ".join(found["label"].split() or found["words"].split())
            yield source.problem("reference-missing", found.start(), f"nothing defines [{shorten(name)}]: only the "
                                 "words are shown", f"add a line with its address, [{shorten(name)}]: https://…")


def _words_of_links(tokens: Sequence[Token]) -> Iterator[str]:
    """In these brackets are shown."""
    depth = 0
    for child in (child for token in tokens for child in token.children or ()):
        depth += (child.type == "link_open") - (child.type == "link_close")
        if depth and "][" in child.content:
            yield child.content
