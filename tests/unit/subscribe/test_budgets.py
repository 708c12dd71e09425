"""Budgets for confirmation letters, on SQLite and PostgreSQL alike."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import timedelta

import pytest

from pipeline.mailings.ledger.confirmations import Confirmations, Limits, Requester, Spent
from tests.books import NOON, open_database

DAY = timedelta(days=1)


@pytest.fixture
def chapter(database_url: str) -> Confirmations:
    return Confirmations(open_database(database_url), Limits(network_a_day=3, all_an_hour=5))


def test_each_budget_is_spent_by_its_own_and_comes_back(chapter: Confirmations) -> None:
    def ask(n: int, mailbox: str, network: str, days: float) -> Spent | None:
        return chapter.grant(str(n), Requester(mailbox, network), NOON + days * DAY)

    assert [ask(1, "a", "x", 0), ask(2, "a", "y", 0.9), ask(3, "a", "x", 1)] == [None, Spent.MAILBOX, None]
    assert [ask(4, "b", "x", 1), ask(5, "c", "x", 1), ask(6, "d", "x", 1), ask(7, "d", "x", 2.1)] == [
        None, None, Spent.NETWORK, None]
    assert [ask(10 + n, f"m{n}", f"n{n}", 5) for n in range(6)] == [None] * 5 + [Spent.ALL]


def test_same_occasion_is_counted_once(chapter: Confirmations) -> None:
    requester = Requester("a", "x")

    spent = [chapter.grant("1", requester, NOON), chapter.grant("1", requester, NOON),
             chapter.spent("1", requester, NOON)]
    assert spent == [None, None, None]
    assert chapter.spent("2", requester, NOON) is Spent.MAILBOX


def test_answer_gives_the_mailbox_its_budget_back(chapter: Confirmations) -> None:
    for n in range(3):
        chapter.grant(str(n), Requester("a"), NOON + n * DAY)
    spent = chapter.spent("4", Requester("a"), NOON + 9 * DAY)
    chapter.answered("a")

    assert (spent, chapter.spent("5", Requester("a"), NOON + 9 * DAY)) == (Spent.MAILBOX, None)


def test_letters_of_a_clock_that_was_far_ahead_spend_no_other_day(chapter: Confirmations) -> None:
    for n in range(5):
        chapter.grant(str(n), Requester(f"m{n}", "x" if n < 3 else ""), NOON + 400 * DAY)

    assert chapter.grant("again", Requester("m0", "x"), NOON) is None
    assert chapter.spent("soon", Requester("m0", "x"), NOON - DAY / 2) is Spent.MAILBOX  # another machine is behind


def test_many_at_once_get_no_more_than_the_budget(chapter: Confirmations) -> None:
    granted: list[Spent | None] = []

    def ask(n: int) -> None:
        granted.append(chapter.grant(str(n), Requester("a", "x"), NOON))

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert Counter(granted) == {None: 1, Spent.MAILBOX: 7}


def test_requests_that_come_from_no_network_share_no_budget_of_one(chapter: Confirmations) -> None:
    assert [chapter.grant(str(n), Requester(f"m{n}"), NOON) for n in range(6)] == [None] * 5 + [Spent.ALL]


def test_what_is_vouched_for_counts_for_the_mailbox_alone(chapter: Confirmations) -> None:
    vouched = [chapter.grant(str(n), Requester(f"m{n}", "x", vouched=True), NOON) for n in range(10)]

    assert (vouched, chapter.spent("a", Requester("m1"), NOON), chapter.spent("b", Requester("new", "x"), NOON)) == (
        [None] * 10, Spent.MAILBOX, None)
