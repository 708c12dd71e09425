"""Transactions on one ledger: what is written together is durable together, or never happened.

All writers of a process queue for one lock, and `BEGIN IMMEDIATE` queues them behind other processes, so a transaction
of SQLite that has begun never fails because another wrote first.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, exc, inspect, select, text

from pipeline import schema
from pipeline.database.dialects import ARCHIVE, TABLES, Dialect
from pipeline.database.engines import address_of, conninfo, make_private, open_postgresql, open_sqlite, sqlite_path
from pipeline.database.faults import RESTORE, own_errors
from pipeline.database.health import CHECK_S, looked_through
from pipeline.errors import ConfigError, Damaged, SchemaOutdated, Uncertain

APPLICATION_ID = 0x61767631  # "avv1": `file` and we know a ledger by it
# As Alembic makes it.
_VERSION = "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL CONSTRAINT alembic_version_pkc PRIMARY KEY)"


class Database(Dialect):
    """Transactions on one ledger. `url` is `sqlite:///path` (absolute by then) or `postgresql://…`."""

    def __init__(self, url: str) -> None:
        self.url = address_of(url)
        super().__init__(is_sqlite=self.url.get_backend_name() == "sqlite")
        self._engine = open_sqlite(self.url) if self.is_sqlite else open_postgresql(self.url)
        self._writing = threading.RLock()
        self._rehearsal: Connection | None = None
        self._joint = threading.local()

    @contextmanager
    def rehearse(self) -> Iterator[None]:
        """Everything written inside is seen inside and never happened afterwards. For one thread."""
        with own_errors(self.file), self._writing, self._engine.connect() as connection:
            connection.execution_options(avviso_write=True)
            transaction = connection.begin()
            self._rehearsal = connection
            self.take_turns(connection, ARCHIVE)  # from the beginning: it writes in whatever order
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
        with own_errors(self.file), self._engine.connect() as connection:
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
        with own_errors(self.file):
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
                            remedy="senders look it up; give a command again, which does nothing twice",
                            result=result) from error

    @contextmanager
    def alone(self, name: str) -> Iterator[bool]:
        """Whether nobody else holds this name on the same PostgreSQL; ours until the block or the connection ends.

        SQLite has one machine, whose processes are kept apart by lock files.
        """
        if self.is_sqlite:
            yield True
            return
        key = {"name": f"avviso {name}"}
        with own_errors(self.file), self._engine.connect() as connection:
            ours = connection.execute(text("SELECT pg_try_advisory_lock(hashtextextended(:name, 0))"), key).scalar_one()
            connection.commit()
            try:
                yield bool(ours)
            finally:
                if ours:
                    try:
                        connection.execute(text("SELECT pg_advisory_unlock(hashtextextended(:name, 0))"), key)
                        connection.commit()
                    except exc.DBAPIError:
                        connection.invalidate()  # one that was lost has let go; any other does so when it is closed

    @property
    def file(self) -> Path | None:
        """Where the ledger lies; None when a server keeps it."""
        return sqlite_path(self.url) if self.is_sqlite else None

    @property
    def exists(self) -> bool:
        """Whether there is a ledger at this address at all; makes nothing."""
        if self.is_sqlite and not sqlite_path(self.url).exists():
            return False
        with own_errors(self.file):
            has_tables = inspect(self._engine).has_table(schema.ledger.name)
        if not has_tables:
            return False
        with self.read() as connection:  # whoever died while making it left the tables alone
            return connection.execute(select(schema.ledger.c.id)).scalar() is not None

    def prepare(self) -> None:
        """Makes the tables, with nothing in them, where there are none."""
        if self.is_sqlite:
            make_private(sqlite_path(self.url))
            if self._is_made_at_once():
                return
        else:
            self._check_encoding()
        self.migrate()

    def _is_made_at_once(self) -> bool:
        """Makes a new file's tables as the newest version has them, which takes a tenth of the time of all its steps.

        False, and nothing made, where there are some.
        """
        with self.write() as connection:
            if inspect(connection).has_table(schema.ledger.name):
                return False
            schema.metadata.create_all(connection, checkfirst=False)
            connection.exec_driver_sql(_VERSION)
            connection.exec_driver_sql("INSERT INTO alembic_version VALUES (?)", (schema.HEAD,))
        return True

    def _check_encoding(self) -> None:
        """Raises ConfigError for a database of PostgreSQL that cannot hold every language."""
        with own_errors(self.file), self._engine.connect() as connection:
            found = connection.exec_driver_sql("SHOW server_encoding").scalar_one()
        if found != "UTF8":
            raise ConfigError(f"the database has the encoding {found}, which cannot hold every text",
                              remedy="make it anew: CREATE DATABASE name ENCODING 'UTF8' TEMPLATE template0")

    def create(self, *, now: datetime, orphan: bool) -> None:
        """Makes the ledger with a key of its own, or leaves the present one alone. An `orphan` has lost its parent."""
        self.prepare()
        with self.write() as connection:
            if self.is_sqlite:  # here and not at each connection: it writes, so it would wait for every writer
                connection.exec_driver_sql(f"PRAGMA application_id={APPLICATION_ID}")
            made = connection.execute(
                self.insert_new(schema.ledger).values(
                    id=1, key=secrets.token_hex(32), created_at=now, orphan=orphan, epoch=1
                )
            )
            if made.rowcount and orphan:
                self.leave_numbers_behind(connection, now)

    def leave_numbers_behind(self, connection: Connection, now: datetime) -> None:
        """Gives no new reader a number that one may have had whom this ledger does not know: they still hold links.

        No ledger had as many readers as there were milliseconds since 1970; a link has room for 48 bits.
        """
        self.number_behind(connection, schema.subscriber, int(now.timestamp() * 1000))

    def migrate(self) -> str:
        """Brings the tables to this program's version, and names it. Raises SchemaOutdated where they are newer."""
        from pipeline.migrations import upgrade  # slow import: Alembic, needed once in a ledger's life

        with self.write() as connection:
            self.take_turns(connection, TABLES)  # machines that are started at once would each make them
            found = _version_of(connection) if inspect(connection).has_table("alembic_version") else None
            if found is not None and found > schema.HEAD:
                raise self._outdated(found)
            upgrade(connection)
        return schema.HEAD

    @property
    def version(self) -> str:
        """What `check_version` asks for."""
        return schema.HEAD

    def check_version(self) -> None:
        """Raises SchemaOutdated unless the ledger is of this program's version; cheap."""
        with self.read() as connection:
            found = _version_of(connection)
        if found != schema.HEAD:
            raise self._outdated(found)

    def _outdated(self, found: str | None) -> SchemaOutdated:
        if found is None or found < schema.HEAD:
            message, remedy = f"the ledger has version {found}, this avviso needs {schema.HEAD}", "run `avviso migrate`"
        else:
            message = f"the ledger has version {found}, this avviso knows {schema.HEAD}"
            remedy = "use the newer avviso that wrote it"
        return SchemaOutdated(message, remedy=remedy, path=self.shown)

    def check_writable(self) -> None:
        """Raises Unreachable or OutputError where nothing can be written; writes nothing that stays."""
        with self.rehearse(), self.write() as connection:
            connection.execute(self.upsert(schema.note, name="check", value=""))

    def check_health(self, *, texts: bool = False, limit_s: float = CHECK_S) -> None:
        """Raises Damaged when SQLite finds its own file damaged, as far as it can look within `limit_s`.

        A large one's `texts` of issues are most of it, and looked through only where they are asked for.
        """
        if self.file is None:
            return
        with self.read() as connection:
            word = looked_through(connection, size=self.file.stat().st_size, texts=texts, limit_s=limit_s)
        if word != "ok":
            raise Damaged(f"the ledger is damaged ({word})", remedy=RESTORE, path=self.shown)

    def compact(self) -> None:
        """Leaves no trace of what was erased: neither in free pages nor in the write-ahead log.

        A PostgreSQL server looks after its own files.
        """
        if not self.is_sqlite:
            return
        with own_errors(self.file), self._writing, closing(self._engine.raw_connection()) as connection:
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")  # outside any transaction

    @property
    def shown(self) -> str:
        """The address for people: a password in it stays hidden."""
        if self.is_sqlite:
            return str(sqlite_path(self.url))
        return self.url.set(drivername="postgresql").render_as_string(hide_password=True)

    @property
    def conninfo(self) -> str:
        """The address of a PostgreSQL as other programs take it, its password included."""
        return conninfo(self._engine)

    def close(self) -> None:
        """Lets go of every connection."""
        self._engine.dispose()


def _version_of(connection: Connection) -> str | None:
    return connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
