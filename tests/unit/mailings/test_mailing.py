"""The rules of mailings and deliveries as values: retries, doubts, balance."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pipeline.mailings.mailing import DeliveryState, Doubt, DoubtPolicy, Mailing, MailingState, retry_at
from tests.books import NOON

MINUTES = tuple(timedelta(minutes=n) for n in (1, 5, 15))


@pytest.mark.parametrize(("attempts", "minutes"), [(1, 1), (2, 5), (3, 15), (4, 15), (40, 15)])
def test_retry_follows_the_schedule_and_repeats_its_last_step(attempts: int, minutes: int) -> None:
    assert retry_at(attempts, MINUTES, NOON, chance=0, wish_s=None) == NOON + timedelta(minutes=minutes)


def test_retries_of_many_readers_are_spread_over_a_tenth_of_the_step() -> None:
    found = [retry_at(2, MINUTES, NOON, chance=chance, wish_s=None) - NOON for chance in (0, 0.5, 1)]

    assert [wait.total_seconds() for wait in found] == [300, 315, 330]


@pytest.mark.parametrize(("wish_s", "seconds"), [(10, 60), (600, 600)])
def test_retry_comes_no_earlier_than_the_server_wishes(wish_s: float, seconds: int) -> None:
    assert retry_at(1, MINUTES, NOON, chance=0, wish_s=wish_s) == NOON + timedelta(seconds=seconds)


@pytest.mark.parametrize(("policy", "idempotent", "resent"), [
    (DoubtPolicy.AUTO, False, {Doubt.LINE, Doubt.POWER}),
    (DoubtPolicy.AUTO, True, {Doubt.LINE, Doubt.PROCESS, Doubt.POWER}),
    (DoubtPolicy.RESEND, False, {Doubt.LINE, Doubt.PROCESS, Doubt.POWER}),
    (DoubtPolicy.HOLD, False, set()),
    (DoubtPolicy.HOLD, True, set()),
])
def test_doubts_are_resent_as_the_owner_wishes(policy: DoubtPolicy, idempotent: bool, resent: set[Doubt]) -> None:
    assert {cause for cause in Doubt if policy.resends(cause, idempotent=idempotent)} == resent


@pytest.mark.parametrize(("sent", "balances"), [(2, True), (1, False), (3, False)])
def test_mailing_balances_when_the_counts_add_up_to_its_audience(sent: int, balances: bool) -> None:
    counts = dict.fromkeys(DeliveryState, 0) | {DeliveryState.SENT: sent, DeliveryState.IN_DOUBT: 1}

    mailing = Mailing(1, "14", "weekly", 1, MailingState.SENDING, "", NOON, NOON, False, 3, NOON, NOON, None, counts)

    assert mailing.balances is balances
