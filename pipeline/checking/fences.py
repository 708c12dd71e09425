"""Code that takes in what is no code: its closing mark was forgotten, one stands where nothing is to be closed, or a
text is indented as only code is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from markdown_it.token import Token

from pipeline.checking.source import Source
from pipeline.errors import Problem, shorten
from pipeline.issues.cjk import LETTERS

# A heading, an address behind words, a picture, a sentence. One `#` begins a remark in many languages.
_PROSE = re.compile(
    r"^[ >]{0,9}(?:#{2,6}[ \t]+\S|[^\n`]{0,500}\]\(https?://|<(?:img|video|iframe)\b|[^\n]{0,500}[。！？](?=\s*$)"
    r"|[A-Z][a-z]*,?(?: [A-Za-z'’,-]+){5,9}[^\n]{0,500}[.!?](?=\s*$))[^\n]{0,500}", re.MULTILINE)
_CHINESE = re.compile(
    rf"(?:(?:[-*+•]|\d{{1,2}}[.)、]) ?)?[「“（《【*\[]{{0,4}}[{LETTERS}].*[。！？；：][”」』）】*]{{0,4}}")
_LONG_LINE = re.compile(r"[A-Z][^{}<>=$|\\;\n]{120,}[.!?]")  # what programs say is shorter


def find_fences(source: Source, tokens: Sequence[Token]) -> Iterator[Problem]:
    """A block of code in which another one begins, that nothing closes and in which prose stands, or that is all prose
    and code for its indent alone."""
    for token in tokens:
        if token.type == "fence" and token.map and token.markup[:1] in ("`", "~") and (taken := _taken(source, token)):
            yield source.problem(
                "code-unclosed", source.offset_of_row(token.map[0]),
                f'the code that begins here takes in "{shorten(taken[0].strip())}"',
                f"close it with {token.markup} on a line of its own where it ends, or remove the mark")
        elif token.type == "code_block" and token.map and _is_prose(token.content):
            yield source.problem(
                "code-indented", source.offset_of_row(token.map[0]),
                f'"{shorten(token.content.strip())}" is shown as code, because it is indented so far',
                "begin it at the margin, or, in a list, right below the words that it belongs to")


def _is_prose(text: str) -> bool:
    """Whether every line is a sentence in Chinese or Japanese, or the whole is a long one."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    return all(map(_CHINESE.fullmatch, lines)) or _LONG_LINE.fullmatch(text.strip()) is not None


def _taken(source: Source, token: Token) -> re.Match[str] | None:
    """The line in a block of code that shows it should have ended before; None for what stands within a mark for a
    generator, such as `{% note %}`: it has the rows of that mark, and whether it is closed cannot be seen there."""
    first, end = token.map or (0, 0)
    if token.markup not in _row(source, first):
        return None
    mark = rf"{re.escape(token.markup)}[{token.markup[0]}]*[ \t]*"
    another = re.search(rf"^ {{0,3}}{mark}[A-Za-z][\w+#.-]*[ \t]*$", token.content, re.MULTILINE)
    is_closed = end - 1 > first and re.fullmatch(rf"[ \t>]*{mark}\n?", _row(source, end - 1))
    return another or (None if is_closed else _PROSE.search(token.content))


def _row(source: Source, row: int) -> str:
    return source.body[source.offset_of_row(row):source.offset_of_row(row + 1)]
