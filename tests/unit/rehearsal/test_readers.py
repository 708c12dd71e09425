"""The invent of a rehearsal: invented readers, the same for the same seed."""

from __future__ import annotations

import pytest

from pipeline.address import parse
from pipeline.rehearsal.readers import DOMAINS, Fate, invent, kills


def test_the_same_seed_gives_the_same_readers_and_kills() -> None:
    assert invent(200, 7) == invent(200, 7)
    assert kills(200, 7) == kills(200, 7)
    assert invent(200, 7) != invent(200, 8)


@pytest.mark.parametrize("readers", [1, 5, 19, 20, 500])
def test_there_are_as_many_readers_as_asked_for_and_each_is_somebody_else(readers: int) -> None:
    found = invent(readers, 3)

    assert len({reader.address for reader in found}) == readers


def test_readers_are_nobodys_and_their_addresses_can_be_mailed() -> None:
    addresses = [reader.address for reader in invent(300, 1)]

    assert {address.rpartition("@")[2] for address in addresses} == set(DOMAINS)
    assert [parse(address).wire for address in addresses] == addresses


@pytest.mark.parametrize("seed", range(5))
def test_from_twenty_readers_on_each_fate_befalls_somebody(seed: int) -> None:
    assert {reader.fate for reader in invent(20, seed)} == set(Fate)


def test_most_readers_have_no_trouble() -> None:
    found = invent(2000, 1)

    assert 0.75 < sum(reader.fate is Fate.TAKEN for reader in found) / len(found) < 0.85


@pytest.mark.parametrize(("readers", "count"), [(1, 1), (49, 1), (50, 2), (100, 3), (100_000, 3)])
def test_larger_mailings_are_killed_more_often_and_before_they_end(readers: int, count: int) -> None:
    found = kills(readers, 1)

    assert len(found) == count
    assert all(1 <= moment <= max(1, readers * 2 // 3) for moment in found)
