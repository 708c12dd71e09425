"""Holes in a body, and words of an author that only look like one.

Everything an author wrote is quoted before it stands beside our own marks; whoever fills a body
takes it apart with `split`, which undoes the quoting. One pass, so a filled value is never read again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from pipeline.editions.edition import Hole

_PREFIX = "AVVISO-HOLE-"
_QUOTED = _PREFIX + "QUOTED-"
_MARK = re.compile(f"({'|'.join([_QUOTED, *Hole])})")


def quote(text: str) -> str:
    """Text that holds no hole whatever it says; `split` gives the very same text back."""
    return text.replace(_PREFIX, _QUOTED)


def split(body: str) -> list[str | Hole]:
    """Literal runs and holes in turn; starts and ends with a run, empty where two holes touch."""
    pieces: list[str | Hole] = [""]
    for index, part in enumerate(_MARK.split(body)):
        if index % 2 and part != _QUOTED:
            pieces += [Hole(part), ""]
        else:
            pieces[-1] = f"{pieces[-1]}{_PREFIX if index % 2 else part}"
    return pieces


def fill(body: str, values: Mapping[Hole, str]) -> str:
    """The body with every hole filled. For a whole mailing use `mailings.compose`, which is faster."""
    return "".join(values[piece] if isinstance(piece, Hole) else piece for piece in split(body))
