"""Entries of a feed that are loaded when somebody reads them: ten thousand issues, twenty in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import overload

from pipeline.feeds.feed import Entry
from pipeline.issues.record import Spine

Load = Callable[[Sequence[Spine]], Sequence[Entry]]

HANDY = 50  # entries that stay in memory until others are asked for: the newest of a feed, whichever of them fit


class LazyEntries(Sequence[Entry]):
    """A sequence of entries; slices are lazy too and load nothing. `load` gives the entries of spines."""

    def __init__(
        self, spines: Sequence[Spine], load: Load, read: dict[str, Entry] | None = None,
    ) -> None:
        self.spines = spines
        self._load = load
        self._read = read if read is not None else {}

    def __len__(self) -> int:
        return len(self.spines)

    @overload
    def __getitem__(self, index: int) -> Entry: ...

    @overload
    def __getitem__(self, index: slice) -> LazyEntries: ...

    def __getitem__(self, index: int | slice) -> Entry | LazyEntries:
        if isinstance(index, slice):
            return LazyEntries(self.spines[index], self._load, self._read)
        self._fetch()
        return self._read[self.spines[index].key]

    def __iter__(self) -> Iterator[Entry]:
        self._fetch()
        return iter([self._read[spine.key] for spine in self.spines])

    def _fetch(self) -> None:
        """What is not in memory is read in one go."""
        if all(spine.key in self._read for spine in self.spines):
            return
        if len(self._read) > HANDY:
            self._read.clear()
        missing = [spine for spine in self.spines if spine.key not in self._read]
        self._read.update(zip((spine.key for spine in missing), self._load(missing), strict=True))
