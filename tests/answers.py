"""A desk where answers come in: a ledger whose mailing is under way, and the door that takes what is reported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from pipeline.address import parse
from pipeline.audience.roster import Roster
from pipeline.audience.tokens import KeyRing
from pipeline.clock import HandClock
from pipeline.database import Database
from pipeline.feedback.feedback import Effect, Feedback
from pipeline.feedback.refusals import Refusals
from pipeline.feedback.report_brake import ReportBrake, Shares
from pipeline.mailings.ledger import Ledger
from pipeline.mailings.mailing import Claim, DeliveryState, Outcome
from pipeline.providers.event import Bounce, Event, Kind, event_key
from pipeline.schema import event, subscriber, suppression
from tests.books import LEASE, NOON, add_issue, add_readers, begin_mailing, deliveries

LATER = NOON + timedelta(hours=1)
RING = KeyRing((b"0123456789abcdef",))


@dataclass
class AnswerDesk:
    """`send` hands deliveries over; `report` is what the provider says of one."""

    database: Database
    readers: int = 3
    soft_bounces: int = 5
    shares: Shares = Shares()

    def __post_init__(self) -> None:
        self.ledger = Ledger(self.database)
        self.roster = Roster(self.database, Ledger(self.database).notebook.identity().key)
        self.clock = HandClock(LATER)
        self.feedback = Feedback(
            self.ledger, self.roster, RING, self.clock, together=self.database.together,
            soft_bounces=self.soft_bounces, brake=ReportBrake(self.ledger, self.clock, self.shares))
        self.refusals = Refusals(self.ledger, lambda: self.feedback, "smtp", self.clock)
        add_issue(self.database, "14")
        self.ids = add_readers(self.database, "weekly", self.readers)
        with self.database.write() as connection:
            for row in connection.execute(select(subscriber)).all():
                connection.execute(update(subscriber).where(subscriber.c.id == row.id).values(
                    address_hash=self.roster.address_hash(row.address_folded)))
        self.mailing_id = begin_mailing(self.ledger, "14", "weekly").id
        self.worker = self.ledger.workers.enter("w", host="", boot_id="", pid=1, now=NOON)

    def send(self, count: int, state: DeliveryState = DeliveryState.SENT, reply: str = "250 OK", *,
             at: datetime = NOON, **more: Any) -> None:
        """The next so many deliveries are handed over, all with this outcome, at what some clock shows."""
        claims = self.ledger.deliveries.claim("w", 1, limit=count, now=NOON, lease=LEASE)
        self.ledger.deliveries.record(1, [Outcome(claim, state, reply, **more) for claim in claims], now=at)

    def claim(self, count: int) -> list[Claim]:
        return self.ledger.deliveries.claim("w", 1, limit=count, now=NOON, lease=LEASE)

    def row(self, reader: int, mailing_id: int | None = None) -> dict[str, Any]:
        """The delivery to the reader with this place."""
        rows = deliveries(self.database, mailing_id or self.mailing_id)
        return next(row for row in rows if row["subscriber_id"] == self.ids[reader])

    def report(self, reader: int, kind: Kind, bounce: Bounce | None = None, *, mailing_id: int | None = None,
               at: datetime = LATER, **more: Any) -> list[Effect]:
        return self.feedback.take([self.event(reader, kind, bounce, mailing_id=mailing_id, at=at, **more)])

    def event(self, reader: int, kind: Kind, bounce: Bounce | None = None, *, mailing_id: int | None = None,
              at: datetime = LATER, **more: Any) -> Event:
        row = self.row(reader, mailing_id)
        words = {"key": event_key("test", row["key"], kind, str(at)), "message_id": row["message_id"]} | more
        return Event(kind=kind, at=at, provider="test", bounce=bounce, **words)

    def next_issue(self, key: str) -> int:
        add_issue(self.database, key)
        return begin_mailing(self.ledger, key, "weekly").id

    def suppressions(self) -> dict[str, str]:
        """Address and reason of all who are not mailed any more."""
        with self.database.read() as connection:
            return {row.address: row.reason for row in connection.execute(select(suppression))}

    def events(self) -> Sequence[Any]:
        with self.database.read() as connection:
            return connection.execute(select(event).order_by(event.c.at, event.c.key)).all()

    def lists(self, reader: int) -> dict[str, str]:
        return {one.list: f"{one.state.value} {one.reason}".strip()
                for one in self.roster.subscriptions(self.ids[reader])}

    @property
    def mailing(self) -> Any:
        return self.ledger.mailings.get(self.mailing_id)

    def add(self, address: str) -> None:
        self.roster.suppress(parse(address), "manual", "command", NOON)
