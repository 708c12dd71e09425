"""The one door to the database: transactions that hold, errors in our own words, versions that are checked."""

from __future__ import annotations

import gc
import os
import select as ready
import socket
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, nullcontext
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import (
    Inspector,
    MetaData,
    Table,
    create_engine,
    create_mock_engine,
    event,
    exc,
    inspect,
    select,
    update,
)

from pipeline import schema
from pipeline.database import APPLICATION_ID, Database, text_digest
from pipeline.database.health import THOROUGH_BYTES
from pipeline.errors import ConfigError, Conflict, Damaged, OutputError, SchemaOutdated, Uncertain, Unreachable
from pipeline.mailings.ledger import Ledger
from pipeline.schema import HEAD, Instant, fragment, metadata, note
from tests.books import NOON, add_readers, copied_database, open_database
from tests.conftest import run_sql
from tests.fault.cutter import Cutter

ROOM = "free space, or make it, its -wal and -shm and their folder writable; nothing was lost"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = copied_database(tmp_path / "avviso.db")
    yield database
    database.close()


def write(database: Database, name: str) -> None:
    with database.write() as connection:
        connection.execute(database.upsert(note, name=name, value=name))


def names(database: Database) -> list[str]:
    with database.read() as connection:
        return sorted(connection.execute(select(note.c.name)).scalars())


