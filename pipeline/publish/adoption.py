"""Taking over a feed that readers are subscribed to: its ids and dates, given to the same issues.

A feed reader knows an entry by its id alone. So when a publication moves here, each issue goes on under
the id it had; whoever is subscribed sees nothing twice. Which entry is which issue is told by, in order of
trust, the address, the title (with or without its number), and the day. Pure: values in, values out.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import PurePosixPath
from typing import TypeVar
from urllib.parse import quote, unquote, urlsplit
from zoneinfo import ZoneInfo

from pipeline.feeds.addresses import slug
from pipeline.feeds.foreign import Foreign
from pipeline.issues.reading.paths import stem
from pipeline.issues.record import Record
from pipeline.publish.naming import free_instant

OWN_ID = "tag:"  # how ids begin that an issue gets here
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)  # the W3C's validator calls anything before it wrong
_PAGE = re.compile(r"(?:index)?\.(?:html?|php|aspx?)$", re.IGNORECASE)
_DAY_FIRST = re.compile(r"(\d{4})-(\d\d)-(\d\d)-(.+)")
_NUMBER = re.compile(r"\d{1,6}")
_COUNTERS = "期号回刊卷號회호"
# What may stand before a number that is the whole title: `Issue 14`, not `Top 14`.
_CALLED = frozenset({"", "issue", "no", "nr", "number", "vol", "volume", "edition", "episode", "newsletter", "weekly",
                     "第", "总第", "제"})


@dataclass(frozen=True, slots=True)
class Adopted:
    """One issue and the id it goes on with. `by`: address, title, day, or pattern; `entry` is None for a pattern."""

    record: Record
    by: str
    id: str
    entry: Foreign | None


@dataclass(frozen=True, slots=True)
class Adoption:
    """`pairs` newest first; `strangers` are entries without an issue, `alone` issues that keep the id they have."""

    pairs: tuple[Adopted, ...]
    strangers: tuple[Foreign, ...]
    alone: tuple[Record, ...]


def match(entries: Sequence[Foreign], records: Sequence[Record], zone: ZoneInfo) -> Adoption:
    """Which entry is which issue, each at most once; what could be two is neither.

    Older issues that the feed no longer shows get the ids they had in it, where its ids plainly follow
    from the file name or the number: their readers met them under these.
    """
    found: dict[str, Adopted] = {}
    left = list(entries)
    for by, of_entry, of_issue in _ways(zone):
        open_issues = [record for record in records if record.key not in found]
        for entry, record in _pairs(left, open_issues, of_entry, of_issue):
            found[record.key] = Adopted(record, by, entry.id, entry)
        taken = {id(pair.entry) for pair in found.values()}
        left = [entry for entry in left if id(entry) not in taken]
    older = _by_pattern(list(found.values()), [record for record in records if record.key not in found], entries)
    found |= {pair.record.key: pair for pair in older}
    newest_first = sorted(found.values(), key=lambda pair: -(pair.record.ordinal or 0))
    return Adoption(tuple(newest_first), tuple(left), tuple(one for one in records if one.key not in found))


def seen_as_new(adoption: Adoption, limit: int) -> tuple[int, int]:
    """How many old issues among the newest `limit` have an id that readers of the adopted feed never met, for it showed
    fewer; and how many a feed may hold so that none of these is in it."""
    everyone = [*(pair.record for pair in adoption.pairs), *adoption.alone]
    newest_first = sorted(everyone, key=lambda one: -(one.ordinal or 0))[:limit]
    oldest_known = min((pair.record.ordinal or 0 for pair in adoption.pairs), default=0)
    strange = [place for place, one in enumerate(newest_first)
               if (one.ordinal or 0) < oldest_known and (one.feed_id or "").startswith(OWN_ID)]
    return len(strange), strange[0] if strange else limit


def adopt(adoption: Adoption, records: Iterable[Record], now: datetime) -> list[Record]:
    """The issues with their new ids and dates; only those that change. No two have the same id or instant."""
    everyone = list(records)
    taking = _taking(adoption.pairs, everyone)
    mine = {pair.record.key for pair in taking}
    others = [one for one in everyone if one.key not in mine]
    instants, updates = {one.published_at for one in others}, {one.updated_at for one in others}
    changed = []
    for pair in reversed(taking):
        fresh = _dated(replace(pair.record, feed_id=pair.id), pair.entry, instants, updates, now)
        instants.add(fresh.published_at)
        updates.add(fresh.updated_at)
        if fresh != pair.record:
            changed.append(fresh)
    return changed


def _taking(pairs: Sequence[Adopted], records: Sequence[Record]) -> list[Adopted]:
    """Those whose new id no other issue keeps, from an earlier feed; who may not take one keeps its own as well."""
    taking = list(pairs)
    while True:
        mine = {pair.record.key for pair in taking}
        kept = {one.feed_id for one in records if one.key not in mine}
        free = [pair for pair in taking if pair.id not in kept]
        if len(free) == len(taking):
            return taking
        taking = free


def _dated(
    record: Record, entry: Foreign | None, published_ones: set[datetime | None], updated_ones: set[datetime | None],
    now: datetime,
) -> Record:
    """With the entry's dates, as far as they can be true; an edit that readers know stays the last."""
    published = record.published_at
    if entry and entry.published and EARLIEST <= entry.published <= now:
        published = entry.published
    if published is not None:
        published = free_instant(published, published_ones)
    updated = entry.updated if entry and entry.updated and entry.updated <= now else None
    if published == record.published_at and updated is None and record.updated_at not in updated_ones:
        return record
    edited = record.updated_at if record.updated_at != record.published_at else None
    latest = max(filter(None, (published, updated, edited)))
    return replace(record, published_at=published, updated_at=free_instant(latest, updated_ones))


