"""How a database is spoken to: its address, and connections that are set up as we need them."""

from __future__ import annotations

import re
import sqlite3

from sqlalchemy import Connection, Engine, create_engine, event, exc
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection

from pipeline.errors import ConfigError

BUSY_TIMEOUT_S = 120.0  # a backup tool may hold the file for a minute
CONNECT_TIMEOUT_S = 10  # a server that is cut off answers nothing at all
REMEDY = "write sqlite:///var/avviso.db or postgresql://…"

_MANY_HOSTS = re.compile(r"(postgresql(?:\+psycopg)?://(?:[^/@]*@)?)([^/@?]*,[^/@?]*)(/[^?]*)\??(.*)", re.DOTALL)


def parsed(url: str) -> URL:
    """The address. Raises ConfigError for what is none, and for a kind of database that we do not speak to."""
    try:
        found = make_url(_one_host(url))
    except (exc.ArgumentError, ValueError):
        raise ConfigError("database is not an address", remedy=REMEDY) from None
    if found.get_backend_name() == "postgresql":
        return found.set(drivername="postgresql+psycopg")
    if found.get_backend_name() == "sqlite" and found.database:
        return found
    raise ConfigError(f"database kind {found.drivername!r} is not known", remedy=REMEDY)


def open_engine(url: URL) -> Engine:
    """Connections to that database. Raises ConfigError where its driver is missing, or refuses the address."""
    return _sqlite_engine(url) if url.get_backend_name() == "sqlite" else _postgresql_engine(url)


def conninfo(engine: Engine) -> str:
    """The address as PostgreSQL's own programs take it. Raises ConfigError for an option that they do not know."""
    from psycopg import ProgrammingError  # optional extra
    from psycopg.conninfo import make_conninfo

    _, given = engine.dialect.create_connect_args(engine.url)
    try:
        return make_conninfo("", **{name: value for name, value in given.items() if name != "context"})  # psycopg's own
    except ProgrammingError as error:
        raise ConfigError(f"database: {' '.join(str(error).split())}", remedy=REMEDY) from None


def _one_host(url: str) -> str:
    """Several hosts, as libpq has them (`//one:5432,two:5432/name`), in the manner of SQLAlchemy."""
    if not (found := _MANY_HOSTS.fullmatch(url)):
        return url
    hosts = [f"host={host}" for host in found[2].split(",")]
    return f"{found[1]}{found[3]}?{'&'.join([*hosts, *([found[4]] if found[4] else [])])}"


def _sqlite_engine(url: URL) -> Engine:
    engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_S, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON",
                       "temp_store=MEMORY"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        immediate = connection.get_execution_options().get("avviso_write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

    return engine


def _postgresql_engine(url: URL) -> Engine:
    given = {"client_encoding": "utf8"} | ({} if "connect_timeout" in url.query else
                                           {"connect_timeout": CONNECT_TIMEOUT_S})
    try:
        engine = create_engine(url, pool_pre_ping=True, isolation_level="READ COMMITTED", connect_args=given)
    except ModuleNotFoundError:
        raise ConfigError("PostgreSQL needs the extra `postgres`", remedy="pip install 'avviso[postgres]'") from None
    conninfo(engine)

    @event.listens_for(engine, "connect")
    def prepare(connection: DBAPIConnection, _record: object) -> None:
        """Limits that are meant for visitors: a large mailing begins with one statement of minutes."""
        cursor = connection.cursor()
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("SET idle_in_transaction_session_timeout = 0")
        cursor.close()
        connection.commit()

    return engine
