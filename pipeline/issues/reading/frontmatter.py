"""The fields above the text: YAML between `---` or above one, TOML between `+++`, a mapping in braces, or lines without
fences (headers).

What only looks like fields is body; what was meant as fields and is broken is an error that names
the line and the cure. Nothing is dropped in silence: a file that begins with a rule keeps every word.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import frontmatter

from pipeline.errors import IssueError
from pipeline.issues.decoding import decode
from pipeline.issues.reading.braces import read_braces
from pipeline.issues.reading.fields import KEY, TOML_KEY, WIDE_COLON, NotFields, StrictToml, StrictYaml, looks_meant
from pipeline.issues.reading.headers import Front, begins_header, first_empty, read_header

MAX_CHARS = 65_536

_ENDS = {"---": ("---", "..."), "+++": ("+++",)}
_PLACE = re.compile(r"\s*[\"']?([^\s:=\"'#][^:=\"']*?)[\"']?\s*[:=]")
_GLUED = re.compile(r"(?P<rule>---|\+\+\+)[ \t]*(?P<field>[A-Za-z_][\w-]*\s*[:=：].*)")
_FIELD = re.compile(r"$|[\s#\[-]|[\w.\"'-]{1,40}\s*[:=：]")  # a line of fields, also one that goes on with a value
_FENCE, _WRAPPED = "```", re.compile(r"```[ \t]*(?:markdown|md)[ \t]*", re.IGNORECASE)
_FEWEST = 3  # lines of a block of code with something in it
_MAX_GLUED = 60  # lines in which its end is looked for
_MAX_COMMENT = 20


def split(raw: bytes, path: str) -> tuple[dict[str, object], str, int]:
    """The fields, the body, and the body's first line in the file, from 1. Raises IssueError."""
    front = read_front(raw, path)
    return dict(front.fields), front.body, front.body_line


def read_front(raw: bytes, path: str) -> Front:
    """The file's fields, where they stand, and its body. Raises IssueError for fields that are broken."""
    typed = decode(raw, path).split("\n")
    lines = _unwrapped(typed)
    text = "\n".join(lines)
    start = _behind_comment(lines, next((number for number, line in enumerate(lines) if line.strip()), 0))
    opening = lines[start].rstrip()
    found = _glued(lines, start, path) or (
        _fenced(lines, start, opening, path) if opening in _ENDS
        else read_braces(text, path) if opening.startswith("{")
        else _unopened(lines, start, path) or read_header(lines, start, path))
    begins = 0 if lines is typed else start  # behind the fence, which is none of the body that `check --fix` mends
    return found or Front({}, "\n".join(lines[begins:]), begins + 1)


def _behind_comment(lines: Sequence[str], start: int) -> int:
    """Where fields between `---` begin: at `start`, or behind what an editor put there about the file, `<!-- @Author: …
    -->`."""
    if not lines[start].startswith("<!--"):
        return start
    end = next((n for n, line in enumerate(lines[start:start + _MAX_COMMENT], start) if "-->" in line), start)
    below = next((n for n in range(end + 1, len(lines) - 1) if lines[n].strip()), start)
    is_whole = lines[end].rstrip().endswith("-->")
    are_fields = lines[below].rstrip() == "---" and KEY.match(lines[below + 1]) and _is_closed(lines[below + 1:])
    return below if is_whole and are_fields else start


def _is_closed(lines: Sequence[str]) -> bool:
    """Whether a `---` ends these, and no empty line among them but between fields: else the one above was a rule."""
    end = next((number for number, line in enumerate(lines) if line.rstrip() in _ENDS["---"]), None)
    within = [line.rstrip() for line in lines[:end]]
    return end is not None and (all(within) or all(map(_FIELD.match, within)))


