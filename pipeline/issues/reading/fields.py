"""Strict handlers for python-frontmatter: every scalar is the text that was typed, and every fault has a cure.

YAML left alone makes `014` twelve, `no` false, drops what follows ` #`, keeps the last of two equal
keys and expands aliases without end. Here values are text, and the rest is refused by name.
"""

from __future__ import annotations

import re
from typing import Any

import yaml
from frontmatter.default_handlers import BaseHandler, YAMLHandler

from pipeline.errors import IssueError
from pipeline.issues.decoding import clean

KEY = re.compile(r"\s*[^\W\d][\w -]{0,40}?(?=\s*:(?:\s|$))")
WIDE_COLON = re.compile(r"(?P<key>[A-Za-z_][\w-]*)\s*：\s*(?P<value>.*)")
_GLUED = re.compile(r"(?P<key>id|number|title|date|cover|image|description|desc|list|tags|language|draft):"
                    r"(?P<value>[^\s:/].*)", re.IGNORECASE)
_PLAIN_FIELD = re.compile(
    r"(?P<name>[A-Za-z_][\w-]{0,40}):(?: +(?P<words>\w(?:[\w ./+,;()，。、；！？（）《》“”…—-]|:(?=[\w/]))*))? *")
TOML_KEY = re.compile(r"\s*[\w.\"'-]+\s*=|\s*\[\w")

# Legal in YAML (1.2.2, section 6.2), unknown to PyYAML: behind a key, behind the dash of a list, at the end of a line,
# before a remark.
_TABBED = re.compile(r"^([ ]*(?:[\w-]+:|-)) *\t[ \t]*", re.MULTILINE)
_TABBED_ITEM = re.compile(r"^\t+(?=-(?:\s|$))", re.MULTILINE)  # no YAML, but Hexo reads it
_ENDS_IN_TAB = re.compile(r"(?<=\S) *\t[ \t]*(?:$|(?=#))", re.MULTILINE)
# `title: "Ink”`, `tags: ["ink”, "paper"]`: no quote for YAML ends there.
_ENDS_CURLY = re.compile(r"\s*[\w-]+:\s*(?:\"[^\"]*[“”]\s*$|\[.*\"[^\"“”]*[“”]\s*[,\]])")
_MAX_DEPTH = 10
_PROSE = ("title", "description", "desc")
_PLAIN_WORDS = {
    "mapping values are not allowed here": 'a second ": " in the value',
    "expected alphabetic or numeric character, but found '*'": "the value begins with *",
    "found character '\\t' that cannot start any token": "a tab where YAML wants spaces",
    "found character '@' that cannot start any token": "the value begins with @",
    "found character '`' that cannot start any token": "the value begins with `",
    "found character '%' that cannot start any token": "the value begins with %",
    "found unexpected end of stream": "a quote is opened and never closed",
    "could not find expected ':'": "a line without a colon",
    **dict.fromkeys((f"expected <block end>, but found '{mark}'" for mark in ("<scalar>", ",", "[")),
                    "words behind the quote or bracket that ends the value"),
}
_MAY_STAY_OPEN = ("while parsing a flow", "while scanning a quoted", "while scanning a simple key")
_OPEN_BRACKET = "a bracket that is never closed"
_CLOSED = re.compile(r"""(['"])(?:(?!\1).)*\1(?!\w)""")


class NotFields(Exception):
    """The text between two rules is text."""


class _Fenced(BaseHandler):
    """What both handlers share: the fence is three characters, `first_line` is the file's line below it."""

    def __init__(self, path: str, first_line: int) -> None:
        super().__init__()
        self.path, self.first_line = path, first_line

    def split(self, text: str) -> tuple[str, str]:
        """The block between the fences; we hand over nothing else, so the content is empty."""
        return text[4:-4], ""

    def fault(self, message: str, line: int, remedy: str, column: int | None = None) -> IssueError:
        """An error on a line of the block, counted from 0."""
        return IssueError(message, path=self.path, line=self.first_line + line, column=column,
                          remedy=remedy, rule="front-matter")


