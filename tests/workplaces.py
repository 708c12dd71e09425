"""A sending dispatch for tests: a real ledger, a post that follows a script, and a clock on which things happen."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from pipeline.clock import HandClock
from pipeline.editions.edition import Edition
from pipeline.errors import Refused, TransportError
from pipeline.mailings.board import Board
from pipeline.mailings.dispatch import Dispatch, Post, Report, Restraints
from pipeline.mailings.domains import Limit
from pipeline.mailings.ledger import Ledger
from pipeline.mailings.ledger.letters import Sealed
from pipeline.mailings.mailing import Claim, DoubtPolicy, Mailing
from pipeline.mailings.pace import Pace
from pipeline.mailings.refusal_brake import RefusalBrake
from pipeline.mailings.send import deliver, serve
from pipeline.mailings.terms import Terms
from pipeline.mailings.warm_up import Plan, WarmUp
from pipeline.providers.base import Message
from pipeline.providers.local import Faulty, Outbox
from pipeline.schema import delivery
from tests.books import (
    EXPIRE,
    NOON,
    add_issue,
    add_readers,
    begin_mailing,
    copied_database,
    deliveries,
    open_database,
    states,
)
from tests.messages import message

RETRY = (timedelta(minutes=1), timedelta(minutes=5))

Script = Callable[[Message, int], TransportError | None]


class Timetable(HandClock):
    """A hand clock on which things happen at their hour, while somebody waits on it."""

    def __init__(self, now: datetime) -> None:
        super().__init__(now)
        self.waits: list[float] = []
        self._plans: list[tuple[datetime, Callable[[], object]]] = []

    def at(self, after: timedelta, act: Callable[[], object]) -> None:
        """Does `act` when somebody has waited until `after` from now."""
        self._plans.append((self.now() + after, act))

    def wait(self, stop: threading.Event, seconds: float) -> bool:
        self.waits.append(seconds)
        super().wait(stop, seconds)
        due = [plan for plan in self._plans if plan[0] <= self.now()]
        self._plans = [plan for plan in self._plans if plan not in due]
        for _, act in due:
            act()
        return stop.is_set()


@dataclass
class Workplace:
    """A ledger whose mailing has begun, and dispatches that deliver it. `readers` is how many there are."""

    folder: Path
    readers: int = 3
    url: str | None = None
    script: Script = lambda message, attempt: None
    policy: DoubtPolicy = DoubtPolicy.AUTO
    is_taken: bool = True
    lease: timedelta = timedelta(minutes=10)
    expire: timedelta = EXPIRE
    rate: float | None = None
    limits: Mapping[str, Limit] = field(default_factory=dict)
    senders: int = 1
    refused_share: float = 1.0
    plan: Plan | None = None
    steady: Callable[[], datetime] | None = None
    stop: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.database = open_database(self.url) if self.url else copied_database(self.folder / "avviso.db")
        self.ledger = Ledger(self.database)
        self.clock = Timetable(NOON)
        self.outbox = Outbox(self.clock)
        self.transport = Faulty(lambda message, attempt: self.script(message, attempt), self.outbox,
                                is_taken=self.is_taken)
        self.brake = RefusalBrake(self.refused_share)
        self.mailing_id = self.begin("14", self.readers)

    def begin(self, key: str, readers: int) -> int:
        """One more issue, to a list of its own with so many new readers; gives its mailing's id."""
        add_issue(self.database, key)
        if readers:
            add_readers(self.database, key, readers)
        return begin_mailing(self.ledger, key, key).id

    def write_letter(self) -> None:
        """A letter to the first reader waits for the next sender."""
        words = Edition("confirm", "en", "Confirm", "", "<p>Confirm</p>", "Confirm")
        self.ledger.letters.write_all([Sealed(
            words, {}, "", "weekly", int(self.rows()[0]["subscriber_id"]), "reader0@example.com", "", "1")], NOON)

    def dispatch(self, compose: Callable[[Claim], Message] | None = None) -> Dispatch:
        worker = self.ledger.workers.enter(f"w{len(self.ledger.workers.all())}", host="", boot_id="", pid=1, now=NOON)
        return Dispatch(
            self.ledger, worker, Board(self.folder / f"{worker.id}.board"),
            Post(lambda: self.transport, compose or self.compose),
            restraints=Restraints(
                Pace(self.ledger, self.clock, "outbox", self.rate, self.limits), self.brake,
                self.plan and WarmUp(self.ledger, self.plan, self.steady or self.clock.now)),
            terms=Terms(RETRY, self.policy, self.senders, self.lease, provider="outbox", expire=self.expire),
            clock=self.clock, steady=self.steady, chance=lambda: 0.0)

    def compose(self, claim: Claim) -> Message:
        return message(claim.address, key=claim.key)

    def deliver(self) -> Report:
        return deliver(self.dispatch(), self.stop)

    def serve(self, seconds: float) -> Report:
        """A service for so long."""
        self.clock.at(timedelta(seconds=seconds), self.stop.set)
        report = serve(self.dispatch(), self.stop)
        self.stop.clear()
        return report

    @property
    def letter(self) -> dict[str, Any]:
        """The delivery of the letter that was written."""
        with self.database.read() as connection:
            return dict(connection.execute(select(delivery).where(delivery.c.mailing_id.is_(None))).one()._mapping)

    @property
    def states(self) -> list[str]:
        """The states of the first mailing's deliveries; nobody is ever missing."""
        assert self.mailing.balances
        return states(self.database, self.mailing_id)

    @property
    def mailing(self) -> Mailing:
        return self.ledger.mailings.get(self.mailing_id)

    @property
    def sent(self) -> list[str]:
        """To whom messages were handed over, repeats included."""
        return [one.recipient.partition("@")[0] for one in self.outbox.messages]

    def rows(self) -> list[dict[str, Any]]:
        return deliveries(self.database, self.mailing_id)


def to(name: str, error: Callable[[], TransportError], *attempts: int) -> Script:
    """A script: the post says `error` to this reader, at these attempts (none named: at all)."""
    def script(message: Message, attempt: int) -> TransportError | None:
        mine = message.recipient.startswith(f"{name}@") and (not attempts or attempt in attempts)
        return error() if mine else None

    return script


def always(error: Callable[[], TransportError], *attempts: int) -> Script:
    """A script: the post says `error` to everybody, at these attempts (none named: at all)."""
    return lambda message, attempt: error() if not attempts or attempt in attempts else None


def refused_session() -> Refused:
    """We are not welcome, whoever the reader is."""
    return Refused("535 bad password", session=True)
