"""YAML as a settings file needs it: text, mappings and lists, each value with the line it stands on.

Every scalar stays the text that was written, so `08:00` is no number in base 60 and `no` no boolean;
what it means is decided by the setting it is for. Anchors, aliases and tags are refused: nobody needs
them here, and they are what hostile YAML is made of. Built on PyYAML's events, so nothing is expanded
before it is looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NoReturn

import yaml

from pipeline.errors import ConfigError, Problem

Keys = tuple[str | int, ...]

MAX_DEPTH = 6  # the deepest setting is publication.theme.accent
NULLS = frozenset({"", "~", "null", "Null", "NULL"})  # YAML 1.2 core schema, 10.3.2
REFERENCE = re.compile(r"\$\{([^}\n]*)\}")
NAME = re.compile(r"(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?::-(?P<default>.*))?")
BARE = re.compile(r"\$[A-Z][A-Z0-9_]*")  # what a shell would fill in
COLOUR = re.compile(r".*\baccent\s*:\s+#[0-9A-Fa-f]{3,8}\s*")  # for YAML a key and a comment
TOKEN = re.compile("\ue000[0-9]+\ue001")  # private use: stands for a reference while YAML is read

# What PyYAML says -> what a person can do about it. Its own words may repeat the text, and so a password.
SYNTAX = {
    "mapping values are not allowed": ("a colon where none may stand",
                                       "put the value in quotes, or check the indentation"),
    "could not find expected ':'": ("a key without its colon", "write `key: value`"),
    "found character '\\t'": ("a tab in the indentation", "use spaces"),
    "found character": ("a character that cannot start a value", "put the value in quotes"),
    "found unknown escape": ("an unknown escape between double quotes", "use single quotes"),
    "found unexpected end of stream": ("a quote that is never closed", "close it"),
    "expected <block end>": ("uneven indentation, or text behind a value in quotes or brackets",
                             "line the keys up below each other, or put the whole value in quotes"),
    "expected alphabetic or numeric": ("a value that begins with & or *", "put the value in quotes"),
    "expected escape sequence": ("an unknown escape between double quotes", "use single quotes"),
    "expected ',' or": ("a bracket that is never closed", "close it, with commas between the values"),
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a setting stands. `text` is its value as written; None where it must not be repeated."""

    line: int
    text: str | None = None


@dataclass(slots=True)
class Document:
    """A settings file taken apart.

    `data` holds text, dicts and lists; a key without a value is left out, so its default holds.
    `places` has every key path that was written. `spoiled` are those whose value is wrong already:
    nothing more is to be said about them.
    """

    path: str
    data: dict[str, object] = field(default_factory=dict)
    places: dict[Keys, Place] = field(default_factory=dict)
    spoiled: set[Keys] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)

    def complain(self, line: int | None, keys: Keys, reason: str, remedy: str, rule: str = "config") -> None:
        """Notes a problem with one setting."""
        message = f"{dotted(keys)}: {reason}" if keys else reason
        self.problems.append(Problem(self.path, message, remedy, line, rule=rule))


def dotted(keys: Keys) -> str:
    """`("lists", 0, "id")` as people write it: `lists.0.id`."""
    return ".".join(str(key) or '""' for key in keys)


def read_document(text: str, path: str, environ: Mapping[str, str]) -> Document:
    """Takes a settings file apart. Raises ConfigError where it stops being YAML."""
    document = Document(path)
    try:
        _Reader(document, environ, text).read()
    except yaml.YAMLError as error:
        line, (reason, remedy) = _line(error, text), _diagnosis(error)
        raise ConfigError.listing(
            [*document.problems, Problem(path, reason, remedy, line, rule="config-yaml")]
        ) from None
    return document


def _line(error: yaml.YAMLError, text: str) -> int:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark:
        return int(error.problem_mark.line) + 1
    return text.count("\n", 0, getattr(error, "position", 0)) + 1


def _diagnosis(error: yaml.YAMLError) -> tuple[str, str]:
    problem = str(getattr(error, "problem", ""))
    if isinstance(error, yaml.reader.ReaderError):
        return "an invisible control character", "delete it"
    known = (told for words, told in SYNTAX.items() if problem.startswith(words))
    return next(known, ("not YAML from here on", "check quotes, brackets and indentation"))


