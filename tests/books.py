"""Books for tests: a ledger with an issue, readers on a list, and a mailing that has begun."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import insert, select

from pipeline.database import Database
from pipeline.editions.edition import Edition
from pipeline.mailings.ledger import Ledger
from pipeline.mailings.mailing import Mailing, MailingState
from pipeline.schema import issue, subscriber, subscription

NOON = datetime(2026, 3, 24, 12, 0, tzinfo=UTC)
LEASE = timedelta(minutes=10)
EXPIRE = timedelta(hours=36)
EDITION = Edition("14", "en", "Subject", "Preheader", "<p>Body</p>", "Body")


def open_database(url: str) -> Database:
    """A new ledger at `url`."""
    database = Database(url)
    database.create(now=NOON, orphan=False)
    return database


def add_issue(database: Database, key: str) -> None:
    with database.write() as connection:
        connection.execute(insert(issue).values(
            key=key, path=f"{key}.md", title=key, description="", tags=[], lists=[], draft=False,
            source_digest="", text_digest="", sketch=b"", changed_at=NOON, seen_at=NOON, state="published",
            reason="", since=NOON))


def add_readers(database: Database, list_id: str, count: int) -> list[int]:
    """`count` new confirmed readers of a list; gives their ids."""
    with database.write() as connection:
        first = len(connection.execute(select(subscriber.c.id)).all())
        people = [
            {"address": f"{name}@example.com", "address_folded": f"{name}@example.com", "address_hash": name,
             "name": "", "language": "", "attributes": {}, "created_at": NOON}
            for name in (f"reader{first + n}" for n in range(count))
        ]
        ids = list(connection.execute(insert(subscriber).returning(subscriber.c.id), people).scalars())
        connection.execute(insert(subscription), [
            {"list": list_id, "subscriber_id": id_, "state": "confirmed", "confirmed_at": NOON, "reason": "",
             "evidence": {}} for id_ in ids])
    return ids


def begin_mailing(ledger: Ledger, key: str, list_id: str) -> Mailing:
    """A mailing of an issue to a list, its audience frozen."""
    ledger.mailings.propose(key, list_id, state=MailingState.SCHEDULED, reason="due", send_at=NOON, now=NOON)
    (proposed,) = (one for one in ledger.mailings.all(issue_key=key) if one.list == list_id)
    ledger.mailings.start(proposed.id, EDITION, {}, now=NOON, expire=EXPIRE)
    return find(ledger, proposed.id)


def find(ledger: Ledger, mailing_id: int) -> Mailing:
    (found,) = (one for one in ledger.mailings.all() if one.id == mailing_id)
    return found
