"""Every promise of the ledger is a constraint: the database itself refuses to break it, on SQLite and PostgreSQL."""

from __future__ import annotations

import pytest
from sqlalchemy import Update, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql.dml import Delete, Insert

from pipeline.database import Database, digest, text_digest
from pipeline.editions.edition import Edition
from pipeline.mailings.ledger import Ledger
from pipeline.mailings.mailing import DeliveryState, MailingState
from pipeline.schema import (
    delivery,
    edition,
    event,
    hub_call,
    issue,
    issue_alias,
    issue_file,
    ledger,
    letter,
    mailing,
    metadata,
    redirect,
    subscriber,
    subscription,
    suppression,
    tally,
    worker,
)
from tests.books import (
    EDITION,
    EXPIRE,
    NOON,
    add_issue,
    add_readers,
    begin_mailing,
    deliveries,
    leave,
)

ISSUE = {
    "key": "14", "path": "14-x.md", "title": "X", "day": "2026-03-24", "due_at": NOON, "description": "", "tags": [],
    "lists": ["weekly"], "draft": False, "source_digest": "", "text_digest": "", "changed_at": NOON,
    "seen_at": NOON, "state": "published", "reason": "", "since": NOON, "ordinal": 1, "published_at": NOON,
    "feed_id": "tag:1",
}
EDITION_ROW = {"digest": "d", "name": "14", "language": "en", "subject": "X", "preheader": "", "html": "", "text": "",
               "made_at": NOON}
MAILING = {"id": 1, "issue_key": "14", "list": "weekly", "round": 1, "state": "sending", "reason": "", "since": NOON,
           "send_at": NOON, "approved": False, "audience": 1, "edition_digest": "d", "envelope": {}}
DELIVERY = {
    "id": 1, "key": "k", "message_id": "m", "mailing_id": 1, "edition_digest": "d", "issue_key": "14", "list": "weekly",
    "round": 1, "subscriber_id": 1, "address": "ada@example.com", "name": "", "state": "pending", "due_at": NOON,
    "attempts": 0, "fence": 0, "reply": "", "provider": "",
}
READER = {"id": 1, "address": "ada@example.com", "address_folded": "ada@example.com", "address_hash": "h", "name": "",
          "language": "", "attributes": {}, "created_at": NOON}
SUBSCRIPTION = {"list": "weekly", "subscriber_id": 1, "state": "pending", "reason": "", "evidence": {}}
SUPPRESSION = {"address_hash": "h2", "reason": "asked", "source": "person", "at": NOON}
EVENT = {"key": "e", "kind": "bounce", "at": NOON, "seen_at": NOON, "provider": "p", "status": "", "reason": "",
         "raw": ""}
WORKER = {"id": "w", "host": "", "boot_id": "", "pid": 1, "shard": 1, "started_at": NOON, "seen_at": NOON}
LETTER = {"delivery_id": 1, "envelope": {}, "action": ""}
HUB_CALL = {"hub": "https://hub.example/", "topic": "https://x.example/atom.xml", "digest": "d", "attempts": 0}

ROWS = [(issue, ISSUE), (edition, EDITION_ROW), (mailing, MAILING), (delivery, DELIVERY), (subscriber, READER),
        (subscription, SUBSCRIPTION), (suppression, SUPPRESSION), (event, EVENT), (worker, WORKER), (letter, LETTER),
        (hub_call, HUB_CALL)]

OTHER_DELIVERY = DELIVERY | {"id": 2, "key": "k2", "message_id": "m2", "subscriber_id": 2}

