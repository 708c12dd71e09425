"""Slips of the keyboard that YAML takes for text, so that what it says of the file points elsewhere.

Who types Chinese has `：` and `，` under the fingers, and a wide space looks like two plain ones. None of it is
wrong in itself (it may stand in a title or an address), so it is looked for only where a file cannot be used as it is,
and only beside the name of a setting.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from pipeline.errors import Problem

_KEY = r"(?P<key>[A-Za-z_][\w.-]*)"
_BEGINNING = r"^\s*(?:- +)?"
# What it looks like, what it is called, and what to do about it.
_SLIPS = (
    (re.compile(rf"^[ \t]*[\u00a0\u2000-\u200b\u3000]\s*(?:- +)?{_KEY}\s*[:：]"),
     "a wide or no-break space in the indentation", "use plain spaces"),
    (re.compile(rf"(?:{_BEGINNING}|[{{,，]\s*){_KEY}\s*："),
     'a full-width colon "：" behind {key}', "write `{key}: ` with a plain one and a space"),
    (re.compile(rf"\{{[^{{}}]*，\s*{_KEY}\s*[:：]"),
     'a full-width comma "，" between two keys', "write a plain one and a space"),
    (re.compile(rf"{_BEGINNING}{_KEY}:(?!//)[^\s:]"),
     "no space behind the colon of {key}", "write `{key}: ` and then the value"),
)


def slips(text: str, path: str, names: Collection[str]) -> Iterator[Problem]:
    """Each slip with its line, at most one a line; comments are passed over. `names` are those of the settings."""
    for number, line in enumerate(text.splitlines(), 1):
        if not line.lstrip().startswith("#") and (found := _slip(line, names)):
            yield Problem(path, *found, number, rule="config-yaml")


def _slip(line: str, names: Collection[str]) -> tuple[str, str] | None:
    for pattern, reason, remedy in _SLIPS:
        for found in pattern.finditer(line):
            if found["key"] in names:
                return reason.format(key=found["key"]), remedy.format(key=found["key"])
    return None
