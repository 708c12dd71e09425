"""What an issue's first publication gives it for ever: an instant, a place in the order, an address, an id."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from pipeline.issues.archive import Archive
from pipeline.issues.record import Record

if TYPE_CHECKING:  # slow import: feeds
    from pipeline.publish.builder import Builder

ONE_SECOND = timedelta(seconds=1)


class Namer:
    """Knows what is taken. It writes nothing. `builder` is made when it is first needed: it is slow to import."""

    def __init__(self, archive: Archive, builder: Callable[[], Builder]) -> None:
        self._archive = archive
        self._builder = builder

    def foresee(self, record: Record) -> Record:
        """An issue as it is published, or will be."""
        return record if record.is_published else self.named([record])[0]

    def named(self, fresh: Sequence[Record]) -> list[Record]:
        """Issues that are not published yet, with their names."""
        if not fresh:
            return []
        taken = self._archive.instants(min(record.due_at for record in fresh))
        owners = self._archive.places()
        ordinal = self._archive.next_ordinal()
        named: list[Record] = []
        for record in fresh:
            instant = free_instant(record.due_at, taken)
            taken.add(instant)
            named.append(self._builder().name(replace(
                record, published_at=instant, updated_at=instant, ordinal=ordinal + len(named)), owners))
            owners[named[-1].permalink or ""] = record.key
        return named


def free_instant(due_at: datetime, taken: set[datetime | None]) -> datetime:
    """Two issues of one instant are a second apart, so that no feed reader confuses their order."""
    while due_at in taken:
        due_at += ONE_SECOND
    return due_at
