"""File patterns of `issues.include` and `issues.exclude`, as one question about a path.

`*` and `?` stay inside a folder, `**/` is any number of folders (none too), `[abc]` one of these.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

_PIECE = re.compile(r"\*\*/|\*\*|\*|\?|\[!?\]?[^\]/]*\]|.", re.DOTALL)
_FIXED = {"**/": "(?:[^/]+/)*", "**": ".*", "*": "[^/]*", "?": "[^/]"}


def matcher(include: Sequence[str], exclude: Sequence[str]) -> Callable[[str], bool]:
    """Says of a relative path whether a pattern of `include`, and none of `exclude`, matches all of it."""
    search = re.compile(rf"(?!(?:{_union(exclude)})\Z)(?:{_union(include)})", re.DOTALL).fullmatch
    return lambda path: search(path) is not None


def _union(patterns: Sequence[str]) -> str:
    """One expression for several patterns; without any it matches nothing."""
    return "|".join(map(_expression, patterns)) or r"(?!)"


def _expression(pattern: str) -> str:
    plain = pattern.removeprefix("./")
    return "".join(map(_translate, _PIECE.findall(plain)))


def _translate(piece: str) -> str:
    if piece in _FIXED:
        return _FIXED[piece]
    if piece.startswith("[") and len(piece) > 2:
        inner = piece[1:-1].replace("\\", r"\\").replace("[", r"\[")
        return f"(?!/)[{'^' + inner[1:] if inner.startswith('!') else inner}]"
    return re.escape(piece)
