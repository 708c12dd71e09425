"""The book of issues: what lay in the folder, who each file is, what was published and when.

It remembers; it decides nothing. What becomes of an issue is decided in `publish`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields
from datetime import date, datetime
from math import inf
from typing import Any

from sqlalchemy import Connection, LargeBinary, Row, Update, and_, bindparam, func, or_, select, update
from sqlalchemy import Text as SqlText

from pipeline.database import ARCHIVE, Database
from pipeline.issues.archive.files import KnownFiles
from pipeline.issues.archive.fragments import Fragments
from pipeline.issues.archive.lots import in_lots
from pipeline.issues.archive.names import OtherNames
from pipeline.issues.archive.shown import IS_SHOWN, Shown
from pipeline.issues.archive.texts import Texts
from pipeline.issues.issue import SETTLED, Image, State
from pipeline.issues.likeness import PROBED_BYTES, probed
from pipeline.issues.record import Record, Text
from pipeline.schema import issue, issue_sketch, issue_text

_IS_WITHDRAWN = and_(issue.c.published_at.is_(None), issue.c.missing_at.is_not(None))
_RECORDS = select(issue, issue_sketch.c.sketch).join(issue_sketch)
_ONE = update(issue).where(issue.c.key == bindparam("of_key"))
_WAS = bindparam("was", type_=SqlText)
_AS_IT_WAS = or_(_WAS.is_(None), issue.c.state == _WAS)
_STAND = _ONE.where(_AS_IT_WAS).values(state=bindparam("to"), reason=bindparam("why"), since=bindparam("at"))
_SETTLE = update(issue_sketch).where(
    issue_sketch.c.key == issue.c.key, issue.c.key == bindparam("of_key"), _AS_IT_WAS).values(settled=bindparam("said"))
_OF_THE_FILE = (
    "path", "number", "title", "day", "due_at", "cover", "description", "language", "tags", "lists", "draft",
    "source_digest", "text_digest", "changed_at", "seen_at", "missing_at",
)


def _hour(record: Record) -> tuple[datetime, float, str]:
    """Records in order of their hours, then numbers; not the databases' order, for one may sort names by a language."""
    return record.due_at, inf if record.number is None else record.number, record.key


def _rows_of(connection: Connection, keys: Iterable[str]) -> Iterator[Row[Any]]:
    for some in in_lots(keys):
        yield from connection.execute(_RECORDS.where(issue.c.key.in_(some)))


def _in_order(rows: Iterable[Row[Any]]) -> list[Record]:
    return sorted(map(_record, rows), key=_hour)