BROKEN_PROMISES: dict[str, Insert | Update | Delete] = {
    # the table of architecture.md, section 7
    "an issue is one issue for ever": insert(issue).values(ISSUE | {"ordinal": 2, "feed_id": "tag:2"}),
    "an edition is what its digest says": insert(edition).values(EDITION_ROW | {"html": "other"}),
    "an issue goes to a list once": insert(mailing).values(MAILING | {"id": 2}),
    "a delivery exists once": insert(delivery).values(OTHER_DELIVERY | {"key": "k"}),
    "a Message-ID is one delivery's": insert(delivery).values(OTHER_DELIVERY | {"message_id": "m"}),
    "whoever is on two lists gets an issue once":
        insert(delivery).values(OTHER_DELIVERY | {"list": "daily", "subscriber_id": 1}),
    "an address is one subscriber": insert(subscriber).values(READER | {"id": 2, "address_hash": "h3"}),
    "an address hash is one subscriber's": insert(subscriber).values(READER | {"id": 2, "address_folded": "b@b"}),
    "a reader is on a list once": insert(subscription).values(SUBSCRIPTION | {"state": "left"}),
    "an address is suppressed once": insert(suppression).values(SUPPRESSION | {"reason": "other"}),
    "a replayed event changes nothing": insert(event).values(EVENT | {"kind": "complaint"}),
    # what the state machines rest on
    "a mailing's state is one of six": update(mailing).values(state="in_flight"),
    "a delivery's state is one of eight": update(delivery).values(state="in_flight"),
    "an issue's state is one of eight": update(issue).values(state="in_flight"),
    "a subscription's state is one of three": update(subscription).values(state="in_flight"),
    "a tally counts one of eight states": insert(tally).values(mailing_id=1, shard=1, state="in_flight", n=1),
    "a mailing that sends has a frozen edition": update(mailing).values(edition_digest=None),
    "a mailing that was sent had a frozen edition": update(mailing).values(edition_digest=None, state="sent"),
    "a paused mailing has a frozen edition": update(mailing).values(edition_digest=None, state="paused"),
    "a delivery in hand has a holder": update(delivery).values(state="sending", lease_until=NOON),
    "a delivery in hand has a lease": update(delivery).values(state="sending", worker="w"),
    "a delivery in doubt says why": update(delivery).values(state="in_doubt", attempted_at=NOON),
    "only a delivery in doubt has a doubt": update(delivery).values(doubt="line"),
    "nothing was sent that was not marked before": update(delivery).values(state="sent"),
    "nothing is in doubt that was not marked before": update(delivery).values(state="in_doubt", doubt="line"),
    # what feeds rest on
    "two issues never share a feed id": insert(issue).values(ISSUE | {"key": "15", "ordinal": 2}),
    "two issues never share a place in the order": insert(issue).values(ISSUE | {"key": "15", "feed_id": "tag:2"}),
    "what is published has a feed id": update(issue).values(feed_id=None),
    "what is published has a place in the order": update(issue).values(ordinal=None),
    "what has a feed id is published": update(issue).values(published_at=None),
    # what consent rests on
    "whoever is confirmed has a date of consent": update(subscription).values(state="confirmed"),
    # what belongs together stays together
    "a mailing is of a known issue": insert(mailing).values(MAILING | {"id": 2, "issue_key": "99"}),
    "a delivery is of a known mailing": insert(delivery).values(OTHER_DELIVERY | {"mailing_id": 99}),
    "a delivery is of a known edition": insert(delivery).values(OTHER_DELIVERY | {"edition_digest": "x"}),
    "a subscription is a known person's": insert(subscription).values(SUBSCRIPTION | {"subscriber_id": 99}),
    "a person with subscriptions is not lost": delete(subscriber),
    "an issue that was mailed is not lost": delete(issue),
    "an edition that was mailed is not lost": delete(edition),
    "an alias leads to a known issue": insert(issue_alias).values(alias="x", key="99"),
    "a redirect leads to a known issue": insert(redirect).values(permalink="x/", key="99"),
    "a file is a known issue's":
        insert(issue_file).values(path="x.md", mtime_ns=0, size=0, digest="", seen_at=NOON, key="99"),
    "a letter is one delivery's": insert(letter).values(LETTER | {"action": "other"}),
    "a letter is of a known delivery": insert(letter).values(LETTER | {"delivery_id": 99}),
    "a hub is told of a feed once": insert(hub_call).values(HUB_CALL | {"digest": "other"}),
    "a worker is one process": insert(worker).values(WORKER),
    "a ledger is one": insert(ledger).values(id=2, key="", created_at=NOON, orphan=False, epoch=1),
    "a ledger's key is made once": insert(ledger).values(id=1, key="", created_at=NOON, orphan=False, epoch=1),
}