def test_sqlite_that_is_too_old_is_refused_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Red Hat 8 has 3.26 for every Python."""
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 32, 3))
    monkeypatch.setattr(sqlite3, "sqlite_version", "3.32.3")

    with pytest.raises(ConfigError) as refused:
        Database(f"sqlite:///{tmp_path / 'avviso.db'}")

    assert str(refused.value) == (
        "this Python's SQLite 3.32.3 is too old for the ledger, which takes 3.33: "
        "run avviso with a Python that has a newer one, or name postgresql://… in `database`")
    assert not list(tmp_path.iterdir())


# ---- transactions -------------------------------------------------------------------------------


def test_what_fails_in_the_middle_never_happened(database: Database) -> None:
    def fail() -> None:
        with database.write() as connection:
            connection.execute(database.upsert(note, name="half", value=""))
            raise ValueError("in the middle")

    with pytest.raises(ValueError, match="in the middle"):
        fail()

    assert names(database) == []


def test_readers_see_the_state_before_a_writer_that_is_at_work_and_never_wait(tmp_path: Path) -> None:
    """Also a process that opens the ledger meanwhile: opening it writes nothing."""
    database = copied_database(tmp_path / "avviso.db")
    write(database, "before")
    with database.write() as connection:
        connection.execute(database.upsert(note, name="after", value=""))
        another = Database(f"sqlite:///{tmp_path / 'avviso.db'}")

        assert names(another) == ["before"]

        another.close()
    assert names(database) == ["after", "before"]


def test_writers_of_one_process_queue(database: Database) -> None:
    threads = [threading.Thread(target=write, args=(database, str(n))) for n in range(5)]
    with database.write() as connection:
        for thread in threads:
            thread.start()
        assert connection.execute(select(note.c.name)).all() == []
    for thread in threads:
        thread.join()

    assert names(database) == ["0", "1", "2", "3", "4"]


def test_what_is_rehearsed_is_seen_inside_and_never_happened_outside(database: Database) -> None:
    with database.rehearse():
        write(database, "rehearsed")
        inside = names(database)

    assert (inside, names(database)) == (["rehearsed"], [])


def test_upsert_replaces_the_other_columns(database: Database) -> None:
    for value in ("first", "second"):
        with database.write() as connection:
            connection.execute(database.upsert(note, name="n", value=value))

    with database.read() as connection:
        assert connection.execute(select(note)).all() == [("n", "second")]


# ---- instants -----------------------------------------------------------------------------------


@pytest.mark.parametrize("instant", [
    NOON, NOON + timedelta(microseconds=1), datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    datetime(9999, 12, 31, tzinfo=UTC), None])
def test_instants_are_kept_to_the_microsecond(instant: datetime | None) -> None:
    kept = Instant().process_bind_param(instant, None)  # type: ignore[arg-type]

    assert Instant().process_result_value(kept, None) == instant  # type: ignore[arg-type]


def test_digest_that_delivery_keys_are_made_of_is_the_same_in_all_versions() -> None:
    assert text_digest("issue\n14\nweekly\n1\n7") == "c776a6d6b16b6daece82939ef1c1325a"


# ---- the file -----------------------------------------------------------------------------------


def test_new_ledger_is_its_owners_alone_and_known_by_its_first_bytes(tmp_path: Path) -> None:
    path = tmp_path / "var" / "avviso.db"

    open_database(f"sqlite:///{path}").close()

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert int.from_bytes(path.read_bytes()[68:72], "big") == APPLICATION_ID


@pytest.mark.parametrize("name", ["what?", "100%25", "my%20letters", "a#b", "a:b@c"])
def test_ledger_lies_at_the_very_path_whatever_its_folders_are_called(tmp_path: Path, name: str) -> None:
    """As in an address, %20 would be a space, and what stands behind a question mark no path."""
    path = tmp_path / name / "avviso.db"

    database = open_database(f"sqlite:///{path}")
    database.close()

    assert (database.file, path.is_file(), list(tmp_path.iterdir())) == (path, True, [path.parent])


def key_of(database: Database) -> bytes:
    return Ledger(database).notebook.identity().key


def test_making_a_ledger_twice_keeps_its_key(database: Database) -> None:
    key = key_of(database)

    database.create(now=NOON, orphan=True)

    assert (key_of(database), len(key)) == (key, 32)


def test_readers_of_a_ledger_beside_a_lost_one_are_numbered_behind_any_of_that(database_url: str) -> None:
    database = Database(database_url)
    database.create(now=NOON, orphan=True)
    database.create(now=NOON + timedelta(days=1), orphan=True)

    first, second = add_readers(database, "weekly", 2)

    assert (first, second) == (1_774_353_600_001, 1_774_353_600_002)


def test_ledgers_have_keys_of_their_own(tmp_path: Path) -> None:
    keys = {key_of(open_database(f"sqlite:///{tmp_path / name}")) for name in ("a.db", "b.db")}

    assert len(keys) == 2


def test_ledger_exists_from_its_making_on_and_asking_makes_none(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'avviso.db'}")
    assert (database.exists, (tmp_path / "avviso.db").exists()) == (False, False)

    database.create(now=NOON, orphan=False)

    assert database.exists
    database.check_health()


def test_what_was_erased_is_not_left_in_the_files(tmp_path: Path) -> None:
    database = copied_database(tmp_path / "avviso.db")
    write(database, "ada@example.com")
    with database.write() as connection:
        connection.execute(note.delete())
    assert [path.name for path in tmp_path.iterdir() if b"ada@example.com" in path.read_bytes()] != []

    database.compact()

    assert [path.name for path in tmp_path.iterdir() if b"ada@example.com" in path.read_bytes()] == []


drops_columns = pytest.mark.skipif(sqlite3.sqlite_version_info < (3, 35), reason="needs an SQLite that drops columns")


@pytest.mark.parametrize("dialect", [pytest.param("sqlite", marks=drops_columns), "postgresql"])
def test_tables_are_what_the_schema_says(dialect: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """The migrations, one after another, come to the tables of a new ledger: columns, keys, checks, indexes."""
    made, migrated = (_shapes(_url(dialect, name, tmp_path, request), make)
                      for name, make in (("made", Database.prepare), ("migrated", Database.migrate)))

    assert migrated == made


def test_ledger_that_is_there_is_brought_on_and_not_made_again(database: Database) -> None:
    write(database, "before")

    database.prepare()

    assert names(database) == ["before"]


@drops_columns
def test_what_was_mailed_is_known_by_its_sketch_after_sketches_moved() -> None:
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE issue (key TEXT PRIMARY KEY, sketch BLOB, settled_sketch BLOB)")
        connection.exec_driver_sql("INSERT INTO issue VALUES ('14', X'02', X'01'), ('15', X'03', NULL)")

        with Operations.context(MigrationContext.configure(connection)):
            import_module("pipeline.migrations.versions.0007_sketches").upgrade()

        assert connection.exec_driver_sql("SELECT * FROM issue_sketch ORDER BY key").all() == [
            ("14", b"\2", b"\1"), ("15", b"\3", None)]
        assert connection.exec_driver_sql("SELECT * FROM issue ORDER BY key").all() == [("14",), ("15",)]
    engine.dispose()


def test_what_may_lie_with_a_provider_is_known_to_after_copies_are_counted() -> None:
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE delivery (state TEXT, provider TEXT)")
        rows = [("in_doubt", ""), ("deferred", "smtp"), ("deferred", ""), ("sent", "smtp")]
        connection.exec_driver_sql("INSERT INTO delivery VALUES (?, ?)", rows)

        with Operations.context(MigrationContext.configure(connection)):
            import_module("pipeline.migrations.versions.0008_copies").upgrade()

        assert connection.exec_driver_sql("SELECT copies FROM delivery").scalars().all() == [1, 1, 0, 0]
    engine.dispose()


def test_indexes_hold_the_same_rows_on_both_databases() -> None:
    made: dict[str, list[str]] = {"sqlite": [], "postgresql": []}
    for dialect, said in made.items():
        engine = create_mock_engine(f"{dialect}://", lambda sql, *_, said=said, **__: said.append(sql))
        metadata.create_all(engine, checkfirst=False)
        said[:] = [" ".join(str(sql.compile(dialect=engine.dialect)).split()) for sql in said]

    partial = [[line for line in said if " WHERE " in line] for said in made.values()]
    assert partial[0] == partial[1]
    assert "CREATE INDEX ix_delivery_pending ON delivery (mailing_id, id) WHERE state = 'pending'" in partial[0]


def test_nothing_of_the_other_database_is_loaded() -> None:
    loaded = subprocess.run(
        [sys.executable, "-c", "import sys, pipeline.app; print('sqlalchemy.dialects.postgresql' in sys.modules)"],
        check=True, capture_output=True, text=True)

    assert loaded.stdout == "False\n"


def _url(dialect: str, name: str, folder: Path, request: pytest.FixtureRequest) -> str:
    """Of a database that is not there yet, or is empty."""
    if dialect == "sqlite":
        return f"sqlite:///{folder / name}.db"
    server = request.getfixturevalue("postgres_server")
    run_sql(server, f"CREATE DATABASE {name}")
    request.addfinalizer(lambda: run_sql(server, f"DROP DATABASE {name} WITH (FORCE)"))
    return f"{server}/{name}"


def _shapes(url: str, make: Callable[[Database], object]) -> list[object]:
    with closing(Database(url)) as database:
        make(database)
        database.check_version()
        return [_shape(inspect(database._engine), table)
                for table in [*metadata.sorted_tables, Table("alembic_version", MetaData())]]


def _shape(found: Inspector, table: Table) -> object:
    return (
        table.name,
        [(one["name"], str(one["type"]), one["nullable"]) for one in found.get_columns(table.name)],
        found.get_pk_constraint(table.name),
        sorted(str(sorted(one.items(), key=str)) for one in found.get_check_constraints(table.name)),
        sorted(str(one["name"]) + str(one["column_names"]) for one in found.get_unique_constraints(table.name)),
        sorted(str(one["constrained_columns"]) + one["referred_table"] for one in found.get_foreign_keys(table.name)),
        sorted(str(one["name"]) + str(one["column_names"]) for one in found.get_indexes(table.name)),
    )


def test_newest_migration_is_the_one_this_program_expects() -> None:
    versions = (Path(schema.__file__).parent / "migrations" / "versions").glob("[0-9]*.py")

    assert max(path.name.partition("_")[0] for path in versions) == HEAD


# ---- versions -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("found", "said"), [
    ("0000", f"the ledger has version 0000, this avviso needs {HEAD}: run `avviso migrate`"),
    ("9999", f"the ledger has version 9999, this avviso knows {HEAD}: use the newer avviso that wrote it"),
])
def test_ledger_of_another_version_is_refused_by_name(database: Database, found: str, said: str) -> None:
    database.check_version()
    with database.write() as connection:
        connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{found}'")

    with pytest.raises(SchemaOutdated) as refused:
        database.check_version()

    assert str(refused.value) == f"{database.shown}: {said}"
    assert refused.value.exit_code == 4


def test_ledger_of_a_newer_version_is_not_migrated(database: Database) -> None:
    with database.write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")

    with pytest.raises(SchemaOutdated, match="use the newer avviso that wrote it"):
        database.migrate()


# ---- addresses and errors -----------------------------------------------------------------------


@pytest.mark.parametrize("url", ["", "mysql://x", "sqlite://", "sqlite:///", "no address", "postgres"])
def test_address_that_is_none_is_an_error_of_the_settings(url: str) -> None:
    with pytest.raises(ConfigError, match="write sqlite:///var/avviso.db or postgresql://"):
        Database(url)


@pytest.mark.parametrize("url", ["postgresql://ada@db.example.com:port/x", "postgresql://ada@127.0.0.1/x?nonsense=1"])
def test_address_that_postgresql_cannot_use_is_an_error_of_the_settings(url: str) -> None:
    pytest.importorskip("psycopg", reason="PostgreSQL tests need the `postgres` extra")

    with pytest.raises(ConfigError, match="write sqlite:///var/avviso.db or postgresql://"):
        Database(url)


def test_password_with_an_at_sign_is_named_and_none_of_it_shown() -> None:
    with pytest.raises(ConfigError) as refused:
        Database("postgresql://avviso:half@secret@127.0.0.1/avviso")

    assert str(refused.value) == "database has an @ in its user or password: write that one as %40"


def test_address_for_people_hides_the_password(tmp_path: Path) -> None:
    pytest.importorskip("psycopg", reason="PostgreSQL tests need the `postgres` extra")

    assert Database("postgresql://ada:secret@db.example.com/x").shown == "postgresql://ada:***@db.example.com/x"
    assert Database(f"sqlite:///{tmp_path}/a.db").shown == f"{tmp_path}/a.db"


def test_server_that_does_not_answer_is_one_line_and_exit_3() -> None:
    pytest.importorskip("psycopg", reason="PostgreSQL tests need the `postgres` extra")
    database = Database("postgresql://ada@127.0.0.1:1/x?connect_timeout=5")

    with pytest.raises(Unreachable) as refused:
        assert database.exists

    assert "the database does not answer" in str(refused.value)
    assert ("\n" in str(refused.value), refused.value.exit_code) == (False, 3)


def test_server_is_found_behind_one_that_is_down(postgres_url: str) -> None:
    database = Database(postgres_url.replace("127.0.0.1:", "127.0.0.1:1,127.0.0.1:"))
    _, _, port_and_name = postgres_url.rpartition(":")

    assert not database.exists
    words = dict(word.split("=") for word in database.conninfo.split())
    assert (words["host"], words["port"]) == ("127.0.0.1,127.0.0.1", f"1,{port_and_name.partition('/')[0]}")

    database.close()


@pytest.mark.parametrize(("options", "said"), [
    ("default_transaction_read_only=on", "the database can only be read: cannot execute INSERT in a read-only"),
    ("role=pg_monitor", "the database does not let this user do so: permission denied for table note"),
])
def test_ledger_of_postgresql_that_cannot_be_written_is_named_in_one_line(
    postgres_url: str, options: str, said: str,
) -> None:
    open_database(postgres_url).close()
    database = Database(f"{postgres_url}?options=-c%20{options}")

    for attempt in (database.check_writable, lambda: write(database, "x")):
        with pytest.raises(Unreachable) as refused:
            attempt()
        assert str(refused.value).startswith(said)
        assert ("\n" in str(refused.value), "SQL" in str(refused.value)) == (False, False)

    database.close()


def test_look_whether_the_ledger_can_be_written_leaves_nothing(database: Database) -> None:
    database.check_writable()

    assert names(database) == []


def test_schema_that_is_not_there_is_named(postgres_url: str) -> None:
    database = Database(f"{postgres_url}?options=-c%20search_path%3Dnowhere")

    with pytest.raises(Unreachable, match="no schema for the ledger: no schema has been selected.*search_path"):
        database.prepare()

    database.close()


def test_user_who_may_make_no_tables_is_told_what_they_need_and_nothing_of_our_statements(
    postgres_server: str, postgres_url: str
) -> None:
    name = postgres_url.rpartition("/")[2]
    run_sql(postgres_server, "REVOKE CREATE ON SCHEMA public FROM public", name)
    database = Database(f"{postgres_url}?options=-c%20role%3Dpg_monitor")

    with pytest.raises(Unreachable) as refused:
        database.prepare()
    database.close()

    assert str(refused.value) == (
        "the database does not let this user do so: permission denied for schema public: "
        "let the user own the database, or grant it all on its schema, tables and sequences")


def test_table_that_is_missing_while_a_dump_is_read_in_is_named(postgres_url: str) -> None:
    """`pg_dump --clean` takes each away before it makes it anew, under whoever works on the ledger."""
    database = open_database(postgres_url)
    with database.write() as connection:
        connection.exec_driver_sql("DROP TABLE note")

    with pytest.raises(Unreachable) as refused:
        write(database, "meanwhile")
    database.close()

    assert str(refused.value).startswith('a table of the ledger is missing: relation "note" does not exist')
    assert "\n" not in str(refused.value)


def test_database_of_one_language_is_refused_before_anything_is_in_it(postgres_server: str) -> None:
    name = "avviso_latin"
    run_sql(postgres_server, f"CREATE DATABASE {name} ENCODING 'LATIN1' TEMPLATE template0")
    database = Database(f"{postgres_server}/{name}")

    with pytest.raises(ConfigError, match="the encoding LATIN1, which cannot hold every text"):
        database.prepare()

    assert not database.exists
    database.close()
    run_sql(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


def test_limits_that_a_server_sets_for_visitors_do_not_end_a_long_statement(postgres_url: str) -> None:
    """All that this server knows, whatever its version."""
    import psycopg  # optional extra

    known = ("SELECT name FROM pg_settings WHERE context = 'user' "
             "AND name ~ '^(statement|lock|transaction|idle_.*session)_timeout$'")
    with psycopg.connect(postgres_url) as visitor:
        limits = [name for name, in visitor.execute(known)]
    given = "%20".join(f"-c%20{name}%3D30s" for name in limits)
    database = Database(f"{postgres_url}?options={given}")

    with database.read() as connection:
        found = [connection.exec_driver_sql(f"SHOW {name}").scalar_one() for name in limits]
    database.close()

    assert len(limits) >= 3
    assert found == ["0"] * len(limits)


@pytest.mark.parametrize(("given", "kept"), [("off", "local"), ("on", "on"), ("remote_apply", "remote_apply")])
def test_what_is_committed_outlives_a_crash_of_the_server_whatever_it_does_for_others(
    postgres_url: str, given: str, kept: str
) -> None:
    database = Database(f"{postgres_url}?options=-csynchronous_commit%3D{given}")

    with database.write() as connection:
        found = connection.exec_driver_sql("SHOW synchronous_commit").scalar()
    database.close()

    assert found == kept


def test_name_is_held_although_the_server_ends_idle_sessions(postgres_server: str, postgres_url: str) -> None:
    """Whoever holds it works on other connections meanwhile, for minutes where a folder is large."""
    import psycopg  # optional extra

    name = postgres_url.rpartition("/")[2]
    run_sql(postgres_server, f"ALTER DATABASE {name} SET idle_session_timeout = '1s'")
    first, second = Database(postgres_url), Database(postgres_url)

    with first.alone("publish") as ours, psycopg.connect(postgres_url) as visitor:
        ended = ready.poll()
        ended.register(visitor.fileno(), ready.POLLIN)
        assert ended.poll(20_000)  # and it was begun after ours
        with second.alone("publish") as theirs:
            assert (ours, theirs) == (True, False)

    first.close()
    second.close()


@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="needs an option that Linux has for connections")
def test_line_on_which_nobody_answers_is_given_up_within_a_lease(postgres_url: str) -> None:
    """A server whose machine died says nothing any more, and the operating system would wait for it for two hours."""
    database = Database(postgres_url)

    with database.read() as connection:
        driver = connection.connection.dbapi_connection
        assert driver is not None
        line = socket.socket(fileno=os.dup(driver.fileno()))
    with line:
        idle, interval, count, unheard_ms = (line.getsockopt(socket.IPPROTO_TCP, option) for option in (
            socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT, socket.TCP_USER_TIMEOUT))

    assert line.family == socket.AF_INET
    assert (idle + interval * count, unheard_ms) == (60, 60_000)
    database.close()


def test_line_is_given_up_when_the_address_says_and_the_engine_knows_it_too(postgres_url: str) -> None:
    database = Database(f"{postgres_url}?keepalives_idle=7&connect_timeout=3")

    assert dict(word.split("=") for word in database.conninfo.split() if "keepalives" in word or "timeout" in word) == {
        "connect_timeout": "3", "keepalives_idle": "7", "keepalives_interval": "10", "keepalives_count": "3",
        "tcp_user_timeout": "60000"}

    database.close()


@pytest.mark.parametrize(("wish", "said"), [
    ("", "the database can only be read: cannot execute INSERT in a read-only transaction: name the server that"),
    ("?target_session_attrs=read-write",
     r"no server that `database` names can be written: .*session is read-only: let one of them write"),
], ids=["a statement", "a connection"])
def test_ledger_that_could_only_be_read_is_written_once_its_server_lets_it(
    postgres_server: str, postgres_url: str, wish: str, said: str
) -> None:
    """A connection keeps what its server said when it was opened: what was handed over to another stays there."""
    name = postgres_url.rpartition("/")[2]
    open_database(postgres_url).close()
    run_sql(postgres_server, f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    database = Database(postgres_url + wish)
    with pytest.raises(Unreachable, match=said):
        database.check_writable()

    run_sql(postgres_server, f"ALTER DATABASE {name} RESET default_transaction_read_only")
    database.check_writable()

    database.close()


def test_pool_that_gives_each_transaction_another_connection_is_named(postgres_url: str) -> None:
    """Statements that are prepared on one connection are not there on the next."""
    database = open_database(postgres_url)

    def look() -> None:
        for _ in range(20):  # the driver prepares what is asked for some times
            with database.write() as connection:
                connection.execute(select(note)).all()
                connection.exec_driver_sql("DEALLOCATE ALL")

    with pytest.raises(Unreachable, match=r"behind a pool.*pool_mode = session") as refused:
        look()

    assert "\n" not in str(refused.value)
    database.close()


@pytest.mark.parametrize(("was", "now", "said"), [
    ("avviso@", "nobody@", 'role "nobody" does not exist'), ("/avviso_", "/no_", 'database "no_.*" does not exist')])
def test_server_that_refuses_us_is_told_from_one_that_is_away(
    postgres_url: str, was: str, now: str, said: str
) -> None:
    assert was in postgres_url
    database = Database(postgres_url.replace(was, now))

    with pytest.raises(Unreachable, match=f"the database refuses us: .*{said}: mend `database`"):
        database.check_version()

    database.close()


def test_name_that_was_held_on_a_line_that_was_lost_ends_the_work_well(postgres_url: str) -> None:
    first, second = open_database(postgres_url), Database(postgres_url)

    with first.alone("publish") as ours, second.write() as connection:
        connection.exec_driver_sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                                   "WHERE datname = current_database() AND pid <> pg_backend_pid()")
    with second.alone("publish") as theirs:
        assert (ours, theirs) == (True, True)

    first.close()
    second.close()


def test_name_whose_release_was_broken_off_is_nobodys_all_the_same(postgres_url: str) -> None:
    """As where somebody cancels that very statement: the line is whole, and would hold the name for ever."""
    first, second = open_database(postgres_url), Database(postgres_url)

    def break_off(*words: object) -> None:
        if "pg_advisory_unlock" in str(words[2]):
            raise exc.OperationalError("unlock", None, Exception("canceling statement due to user request"))

    event.listen(first._engine, "before_cursor_execute", break_off)
    with first.alone("publish") as ours:
        pass
    with second.alone("publish") as theirs:
        assert (ours, theirs) == (True, True)

    first.close()
    second.close()


def test_deadlock_is_a_conflict_that_may_be_tried_again(postgres_url: str) -> None:
    """Two writers, each waiting for the row that the other has: PostgreSQL ends one of them."""
    database = open_database(postgres_url)
    for name in ("a", "b"):
        write(database, name)
    both = threading.Barrier(2)

    def cross(first: str, second: str) -> Conflict | None:
        try:
            with database.write() as connection:
                connection.execute(update(note).where(note.c.name == first).values(value=first))
                both.wait(20)
                connection.execute(update(note).where(note.c.name == second).values(value=first))
        except Conflict as error:
            return error
        return None

    with ThreadPoolExecutor(2) as pool:
        ends = list(pool.map(cross, "ab", "ba"))
    database.close()

    refused, = (one for one in ends if one)
    assert str(refused) == "another writer was first: deadlock detected: try again; nothing was lost"


def test_file_that_is_no_ledger_is_refused_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "avviso.db"
    path.write_bytes(b"This is a letter and not a database. " * 100)

    with pytest.raises(Damaged) as refused:
        assert Database(f"sqlite:///{path}").exists

    assert refused.value.exit_code == 74
    assert str(refused.value) == (
        f"{path}: the ledger cannot be read: file is not a database: name the ledger in `database`; or if this is it, "
        "stop avviso and restore the last backup of it; nothing was sent")


def test_ledger_in_a_folder_that_is_a_file_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("", "utf-8")
    database = Database(f"sqlite:///{tmp_path / 'var' / 'avviso.db'}")

    with pytest.raises(OutputError) as refused:
        database.create(now=NOON, orphan=False)

    assert str(refused.value) == (f"{tmp_path}/var/avviso.db: the ledger cannot be made: File exists: "
                                  "make its folder writable, or name another in `database`")


def test_ledger_that_is_damaged_is_refused(tmp_path: Path) -> None:
    database = copied_database(tmp_path / "avviso.db")
    for n in range(300):
        with database.write() as connection:
            connection.execute(database.upsert(note, name=str(n), value="x" * 500))
    database.close()
    path = tmp_path / "avviso.db"
    content = bytearray(path.read_bytes())
    content[20_000:90_000] = bytes(70_000)
    path.write_bytes(content)

    with pytest.raises(Damaged, match="restore the last backup") as refused:
        Database(f"sqlite:///{path}").check_health()

    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("write_anew", [False, True])
@pytest.mark.parametrize("name", ["avviso.db", "avviso.db-wal"])
def test_ledger_whose_file_is_taken_away_is_written_no_more_until_it_is_back(
    tmp_path: Path, name: str, write_anew: bool,
) -> None:
    """What is written into a file that has no name any more is in no ledger."""
    database = copied_database(tmp_path / "avviso.db")
    write(database, "before")
    file, away = tmp_path / name, tmp_path / "away"
    file.rename(away)
    if write_anew:
        file.write_bytes(away.read_bytes())

    with pytest.raises(Damaged) as written:
        write(database, "meanwhile")
    with pytest.raises(Damaged) as read, ThreadPoolExecutor(1) as another:
        another.submit(names, database).result()
    there = file.exists()
    away.rename(file)
    write(database, "after")

    what = "is not the one that was opened" if write_anew else "was removed while it was open"
    assert [str(error.value).partition(": put it back, or stop avviso")[0] for error in (written, read)] == [
        f"{file}: the ledger's file {what}"] * 2
    assert there is write_anew
    assert names(database) == ["after", "before"]


def test_ledger_whose_last_connection_broke_is_opened_anew(tmp_path: Path) -> None:
    """SQLite removes the log then: nobody took it away."""
    database = copied_database(tmp_path / "avviso.db")
    write(database, "before")
    with database._engine.connect() as connection:
        connection.invalidate()
    assert not (tmp_path / "avviso.db-wal").exists()

    write(database, "after")

    assert names(database) == ["after", "before"]


def test_ledger_that_was_closed_under_a_thread_is_opened_anew(tmp_path: Path) -> None:
    """What the thread gives back then is closed when it is found by nobody any more, and its log goes with it."""
    database = copied_database(tmp_path / "avviso.db")
    with database.read(), ThreadPoolExecutor(1) as another:
        another.submit(database.close).result()
    gc.collect()
    assert not (tmp_path / "avviso.db-wal").exists()

    write(database, "after")

    assert names(database) == ["after"]


def test_log_of_a_ledger_behind_a_link_is_watched_where_it_lies(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    copied_database(tmp_path / "disk" / "avviso.db").close()
    (tmp_path / "avviso.db").symlink_to(tmp_path / "disk" / "avviso.db")
    database = Database(f"sqlite:///{tmp_path / 'avviso.db'}")
    write(database, "before")

    (tmp_path / "disk" / "avviso.db-wal").unlink()

    with pytest.raises(Damaged, match="disk/avviso.db-wal: the ledger's file was removed while it was open"):
        write(database, "meanwhile")


@pytest.mark.parametrize(("table", "texts", "refused"), [
    ("note", False, True), ("fragment", False, False), ("fragment", True, True)])
def test_large_ledger_is_looked_through_but_for_the_texts_that_mail_nobody(
    tmp_path: Path, table: str, texts: bool, refused: bool,
) -> None:
    path = tmp_path / "avviso.db"
    database = copied_database(path)
    with database.write() as connection:
        connection.execute(fragment.insert(), [
            {"digest": str(n), "content": "x" * 1024**2} for n in range(THOROUGH_BYTES // 1024**2)])
        root = connection.exec_driver_sql("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)).scalar_one()
        size = connection.exec_driver_sql("PRAGMA page_size").scalar_one()
    database.close()
    with path.open("r+b") as file:
        file.seek((root - 1) * size)
        file.write(bytes(size))

    with pytest.raises(Damaged, match="restore the last backup") if refused else nullcontext():
        Database(f"sqlite:///{path}").check_health(texts=texts)


def test_ledger_whose_names_are_damaged_is_refused_in_one_line(tmp_path: Path) -> None:
    """SQLite quotes the name that it cannot read, and its bytes are no text."""
    path = tmp_path / "avviso.db"
    copied_database(path).close()
    content = path.read_bytes().replace(b"tablenotenote", b"table\xbdotenote")
    path.write_bytes(content.replace(b"CREATE TABLE note", b"\xbdREATE TABLE note"))

    with pytest.raises(Damaged, match="stop avviso and restore the last backup") as refused:
        assert Database(f"sqlite:///{path}").exists

    assert "\n" not in str(refused.value)


def test_look_at_a_ledger_takes_no_longer_than_it_may(tmp_path: Path) -> None:
    """A very large ledger is looked at as far as the time goes, and not held back for what lies beyond."""
    path = tmp_path / "avviso.db"
    copied_database(path).close()
    with closing(sqlite3.connect(path)) as other, other:
        other.execute("CREATE TABLE long (n CHECK (n < 30000))")
        other.execute("PRAGMA ignore_check_constraints = ON")
        other.executemany("INSERT INTO long VALUES (?)", ((n,) for n in range(30_001)))
    database = Database(f"sqlite:///{path}")

    database.check_health(limit_s=0)

    with pytest.raises(Damaged, match="CHECK constraint failed in long"):
        database.check_health()


def test_full_disk_is_said_in_one_line_and_what_was_there_stands(database: Database) -> None:
    write(database, "before")

    def write_much() -> None:
        with database.write() as connection:
            connection.exec_driver_sql("PRAGMA max_page_count = 1")
            connection.execute(database.upsert(note, name="large", value="x" * 10_000_000))

    with pytest.raises(OutputError) as refused:
        write_much()

    assert str(refused.value) == (f"{database.file}: the ledger cannot be written: database or disk is full: {ROOM}")
    assert names(database) == ["before"]


def test_whose_line_is_lost_as_something_is_written_down_hears_that_it_may_be_written_again(postgres_url: str) -> None:
    with closing(Cutter(postgres_url)) as line:
        database = open_database(line.url)
        line.every = 10  # all but the tenth

        with pytest.raises(Uncertain) as lost:
            write(database, "once")
        line.every = None
        write(database, "once")

        assert str(lost.value) == ("the line to the database was lost as something was written down: senders look it "
                                   "up; give a command again, which does nothing twice")
        assert names(database) == ["once"]
        database.close()


def test_ledger_that_a_file_beside_it_keeps_from_being_written_is_named(tmp_path: Path) -> None:
    """Whoever opens a ledger that may only be read leaves such a file, which outlives mended permissions."""
    path = tmp_path / "avviso.db"
    open_database(f"sqlite:///{path}").close()
    path.with_name("avviso.db-wal").mkdir()

    with pytest.raises(OutputError) as refused:
        write(Database(f"sqlite:///{path}"), "name")

    assert str(refused.value) == f"{path}: the ledger cannot be written: unable to open database file: {ROOM}"


def test_mistake_of_ours_is_not_dressed_as_the_databases(database: Database) -> None:
    with pytest.raises(exc.IntegrityError), database.write() as connection:
        connection.execute(update(schema.ledger).values(id=2))
