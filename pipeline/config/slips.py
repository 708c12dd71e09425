"""Slips of the keyboard that YAML takes for text, so that what it says of the file points elsewhere.

Who types Chinese has `：` and `，` under the fingers, and a wide space looks like two plain ones. None of it is
wrong in itself (it may stand in a title), so it is looked for only where a file cannot be used as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.errors import Problem

_KEY = r"[A-Za-z_][\w.-]*"
_INDENTATION = re.compile("[ \t]*([\u00a0\u2000-\u200b\u3000])")
_WIDE_COLON = re.compile(rf"\s*(?:- +)?({_KEY})\s*：")
_WIDE_COLON_INSIDE = re.compile(rf"[{{,，]\s*({_KEY})\s*：")
_WIDE_COMMA = re.compile(rf"\{{[^{{}}]*，\s*{_KEY}\s*[:：]")
_NO_SPACE = re.compile(rf"\s*(?:- +)?({_KEY}):(?!//)[^\s:]")


def slips(text: str, path: str) -> Iterator[Problem]:
    """Each slip with its line, at most one a line; comments are passed over."""
    for number, line in enumerate(text.splitlines(), 1):
        if not line.lstrip().startswith("#") and (found := _slip(line)):
            yield Problem(path, *found, number, rule="config-yaml")


def _slip(line: str) -> tuple[str, str] | None:
    if _INDENTATION.match(line):
        return "a wide or no-break space in the indentation", "use plain spaces"
    if key := _WIDE_COLON.match(line) or _WIDE_COLON_INSIDE.search(line):
        return f'a full-width colon "：" behind {key[1]}', f"write `{key[1]}: ` with a plain one and a space"
    if _WIDE_COMMA.search(line):
        return 'a full-width comma "，" between two keys', "write a plain one and a space"
    if key := _NO_SPACE.match(line):
        return f"no space behind the colon of {key[1]}", f"write `{key[1]}: ` and then the value"
    return None