@pytest.mark.parametrize("promise", BROKEN_PROMISES)
def test_database_keeps_the_promise_that(database: Database, promise: str) -> None:
    broken = BROKEN_PROMISES[promise]
    with database.rehearse(), database.write() as connection:  # rolled back: the next promise finds empty books
        for table, row in ROWS:
            connection.execute(insert(table).values(row))
        before = connection.execute(select(broken.table)).all()

        with pytest.raises(IntegrityError), connection.begin_nested():
            connection.execute(broken)

        assert connection.execute(select(broken.table)).all() == before


def test_each_table_of_the_books_has_a_promise_or_only_a_key() -> None:
    """A table that is added later wants a row above."""
    tested = {statement.table.name for statement in BROKEN_PROMISES.values()}
    plain = {"note", "issue_text", "issue_sketch", "fragment", "pace", "asking", "former_subscription"}

    assert tested | plain == set(metadata.tables)


def test_an_issue_goes_to_a_list_once_however_often_it_is_proposed(database: Database) -> None:
    book = Ledger(database)
    add_issue(database, "14")
    entered = [book.mailings.propose("14", "weekly", state=state, reason="r", send_at=NOON, now=NOON)
               for state in (MailingState.HELD, MailingState.SCHEDULED)]

    assert entered == [True, False]
    assert [(one.list, one.state) for one in book.mailings.all()] == [("weekly", MailingState.HELD)]


def test_equal_editions_are_one_row_and_come_back_as_they_were(database: Database) -> None:
    book = Ledger(database)
    for key in ("14", "15"):
        add_issue(database, key)
        begin_mailing(book, key, "weekly")

    with database.read() as connection:
        digests = list(connection.execute(select(edition.c.digest)).scalars())
    assert digests == [EDITION.digest]
    assert book.mailings.edition(EDITION.digest) == EDITION


@pytest.mark.parametrize("change", ["name", "language", "subject", "preheader", "html", "text"])
def test_an_edition_with_another_word_anywhere_is_another_edition(change: str) -> None:
    fields = {name: getattr(EDITION, name) for name in EDITION.__slots__}

    assert Edition(**fields | {change: "other"}).digest != EDITION.digest


def test_keys_and_message_ids_are_made_of_what_never_changes(database: Database) -> None:
    book = Ledger(database)
    add_issue(database, "14")
    reader, = add_readers(database, "weekly", 1)
    mailing_id = begin_mailing(book, "14", "weekly").id

    found, = deliveries(database, mailing_id)

    key = text_digest(f"issue\n14\nweekly\n1\n{reader}")
    assert found["key"] == key
    assert found["message_id"] == text_digest(f"{Ledger(database).notebook.identity().key.hex()}\n{key}")


def test_both_databases_digest_alike(database: Database) -> None:
    with database.read() as connection:
        assert connection.execute(select(digest("周刊 ✓"))).scalar_one() == text_digest("周刊 ✓")


def test_a_reader_of_two_lists_is_in_the_audience_of_the_first_alone(database: Database) -> None:
    book = Ledger(database)
    add_issue(database, "14")
    both, only_weekly = add_readers(database, "weekly", 2)
    with database.write() as connection:
        connection.execute(insert(subscription).values(
            SUBSCRIPTION | {"list": "daily", "subscriber_id": both, "state": "confirmed", "confirmed_at": NOON}))

    first, second = begin_mailing(book, "14", "weekly"), begin_mailing(book, "14", "daily")

    assert [one["subscriber_id"] for one in deliveries(database, first.id)] == [both, only_weekly]
    assert (first.audience, second.audience) == (2, 0)


@pytest.mark.parametrize(("beside", "through"), [
    (MailingState.SCHEDULED, ["daily"]), (MailingState.SENDING, ["daily"]), (MailingState.SENT, ["daily"]),
    (MailingState.HELD, []), (MailingState.CANCELLED, [])])
