"""Which issues say again what readers have had, or are about to get, under another name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.issues.likeness import SAME, Sketches, alike
from pipeline.issues.record import Record
from pipeline.mailings.mailing import Mailing

IS_OUT = "which is out already"


@dataclass(frozen=True, slots=True)
class Due:
    """Issues whose hour has come, each in one of these: `candidates` lack a mailing, `waiting` have one that no person
    let go, and `going` have one that goes whatever is found.
    """

    candidates: list[Record] = field(default_factory=list)
    waiting: list[Record] = field(default_factory=list)
    going: list[Record] = field(default_factory=list)


def copies(due: Due, mailed: Mapping[str, bytes], by_issue: Mapping[str, Sequence[Mailing]]) -> dict[str, str]:
    """Which issue each candidate and each that waits repeats, and how that stands: mailed under another name, or about
    to go to the same list, as do those that are going and whatever comes before it. What waits was no copy when it
    became due: it is one of what its own readers got meanwhile.

    `mailed` are the sketches of what readers have had, by key, as it was then.
    """
    sketches = Sketches({one.key: one.sketch for one in (*due.going, *due.waiting, *due.candidates)})
    ahead = {one.key: one for one in due.going}
    known = {one.key for one in due.waiting}
    found: dict[str, str] = {}
    for record in (*due.waiting, *due.candidates):
        for other in sketches.alike(record.sketch, SAME):
            if other in ahead and not set(ahead[other].lists).isdisjoint(record.lists):
                found[record.key] = f"{other}, which is due as well"
        for other in alike(record.sketch, mailed, SAME):
            if other != record.key and (record.key not in known or _went_to(by_issue[other], record.lists)):
                found[record.key] = f"{other}, {IS_OUT}"
        if record.key not in found:
            ahead[record.key] = record
    return found


def repeated(record: Record, mailed: Mapping[str, bytes], by_issue: Mapping[str, Sequence[Mailing]]) -> str:
    """The issue that its own readers have had already and whose text it repeats, by key; "" where there is none."""
    return next((other for other in alike(record.sketch, mailed, SAME)
                 if other != record.key and _went_to(by_issue.get(other, ()), record.lists)), "")


def _went_to(mailings: Sequence[Mailing], lists: Sequence[str]) -> bool:
    return any(mailing.started_at and mailing.list in lists for mailing in mailings)
