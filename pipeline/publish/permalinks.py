"""Where issues are on the web: named at first publication, moved with a redirect, never two in one place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import Literal

from pipeline.errors import IssueError, Problem
from pipeline.feeds.addresses import UNSAID, feed_id, permalink, slug, web_address
from pipeline.issues.archive import Archive
from pipeline.issues.reading.paths import folder_around, stem
from pipeline.issues.reading.years import year_named, year_of
from pipeline.issues.record import Record


class Permalinks:
    """`pattern` is `issues.permalink`; `url` the publication's address; `ids` what new entries are known by."""

    def __init__(self, archive: Archive, pattern: str, url: str, ids: Literal["tag", "permalink"]) -> None:
        self._archive = archive
        self._pattern = pattern
        self._url = url
        self._ids = ids

    def name(self, record: Record, owners: Mapping[str, str]) -> Record:
        """An issue at its first publication: its place on the web, and the id that never changes.

        `owners` gives the key of the issue that each permalink belongs to.
        """
        placed = replace(record, permalink=self._place(record, owners))
        return replace(placed, feed_id=self._id(placed))

    def leave_unsaid(self) -> None:
        """Takes issues that were adopted before anybody had said the publication's address to that address.

        Only before the first feed: afterwards an id is known to readers.
        """
        taken = [replace(one, feed_id=self._id(one)) for one in self._archive.issues().values()
                 if one.feed_id in (feed_id(UNSAID, one.day, one.key), web_address(UNSAID, one.permalink or ""))]
        if taken:
            self._archive.reidentify(taken)

    def _id(self, placed: Record) -> str:
        """What an issue that has its place is known by."""
        if self._ids == "tag":
            return feed_id(self._url, placed.day, placed.key)
        return web_address(self._url, placed.permalink or "")

    def settle(self, records: Sequence[Record]) -> tuple[list[Problem], bool]:
        """Moves those of these issues whose place has changed; says in whose way another stands, and if any moved."""
        owners = self._archive.places()
        astray = self._moving(records, {})
        places = {record.permalink for record in astray}
        moving = self._moving(astray, {place: key for place, key in owners.items() if place not in places})
        for record in moving:
            owners.pop(record.permalink or "", None)  # another may have it
        moved = {record.key: self._moved(record, owners) for record in moving}
        settled = [moved.get(record.key, record) for record in records]
        return [found for record in settled if (found := self._clash(record, owners))], settled != list(records)

    def _moving(self, records: Sequence[Record], owners: Mapping[str, str]) -> list[Record]:
        """Those that have another place than is theirs among these owners."""
        return [record for record in records
                if self._place(record, owners) != record.permalink and not self._is_numbered_late(record)]

    def _moved(self, record: Record, owners: dict[str, str]) -> Record:
        """Who moves leaves a redirect at the old address."""
        place = self._place(record, owners)
        owners[place] = record.key
        if place == record.permalink:
            return record
        if record.permalink:
            self._archive.names.add_redirect(record.permalink, record.key)
        self._archive.give_place(record.key, place)
        return replace(record, permalink=place)

    def _is_numbered_late(self, record: Record) -> bool:
        """Whether an issue that is known by its file's name has a number only since it came out, or one that its
        front matter shows and others share: it stays there."""
        return record.key == stem(record.path) and (
            record.permalink == address(self._pattern, replace(record, number=None)))

    def _place(self, record: Record, owners: Mapping[str, str]) -> str:
        """The permalink of the settings, or a neighbouring one if another issue has that already."""
        for pattern in chain((self._pattern, "{stem}/"), (f"{{stem}}-{n}/" for n in range(2, 1000))):
            place = address(pattern, record)
            if owners.get(place, record.key) == record.key:
                return place
        raise IssueError("finds no address that is free", path=record.path, remedy="give it a number of its own")

    def _clash(self, record: Record, owners: Mapping[str, str]) -> Problem | None:
        wanted = self._place(record, {})
        owner = owners.get(wanted, record.key)
        if owner == record.key or self._is_numbered_late(record):
            return None
        return clash(record, wanted, self._archive.records([owner])[owner])


def address(pattern: str, record: Record) -> str:
    """The place that a pattern gives an issue: `14/`, or `css-14/` where its key says its folder since others have its
    number or name; but `14/` for `2026/14` of a year, `2026/14/` if it is the name that says the year.
    """
    number, name = record.number, stem(record.path)
    year = year_named(record.path)
    if record.key == f"{year}/{number}" and not year_of(record.path) and "{year}" not in pattern:
        pattern = pattern.replace("{number}", f"{year}/{{number}}")
    folder = folder_around(record.path)
    counted = number is not None and year_of(record.path)
    if folder and not counted and record.key.rpartition("/")[0] == folder:
        number, name = None, record.key
    return permalink(pattern, number=number, slug=slug(record.title), stem=name, day=record.day)


def clash(record: Record, wanted: str, owner: Record) -> Problem:
    """Two issues whose settings give them one address: both are published, and the later one is named."""
    return Problem(record.path, f"would have the same address {wanted} as {owner.path}: it is at {record.permalink}",
                   "give one of them another number or name", rule="permalink-twice", severity="warning")
