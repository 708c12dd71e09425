"""Deliveries at which a process died: known by all processes, tried last and alone, and given up at the third death."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from pipeline.database import Database
from pipeline.mailings.ledger import Ledger
from pipeline.mailings.ledger.suspects import TRIES
from pipeline.mailings.mailing import DeliveryState, Doubt, Mailing, Outcome, Which
from pipeline.mailings.waiting import REMEMBERED, given_up
from tests.books import LEASE, NOON, add_issue, add_readers, begin_mailing, deliveries, states


@pytest.fixture
def ledger(database: Database) -> Ledger:
    return Ledger(database)


@pytest.fixture
def mailing(database: Database, ledger: Ledger) -> Mailing:
    add_issue(database, "14")
    add_readers(database, "weekly", 4)
    return begin_mailing(ledger, "14", "weekly")


@pytest.fixture
def ids(database: Database, mailing: Mailing) -> list[int]:
    return [row["id"] for row in deliveries(database, mailing.id)]


def test_death_is_remembered_until_the_delivery_is_final(ledger: Ledger, ids: list[int]) -> None:
    ledger.suspects.blame(ids[:3], NOON)
    claims = ledger.deliveries.claim("w", 1, limit=1, now=NOON, lease=LEASE, which=Which(only=ids[0]))
    ledger.deliveries.record(1, [Outcome(claims[0], DeliveryState.SENT, "250")], now=NOON)

    ledger.suspects.blame(ids[1:2], NOON)

    assert ledger.suspects.waiting() == {ids[1]: 2, ids[2]: 1}


@pytest.mark.parametrize("is_in_doubt", [False, True])
def test_third_death_gives_it_up_and_the_accounts_balance(
    database: Database, ledger: Ledger, mailing: Mailing, ids: list[int], is_in_doubt: bool
) -> None:
    if is_in_doubt:
        ledger.deliveries.claim("w", 1, limit=1, now=NOON, lease=LEASE, which=Which(only=ids[1]))
        ledger.doubts.reclaim("w", Doubt.PROCESS)
    for _ in range(TRIES):
        ledger.suspects.blame([ids[1]], NOON)

    assert states(database, mailing.id) == ["pending", "failed", "pending", "pending"]
    assert ledger.mailings.get(mailing.id).balances
    assert ledger.suspects.waiting() == {}
    reply = deliveries(database, mailing.id)[1]["reply"]
    assert reply == ("given up: avviso ended 3 times while it was at work on this message"
                     + (", and it may have been taken" if is_in_doubt else ""))


def test_what_another_process_moved_meanwhile_is_not_given_up(
    database: Database, ledger: Ledger, mailing: Mailing, ids: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL lets others write between our look and our word: the counts follow what was really written."""
    for _ in range(TRIES - 1):
        ledger.suspects.blame([ids[1]], NOON)
    look = ledger.suspects._rows

    def look_too_early(*which: Any) -> Any:
        return [SimpleNamespace(id=row.id, mailing_id=row.mailing_id, state="deferred") for row in look(*which)]

    monkeypatch.setattr(ledger.suspects, "_rows", look_too_early)
    ledger.suspects.blame([ids[1]], NOON)

    assert states(database, mailing.id) == ["pending"] * 4
    assert ledger.mailings.get(mailing.id).counts[DeliveryState.PENDING] == 4
    assert ledger.suspects.parked(NOON - REMEMBERED) == []


def test_person_is_told_for_a_week_who_was_given_up(ledger: Ledger, ids: list[int]) -> None:
    for _ in range(TRIES):
        ledger.suspects.blame([ids[1]], NOON)

    (line,) = given_up(ledger, NOON)
    assert line.startswith("14 to weekly: avviso ended 3 times while it was at work on the message to reader1@")
    assert (given_up(ledger, NOON, "14"), given_up(ledger, NOON, "15")) == ([line], [])
    assert given_up(ledger, NOON + REMEMBERED + timedelta(seconds=1)) == []


def test_claims_leave_suspects_out_or_take_one_alone(ledger: Ledger, ids: list[int]) -> None:
    others = ledger.deliveries.claim("w", 1, limit=9, now=NOON, lease=LEASE, which=Which(but=ids[1:3]))
    one = ledger.deliveries.claim("w", 1, limit=9, now=NOON, lease=LEASE, which=Which(only=ids[2]), of_mailings=5)

    assert ([claim.id for claim in others], [claim.id for claim in one]) == ([ids[0], ids[3]], [ids[2]])
