"""The chapter of confirmations: how many confirmation letters may still go out, so that nobody is bombed with them.

A form lets anybody type anybody's address. What may be abused that way is a letter, so letters are what is
counted: by mailbox, by network and in all, in the ledger, where a restart forgets nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Select, and_, delete, func, select

from pipeline.database import Database
from pipeline.schema import asking, ledger

DAY, HOUR = timedelta(days=1), timedelta(hours=1)

_VOUCHED = "vouched"  # stands in place of a network; keyed hashes are hexadecimal


@dataclass(frozen=True, slots=True)
class Limits:
    """How many confirmation letters: to one mailbox a day, and as long as none is answered; a network a day; all
    an hour."""

    mailbox_a_day: int = 1
    mailbox_unanswered: int = 3
    network_a_day: int = 20
    all_an_hour: int = 600


class Spent(StrEnum):
    """Which budget has nothing left."""

    MAILBOX = "mailbox"
    NETWORK = "network"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Requester:
    """Who asks, as keyed hashes: the mailbox, and the network, "" where that is not known.

    `vouched` is for what a maintainer asks: neither a network's budget nor that of all is theirs.
    """

    address_key: str
    network_key: str = ""
    vouched: bool = False


class Confirmations:
    """Which confirmation letters were granted."""

    def __init__(self, database: Database, limits: Limits | None = None) -> None:
        self._db = database
        self._limits = limits or Limits()

    def spent(self, occasion: str, requester: Requester, now: datetime) -> Spent | None:
        """The budget that leaves no room for this letter, or None. Changes nothing."""
        with self._db.read() as connection:
            return self._spent(connection, occasion, requester, now)

    def grant(self, occasion: str, requester: Requester, now: datetime) -> Spent | None:
        """Counts a letter, or says which budget forbids it. The same occasion is counted once."""
        return self.grant_all([(occasion, requester)], now)[0]

    def grant_all(self, wanted: Sequence[tuple[str, Requester]], now: datetime) -> list[Spent | None]:
        """The same for many, one after the other, in one transaction."""
        with self._db.write() as connection:
            connection.execute(select(ledger.c.id).with_for_update())  # PostgreSQL: one after another
            return [self._grant(connection, occasion, requester, now) for occasion, requester in wanted]

    def answered(self, address_key: str) -> None:
        """Somebody at this mailbox confirmed: what was sent there counts no longer."""
        with self._db.write() as connection:
            connection.execute(delete(asking).where(asking.c.address_key == address_key))

    def _grant(self, connection: Connection, occasion: str, requester: Requester, now: datetime) -> Spent | None:
        spent = self._spent(connection, occasion, requester, now)
        if spent is None:
            connection.execute(self._db.insert_new(asking).values(
                occasion=occasion, address_key=requester.address_key, at=now,
                network_key=_VOUCHED if requester.vouched else requester.network_key))
        return spent

    def _spent(self, connection: Connection, occasion: str, requester: Requester, now: datetime) -> Spent | None:
        counted, limits = connection.execute(_count(occasion, requester, now)).one(), self._limits
        if counted.today >= limits.mailbox_a_day or counted.unanswered >= limits.mailbox_unanswered:
            return Spent.MAILBOX
        if requester.vouched:
            return None
        if requester.network_key and counted.network >= limits.network_a_day:
            return Spent.NETWORK
        return Spent.ALL if counted.hour >= limits.all_an_hour else None


def _count(occasion: str, requester: Requester, now: datetime) -> Select[Any]:
    """One row: letters to the mailbox today and ever, from the network today, in all within the hour.

    One that lies ahead by more is of a clock that was wrong.
    """
    mailbox = asking.c.address_key == requester.address_key
    network = asking.c.network_key == requester.network_key
    today = and_(asking.c.at > now - DAY, asking.c.at < now + DAY)
    counts = {"today": (mailbox, today), "unanswered": (mailbox,), "network": (network, today),
              "hour": (asking.c.at > now - HOUR, asking.c.at < now + HOUR, asking.c.network_key != _VOUCHED)}
    return select(*(
        select(func.count()).select_from(asking).where(asking.c.occasion != occasion, *conditions)
        .scalar_subquery().label(name)
        for name, conditions in counts.items()
    ))