class StrictYaml(_Fenced, YAMLHandler):
    """YAML between `---`. `load` raises NotFields for prose and IssueError for broken fields."""

    def load(self, fm: str, **_options: object) -> dict[str, object]:
        self._explain_wide_colon(fm)
        fm = _TABBED_ITEM.sub(lambda tabs: "  " * len(tabs[0]), fm)
        fm = _ENDS_IN_TAB.sub(" ", _TABBED.sub(r"\1 ", fm))
        if plain := plain_fields(fm):
            return plain
        try:
            fields = yaml.load(fm, Loader=_TextLoader)  # noqa: S506 (a SafeLoader that makes nothing but text)
        except yaml.MarkedYAMLError as error:
            raise self._explained(error, fm) from None
        if not fm.strip():
            return {}
        if not isinstance(fields, dict):
            self._explain_glued(fm)
            raise NotFields
        self._explain_lost_words(fm)
        return fields

    def _explain_wide_colon(self, fm: str) -> None:
        for number, line in enumerate(fm.split("\n")):
            if match := WIDE_COLON.match(line):
                raise self.fault(f"a full-width colon ： after {match['key']}", number,
                                 f"write {match['key']}: {match['value']}".strip())

    def _explain_glued(self, fm: str) -> None:
        """`draft:true` is a word for YAML: a block of nothing but such lines was meant as fields."""
        written = [(number, line) for number, line in enumerate(fm.split("\n")) if line.strip()]
        glued = [(number, match) for number, line in written if (match := _GLUED.match(line))]
        if glued and len(glued) == len(written):
            number, match = glued[0]
            raise self.fault(f"no space behind the colon of {match['key']}", number,
                             f"write {match['key']}: {match['value']}")

    def _explain_lost_words(self, fm: str) -> None:
        """YAML drops what follows ` #`: beside a date that is a note, in a title it is a loss."""
        for number, line in enumerate(fm.split("\n")):
            key, _, value = line.partition(":")
            plain = value.strip().removeprefix("! ").lstrip()  # "!" says that text is text
            if key.lower() in _PROSE and plain[:1] not in ("", '"', "'", "|", ">", "#") and re.search(r"\s#", plain):
                raise self.fault(f'{key} would lose everything from " #" on', number,
                                 f"write {key}: {quoted(plain)}")

    def _explained(self, error: yaml.MarkedYAMLError, fm: str) -> Exception:
        if not looks_meant(fm, "---"):
            return NotFields()
        lines = fm.split("\n")
        mark = error.problem_mark or error.context_mark
        # What is never closed is noticed further down; the context says where it began.
        if error.context_mark and (error.context or "").startswith(_MAY_STAY_OPEN):
            mark = error.context_mark
        number = min(mark.line, len(lines) - 1) if mark else 0
        curly = next((at for at in range(number + 1) if _ENDS_CURLY.match(lines[at])), None)
        if curly is not None:
            return self.fault("front matter cannot be read: a straight quote opens the value and a curly one ends it",
                              curly, _straight(lines[curly]))
        problem = error.problem or error.context or "not YAML"
        problem = _OPEN_BRACKET if problem.startswith("expected ',' or") else _PLAIN_WORDS.get(problem, problem)
        return self.fault(f"front matter cannot be read: {problem}", number,
                          _cure(problem, lines[number]), mark.column + 1 if mark else None)


def plain_fields(block: str) -> dict[str, object]:
    """The fields of a block whose every line is `name: words`, with no sign that means something to YAML; else none.

    Most blocks are so, and PyYAML takes as long to read one as the parser takes for a page of Markdown.
    """
    fields: dict[str, object] = {}
    for line in block.split("\n"):
        match = _PLAIN_FIELD.fullmatch(line)
        if match is None:
            return {}
        fields[match["name"]] = (match["words"] or "").rstrip(" ")
    return fields if len({name.lower() for name in fields}) == block.count("\n") + 1 else {}


def looks_meant(block: str, opening: str) -> bool:
    """Does the first line of a block say that its author meant fields, TOML where `+++` opens it?"""
    first = next((line for line in block.split("\n") if line.strip() and not line.startswith("#")), "")
    return bool(TOML_KEY.match(first) if opening == "+++" else KEY.match(first) or WIDE_COLON.match(first))


