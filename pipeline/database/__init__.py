"""One door to the database: read and write transactions on SQLite or PostgreSQL.

SQLite runs in WAL with `synchronous=FULL`: what is committed survives a power cut. All writers of a
process queue for one lock, and `BEGIN IMMEDIATE` queues them behind other processes, so a transaction
that has begun never fails because another wrote first. Errors of the driver become our own here.
"""

from __future__ import annotations

import hashlib
import secrets
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from sqlalchemy import (
    JSON,
    Connection,
    Insert,
    Select,
    Subquery,
    Table,
    bindparam,
    event,
    exc,
    func,
    inspect,
    select,
    text,
)
from sqlalchemy import cast as sql_cast
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import URL
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction
from sqlalchemy.types import Text, TypeEngine

from pipeline import schema
from pipeline.clock import monotonic
from pipeline.database.engines import conninfo, open_engine, parsed
from pipeline.database.failures import RESTORE, own_errors
from pipeline.errors import ConfigError, Damaged, OutputError, SchemaOutdated, Uncertain

CHECK_S = 10.0  # how long the look at a start may take: far more than a million readers need
THOROUGH_BYTES = 64 * 1024**2  # up to here the indexes are compared with the tables too: 20,000 readers in 0.2 s
APPLICATION_ID = 0x61767631  # "avv1": `file` and we know a ledger by it


class digest(GenericFunction[str]):  # noqa: N801, an SQL function is written in lower case
    """SQL: 32 hexadecimal digits of the sha-256 of a text, the same on both databases."""

    type = Text()
    inherit_cache = True


@compiles(digest, "sqlite")
def _digest_sqlite(element: digest, compiler: SQLCompiler, **kw: Any) -> str:
    return f"avviso_digest({compiler.process(element.clauses, **kw)})"


@compiles(digest, "postgresql")
def _digest_postgresql(element: digest, compiler: SQLCompiler, **kw: Any) -> str:
    return f"substr(encode(sha256(convert_to({compiler.process(element.clauses, **kw)}, 'UTF8')), 'hex'), 1, 32)"


def _teach_digest(connection: sqlite3.Connection, _record: object) -> None:
    connection.create_function("avviso_digest", 1, text_digest, deterministic=True)


def text_digest(value: str) -> str:
    """What the SQL function `digest` gives, for Python."""
    return hashlib.sha256(value.encode()).hexdigest()[:32]


