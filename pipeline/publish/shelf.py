"""Entries of a feed that stay on the shelf until somebody reads them: ten thousand issues, twenty in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import overload

from pipeline.feeds.feed import Entry
from pipeline.issues.record import Spine

Load = Callable[[Sequence[Spine]], Sequence[Entry]]

HANDY = 4  # as many lots of entries stay in memory as three formats of one group ask for


class Shelf(Sequence[Entry]):
    """A sequence of entries; slices are shelves again and load nothing. `load` gives the entries of spines."""

    def __init__(
        self, spines: Sequence[Spine], load: Load, read: dict[tuple[str, ...], Sequence[Entry]] | None = None,
    ) -> None:
        self.spines = spines
        self._load = load
        self._read = read if read is not None else {}

    def __len__(self) -> int:
        return len(self.spines)

    @overload
    def __getitem__(self, index: int) -> Entry: ...

    @overload
    def __getitem__(self, index: slice) -> Shelf: ...

    def __getitem__(self, index: int | slice) -> Entry | Shelf:
        if isinstance(index, slice):
            return Shelf(self.spines[index], self._load, self._read)
        return self._entries()[index]

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries())

    def _entries(self) -> Sequence[Entry]:
        """All of them, read in one go."""
        lot = tuple(spine.key for spine in self.spines)
        if lot not in self._read:
            if len(self._read) >= HANDY:
                del self._read[next(iter(self._read))]
            self._read[lot] = self._load(self.spines)
        return self._read[lot]