class _Reader:
    """Walks the events of one file; stands on one event at a time and never goes deeper than MAX_DEPTH."""

    def __init__(self, document: Document, environ: Mapping[str, str], text: str) -> None:
        self.document = document
        self.environ = environ
        self.references: dict[str, str] = {}
        self.lines = text.splitlines()
        self.events: Iterator[yaml.Event] = yaml.parse(REFERENCE.sub(self._token, text), Loader=yaml.SafeLoader)

    def _token(self, reference: re.Match[str]) -> str:
        """A word that YAML leaves alone everywhere, so `{password: ${NAME}}` needs no quotes."""
        token = f"\ue000{len(self.references)}\ue001"
        self.references[token] = reference[1]
        return token

    def read(self) -> None:
        """Fills the document."""
        top = self._next_content()
        if isinstance(top, yaml.StreamEndEvent):
            return
        if not isinstance(top, yaml.MappingStartEvent):
            self._stop(top, "no settings here", "write `key: value` lines, as in `avviso init`'s config.yaml")
        self.document.data = self._mapping(())
        after = self._next_content()
        if not isinstance(after, yaml.StreamEndEvent):
            self._stop(after, "a second document begins here", "keep one; delete the `---` line")

    def _next_content(self) -> yaml.Event:
        edges = (yaml.StreamStartEvent, yaml.DocumentStartEvent, yaml.DocumentEndEvent)
        return next(event for event in self.events if not isinstance(event, edges))

    def _mapping(self, keys: Keys) -> dict[str, object]:
        found: dict[str, object] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                self._stop(event, "a key must be one word", "quote the value if it begins with [ { ? * &")
            if TOKEN.search(event.value):
                self._stop(event, "${} within a key", "write the key out, for only values are filled in")
            here, line = (*keys, event.value), _line_of(event)
            if here in self.document.places:
                self._refuse_duplicate(here, line)
                continue
            self.document.places[here] = Place(line)
            value, shown = self._value(next(self.events), here, line)
            self.document.places[here] = Place(line, shown)
            if value is not None:
                found[event.value] = value
            elif COLOUR.fullmatch(self.lines[line - 1]):
                self.document.complain(line, here, "nothing is here, for # begins a comment",
                                       'put the colour in quotes, as in "#b4552d"')
        return found

    def _refuse_duplicate(self, keys: Keys, line: int) -> None:
        """YAML would let the last one win, silently; the second value is passed over instead."""
        first = self.document.places[keys].line
        self.document.complain(line, keys, f"stands here a second time (first in line {first})",
                               "keep one of the two", "config-duplicate")
        depth = 0
        while True:
            event = next(self.events)
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth == 0:
                return
            if len(keys) + depth > MAX_DEPTH:  # PyYAML looks at all that is open, for each thing that it finds
                self._stop_too_deep(event)

    def _sequence(self, keys: Keys) -> list[object]:
        found: list[object] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            here, line = (*keys, len(found)), _line_of(event)
            value, shown = self._value(event, here, line)
            self.document.places[here] = Place(line, shown)
            found.append(value)
        return found

    def _value(self, event: yaml.Event, keys: Keys, line: int) -> tuple[object, str | None]:
        """The value that begins with this event, and its text if that may be repeated."""
        self._refuse_marks(event, keys, line)
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event, keys)
        if len(keys) >= MAX_DEPTH:
            self._stop_too_deep(event)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(keys), None
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(keys), None
        return None, None

    def _refuse_marks(self, event: yaml.Event, keys: Keys, line: int) -> None:
        marks = {"an alias (*)": isinstance(event, yaml.AliasEvent),
                 "an anchor (&)": not isinstance(event, yaml.AliasEvent) and getattr(event, "anchor", None),
                 "a tag (!)": getattr(event, "tag", None)}
        for mark in (name for name, found in marks.items() if found):
            self.document.spoiled.add(keys)
            self.document.complain(line, keys, f"{mark} is not read in settings",
                                   "put the value in quotes if the sign belongs to it", "config-yaml")

    def _scalar(self, event: yaml.ScalarEvent, keys: Keys) -> tuple[str | None, str | None]:
        plain = event.style is None
        text = self._expanded(event, keys)
        if plain and text in NULLS:
            return None, None
        return text, text if text == event.value else None

    def _expanded(self, event: yaml.ScalarEvent, keys: Keys) -> str:
        """The text with every `${NAME}` filled in; what comes in is not looked at again."""
        if event.style is None and BARE.fullmatch(event.value):
            self._spoil(event, keys, "a name behind $ without braces",
                        "write ${NAME}, or put the value in quotes if it is meant so")
        if "${" in event.value:
            self._spoil(event, keys, "${ without a }", "write ${NAME} or ${NAME:-default}")
        return TOKEN.sub(lambda token: self._filled(token[0], event, keys), event.value)

    def _filled(self, token: str, event: yaml.ScalarEvent, keys: Keys) -> str:
        reference = NAME.fullmatch(self.references.get(token, ""))
        if reference is None:
            self._spoil(event, keys, "${} without a name", "write ${NAME} or ${NAME:-default}")
            return ""
        name, default = reference["name"], reference["default"]
        if default and "${" in default:
            self._spoil(event, keys, "${ within a default", "write ${NAME:-default} with plain text for the default")
        value = self.environ.get(name)
        if not value and default is None:  # empty is what a job is given for a secret that it does not have
            how, example = ("not set", "default") if value is None else ("empty", "")
            self._spoil(event, keys, f"{name} is {how} in the environment",
                        f"set it (`export {name}=…`), or write ${{{name}:-{example}}}")
        return value or default or ""

    def _spoil(self, event: yaml.Event, keys: Keys, reason: str, remedy: str) -> None:
        self.document.spoiled.add(keys)
        self.document.complain(_line_of(event), keys, reason, remedy, "config-environment")

    def _stop_too_deep(self, event: yaml.Event) -> NoReturn:
        self._stop(event, "nested too deeply", "no setting lies this deep: check the indentation")

    def _stop(self, event: yaml.Event, reason: str, remedy: str) -> NoReturn:
        found = Problem(self.document.path, reason, remedy, _line_of(event), rule="config-yaml")
        raise ConfigError.listing([*self.document.problems, found])


def _line_of(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1