class Database:
    """Transactions on one ledger. `url` is `sqlite:///path` (absolute by then) or `postgresql://…`."""

    def __init__(self, url: str) -> None:
        self.url = parsed(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._engine = open_engine(self.url)
        if self.is_sqlite:
            event.listen(self._engine, "connect", _teach_digest)
        self._writing = threading.RLock()
        self._rehearsal: Connection | None = None
        self._joint = threading.local()

    @contextmanager
    def rehearse(self) -> Iterator[None]:
        """Everything written inside is seen inside and never happened afterwards. For one thread."""
        with own_errors(), self._writing, self._engine.connect() as connection:
            connection.execution_options(avviso_write=True)
            transaction = connection.begin()
            self._rehearsal = connection
            try:
                yield
            finally:
                self._rehearsal = None
                transaction.rollback()

    @contextmanager
    def together(self) -> Iterator[None]:
        """What this thread writes inside, in whichever book, is durable at the end as one, or never happened."""
        with self.write() as connection:
            self._joint.connection = connection
            try:
                yield
            finally:
                self._joint.connection = None

    @property
    def _under_way(self) -> Connection | None:
        """The transaction that whatever is asked for now belongs to, if any."""
        return self._rehearsal or getattr(self._joint, "connection", None)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only looks: one consistent picture, never waits for a writer."""
        if self._under_way is not None:
            yield self._under_way
            return
        with own_errors(), self._engine.connect() as connection:
            if not self.is_sqlite:  # else each statement would see what was committed before it
                connection = connection.execution_options(isolation_level="REPEATABLE READ")
            with connection.begin():
                yield connection

    @contextmanager
    def write(self, result: object = None) -> Iterator[Connection]:
        """A transaction that is durable when the block ends, or never happened.

        Raises Uncertain, with its `result`, where the line to PostgreSQL was lost while it ended: it may be either.
        """
        if self._under_way is not None:
            yield self._under_way
            return
        with own_errors():
            if not self.is_sqlite:
                with self._ending(result) as connection:
                    yield connection
                return
            with self._writing, self._engine.connect() as connection:
                connection.execution_options(avviso_write=True)
                with connection.begin():
                    yield connection

    @contextmanager
    def _ending(self, result: object) -> Iterator[Connection]:
        """A transaction of PostgreSQL, told apart by when its line was lost: before COMMIT it never happened."""
        is_ending = False
        try:
            with self._engine.begin() as connection:
                yield connection
                is_ending = True
        except exc.DBAPIError as error:
            if not (is_ending and error.connection_invalidated):
                raise
            raise Uncertain("the line to the database was lost as something was written down",
                            remedy="it is looked up when the line is back", result=result) from error

    @contextmanager
    def alone(self, name: str) -> Iterator[bool]:
        """Whether nobody else holds this name on the same PostgreSQL; ours until the block or the connection ends.

        SQLite has one machine, whose processes are kept apart by lock files.
        """
        if self.is_sqlite:
            yield True
            return
        key = {"name": f"avviso {name}"}
        with own_errors(), self._engine.connect() as connection:
            ours = connection.execute(text("SELECT pg_try_advisory_lock(hashtextextended(:name, 0))"), key).scalar_one()
            connection.commit()
            try:
                yield bool(ours)
            finally:
                with suppress(exc.DBAPIError):  # a connection that was lost has let go already
                    if ours:
                        connection.execute(text("SELECT pg_advisory_unlock(hashtextextended(:name, 0))"), key)
                        connection.commit()

    def insert_new(self, table: Table) -> Insert:
        """An INSERT that leaves rows alone whose keys are taken: whoever wrote first is right.

        Its `rowcount` is how many were new; PostgreSQL's would be lost without the option.
        """
        return self._insert(table).on_conflict_do_nothing().execution_options(preserve_rowcount=True)

    def upsert(self, table: Table, **values: Any) -> Insert:
        """An INSERT of one row that replaces the other columns where the primary key is taken."""
        keys = [column.name for column in table.primary_key.columns]
        changes = {name: value for name, value in values.items() if name not in keys}
        return self._insert(table).values(**values).on_conflict_do_update(index_elements=keys, set_=changes)

    def given(self, name: str, **columns: type[TypeEngine[Any]]) -> Subquery:
        """SQL: a table whose rows are one parameter of this name, a list of lists in these columns' order.

        So it is one statement, and one step for the database, however many rows there are.
        """
        rows = bindparam(name, type_=JSON)
        each = (func.json_each if self.is_sqlite else func.json_array_elements)(rows).table_valued("value")
        return select(*(
            (func.json_extract(each.c.value, f"$[{place}]") if self.is_sqlite
             else sql_cast(func.json_extract_path_text(each.c.value, str(place)), kind)).label(column)
            for place, (column, kind) in enumerate(columns.items()))).subquery()

    def packed(self, query: Select[Any]) -> Select[tuple[list[list[Any]] | None]]:
        """SQL: all that a query finds as one value, a list of lists; None may stand for an empty one."""
        found = query.subquery()
        if self.is_sqlite:
            return select(func.json_group_array(func.json_array(*found.c), type_=JSON))
        return select(func.json_agg(func.json_build_array(*found.c), type_=JSON))

    def upsert_rows(self, table: Table, columns: Iterable[str]) -> Insert:
        """The same for many rows in one go: each is given with these columns when it is executed."""
        keys = [column.name for column in table.primary_key.columns]
        into = self._insert(table)
        changes = {name: into.excluded[name] for name in columns if name not in keys}
        return into.on_conflict_do_update(index_elements=keys, set_=changes)

    def _insert(self, table: Table) -> sqlite.Insert:
        """The INSERT of our dialect: both understand ON CONFLICT, and SQLAlchemy has no common one."""
        if self.is_sqlite:
            return sqlite.insert(table)
        from sqlalchemy.dialects import postgresql  # slow import

        return cast("sqlite.Insert", postgresql.insert(table))

    @property
    def file(self) -> Path | None:
        """Where the ledger lies; None when a server keeps it."""
        return _sqlite_path(self.url) if self.is_sqlite else None

    @property
    def exists(self) -> bool:
        """Whether there is a ledger at this address at all; makes nothing."""
        if self.is_sqlite and not _sqlite_path(self.url).exists():
            return False
        with own_errors():
            has_tables = inspect(self._engine).has_table(schema.ledger.name)
        if not has_tables:
            return False
        with self.read() as connection:  # whoever died while making it left the tables alone
            return connection.execute(select(schema.ledger.c.id)).scalar() is not None

    def prepare(self) -> None:
        """Makes the tables, with nothing in them, where there are none."""
        if self.is_sqlite:
            _make_private(_sqlite_path(self.url))
        else:
            self._check_encoding()
        self.migrate()

    def _check_encoding(self) -> None:
        """Raises ConfigError for a database of PostgreSQL that cannot hold every language."""
        with own_errors(), self._engine.connect() as connection:
            found = connection.exec_driver_sql("SHOW server_encoding").scalar_one()
        if found != "UTF8":
            raise ConfigError(f"the database has the encoding {found}, which cannot hold every text",
                              remedy="make it anew: CREATE DATABASE name ENCODING 'UTF8' TEMPLATE template0")

    def create(self, *, now: datetime, orphan: bool) -> None:
        """Makes the ledger with a key of its own, or leaves the present one alone."""
        self.prepare()
        with self.write() as connection:
            if self.is_sqlite:  # here and not at each connection: it writes, so it would wait for every writer
                connection.exec_driver_sql(f"PRAGMA application_id={APPLICATION_ID}")
            connection.execute(
                self.insert_new(schema.ledger).values(
                    id=1, key=secrets.token_hex(32), created_at=now, orphan=orphan, epoch=1
                )
            )

    def migrate(self) -> str:
        """Brings the tables to this program's version, and names it."""
        from pipeline.migrations import upgrade  # slow import: Alembic, needed once in a ledger's life

        with own_errors():
            upgrade(self._engine)
        return schema.HEAD

    def check_version(self) -> None:
        """Raises SchemaOutdated unless the ledger is of this program's version; cheap."""
        with self.read() as connection:
            found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
        if found == schema.HEAD:
            return
        if found is None or found < schema.HEAD:
            message, remedy = f"the ledger has version {found}, this avviso needs {schema.HEAD}", "run `avviso migrate`"
        else:
            message = f"the ledger has version {found}, this avviso knows {schema.HEAD}"
            remedy = "use the newer avviso that wrote it"
        raise SchemaOutdated(message, remedy=remedy, path=self.shown)

    def check_writable(self) -> None:
        """Raises Unreachable or OutputError where nothing can be written; writes nothing that stays."""
        with self.rehearse(), self.write() as connection:
            connection.execute(self.upsert(schema.note, name="check", value=""))

    def check_health(self, limit_s: float = CHECK_S) -> None:
        """Raises Damaged when SQLite finds its own file damaged, as far as it can look within `limit_s`."""
        if self.file is None:
            return
        look = "integrity_check" if self.file.stat().st_size <= THOROUGH_BYTES else "quick_check"
        with self.read() as connection:
            word = _looked_through(connection, look, limit_s)
        if word != "ok":
            raise Damaged(f"the ledger is damaged ({word})", remedy=RESTORE, path=self.shown)

    def compact(self) -> None:
        """Leaves no trace of what was erased: neither in free pages nor in the write-ahead log."""
        if not self.is_sqlite:
            return
        with own_errors(), self._writing, self._engine.connect() as connection:
            connection.connection.dbapi_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # type: ignore[union-attr]

    def key(self) -> bytes:
        """The ledger's own key, made once."""
        with self.read() as connection:
            return bytes.fromhex(connection.execute(select(schema.ledger.c.key)).scalar_one())

    @property
    def shown(self) -> str:
        """The address for people: a password in it stays hidden."""
        if self.is_sqlite:
            return str(_sqlite_path(self.url))
        return self.url.set(drivername="postgresql").render_as_string(hide_password=True)

    @property
    def conninfo(self) -> str:
        """The address of a PostgreSQL as other programs take it, its password included."""
        return conninfo(self._engine)

    def close(self) -> None:
        """Lets go of every connection."""
        self._engine.dispose()


def _sqlite_path(url: URL) -> Path:
    return Path(str(url.database))


def _make_private(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)
    except OSError as error:
        raise OutputError(f"the ledger cannot be made: {error.strerror}", path=str(path),
                          remedy="make its folder writable, or name another in `database`") from error


def _looked_through(connection: Connection, look: str, limit_s: float) -> str:
    """SQLite's own word on its file, one line; "ok" also where the time was too short for all of it."""
    driver = connection.connection.dbapi_connection
    assert isinstance(driver, sqlite3.Connection)  # noqa: S101, only asked of SQLite
    end = monotonic() + limit_s
    driver.set_progress_handler(lambda: monotonic() > end, 10_000)
    try:
        word = str(connection.exec_driver_sql(f"PRAGMA {look}(1)").scalar())
    except exc.OperationalError as error:
        if "interrupted" not in str(error.orig):
            raise
        return "ok"
    finally:
        driver.set_progress_handler(None, 0)
    return " ".join(word.split())