def test_a_reader_who_leaves_one_of_two_lists_gets_the_issue_through_the_other(
    database: Database, beside: MailingState, through: list[str],
) -> None:
    book = Ledger(database)
    add_issue(database, "14")
    both, gone = add_readers(database, "weekly", 2)
    with database.write() as connection:
        connection.execute(insert(subscription), [
            SUBSCRIPTION | {"list": name, "subscriber_id": both, "state": "confirmed", "confirmed_at": NOON}
            for name in ("another", "daily")])
    first, second = begin_mailing(book, "14", "weekly"), begin_mailing(book, "14", "daily")
    with database.write() as connection:
        connection.execute(update(mailing).where(mailing.c.id == second.id).values(state=beside))
        connection.execute(update(subscription).where(subscription.c.list == "weekly")
                           .values(state="left", left_at=NOON))

    claims = book.deliveries.claim("w", 1, limit=9, now=NOON, lease=EXPIRE)

    assert [(one.subscriber_id, one.list) for one in claims] == [(both, name) for name in through]
    assert [(one["subscriber_id"], one["list"]) for one in deliveries(database, first.id)] == [
        (both, "daily" if through else "weekly"), (gone, "weekly")]
    assert book.mailings.get(first.id).counts[DeliveryState.SKIPPED] == 2 - len(through)


def test_claims_of_readers_who_have_left_or_moved_since_are_told_from_those_that_stand(database: Database) -> None:
    book = Ledger(database)
    add_issue(database, "14")
    stays, left, suppressed, moved, elsewhere = add_readers(database, "weekly", 5)
    with database.write() as connection:
        connection.execute(insert(subscription).values(
            SUBSCRIPTION | {"list": "daily", "subscriber_id": elsewhere, "state": "confirmed", "confirmed_at": NOON}))
    begin_mailing(book, "14", "weekly")
    begin_mailing(book, "14", "daily")
    claims = {one.subscriber_id: one.id for one in book.deliveries.claim("w", 1, limit=9, now=NOON, lease=EXPIRE)}
    before = book.deliveries.otherwise(claims.values())

    leave(database, left)
    with database.write() as connection:
        connection.execute(insert(suppression).values(SUPPRESSION | {"address_hash": "reader2"}))
        connection.execute(update(subscriber).where(subscriber.c.id == moved).values(address="new@example.com"))
        connection.execute(delete(subscription).where(subscription.c.list == "weekly",
                                                      subscription.c.subscriber_id == elsewhere))

    assert before == set()
    assert book.deliveries.otherwise(claims.values()) == {claims[one] for one in (left, suppressed, moved, elsewhere)}
    assert stays in claims


def test_audience_is_who_is_confirmed_and_not_suppressed(database: Database) -> None:
    book = Ledger(database)
    add_issue(database, "14")
    confirmed, asked, left, suppressed = add_readers(database, "weekly", 4)
    add_readers(database, "daily", 1)
    leave(database, left)
    with database.write() as connection:
        connection.execute(update(subscription).where(subscription.c.subscriber_id == asked).values(state="pending"))
        connection.execute(insert(suppression).values(SUPPRESSION | {"address_hash": "reader3"}))

    readers = book.mailings.readers("14", "weekly")
    mailing_id = begin_mailing(book, "14", "weekly").id

    assert readers == 1
    assert [one["subscriber_id"] for one in deliveries(database, mailing_id)] == [confirmed]
    assert suppressed != confirmed


def test_fan_out_again_adds_nobody(database: Database) -> None:
    book = Ledger(database)
    add_issue(database, "14")
    add_readers(database, "weekly", 3)
    started = begin_mailing(book, "14", "weekly")
    add_readers(database, "weekly", 2)

    again = book.mailings.start(started.id, EDITION, {}, now=NOON, expire=EXPIRE)

    assert again is None
    assert book.mailings.get(started.id) == started
    assert started.audience == 3


def test_sequence_counts_the_deliveries_of_one_mailing_from_one(database: Database) -> None:
    book = Ledger(database)
    for key in ("14", "15"):
        add_issue(database, key)
    add_readers(database, "weekly", 2)
    begin_mailing(book, "14", "weekly")
    begin_mailing(book, "15", "weekly")

    claims = book.deliveries.claim("w", 1, limit=9, now=NOON, lease=EXPIRE)

    assert [one.sequence for one in claims] == [1, 2, 1, 2]