class Archive:
    """The first book, in five chapters beside what is known of each issue. `hidden` are the lists whose issues are for
    their readers alone.
    """

    def __init__(self, database: Database, hidden: Collection[str] = ()) -> None:
        self._db = database
        self.files = KnownFiles(database)
        self.fragments = Fragments(database)
        self.names = OtherNames(database)
        self.shown = Shown(database, frozenset(hidden))
        self.texts = Texts(database)

    def issues(self) -> dict[str, Record]:
        """Every issue ever read, by key, in the order of their hours."""
        with self._db.read() as connection:
            rows = connection.execute(_RECORDS).all()
        return {record.key: record for record in _in_order(rows)}

    def records(self, keys: Iterable[str]) -> dict[str, Record]:
        """These issues, by key; keys that the book does not know are left out."""
        with self._db.read() as connection:
            return {row.key: _record(row) for row in _rows_of(connection, keys)}

    def restless(self, now: datetime, also: Iterable[str] = ()) -> dict[str, Record]:
        """Issues that a pass may find elsewhere than the last one left them, and these; in the order of their hours.

        Left out is what only a person or its own mailings can move: adopted or mailed, and neither a draft nor in
        the future. For ten thousand issues these are a handful.
        """
        settled = issue.c.state.in_(SETTLED) & issue.c.draft.is_(False) & (issue.c.due_at <= now)
        with self._db.read() as connection:
            found = {row.key: row for row in connection.execute(_RECORDS.where(~settled))}
            found |= {row.key: row for row in _rows_of(connection, sorted(set(also) - set(found)))}
        return {record.key: record for record in _in_order(found.values())}

    def settled_sketches(self, near: Iterable[bytes]) -> dict[str, bytes]:
        """The sketches of what was mailed or adopted, by key, as it was then: of all that may be alike to one of these.

        Of the thousands that are not, no more is read than tells so.
        """
        was = issue_sketch.c.settled
        beginnings = select(issue_sketch.c.key, func.substr(was, 1, PROBED_BYTES, type_=LargeBinary))
        whole: dict[str, bytes] = {}
        with self._db.read() as connection:
            found = probed(near, _pairs(connection.execute(beginnings.where(was.is_not(None))).all()))
            for some in in_lots(found):
                whole |= _pairs(connection.execute(select(issue_sketch.c.key, was).where(issue_sketch.c.key.in_(some))))
        return {key: whole[key] for key in found}

    def due(self, now: datetime) -> list[Record]:
        """Issues whose hour has come, not published or not seen as due yet, in the order of their hours."""
        new = issue.c.published_at.is_(None) | issue.c.due_seen_at.is_(None)
        waiting = _RECORDS.where(new, ~_IS_WITHDRAWN, issue.c.draft.is_(False), issue.c.due_at <= now)
        with self._db.read() as connection:
            rows = connection.execute(waiting).all()
        return _in_order(rows)

    def newest(self, list_id: str) -> Record | None:
        """Of what its readers have had, adopted or mailed, the issue of a list that was published last."""
        over = select(issue.c.key, issue.c.lists).where(IS_SHOWN, issue.c.state.in_(SETTLED))
        with self._db.read() as connection:
            latest_first = connection.execute(over.order_by(issue.c.published_at.desc(), issue.c.key.desc()))
            key = next((key for key, lists in latest_first if list_id in lists), None)
        return None if key is None else self.records([key]).get(key)

    def next_due(self) -> datetime | None:
        """The earliest hour of what is not published yet."""
        ahead = select(func.min(issue.c.due_at)).where(
            issue.c.published_at.is_(None), ~_IS_WITHDRAWN, issue.c.draft.is_(False))
        with self._db.read() as connection:
            earliest: datetime | None = connection.execute(ahead).scalar()
        return earliest

    def paths(self) -> dict[str, tuple[str, bool]]:
        """Where each issue's file is or was, and whether it is there, by key."""
        with self._db.read() as connection:
            rows = connection.execute(select(issue.c.key, issue.c.path, issue.c.missing_at.is_(None))).all()
        return {key: (path, bool(present)) for key, path, present in rows}

    def places(self) -> dict[str, str]:
        """Whose every permalink is, by permalink."""
        with self._db.read() as connection:
            rows = connection.execute(
                select(issue.c.permalink, issue.c.key).where(issue.c.permalink.is_not(None))).all()
        return _pairs(rows)

    def instants(self, since: datetime) -> set[datetime | None]:
        """The instants of first publication that are taken from then on."""
        taken = select(issue.c.published_at).where(issue.c.published_at >= since)
        with self._db.read() as connection:
            return set(connection.execute(taken).scalars().all())

    def reidentify(self, records: Sequence[Record]) -> None:
        """Gives issues other ids and dates: all at once, because two may exchange theirs."""
        with self._writing() as connection:
            for record in records:
                connection.execute(update(issue).where(issue.c.key == record.key).values(
                    feed_id=f"in exchange: {record.key}"))
            for record in records:
                connection.execute(update(issue).where(issue.c.key == record.key).values(
                    feed_id=record.feed_id, published_at=record.published_at, updated_at=record.updated_at))

    def enter(self, record: Record, text: Text) -> None:
        """Writes an issue and its text, new or changed."""
        self.enter_all([(record, text)])

    def enter_all(self, entries: Sequence[tuple[Record, Text]]) -> None:
        """The same for several: all of them are written, or none.

        Of an issue that is known only what its file says: where it stands and what it was published as may have been
        decided since it was read. One that was a problem is none any more.
        """
        if not entries:
            return
        rows = [_record_row(record) for record, _ in entries]
        changed = [{"of_key": record.key, "at": record.updated_at} for record, _ in entries if record.updated_at]
        sketches = [{"key": record.key, "sketch": record.sketch} for record, _ in entries]
        texts = [{"key": record.key, "body": text.body, "body_line": text.body_line,
                  "descriptions": list(text.descriptions)} for record, text in entries]
        with self._writing() as connection:
            connection.execute(self._db.upsert_rows(issue, _OF_THE_FILE), rows)
            connection.execute(self._db.upsert_rows(issue_sketch, sketches[0]), sketches)
            connection.execute(self._db.upsert_rows(issue_text, texts[0]), texts)
            connection.execute(_ONE.where(issue.c.state == State.PROBLEM).values(state=State.SCHEDULED),
                               [{"of_key": row["key"]} for row in rows])
            if changed:
                connection.execute(_ONE.values(updated_at=bindparam("at")), changed)

    def stand(self, records: Iterable[Record], *, before: Mapping[str, State] | None = None) -> None:
        """Writes where issues stand, and why. With `before` only where each stands yet as it says.

        Settling an issue also keeps its text as readers have it: by that a copy is known.
        """
        since = before or {}
        rows = [{"of_key": one.key, "to": one.state, "why": one.reason, "at": one.since, "was": since.get(one.key),
                 "said": one.sketch} for one in records]
        if not rows:
            return
        settling = [row for row in rows if row["to"] in SETTLED and row["was"] is not row["to"]]
        with self._writing() as connection:
            if settling:
                connection.execute(_SETTLE, settling)
            connection.execute(_STAND, rows)

    def note_missing(self, keys: Iterable[str], at: datetime) -> None:
        """Their files are gone."""
        self._write_each(_ONE.values(missing_at=bindparam("at")), [{"of_key": key, "at": at} for key in keys])

    def note_found(self, key: str, path: str) -> None:
        """Its file is here."""
        self._write_each(_ONE.values(path=bindparam("here"), missing_at=None), [{"of_key": key, "here": path}])

    def note_due(self, keys: Iterable[str], at: datetime) -> None:
        """They were seen as due, for the first time."""
        self._write_each(_ONE.where(issue.c.due_seen_at.is_(None)).values(due_seen_at=bindparam("at")),
                         [{"of_key": key, "at": at} for key in keys])

    def publish(self, records: Iterable[Record]) -> None:
        """Gives issues what their first publication names them, for ever."""
        names = ("published_at", "updated_at", "ordinal", "permalink", "feed_id")
        self._write_each(
            _ONE.where(issue.c.published_at.is_(None)).values({name: bindparam(f"new_{name}") for name in names}),
            [{"of_key": one.key, **{f"new_{name}": getattr(one, name) for name in names}} for one in records])

    def give_place(self, key: str, permalink: str) -> None:
        """Where it is on the web from now on."""
        self._write_each(_ONE.values(permalink=bindparam("place")), [{"of_key": key, "place": permalink}])

    @contextmanager
    def together(self) -> Iterator[None]:
        """What this thread writes inside is durable at the end as one, or never happened."""
        with self._db.together(), self._writing():
            yield

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        """A transaction in its turn: two that wrote of the same issues in another order would wait for each other."""
        with self._db.write() as connection:
            self._db.take_turns(connection, ARCHIVE)
            yield connection

    def _write_each(self, statement: Update, rows: list[dict[str, Any]]) -> None:
        if rows:
            with self._writing() as connection:
                connection.execute(statement, rows)

    def next_ordinal(self) -> int:
        with self._db.read() as connection:
            highest: int = connection.execute(select(func.coalesce(func.max(issue.c.ordinal), 0))).scalar_one()
        return highest + 1


def _pairs(rows: Iterable[Any]) -> dict[str, Any]:
    """Rows of two columns as a mapping; the columns' names would take as long as the query."""
    return dict(tuple(row) for row in rows)


def _record(row: Row[Any]) -> Record:
    values = dict(row._mapping)
    values["day"] = date.fromisoformat(values["day"])
    values["cover"] = Image(**values["cover"]) if values["cover"] else None
    values["tags"] = tuple(values["tags"])
    values["lists"] = tuple(values["lists"])
    values["state"] = State(values["state"])
    return Record(**values)


def _record_row(record: Record) -> dict[str, Any]:
    row = {field.name: getattr(record, field.name) for field in fields(record)}
    cover = record.cover
    del row["sketch"]
    row["day"] = record.day.isoformat()
    row["cover"] = cover and {"src": cover.src, "alt": cover.alt, "width": cover.width, "height": cover.height}
    row["tags"], row["lists"] = list(record.tags), list(record.lists)
    return row