def quoted(value: str) -> str:
    """A YAML value in single quotes. One that a quote opens has its own, but where more follows that it closes."""
    closed = _CLOSED.match(value)
    if value[:1] in ("'", '"') and (closed is None or closed[0] == value):
        value = value[1:].removesuffix(value[:1])
    return "'" + value.replace("'", "''") + "'"


def _straight(line: str) -> str:
    key, _, value = line.strip().partition(":")
    plain = re.sub("[“”]", '"', value.strip())
    return f"write {key}: {plain}" if plain.startswith("[") else f"write {key}: {quoted(value.strip()[1:-1])}"


def _cure(problem: str, line: str) -> str:
    key, colon, value = line.partition(":")
    if "given twice" in problem:
        return "keep one"
    if "within lists" in problem:
        return "write plain fields"
    if "\t" in line:
        return "use spaces, not a tab"
    if problem == _OPEN_BRACKET and key.lower() not in _PROSE:
        return "close it, with commas between the values"
    if colon and value.strip() and KEY.match(line):
        return f"write {key.strip()}: {quoted(value.strip())}"
    return "write one field a line, like title: My title"


class _TextLoader(yaml.SafeLoader):
    """YAML whose every scalar is text, without aliases, anchors, tags or doubled fields.

    What a field holds may say a key twice, and the last counts, as where sites are made.
    """

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 (the library's own attribute, emptied: no types)
    depth = 0
    top: Any = None

    def compose_node(self, parent: Any, index: Any) -> Any:
        event = self.peek_event()  # type: ignore[no-untyped-call]  # the library has no types
        if isinstance(event, yaml.AliasEvent):
            raise _problem(f"the value *{event.anchor} is an alias in YAML", event)
        if getattr(event, "anchor", None):
            raise _problem(f"the value &{event.anchor} is an anchor in YAML", event)
        if getattr(event, "tag", None) not in (None, "!"):
            raise _problem(f"the value {event.tag} is a tag in YAML", event)
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            raise _problem("lists within lists within lists", event)
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def construct_scalar(self, node: Any) -> Any:
        # An escape such as "\x00" or "\ud800" can bring back what the door removed.
        return clean(super().construct_scalar(node))

    def construct_document(self, node: Any) -> Any:
        self.top = node
        return super().construct_document(node)

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        seen: dict[str, Any] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise _problem("a key must be plain text", key)
            said = value.value if isinstance(value, yaml.ScalarNode) else value
            if node is self.top and seen.setdefault(key.value.lower(), said) != said:
                raise _problem(f"{key.value} is given twice", key)
        return super().construct_mapping(node, deep=deep)


def _problem(message: str, at: Any) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=message, problem_mark=at.start_mark)


class StrictToml(_Fenced):
    """TOML between `+++`, read by the standard library; its values become text as in YAML."""

    FM_BOUNDARY = re.compile(r"^\+{3}\s*$", re.MULTILINE)

    def load(self, fm: str) -> dict[str, object]:
        import tomllib  # slow import: few issues have such fields

        try:
            fields = tomllib.loads(fm)
        except (tomllib.TOMLDecodeError, RecursionError) as error:
            raise self._explained(str(error), fm) from None
        return {name: _as_text(value) for name, value in fields.items()}

    def _explained(self, message: str, fm: str) -> Exception:
        if not looks_meant(fm, "+++"):
            return NotFields()
        problem, _, place = message.partition(" (at ")
        line = re.match(r"line (\d+)", place)
        number = int(line[1]) - 1 if line else fm.count("\n")
        return self.fault(f"TOML front matter cannot be read: {problem}", number,
                          'write key = "value", with text and numbers like 014 in quotes')


def _as_text(value: object) -> object:
    if isinstance(value, list):
        return [_as_text(item) for item in value]
    if isinstance(value, dict):
        return {name: _as_text(item) for name, item in value.items()}
    return str(value).lower() if isinstance(value, bool) else clean(str(value))
