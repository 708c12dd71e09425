"""Every arrow of a mailing (`pipeline.mailings.mailing`), and that there is no other way."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from pipeline.mailings.envelope import LINK_KEY
from pipeline.mailings.ledger.letters import Sealed
from pipeline.mailings.mailing import (
    MAILING_MOVES,
    MailingState,
    sources,
)
from tests.books import (
    EDITION,
    EXPIRE,
    LATER,
    NOON,
    Books,
    add_readers,
    deliveries,
    leave,
)

A_MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize("state", MailingState)
def test_mailing_moves_along_an_arrow_or_not_at_all(books: Books, state: MailingState) -> None:
    before = books.mailing(state)
    assert before.state is state

    for target in (target for target in MailingState if target is not MailingState.SENDING):
        with books.database.rehearse():  # rolled back: the next move begins where this one did
            moved = books.move(target)

            after = books.ledger.mailings.get(books.id)
            assert moved is (target in MAILING_MOVES[state]), target
            if moved:
                assert (after.state, after.reason, after.since) == (target, f"now {target}", LATER)
            else:
                assert after == before


@pytest.mark.parametrize("state", MailingState)
def test_mailing_starts_from_scheduled_alone(books: Books, state: MailingState) -> None:
    before = books.mailing(state)

    audience = books.start(LATER)

    after = books.ledger.mailings.get(books.id)
    if state is MailingState.SCHEDULED:
        assert audience == 1
        assert (after.state, after.audience, after.started_at, after.expires_at) == (
            MailingState.SENDING, 1, LATER, LATER + EXPIRE)
    else:
        assert audience is None
        assert after == before


def test_mailing_cannot_begin_without_its_text_and_audience(books: Books) -> None:
    before = books.mailing(MailingState.SCHEDULED)

    with pytest.raises(IntegrityError):
        books.move(MailingState.SENDING)

    assert books.ledger.mailings.get(books.id) == before


def test_mailing_does_not_start_before_its_hour(books: Books) -> None:
    before = books.mailing(MailingState.SCHEDULED)
    books.ledger.mailings.redate(books.id, LATER)

    assert books.start(NOON) is None
    assert books.ledger.mailings.get(books.id).state is MailingState.SCHEDULED
    assert books.start(LATER) == 1
    assert before.send_at == NOON


@pytest.mark.parametrize("state", MailingState)
def test_mailing_follows_its_issues_date_until_it_begins(books: Books, state: MailingState) -> None:
    books.mailing(state)

    books.ledger.mailings.redate(books.id, LATER)

    begun = state not in (MailingState.HELD, MailingState.SCHEDULED) and state is not MailingState.CANCELLED
    expected = NOON if begun or state is MailingState.CANCELLED else LATER
    assert books.ledger.mailings.get(books.id).send_at == expected


@pytest.mark.parametrize("state", MailingState)
def test_mailing_is_approved_while_it_has_not_begun(books: Books, state: MailingState) -> None:
    before = books.mailing(state)

    approved = books.ledger.mailings.approve(books.id, reason="by a person", now=LATER)

    after = books.ledger.mailings.get(books.id)
    assert approved is (state in (MailingState.HELD, MailingState.SCHEDULED))
    if approved:
        assert (after.state, after.approved, after.reason) == (MailingState.SCHEDULED, True, "by a person")
    else:
        assert after == before


@pytest.mark.parametrize("state", MailingState)
def test_mailing_that_went_to_somebody_is_not_reopened(books: Books, state: MailingState) -> None:
    before = books.mailing(state)

    books.ledger.mailings.reopen(books.id, reason="by a person", now=LATER)

    assert books.ledger.mailings.get(books.id) == before


def test_mailing_to_nobody_begins_again_when_it_is_reopened(books: Books) -> None:
    leave(books.database, books.reader)
    books.mailing(MailingState.SENDING)
    books.ledger.mailings.finish(LATER)
    late, = add_readers(books.database, "weekly", 1)

    books.ledger.mailings.reopen(books.id, reason="by a person", now=LATER)

    assert books.start(LATER) == 1
    assert [row["subscriber_id"] for row in deliveries(books.database, books.id)] == [late]
    assert books.ledger.mailings.get(books.id).balances


@pytest.mark.parametrize("state", MailingState)
def test_mailing_resumes_from_paused_alone_with_its_full_time(books: Books, state: MailingState) -> None:
    before = books.mailing(state)

    resumed = books.ledger.mailings.resume(books.id, reason="by a person", now=LATER, expire=EXPIRE)

    after = books.ledger.mailings.get(books.id)
    assert resumed is (state is MailingState.PAUSED)
    if resumed:
        assert (after.state, after.expires_at) == (MailingState.SENDING, LATER + EXPIRE)
    else:
        assert after == before


def test_mailing_is_sent_when_every_delivery_is_final_and_not_before(books: Books) -> None:
    books.mailing(MailingState.SENDING)
    assert books.ledger.mailings.finish(LATER) == []

    leave(books.database, books.reader)
    books.claim()

    assert books.ledger.mailings.finish(LATER) == [books.id]
    sent = books.ledger.mailings.get(books.id)
    assert (sent.state, sent.ended_at) == (MailingState.SENT, LATER)
    assert books.ledger.mailings.finish(LATER) == []


def test_mailing_to_nobody_is_sent(books: Books) -> None:
    leave(books.database, books.reader)
    books.mailing(MailingState.SENDING)

    assert books.ledger.mailings.finish(LATER) == [books.id]


def test_mailing_is_overdue_when_it_still_sends_after_its_time(books: Books) -> None:
    books.mailing(MailingState.SENDING)

    assert books.ledger.mailings.overdue(NOON + EXPIRE - A_MINUTE) == []
    assert books.ledger.mailings.overdue(NOON + EXPIRE) == [books.id]
    books.move(MailingState.PAUSED)
    assert books.ledger.mailings.overdue(NOON + EXPIRE) == []


def test_sources_are_the_arrows_read_backwards() -> None:
    assert {target: set(sources(target)) for target in MailingState} == {
        MailingState.HELD: {MailingState.SCHEDULED},
        MailingState.SCHEDULED: {MailingState.HELD},
        MailingState.SENDING: {MailingState.SCHEDULED, MailingState.PAUSED},
        MailingState.PAUSED: {MailingState.SENDING},
        MailingState.SENT: {MailingState.SENDING},
        MailingState.CANCELLED: {MailingState.HELD, MailingState.SCHEDULED, MailingState.SENDING, MailingState.PAUSED},
    }


def test_mailing_that_has_not_begun_can_be_withdrawn_and_proposed_again(books: Books) -> None:
    mailings = books.ledger.mailings
    books.mailing(MailingState.SCHEDULED)
    assert mailings.withdraw(books.id)
    assert mailings.all() == []

    books.mailing(MailingState.SENDING)
    assert not mailings.withdraw(books.id)
    assert [one.id for one in mailings.all()] == [books.id]


def test_envelope_of_a_started_mailing_is_as_it_was_frozen(books: Books) -> None:
    books.mailing(MailingState.SENDING)

    assert books.ledger.mailings.envelope(books.id) == {"to": "all"}


def test_keys_that_sign_links_are_known_by_name_those_of_letters_too(books: Books) -> None:
    books.mailing(MailingState.SENDING)
    assert books.ledger.mailings.link_keys() == set()

    books.ledger.letters.write_all([Sealed(EDITION, {LINK_KEY: "ab12"}, "", "weekly", n, "a@example.com", "", "1")
                                    for n in (1, 2)], NOON)
    assert books.ledger.mailings.link_keys() == {"ab12"}
