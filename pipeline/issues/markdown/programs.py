"""Lines that only a site generator runs, Liquid's or Jinja's: `{% if … %}`, `{% include "a.njk" %}`, and loops,
`{% for … %}` to `{% endfor %}`, also within blocks of HTML.

What they would make is not known here: the marks are left out and reported, and so is what a loop would repeat. In a
line of text, and between `{% raw %}` and `{% endraw %}`, they stay as they were typed, for people write of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from pipeline.issues.markdown.fillings import RAW
from pipeline.issues.markdown.generators import LEFT_OUT
from pipeline.issues.markdown.lines import ENDS_ITEMS, line_of
from pipeline.issues.markdown.patience import last_place

_LOUD = r"if|unless|case|for|with|block|from|import|include(?=\s+[\"'])"  # Jinja's; of Jekyll's see `marks`
_QUIET = r"assign|set|elsif|elif|else|when|end(?:if|unless|case|for|set|with|block)"
_MARK = re.compile(rf"\s*\{{%[-~]?\s*(?:(?P<loud>{_LOUD})|{_QUIET})\b[^%]*(?:%(?!\}})[^%]*)*%\}}\s*")
_LOOP = re.compile(r"\{%[-~]?\s*for\s")
_LOOP_END = re.compile(r"\{%[-~]?\s*endfor\s*[-~]?%\}")
_RAW_LINE = re.compile(rf"^[ \t]*{RAW.pattern}[ \t]*(?:\n|\Z)", re.MULTILINE)
_CODE = re.compile(r"<(?:pre|code|textarea|script|style)\b", re.IGNORECASE)
_MAX_RAW = 5_000  # characters behind the mark
_MAX_LINES = 100  # of a loop


def use_programs(parser: MarkdownIt) -> None:
    """Adds the rules, behind those for other marks of site generators."""
    parser.block.ruler.before("generator", "program", _program, ENDS_ITEMS)
    parser.core.ruler.after("block", "programs_in_html", _programs_in_html)


def is_program(line: str) -> bool:
    """Whether a line is nothing but such marks."""
    return bool(_marks(line))


def loop_end(lines: Iterable[str]) -> int:
    """How many of these lines belong to the loop that the first of them begins: 1 if it begins none that ends."""
    depth = 0
    for number, line in enumerate(islice(lines, _MAX_LINES), 1):
        depth += len(_LOOP.findall(line)) - len(_LOOP_END.findall(line))
        if depth <= 0:
            return number
    return 1


def _marks(line: str) -> list[re.Match[str]]:
    """The marks that a line consists of; none if there is anything else."""
    found: list[re.Match[str]] = []
    at = 0
    while at < len(line) and (match := _MARK.match(line, at)):
        found.append(match)
        at = match.end()
    return found if at == len(line) else []


def _program(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    line = line_of(state, start_line)
    if not line.startswith("{%") or not is_program(line):
        return False
    if state.is_code_block(start_line) or _is_raw(state, start_line):
        return False
    if not silent:
        _report(state, start_line, line)
        state.line = start_line + loop_end(line_of(state, at) for at in range(start_line, end_line))
    return True


def _is_raw(state: StateBlock, line: int) -> bool:
    """Whether a line stands behind `{% raw %}` that has not ended."""
    at = state.bMarks[line]
    marks = RAW.findall(state.src, max(0, at - _MAX_RAW), at) if last_place(state, "raw") >= 0 else []
    return bool(marks) and "end" not in marks[-1]


def _programs_in_html(state: StateCore) -> None:
    for token in state.tokens:
        if token.type != "html_block" or "{%" not in token.content:
            continue
        if not _CODE.search(token.content):
            token.content = "\n".join(_other_lines(state, token))
        token.content = _RAW_LINE.sub("", token.content)


def _other_lines(state: StateCore, token: Token) -> Iterator[str]:
    lines = token.content.split("\n")
    first, at = (token.map or [0])[0], 0
    while at < len(lines):
        if is_program(lines[at]):
            _report(state, first + at, lines[at])
            at += loop_end(lines[other] for other in range(at, len(lines)))
        else:
            yield lines[at]
            at += 1


def _report(state: StateBlock | StateCore, row: int, line: str) -> None:
    if any(mark["loud"] for mark in _marks(line)):
        state.env.setdefault(LEFT_OUT, []).append((row, line))
