"""Measuring several senders and large ledgers: what is compared is really sent, and a database in use is left alone."""

from __future__ import annotations

import pytest

from pipeline.bench import machines
from pipeline.bench.contest import Course
from pipeline.bench.publication import SQLITE
from pipeline.errors import ConfigError
from tests.conftest import run_sql


def test_crews_send_the_same_mailing_on_both_databases_and_leave_nothing(postgres_url: str) -> None:
    found = machines.crews(Course(100, 1, rounds=1), (1, 2), (SQLITE, postgres_url), lambda _: None)

    assert [one.name for one in found.standings] == ["sqlite 1", "sqlite 2", "postgresql 1", "postgresql 2"]
    assert found.standings[0].ratio == 1
    assert min(one.rate for one in found.standings) > 0
    with machines.emptied(postgres_url):
        pass


def test_ledger_is_measured_and_shown_a_line_each() -> None:
    (found,) = machines.sizes((600,), (SQLITE,), lambda _: None)

    assert (found.database, found.readers) == ("sqlite", 600)
    assert min(found.freeze_s, found.claim_ms, found.status_ms, found.memory_mb) > 0
    head, line, _ = machines.table([found])
    assert len(line) == len(head)


def test_database_that_holds_something_is_not_emptied(postgres_url: str) -> None:
    server, _, name = postgres_url.rpartition("/")
    run_sql(server, "CREATE TABLE mine (x int)", name)

    with pytest.raises(ConfigError, match="not empty: name one that was made for this"), machines.emptied(postgres_url):
        pass

    run_sql(server, "SELECT * FROM mine", name)