# ---- ways to tell -----------------------------------------------------------------------------

Names = Iterable[Hashable]
T = TypeVar("T")


def _ways(zone: ZoneInfo) -> tuple[tuple[str, Callable[[Foreign], Names], Callable[[Record], Names]], ...]:
    return (
        ("address", _places_of_entry, _places_of_issue),
        ("title", lambda entry: _titles(entry.title), lambda record: _titles(record.title)),
        ("title", _numbered_titles, _numbered_issue),
        ("day", lambda entry: [entry.published.astimezone(zone).date()] if entry.published else [],
         lambda record: [record.day]),
    )


def _pairs(
    entries: Sequence[Foreign], records: Sequence[Record],
    of_entry: Callable[[Foreign], Names], of_issue: Callable[[Record], Names],
) -> list[tuple[Foreign, Record]]:
    """Entry and issue that have a name in common which nobody else has."""
    theirs, ours = _owners(entries, of_entry), _owners(records, of_issue)
    pairs: dict[int, tuple[Foreign, Record]] = {}
    taken: set[str] = set()
    for name, entry in theirs.items():
        record = ours.get(name)
        if entry and record and id(entry) not in pairs and record.key not in taken:
            pairs[id(entry)] = (entry, record)
            taken.add(record.key)
    return list(pairs.values())


def _owners(things: Iterable[T], names: Callable[[T], Names]) -> dict[Hashable, T | None]:
    """Who has each name; None for one that several have."""
    owners: dict[Hashable, T | None] = {}
    for thing in things:
        for name in dict.fromkeys(names(thing)):
            owners[name] = None if name in owners else thing
    return owners


def _places_of_entry(entry: Foreign) -> Names:
    """The ends of its path, longest first: `posts/14-paper`, `14-paper`. A day (`/2024/03/14/`) is not a name."""
    parts = _segments(_path(entry.link or entry.id))
    for start in range(len(parts)):
        if parts[start].isdigit() and start and parts[start - 1].isdigit():
            continue
        yield "/".join(parts[start:])


def _places_of_issue(record: Record) -> Names:
    path = PurePosixPath(record.path).with_suffix("")
    yield from ("/".join(_segments(one)) for one in (record.permalink or "", path.as_posix(), stem(record.path)))
    if not record.title.isdigit():
        yield slug(record.title)
    if words := _behind_its_day("{3}", slug, record):
        yield words


