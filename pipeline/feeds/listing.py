"""Which lists of issues the archive has: the index, one page a tag, and years when the index overflows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Generic, Protocol, TypeVar

from pipeline.feeds.addresses import tag_folder
from pipeline.feeds.characters import distinct

INDEX_LIMIT = 400  # entries; a page of that many is about 200 KB


class Listed(Protocol):
    """What lists ask of an issue."""

    @property
    def key(self) -> str: ...

    @property
    def day(self) -> date: ...

    @property
    def tags(self) -> tuple[str, ...]: ...


T = TypeVar("T", bound=Listed)


@dataclass(frozen=True)
class Listing(Generic[T]):
    """A page that lists issues, newest first. `permalink` is "" for the index; `name` is the tag or the year."""

    permalink: str
    name: str
    entries: Sequence[T]


@dataclass(frozen=True)
class Listings(Generic[T]):
    """Every list of the archive. `years` is empty while the index has room for all."""

    index: Listing[T]
    years: tuple[Listing[T], ...]
    tags: tuple[Listing[T], ...]

    def __iter__(self) -> Iterator[Listing[T]]:
        yield self.index
        yield from self.years
        yield from self.tags


def plan_listings(entries: Sequence[T], *, limit: int = INDEX_LIMIT) -> Listings[T]:
    """The lists for `entries`, which are in the order of first publication, oldest first."""
    newest_first = tuple(reversed(entries))
    index = Listing("", "", newest_first[:limit])
    years = by_year(newest_first) if len(newest_first) > limit else ()
    return Listings(
        index,
        tuple(Listing(f"years/{year}/", str(year), group) for year, group in years),
        _by_tag(newest_first),
    )


def by_year(entries: Sequence[T]) -> tuple[tuple[int, tuple[T, ...]], ...]:
    """Entries by the year on their cover, newest year first; their order within a year stays."""
    ordered = sorted(entries, key=_year, reverse=True)
    return tuple((year, tuple(group)) for year, group in groupby(ordered, _year))


def _by_tag(entries: Sequence[T]) -> tuple[Listing[T], ...]:
    """One list a tag folder, by name; tags that share a folder are one, called as the newest issue does."""
    found: dict[str, dict[str, T]] = {}
    names: dict[str, str] = {}
    for entry in entries:
        for tag in distinct(entry.tags):
            folder = tag_folder(tag)
            names.setdefault(folder, tag)
            found.setdefault(folder, {})[entry.key] = entry
    return tuple(Listing(folder, names[folder], tuple(found[folder].values())) for folder in sorted(found))


def _year(entry: Listed) -> int:
    return entry.day.year
