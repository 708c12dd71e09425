"""A transcript of the books: every row as JSON Lines, and back, on SQLite or PostgreSQL.

Rows stand in the order of their keys and values in one form on both databases, so two exports of equal
books are equal byte for byte. Instants are ISO 8601 in UTC, bytes base64, JSON is nested.

    manifest.json                 version of the tables, rows in each, the numbers that were given out
    tables/TABLE.jsonl            one object a row, its columns in the order of the schema
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import JSON, Column, Connection, LargeBinary, Select, Table, delete, exc, func, insert, select, update

from pipeline import amounts, schema
from pipeline.database import Database
from pipeline.errors import OutputError, Refusal, SchemaOutdated

CHUNK = 1000
LEFT_BEHIND = {"fragment"}  # a cache: losing it costs time, never bytes
TABLES = tuple(table for table in schema.metadata.sorted_tables if table.name not in LEFT_BEHIND)
# Tables whose numbers are never given twice: the highest ever given is part of the books.
NUMBERED = tuple(table for table in TABLES if table.dialect_options["sqlite"]["autoincrement"])
_HIGHEST = 2**63 - 1  # that either database can hold
_KEY = schema.ledger.c.key.name
_KEY_BYTES = 16  # fewer would hide no address
_EPOCH = schema.ledger.c.epoch.name  # a restored ledger begins an epoch of its own

Progress = Callable[[int, int], None]  # rows done, of how many


def write_transcript(database: Database, folder: Path, tell: Progress) -> dict[str, int]:
    """Writes every table into a new folder; gives the rows of each. Raises OutputError where it cannot be made.

    The picture is one moment's, whatever is being written meanwhile. What a full disk cut short has no manifest.
    """
    try:
        folder.mkdir(mode=0o700, parents=True)  # addresses of people, and the key of the ledger
        (folder / "tables").mkdir(mode=0o700)
    except OSError as error:
        raise OutputError(f"cannot be made: {error.strerror}", path=str(folder),
                          remedy="name a folder that does not exist yet") from error
    with database.read() as connection:
        rows = {table.name: _count(connection, table) for table in TABLES}
        counted = _counter(tell, sum(rows.values()))
        for table in TABLES:
            _write(connection, database, table, folder / "tables" / f"{table.name}.jsonl", counted)
        numbers = {table.name: _highest(connection, database, table) for table in NUMBERED}
    manifest = {"format": 1, "version": schema.HEAD, "rows": rows, "numbers": numbers}
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    return rows


def read_transcript(
    database: Database, folder: Path, tell: Progress, *, now: datetime, at_the_end: Callable[[], None] = lambda: None
) -> dict[str, int]:
    """Fills an empty ledger from an export, wholly or not at all; gives the rows of each table.

    What `at_the_end` writes into the books is durable with the rows, or never happened either.

    Raises OutputError for what is no export or is cut short, SchemaOutdated for one of another version, and
    Refusal where there is a ledger already that remembers anything: whoever looks before they restore makes an empty
    one. `now` begins the epoch by which another copy is told apart.
    """
    manifest = _manifest(folder)
    if database.exists:
        database.check_version()  # else the next line would bring a ledger that is refused to another version
    database.prepare()
    with database.together(), database.write() as connection:
        _clear_unused(connection, database.shown)
        counted = _counter(tell, sum(manifest["rows"].values()))
        for table in TABLES:
            _fill(connection, table, folder / "tables" / f"{table.name}.jsonl", manifest["rows"][table.name], counted)
        connection.execute(update(schema.ledger).values({_EPOCH: int(now.timestamp())}))
        highest = {table: manifest["numbers"][table.name] for table in NUMBERED}
        if not database.is_sqlite:
            highest[schema.mailing] = _most(connection, schema.mailing)
        for table, number in highest.items():
            if number:
                database.number_behind(connection, table, number)
        at_the_end()
    return dict(manifest["rows"])


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        found = json.loads((folder / "manifest.json").read_text("utf-8"))
        version = found["version"]
        if version == schema.HEAD and not (_counts(found["rows"], TABLES) and _counts(found["numbers"], NUMBERED)):
            raise ValueError
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise OutputError("is not an export of avviso: no manifest.json that can be read", path=str(folder),
                          remedy="name the folder that `avviso export` wrote") from error
    if version != schema.HEAD:
        raise SchemaOutdated(f"the export has version {version}, this avviso needs {schema.HEAD}", path=str(folder),
                             remedy="restore it with the avviso that wrote it, then run `avviso migrate`")
    return dict(found)


def _counts(found: Any, tables: Sequence[Table]) -> bool:
    """Whether there is one number for each of these tables."""
    return (isinstance(found, dict) and set(found) == {table.name for table in tables}
            and all(isinstance(number, int) and 0 <= number <= _HIGHEST for number in found.values()))


# ---- out ----------------------------------------------------------------------------------------

def _write(
    connection: Connection, database: Database, table: Table, path: Path, counted: Callable[[int], None]
) -> None:
    ordered = _of_the_books(select(*_columns(table)), table).order_by(
        *(_in_one_order(column, database) for column in table.primary_key))
    found = connection.execute(ordered, execution_options={"yield_per": CHUNK})
    # Half a surrogate pair stands there as JSON has it.
    with path.open("x", encoding="utf-8", errors="backslashreplace", newline="\n") as out:
        for rows in found.mappings().partitions():
            out.writelines(json.dumps(_plain(dict(row)), ensure_ascii=False) + "\n" for row in rows)
            counted(len(rows))


def _count(connection: Connection, table: Table) -> int:
    return int(connection.execute(_of_the_books(select(func.count()).select_from(table), table)).scalar_one())


def _of_the_books(rows: Select[Any], table: Table) -> Select[Any]:
    """Without where the ledger lies: that is true of one server only."""
    return rows.where(schema.note.c.name != schema.HOME) if table is schema.note else rows


def _counter(tell: Progress, total: int) -> Callable[[int], None]:
    """Adds up rows and tells of them."""
    done = 0

    def counted(rows: int) -> None:
        nonlocal done
        done += rows
        tell(done, total)

    return counted


def _columns(table: Table) -> list[Column[Any]]:
    return [column for column in table.c if not (table is schema.ledger and column.name == _EPOCH)]


def _in_one_order(column: Column[Any], database: Database) -> Any:
    """PostgreSQL may order texts by a language; SQLite orders them by their bytes."""
    return column if database.is_sqlite or column.type.python_type is not str else column.collate("C")


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _as_json(value) for name, value in row.items()}


def _as_json(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, dict):
        return dict(sorted(value.items()))
    return value


# ---- in -----------------------------------------------------------------------------------------

def _clear_unused(connection: Connection, shown: str) -> None:
    """Takes away the name of a ledger that remembers nothing, and has nobody at work on it, for the export's; with it
    what the clocks showed to who looked."""
    connection.execute(delete(schema.note).where(schema.note.c.name.in_((schema.ANCHOR, schema.STEADY))))
    if any(_count(connection, table) for table in TABLES if table is not schema.ledger):
        raise Refusal("there is a ledger already, with its own record of who was mailed", path=shown,
                      remedy="name another `database`, or move this one away first")
    connection.execute(delete(schema.ledger))


def _fill(
    connection: Connection, table: Table, path: Path, expected: int, counted: Callable[[int], None]
) -> None:
    rows = _read(path, table)
    done = 0
    while chunk := list(islice(rows, CHUNK)):
        try:
            connection.execute(insert(table), chunk)
        except (exc.IntegrityError, exc.DataError) as error:
            raise OutputError("holds rows that the ledger cannot have: twice the same, or of something that is missing",
                              path=str(path), remedy="copy the export whole; nothing was restored") from error
        done += len(chunk)
        counted(len(chunk))
    if done != expected:
        raise OutputError(f"holds {amounts.counted(done, 'row')}, the manifest says {expected}", path=str(path),
                          remedy="copy the export whole; nothing was restored")


def _read(path: Path, table: Table) -> Iterator[dict[str, Any]]:
    try:
        with path.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                try:
                    values = _values(json.loads(line.decode()), table)
                except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
                    raise OutputError("is not a row of this table", path=str(path), line=number,
                                      remedy="copy the export whole; nothing was restored") from error
                yield values
    except OSError as error:
        raise OutputError(f"cannot be read: {error.strerror}", path=str(path),
                          remedy="copy the export whole; nothing was restored") from error


def _values(found: Mapping[str, Any], table: Table) -> dict[str, Any]:
    values = {column.name: _from_json(found[column.name], column) for column in _columns(table)}
    if table is not schema.ledger:
        return values
    if len(bytes.fromhex(values[_KEY])) < _KEY_BYTES:
        raise ValueError
    return values | {_EPOCH: 0}


def _from_json(value: Any, column: Column[Any]) -> Any:
    if value is None:
        return None
    if isinstance(column.type, schema.Instant):
        return _aware(datetime.fromisoformat(value))
    if isinstance(column.type, LargeBinary):
        return base64.b64decode(value, validate=True)
    if not isinstance(column.type, JSON):
        _check(value, column.type.python_type)
    return value


def _aware(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError
    return at


def _check(value: Any, kind: type) -> None:
    """Raises TypeError or ValueError for what no column of this kind can hold."""
    if not isinstance(value, kind):
        raise TypeError
    if isinstance(value, str):
        value.encode()  # lone surrogates have no bytes
    if isinstance(value, int) and abs(value) > _HIGHEST:
        raise ValueError


# ---- numbers that are never given twice ---------------------------------------------------------

def _highest(connection: Connection, database: Database, table: Table) -> int:
    """The highest number ever given in a table, also to rows that are gone."""
    if database.is_sqlite:
        asked: Sequence[Any] = connection.exec_driver_sql(
            "SELECT seq FROM sqlite_sequence WHERE name = ?", (table.name,)).all()
    else:
        asked = connection.exec_driver_sql(
            f"SELECT last_value FROM {table.name}_id_seq WHERE is_called").all()  # noqa: S608, a name of ours
    return int(asked[0][0]) if asked else 0


def _most(connection: Connection, table: Table) -> int:
    return int(connection.execute(select(func.coalesce(func.max(table.c.id), 0))).scalar_one())