def _path(address: str) -> str:
    """The path of an address, "" for what is none."""
    try:
        return urlsplit(address).path if "://" in address else ""
    except ValueError:
        return ""


def _segments(path: str) -> list[str]:
    """The folders of a path in one spelling, whatever a site generator made of them."""
    parts = [part for part in _PAGE.sub("", unquote(path)).split("/") if part]
    return [slug(part) for part in parts]


def _titles(title: str) -> Names:
    return [letters] if (letters := _letters(title)) else []


def _letters(text: str) -> str:
    """Letters and digits in lower case: punctuation and spaces differ between feeds and files."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())


def _numbered_titles(entry: Foreign) -> Names:
    """Number and title wherever the number stands: `第14期：…`, `14-…`, `… (#14)`, `Issue 14`."""
    title = unicodedata.normalize("NFKC", entry.title)
    for found in _NUMBER.finditer(title):
        before, after = _letters(title[:found.start()]), _letters(title[found.end():].lstrip(" " + _COUNTERS))
        yield from ((int(found[0]), rest) for rest in (before, after) if rest and rest not in _CALLED)
        if not after and before in _CALLED:
            yield (int(found[0]), "")


def _numbered_issue(record: Record) -> Names:
    if record.number is None:
        return []
    return dict.fromkeys([(record.number, _letters(record.title)), (record.number, "")])


# ---- ids that follow a pattern ----------------------------------------------------------------

def _behind_its_day(form: str, write: Callable[[str], str], record: Record) -> str:
    """What an address makes of `2024-03-14-paper.md`, as Jekyll's does: `2024/03/14/paper`; "" for another name."""
    found = _DAY_FIRST.fullmatch(stem(record.path))
    return write(form.format(*found.groups())) if found else ""


_WORDS: Mapping[str, Callable[[Record], str]] = {
    "file name": lambda record: stem(record.path),
    "file name in an address": lambda record: quote(stem(record.path)),
    "file name as a slug": lambda record: slug(stem(record.path)),
    "slug in an address": lambda record: quote(slug(stem(record.path))),
    "title as a slug": lambda record: slug(record.title),
    "title in an address": lambda record: quote(slug(record.title)),
    "number": lambda record: "" if record.number is None else str(record.number),
    "folders of its day": partial(_behind_its_day, "{}/{}/{}/{}", str),
    "folders of its day in an address": partial(_behind_its_day, "{}/{}/{}/{}", quote),
    "folders of its month": partial(_behind_its_day, "{0}/{1}/{3}", str),
    "folders of its month in an address": partial(_behind_its_day, "{0}/{1}/{3}", quote),
    "file name behind its day": partial(_behind_its_day, "{3}", str),
    "file name behind its day in an address": partial(_behind_its_day, "{3}", quote),
}


def _by_pattern(pairs: Sequence[Adopted], rest: Sequence[Record], entries: Sequence[Foreign]) -> list[Adopted]:
    """Ids for issues older than the newest that was matched; none unless two matched ids agree on the pattern."""
    newest = max((pair.record.ordinal or 0 for pair in pairs), default=0)
    used = {entry.id for entry in entries}
    for word in _WORDS.values():
        shapes = {_shape(pair.id, word(pair.record)) for pair in pairs}
        if len(pairs) > 1 and len(shapes) == 1 and None not in shapes:
            before, after = shapes.pop() or ("", "")
            ids = {one.key: before + word(one) + after for one in rest if word(one) and (one.ordinal or 0) < newest}
            owners = Counter(ids.values())
            return [Adopted(one, "pattern", ids[one.key], None) for one in rest
                    if one.key in ids and ids[one.key] not in used and owners[ids[one.key]] == 1]
    return []


def _shape(identity: str, word: str) -> tuple[str, str] | None:
    """What stands before and after the word in an id, where it stands alone and only once."""
    alone = re.compile(rf"(?<![0-9A-Za-z]){re.escape(word)}(?![0-9A-Za-z])")
    found = list(alone.finditer(identity)) if word else []
    return (identity[:found[0].start()], identity[found[0].end():]) if len(found) == 1 else None
