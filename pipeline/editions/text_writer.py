"""Lines of text with margins on their left: list marks, quote bars. Blank lines come between blocks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from pipeline.editions.columns import COLUMNS, columns

DEEPEST = 24             # columns that margins may take; what is nested deeper goes on there


@dataclass(slots=True)
class _Margin:
    """What stands left of a block: `first` on its first line, `rest` on the others."""

    first: str
    rest: str
    fresh: bool = True


@dataclass(slots=True)
class TextWriter:
    """Lines written so far, and the margins of the block that comes next."""

    lines: list[str] = field(default_factory=list)
    _margins: list[_Margin] = field(default_factory=list)
    _blank: str | None = None        # the left side of the blank line that the next block begins with

    @property
    def width(self) -> int:
        """Columns that are left for words."""
        return COLUMNS - min(DEEPEST, sum(columns(margin.rest) for margin in self._margins))

    def enter(self, first: str, rest: str) -> None:
        """What comes until `leave` stands right of this margin too."""
        self._margins.append(_Margin(first, rest))

    def leave(self) -> None:
        """Ends the innermost margin; one that nothing was written into still shows its mark, but for a quote."""
        last = self._margins[-1]
        if last.fresh and last.first != last.rest:
            self.write([""])
        self._margins.pop()

    def gap(self) -> None:
        """A blank line before the next block, above a mark that is still to be written; none at the top."""
        if self.lines:
            self._blank = _narrow("".join(margin.rest for margin in self._margins if not margin.fresh))

    def write(self, lines: Iterable[str]) -> None:
        """A block's lines, without margins."""
        if self._blank is not None:
            self.lines.append(self._blank.rstrip())
            self._blank = None
        for line in lines:
            self.lines.append((_narrow(self._left()) + line).rstrip())

    def _left(self) -> str:
        left = "".join(margin.first if margin.fresh else margin.rest for margin in self._margins)
        for margin in self._margins:
            margin.fresh = False
        return left


def _narrow(left: str) -> str:
    """At most DEEPEST columns of it: the innermost, which say what the block is."""
    while columns(left) > DEEPEST:
        left = left[1:]
    return left
