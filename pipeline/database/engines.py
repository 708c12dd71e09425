"""How SQLite and PostgreSQL are opened.

What is committed survives a power cut: SQLite runs in WAL with `synchronous=FULL`, and PostgreSQL never with
`synchronous_commit=off`.
"""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, exc
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection, ExceptionContext

from pipeline.database.dialects import text_digest
from pipeline.database.file_identity import FileIdentity
from pipeline.errors import ConfigError, OutputError, to_install

BUSY_TIMEOUT_S = 120.0  # a backup tool may hold the file for a minute
# Of a server that is cut off, or whose machine died, nothing is heard any more, and the operating system would wait for
# two hours: it is given up after a minute, far within any lease. libpq's names; what the address says of them stands.
_PATIENCE = {"connect_timeout": "10", "keepalives_idle": "30", "keepalives_interval": "10", "keepalives_count": "3",
             "tcp_user_timeout": "60000"}
# Meant for visitors: a large mailing begins with one statement of minutes, and a name is held by a session that does
# nothing else. The last two are only known to newer servers (14 and 17).
_NO_LIMITS = ("SELECT set_config(name, '0', false) FROM pg_settings WHERE name IN ('statement_timeout', 'lock_timeout',"
              " 'idle_in_transaction_session_timeout', 'idle_session_timeout', 'transaction_timeout')")
# What was said before the wire was touched must outlive a crash of the server, or it is said to somebody twice. A
# standby is waited for only where the server's owner says so.
_DURABLE = ("SELECT set_config(name, 'local', false) FROM pg_settings"
            " WHERE name = 'synchronous_commit' AND setting = 'off'")
_ONLY_READ = "25006"  # read_only_sql_transaction
_SQLITE = "sqlite:///"
_OLDEST_SQLITE = (3, 33)  # the first with UPDATE … FROM
_REMEDY = "write sqlite:///var/avviso.db or postgresql://…"
_MANY_HOSTS = re.compile(r"(postgresql(?:\+psycopg)?://(?:[^/@]*@)?)([^/@?]*,[^/@?]*)(/[^?]*)\??(.*)", re.DOTALL)


def address_of(url: str) -> URL:
    """What `database` names. Raises ConfigError for anything but the two. A file's path stands in it as it is, for its
    folders may be called `100%25` or `what?`.
    """
    if url.startswith(_SQLITE) and url != _SQLITE:
        return URL.create("sqlite", database=url.removeprefix(_SQLITE))
    try:
        address = make_url(_in_our_manner(url))
    except (exc.ArgumentError, ValueError):
        raise ConfigError("database is not an address", remedy=_REMEDY) from None
    if "@" in (address.host or ""):  # an error of the resolver, or of the server, would show what is behind it
        raise ConfigError("database has an @ in its user or password", remedy="write that one as %40")
    if address.get_backend_name() == "postgresql":
        return address.set(drivername="postgresql+psycopg")
    raise ConfigError(f"database kind {address.drivername!r} is not known", remedy=_REMEDY)


def conninfo(engine: Engine) -> str:
    """The address as PostgreSQL's own programs take it. Raises ConfigError for an option that they do not know."""
    from psycopg import ProgrammingError  # optional extra
    from psycopg.conninfo import make_conninfo

    _, given = engine.dialect.create_connect_args(engine.url)
    try:
        return make_conninfo("", **{name: value for name, value in given.items() if name != "context"})  # psycopg's own
    except ProgrammingError as error:
        raise ConfigError(f"database: {' '.join(str(error).split())}", remedy=_REMEDY) from None


def _in_our_manner(url: str) -> str:
    """Several hosts, as libpq has them (`//one:5432,two:5432/name`), in the manner of SQLAlchemy."""
    if not (found := _MANY_HOSTS.fullmatch(url)):
        return url
    hosts = [f"host={host}" for host in found[2].split(",")]
    return f"{found[1]}{found[3]}?{'&'.join([*hosts, *([found[4]] if found[4] else [])])}"


def sqlite_path(url: URL) -> Path:
    return Path(str(url.database))


def make_private(path: Path) -> None:
    """An empty file that only its owner can read; one that is there stays."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)
    except OSError as error:
        raise OutputError(f"the ledger cannot be made: {error.strerror}", path=str(path),
                          remedy="make its folder writable, or name another in `database`") from error


def open_sqlite(url: URL) -> Engine:
    """Makes an empty file where there is none, at the first transaction. The file that is there then is the one it
    works on: a transaction raises Damaged once another is there, or none. Raises ConfigError where SQLite is too old.
    """
    if sqlite3.sqlite_version_info < _OLDEST_SQLITE:
        raise ConfigError(f"this Python's SQLite {sqlite3.sqlite_version} is too old for the ledger, which takes 3.33",
                          remedy="run avviso with a Python that has a newer one, or name postgresql://… in `database`")
    engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_S, "check_same_thread": False})
    files = FileIdentity(sqlite_path(url))
    event.listen(engine, "do_connect", lambda *_: files.check())  # which would make a new one
    event.listen(engine, "close", lambda _connection, record: files.let_go(record))

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, record: object) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON",
                       "temp_store=MEMORY"):
            connection.execute(f"PRAGMA {pragma}")
        connection.create_function("avviso_digest", 1, text_digest, deterministic=True)
        files.hold(record)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        immediate = connection.get_execution_options().get("avviso_write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")
        files.check()  # now: another writer may have been waited for

    return engine


def open_postgresql(url: URL) -> Engine:
    """Connects when something is asked for, and again after the server was away, or could only be read."""
    missing = {name: value for name, value in _PATIENCE.items() if name not in url.query}
    try:
        engine = create_engine(url.update_query_dict(missing), pool_pre_ping=True, isolation_level="READ COMMITTED",
                               connect_args={"client_encoding": "utf8"})
    except ModuleNotFoundError:
        raise ConfigError("PostgreSQL needs the extra `postgres`", remedy=to_install("postgres")) from None
    conninfo(engine)

    @event.listens_for(engine, "connect")
    def prepare(connection: DBAPIConnection, _record: object) -> None:
        connection.autocommit = True
        for statement in (_NO_LIMITS, _DURABLE):
            connection.cursor().execute(statement)
        connection.autocommit = False

    @event.listens_for(engine, "handle_error")
    def look(error: ExceptionContext) -> None:
        """A server that became a standby stays one for whoever is connected: the next connection may find the other."""
        if getattr(error.original_exception, "sqlstate", None) == _ONLY_READ:
            error.is_disconnect = True

    return engine
