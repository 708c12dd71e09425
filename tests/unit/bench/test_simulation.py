"""A simulated mailing: every reader is reached, and what is given as slow is what bounds it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.bench.simulation import Assumptions, play, shape, table
from pipeline.engines.jobs import LEASE

BASE = Assumptions(readers=20_000, machines=4, connections=10, round_trip_s=0.001)


@pytest.mark.parametrize(("assumed", "bound", "rate"), [
    (replace(BASE, round_trip_s=0.1), "connections", 4 * 10 / 0.1),
    (replace(BASE, round_trip_s=0.1, window=4), "connections", 4 * 10 * 4 / 0.1),
    (replace(BASE, sender_s=0.001), "senders", 4 / 0.001),
    (replace(BASE, ledger_s=0.001), "ledger", 1 / 0.001),
    (replace(BASE, server_s=0.002), "mail server", 1 / 0.002),
    (replace(BASE, rate_per_s=100.0), "rate", 100),
])
def test_mailing_is_as_fast_as_what_is_slow_in_it(assumed: Assumptions, bound: str, rate: float) -> None:
    found = play(assumed)

    assert found.bound == bound
    assert found.rate == pytest.approx(rate, rel=0.03)


def test_machine_that_dies_costs_the_lease_and_what_it_had_on_the_wire() -> None:
    quick = replace(BASE, round_trip_s=0.1)

    found = play(replace(quick, dies_at_s=10.0))

    assert play(quick).seconds < 60
    assert 10 < found.seconds - LEASE.total_seconds() < 20
    assert found.again == 10


def test_machine_that_dies_after_the_last_message_costs_nothing() -> None:
    late = Assumptions(readers=1_000, machines=2, connections=10, round_trip_s=0.1, dies_at_s=1_000.0)

    assert play(late).seconds == pytest.approx(5, rel=0.05)


def test_single_machine_that_dies_is_refused() -> None:
    with pytest.raises(ValueError, match="a single machine"):
        play(Assumptions(readers=100, machines=1, connections=1, dies_at_s=1.0))


def test_table_names_the_bound_and_says_that_nothing_was_measured() -> None:
    found = [play(Assumptions(readers=1_000, machines=count, connections=10, round_trip_s=0.1)) for count in (1, 2)]

    head, one, two, note = table(found)

    assert [line.split()[:2] for line in (one, two)] == [["1", "100"], ["2", "200"]]
    assert one.endswith("connections (100% of the time)")
    assert note.startswith("simulated, not measured")
    assert [row["bound"] for row in shape(found)] == ["connections"] * 2
    assert head.split() == ["machines", "a", "second", "minutes", "again", "bound", "by"]