def _unwrapped(lines: list[str]) -> list[str]:
    """The lines without the fence of a block of Markdown that is all of the file, as chat programs hand over a text;
    they keep their places."""
    first = next((number for number, line in enumerate(lines) if line.strip()), 0)
    if not _WRAPPED.fullmatch(lines[first]):
        return lines
    written = [number for number, line in enumerate(lines) if line.strip()]
    if len(written) < _FEWEST or lines[written[-1]].rstrip() != _FENCE:
        return lines
    second = next(number for number in written[1:] if lines[number].startswith(_FENCE))
    if second != written[-1] and lines[second].rstrip() == _FENCE and lines[written[1]].rstrip() not in _ENDS:
        return lines  # two blocks of code, with words between them
    return [line if number not in (first, written[-1]) else "" for number, line in enumerate(lines)]


def _fenced(lines: Sequence[str], start: int, opening: str, path: str) -> Front | None:
    end = next((n for n in range(start + 1, len(lines)) if lines[n].rstrip() in _ENDS[opening]), None)
    if end is None:
        _explain_unclosed(lines, start, opening, path)
        return None
    return _between(lines, start + 1, end, opening, path)


def _glued(lines: Sequence[str], start: int, path: str) -> Front | None:
    """Fields that begin on the line of the rule, as Hugo reads them, are no heading below one: `---title: …`."""
    glued = _GLUED.match(lines[start])
    if glued is None:
        return None
    within = lines[start + 1:start + 1 + _MAX_GLUED]
    end = next((number for number, line in enumerate(within) if line.rstrip() == glued["rule"]), None)
    if end is None or not all(map(_FIELD.match, within[:end])):
        return None
    if not within[0].strip() or (end == 0 and not begins_header(glued["field"])):  # a rule with words, and another
        return None
    apart = [*lines[:start], glued["field"], *lines[start + 1:]]
    return _between(apart, start, start + 1 + end, glued["rule"], path)


def _unopened(lines: Sequence[str], start: int, path: str) -> Front | None:
    """Hexo's fields: a line `---` closes them and none opens them. One line above it is a heading."""
    above = lines[start:first_empty(lines, start)]
    end = next((n for n, line in enumerate(above) if line.rstrip() == "---"), 0)
    begins = end > 1 and (begins_header(above[0]) or above[0].startswith("layout:"))
    if not begins or not all(map(_FIELD.match, above[:end])):
        return None
    return _between(lines, start, start + end, "---", path)


def _between(lines: Sequence[str], start: int, end: int, opening: str, path: str) -> Front | None:
    """The fields on the lines from `start` to the one of `end`, counted from 0; None for prose."""
    block = "\n".join(lines[start:end])
    if len(block) > MAX_CHARS:
        _explain_long(block, start, opening, path)
        return None
    handler = (StrictYaml if opening == "---" else StrictToml)(path, start + 1)
    try:
        fields, _ = frontmatter.parse(f"{opening}\n{block}\n{opening}", handler=handler)
    except NotFields:
        return None
    lowered = {name.lower(): value for name, value in fields.items()}
    return Front(lowered, "\n".join(lines[end + 1:]), end + 2, _places(lines, start, end))


def _places(lines: Sequence[str], start: int, end: int) -> dict[str, int]:
    found: dict[str, int] = {}
    for number in range(start, end):
        if key := _PLACE.match(lines[number]):
            found.setdefault(key[1].lower(), number + 1)
    return found


def _explain_unclosed(lines: Sequence[str], start: int, opening: str, path: str) -> None:
    """A lone rule at the top is a rule; fields without a closing line are a mistake."""
    following = next((line for line in lines[start + 1:] if line.strip()), "")
    meant = TOML_KEY.match(following) if opening == "+++" else KEY.match(following) or WIDE_COLON.match(following)
    if meant:
        raise IssueError(f"the front matter opened by {opening} is never closed", path=path, line=start + 1,
                         remedy=f"add a line {opening} after the last field", rule="front-matter")


def _explain_long(block: str, start: int, opening: str, path: str) -> None:
    if looks_meant(block, opening):
        raise IssueError(f"front matter of more than {MAX_CHARS} characters", path=path, line=start,
                         remedy=f"add a line {opening} right after the last field, or shorten them",
                         rule="front-matter")
