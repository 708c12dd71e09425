"""Where the SQL of SQLite and PostgreSQL differs, so that nobody else need know which of them it is."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any, cast

from sqlalchemy import JSON, Connection, Insert, Select, Subquery, Table, bindparam, func, select
from sqlalchemy import cast as sql_cast
from sqlalchemy.dialects import sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction
from sqlalchemy.types import Text, TypeEngine

AUDIENCE = "audience"  # whose turn it is: that of a mailing that writes its readers down, or of one that is erased
TABLES = "tables"      # that of a process that makes or changes them
ARCHIVE = "archive"    # that of whoever writes what is known of issues, in whatever order they come


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


def text_digest(value: str) -> str:
    """What the SQL function `digest` gives, for Python."""
    return hashlib.sha256(value.encode()).hexdigest()[:32]


class Dialect:
    """Statements that each of the two says in its own way."""

    def __init__(self, *, is_sqlite: bool) -> None:
        self.is_sqlite = is_sqlite

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

    def take_turns(self, connection: Connection, about: str) -> None:
        """Waits until no other transaction is at this, and keeps others from it until this one ends.

        On PostgreSQL neither of two transactions sees what the other writes; SQLite has one that writes at a time.
        """
        if not self.is_sqlite:
            connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"avviso {about}", 0))))

    def read_in_order(self, connection: Connection) -> None:
        """Until this transaction ends, PostgreSQL takes the index that has the order asked for, and does not sort.

        What it knows of a table is from before a mailing of a million began, so it expects few rows, quickly sorted.
        """
        if not self.is_sqlite:
            connection.exec_driver_sql("SET LOCAL enable_sort = off")

    def number_behind(self, connection: Connection, table: Table, highest: int) -> None:
        """What is entered into a table from now on is numbered behind `highest`, whatever stands there."""
        if self.is_sqlite:
            connection.exec_driver_sql("DELETE FROM sqlite_sequence WHERE name = ?", (table.name,))
            connection.exec_driver_sql("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (table.name, highest))
        else:
            connection.execute(select(func.setval(f"{table.name}_id_seq", highest)))

    def place_of(self, connection: Connection, table: Table) -> str:
        """What tells a table from every copy of it: one that is put back from a dump is another, here or elsewhere.

        "" on SQLite, whose files are copied as they are.
        """
        if self.is_sqlite:
            return ""
        ask = connection.exec_driver_sql
        may_ask = ask("SELECT has_function_privilege('pg_control_system()', 'execute')").scalar()
        server = ask("SELECT system_identifier FROM pg_control_system()").scalar() if may_ask else ""
        own = ask("SELECT oid, to_regclass(%s)::oid FROM pg_database WHERE datname = current_database()", (table.name,))
        return " ".join(map(str, (server, *own.one())))

    def _insert(self, table: Table) -> sqlite.Insert:
        """The INSERT of our dialect: both understand ON CONFLICT, and SQLAlchemy has no common one."""
        if self.is_sqlite:
            return sqlite.insert(table)
        from sqlalchemy.dialects import postgresql  # slow import

        return cast("sqlite.Insert", postgresql.insert(table))
