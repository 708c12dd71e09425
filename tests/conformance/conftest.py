"""Books for the conformance suites: a ledger of each kind, made once a module and emptied before each test."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest
from sqlalchemy import update

from pipeline.database import Database
from pipeline.schema import ledger, metadata
from tests.books import Books, open_database

_names = itertools.count(1)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def shelf(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """One ledger for all tests of a module: making its tables takes longer than any of them."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('books') / 'avviso.db'}"
    else:
        url = _make_postgres(request.getfixturevalue("postgres_server"))
    database = open_database(url)
    yield database
    database.close()


@pytest.fixture
def database(shelf: Database) -> Database:
    """An empty ledger."""
    names = [table.name for table in reversed(metadata.sorted_tables) if table is not ledger]
    with shelf.write() as connection:
        for name in names:
            connection.exec_driver_sql(f"DELETE FROM {name}")
        connection.execute(update(ledger).values(baseline_at=None, orphan=False))
    return shelf


def _make_postgres(server: str) -> str:
    import psycopg  # optional extra

    name = f"shelf_{next(_names)}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return f"{server}/{name}"


@pytest.fixture
def books(database: Database) -> Books:
    return Books(database)
