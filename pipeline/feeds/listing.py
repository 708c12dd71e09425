"""Which lists of issues the archive has: the index, one page a tag, and years when the index overflows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from pipeline.feeds.addresses import tag_folder
from pipeline.feeds.feed import Entry

INDEX_LIMIT = 400  # entries; a page of that many is about 200 KB


@dataclass(frozen=True, slots=True)
class Listing:
    """A page that lists issues, newest first. `permalink` is "" for the index; `name` is the tag or the year."""

    permalink: str
    name: str
    entries: Sequence[Entry]


@dataclass(frozen=True, slots=True)
class Listings:
    """Every list of the archive. `years` is empty while the index has room for all."""

    index: Listing
    years: tuple[Listing, ...]
    tags: tuple[Listing, ...]

    def __iter__(self) -> Iterator[Listing]:
        yield self.index
        yield from self.years
        yield from self.tags


def plan_listings(entries: Sequence[Entry], *, limit: int = INDEX_LIMIT) -> Listings:
    """The lists for `entries`, which are in the order of first publication, oldest first."""
    newest_first = tuple(reversed(entries))
    index = Listing("", "", newest_first[:limit])
    years = by_year(newest_first) if len(newest_first) > limit else ()
    return Listings(
        index,
        tuple(Listing(f"years/{year}/", str(year), group) for year, group in years),
        _by_tag(newest_first),
    )


def by_year(entries: Sequence[Entry]) -> tuple[tuple[int, tuple[Entry, ...]], ...]:
    """Entries by the year on their cover, newest year first; their order within a year stays."""
    ordered = sorted(entries, key=_year, reverse=True)
    return tuple((year, tuple(group)) for year, group in groupby(ordered, _year))


def _by_tag(entries: Sequence[Entry]) -> tuple[Listing, ...]:
    """One list a tag folder, by name; tags that share a folder are one, called as the newest issue does."""
    found: dict[str, dict[str, Entry]] = {}
    names: dict[str, str] = {}
    for entry in entries:
        for tag in entry.tags:
            folder = tag_folder(tag)
            names.setdefault(folder, tag)
            found.setdefault(folder, {})[entry.issue.key] = entry
    return tuple(Listing(folder, names[folder], tuple(found[folder].values())) for folder in sorted(found))


def _year(entry: Entry) -> int:
    return entry.issue.day.year
