"""Budgets for confirmation letters, on SQLite and PostgreSQL alike."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from pipeline.mailings.ledger.askings import Asker, Askings, Limits, Spent
from tests.books import NOON, open_database

DAY = timedelta(days=1)


@pytest.fixture
def askings(database_url: str) -> Askings:
    return Askings(open_database(database_url), Limits(network_a_day=3, all_an_hour=5))


def test_each_budget_is_spent_by_its_own_and_comes_back(askings: Askings) -> None:
    def ask(n: int, mailbox: str, network: str, days: float) -> Spent | None:
        return askings.grant(str(n), Asker(mailbox, network), NOON + days * DAY)

    assert [ask(1, "a", "x", 0), ask(2, "a", "y", 0.9), ask(3, "a", "x", 1)] == [None, Spent.MAILBOX, None]
    assert [ask(4, "b", "x", 1), ask(5, "c", "x", 1), ask(6, "d", "x", 1), ask(7, "d", "x", 2.1)] == [
        None, None, Spent.NETWORK, None]
    assert [ask(10 + n, f"m{n}", f"n{n}", 5) for n in range(6)] == [None] * 5 + [Spent.ALL]


def test_same_occasion_is_counted_once(askings: Askings) -> None:
    asker = Asker("a", "x")

    assert [askings.grant("1", asker, NOON), askings.grant("1", asker, NOON), askings.spent("1", asker, NOON)] == [
        None, None, None]
    assert askings.spent("2", asker, NOON) is Spent.MAILBOX


def test_answer_gives_the_mailbox_its_budget_back(askings: Askings) -> None:
    for n in range(3):
        askings.grant(str(n), Asker("a"), NOON + n * DAY)
    spent = askings.spent("4", Asker("a"), NOON + 9 * DAY)
    askings.answered("a")

    assert (spent, askings.spent("5", Asker("a"), NOON + 9 * DAY)) == (Spent.MAILBOX, None)


def test_many_at_once_get_no_more_than_the_budget(askings: Askings) -> None:
    granted: list[Spent | None] = []

    def ask(n: int) -> None:
        granted.append(askings.grant(str(n), Asker("a", "x"), NOON))

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert granted.count(None) == 1


def test_what_is_vouched_for_counts_for_the_mailbox_alone(askings: Askings) -> None:
    vouched = [askings.grant(str(n), Asker(f"m{n}", "x", vouched=True), NOON) for n in range(10)]

    assert (vouched, askings.spent("a", Asker("m1"), NOON), askings.spent("b", Asker("new", "x"), NOON)) == (
        [None] * 10, Spent.MAILBOX, None)
