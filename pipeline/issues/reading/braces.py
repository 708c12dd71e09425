"""Fields in braces above the text: Hugo's JSON, `{"title": "Ink"}`, and Cryogen's EDN, `{:title "Ink", :tags ["a"]}`.

The two are read as one: colons and commas between words part them. A value is the text that was typed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from pipeline.errors import IssueError
from pipeline.issues.reading.headers import Front

_OPENING = re.compile(r'\s*\{\s*(?:"[\w -]{1,40}"\s*:|:[a-zA-Z][\w-]{0,40}\s)')
_TOKEN = re.compile(r'[\s,]+|;[^\n]*|(?P<string>"(?:[^"\\]|\\.)*")|(?P<mark>#?\{|[}\[\]])|(?P<word>[^\s,;"{}\[\]]+)',
                    re.DOTALL)
_CLOSING = {"{": "}", "#{": "}", "[": "]"}
_MAX_CHARS = 65_536
_MAX_DEPTH = 10


def read_braces(text: str, path: str) -> Front | None:
    """The fields of a text that begins with a mapping in braces; None for one that does not. Raises IssueError."""
    opening = _OPENING.match(text, 0, _MAX_CHARS)
    if opening is None:
        return None
    first = text.index("{")
    reading = _Reading(text[:_MAX_CHARS], first + 1)
    try:
        fields = _fields(reading)
    except (ValueError, StopIteration, RecursionError):
        raise IssueError("the fields in braces cannot be read: a brace, a bracket or a quote is not closed", path=path,
                         line=text.count("\n", 0, first) + 1, remedy="close it, or write them as YAML between two "
                         "lines of ---", rule="front-matter") from None
    rest, _, body = text[reading.at:].partition("\n")
    if rest.strip():
        return None
    return Front({name.lower(): value for name, value in fields.items()}, body,
                 text.count("\n", 0, reading.at) + 2, reading.places)


@dataclass(slots=True)
class _Reading:
    """A text that is read from `at` on; `places` are the lines of the fields, from 1."""

    text: str
    at: int
    places: dict[str, int] = field(default_factory=dict)

    def tokens(self) -> Iterator[re.Match[str]]:
        """Strings, brackets and words, one by one; the blanks between them, colons and what names a type say nothing.
        Ends at what is none, as at the end."""
        while found := _TOKEN.match(self.text, self.at):
            self.at = found.end()
            word = found["word"] or ""
            if found.lastgroup and word != ":" and not word.startswith("#"):
                yield found


def _fields(reading: _Reading) -> Mapping[str, object]:
    tokens = reading.tokens()
    fields: dict[str, object] = {}
    while (token := next(tokens))["mark"] != "}":
        name = _text(token)
        reading.places.setdefault(name.lower(), reading.text.count("\n", 0, token.start()) + 1)
        fields[name] = _value(next(tokens), tokens, 0)
    return fields


def _value(token: re.Match[str], tokens: Iterator[re.Match[str]], depth: int) -> object:
    """The value that begins with a token: text, or a list or mapping of values."""
    mark = token["mark"]
    if not mark:
        return _text(token)
    if mark not in _CLOSING or depth == _MAX_DEPTH:
        raise ValueError
    values: list[object] = []
    while (inner := next(tokens))["mark"] != _CLOSING[mark]:
        values.append(_value(inner, tokens, depth + 1))
    return dict(zip(map(str, values[::2]), values[1::2], strict=False)) if mark == "{" else values


def _text(token: re.Match[str]) -> str:
    """A string without its quotes; a word without the colon before it."""
    if token["mark"]:
        raise ValueError
    if token["string"]:
        return str(json.loads(token["string"], strict=False))
    word = token["word"].removeprefix(":")
    return "" if word in ("nil", "null") else word
