"""The book of people: who is on which list, since when, by what consent, and who is never mailed again.

Each change is one guarded statement of `audience.statements`, so that two doors moving the same person
agree on what happened. An address is also kept as a keyed hash, which outlives the person's erasure and
tells nothing without the ledger's key.
"""

from __future__ import annotations

import hmac
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, UpdateBase, select
from sqlalchemy.exc import IntegrityError

from pipeline.address import Address
from pipeline.audience import statements
from pipeline.audience.intake import Change, Entry, Known, Plan, Verdict, consent_instant, is_dated, plan
from pipeline.audience.subscriber import (
    MOVED,
    Evidence,
    Member,
    Move,
    State,
    Subscriber,
    Subscription,
    Suppression,
    plain_name,
)
from pipeline.database import AUDIENCE, Database
from pipeline.schema import former_subscription, note, subscriber, subscription, suppression

PAGE = 1000  # rows looked at or written in one go: enough to be fast, few enough to hold
_TAKEN_BACK = "taken back "  # a note, with the hash of an address behind it: when its suppression was taken back


class Roster:
    """The book, on SQLite and PostgreSQL alike. `key` is the ledger's own, which never changes."""

    def __init__(self, database: Database, key: bytes) -> None:
        self._database = database
        self._key = key

    def address_hash(self, folded: str) -> str:
        """32 hexadecimal digits that stand for a folded address (HMAC-SHA256, cut to 128 bits)."""
        return hmac.digest(self._key, b"avviso address\0" + folded.encode(), "sha256")[:16].hex()

    # ---- joining ------------------------------------------------------------------------------

    def ask(self, address: Address, lists: Sequence[str], evidence: Evidence, now: datetime, *,
            name: str = "", language: str = "") -> tuple[Subscription, ...]:
        """Someone asks for these lists: gives the subscriptions that now wait for their confirmation.

        None wait for who is suppressed or confirmed already, and a known person's name stays as it is. The
        same statements run for everybody: neither their number nor their kind tells who is in the book.
        """
        person = self._person(Entry(address, tuple(lists), evidence, name, language), now)
        hashed = person["address_hash"]
        with self._database.write() as connection:
            self._take_turns(connection, hashed)
            connection.execute(statements.meet(self._database.insert_new(subscriber), person))
            for list_id in lists:
                new = self._database.insert_new(subscription)
                connection.execute(statements.begin(new, hashed, list_id, evidence, now))
                kept = self._database.insert_new(former_subscription)
                connection.execute(statements.keep_consent(kept, hashed, list_id))
                connection.execute(statements.ask_again(hashed, list_id, evidence, now))
            rows = connection.execute(statements.waiting(hashed, lists)).all()
        return tuple(statements.subscription_of(row) for row in rows)

    def waiting(self, addresses: Sequence[Address]) -> list[Member]:
        """Which subscriptions of these people wait for their first confirmation. At most PAGE addresses."""
        hashes = [self.address_hash(address.folded) for address in addresses]
        with self._database.read() as connection:
            return [statements.member_of(row) for row in connection.execute(
                statements.waiting_among(), {"hashes": hashes})]

    def add(self, address: Address, lists: Sequence[str], evidence: Evidence, now: datetime, *,
            name: str = "", language: str = "") -> Verdict:
        """Someone is vouched for: confirmed, with that evidence. Who left or is suppressed is kept out."""
        (verdict,) = self.enter([Entry(address, tuple(lists), evidence, name, language)], now)
        return verdict

    def confirm(self, subscriber_id: int, list_id: str, now: datetime) -> bool:
        """Moves pending to confirmed; False when there was nothing to confirm.

        Who confirms at an address that was given up has it, and is mailed there again.
        """
        with self._database.write() as connection:
            begun = connection.execute(statements.confirm(subscriber_id, list_id, now)).rowcount > 0
            if begun:
                theirs = statements.hash_of(subscriber_id).scalar_subquery()
                connection.execute(statements.move_back(theirs))
        return begun

    def enter(self, entries: Sequence[Entry], now: datetime, *, ask: bool = False) -> list[Verdict]:
        """Writes a batch of people down in one transaction; one verdict an entry. At most PAGE entries."""
        with self._database.write() as connection:
            self._database.take_turns(connection, AUDIENCE)  # or somebody is erased between look and deed
            decided = plan(entries, self._look_up(connection, entries), now, ask=ask)
            self._write_suppressions(connection, decided, now)
            ids = self._write_people(connection, decided, now)
            self._write_joins(connection, decided.joins, ids, now)
            self._write_moves(connection, decided.moves, ids, now)
        return decided.verdicts

    def _take_turns(self, connection: Connection, address_hash: str) -> None:
        """One after another: who asks while they are erased would be written down again, or stand on a list as nobody.

        It is done for everybody, known or not.
        """
        self._database.take_turns(connection, f"person {address_hash}")

    def look_up(self, entries: Sequence[Entry]) -> dict[str, Known]:
        """What the book says of these people, by folded address. Changes nothing; for a dry run."""
        with self._database.read() as connection:
            return self._look_up(connection, entries)

    # ---- leaving ------------------------------------------------------------------------------

    def leave(self, subscriber_id: int, list_id: str, reason: str, now: datetime) -> bool:
        """Ends one subscription; False when it was over already. A link pressed twice does no harm."""
        return self._changed(statements.leave(subscriber_id, list_id, reason, now))

    def remove(self, subscriber_id: int, reason: str, now: datetime) -> int:
        """Ends all subscriptions of a person; gives how many there were."""
        with self._database.write() as connection:
            return connection.execute(statements.leave_all(subscriber_id, reason, now)).rowcount

    def forget(self, address: Address, now: datetime) -> bool:
        """Erases a person from this book; False when the book did not know them.

        What stays is a suppression by keyed hash, so that no import brings them back; an address in an
        older suppression goes too. What the ledger knows of their deliveries is the ledger's to erase;
        after both, `Database.compact` takes what is left off the disk.
        """
        hashed = self.address_hash(address.folded)
        row = {"address_hash": hashed, "address": None, "reason": "forgotten", "source": "erasure", "at": now}
        with self._database.write() as connection:
            self._database.take_turns(connection, AUDIENCE)  # or a mailing that begins meanwhile writes them down again
            self._take_turns(connection, hashed)
            connection.execute(statements.move_back(hashed))
            connection.execute(self._database.insert_new(suppression).values(row))
            connection.execute(statements.bare(hashed))
            connection.execute(statements.erase_subscriptions(hashed))
            connection.execute(statements.erase_former(hashed))
            return connection.execute(statements.erase_subscriber(hashed)).rowcount > 0

    # ---- changing -----------------------------------------------------------------------------

    def describe(self, subscriber_id: int, *, name: str, language: str) -> bool:
        """Writes a person's name and language anew; False when there is no such person."""
        return self._changed(statements.describe(subscriber_id, plain_name(name), language))

    def readdress(self, subscriber_id: int, address: Address, now: datetime) -> bool:
        """Gives a person another address; False when that is somebody else's or suppressed.

        Their old one is not mailed again, also when an old file is imported, until they move back: a keyed hash
        without the address stays.
        """
        new = self._spellings(address)
        try:
            with self._database.write() as connection:
                old = connection.execute(statements.hash_of(subscriber_id)).scalar_one_or_none()
                if old is None:
                    return False
                connection.execute(statements.move_back(new["address_hash"]))
                moved = connection.execute(statements.readdress(subscriber_id, new)).rowcount > 0
                if moved and old != new["address_hash"]:
                    connection.execute(self._database.insert_new(suppression).values(
                        address_hash=old, address=None, reason=MOVED,
                        source=f"{statements.GIVEN_UP_BY}{subscriber_id}", at=now))
                return moved
        except IntegrityError:  # UNIQUE (address_folded): one person, one row
            return False

    def is_free(self, address: Address) -> bool:
        """Whether a person may move to this address: it is nobody's, and not suppressed but for a move of theirs."""
        return self._one(statements.taken(self.address_hash(address.folded))) is None

    # ---- suppressing --------------------------------------------------------------------------

    def suppress(self, address: Address, reason: str, source: str, now: datetime) -> bool:
        """Never mails this address again; False when that was so already, and the first reason stands.

        That somebody moved away from it is no such reason: whoever is there now may ask for mail.
        """
        row = self._suppression(address, reason, source, now)
        with self._database.write() as connection:
            connection.execute(statements.move_back(row["address_hash"]))
            entered = self._database.insert_new(suppression).values(row).execution_options(preserve_rowcount=True)
            return connection.execute(entered).rowcount > 0

    def worsen(self, address: Address, old: str, new: str, source: str, now: datetime) -> bool:
        """Gives a suppression a graver reason; False where it has another one than `old`."""
        return self._changed(statements.worsen(self.address_hash(address.folded), old, new, source, now))

    def unsuppress(self, address: Address, now: datetime) -> bool:
        """Takes a suppression back, also of someone forgotten; their subscriptions count again as they stand."""
        hashed = self.address_hash(address.folded)
        with self._database.write() as connection:
            gone = connection.execute(statements.unsuppress(hashed)).rowcount > 0
            if gone:
                connection.execute(self._database.upsert(note, name=_TAKEN_BACK + hashed, value=now.isoformat()))
        return gone

    def taken_back_at(self, address: Address) -> datetime | None:
        """When the last suppression of this address was taken back; None if none was."""
        name = _TAKEN_BACK + self.address_hash(address.folded)
        row = self._one(select(note.c.value).where(note.c.name == name))
        return None if row is None else datetime.fromisoformat(row.value)

    def suppression(self, address: Address) -> Suppression | None:
        """Why this address is not mailed, or None."""
        row = self._one(statements.suppressed(self.address_hash(address.folded)))
        return None if row is None else statements.suppression_of(row)

    def suppressions(self) -> Iterator[Suppression]:
        """All of them, ordered by hash, a page at a time."""
        after = ""
        while page := self._page(statements.suppressions(after)):
            yield from map(statements.suppression_of, page)
            after = page[-1].address_hash

    # ---- looking ------------------------------------------------------------------------------

    def find(self, address: Address) -> Subscriber | None:
        """The person with this address, however it is spelt."""
        row = self._one(statements.by_folded(address.folded))
        return None if row is None else statements.subscriber_of(row)

    def get(self, subscriber_id: int) -> Subscriber | None:
        """The person behind a link."""
        row = self._one(statements.by_id(subscriber_id))
        return None if row is None else statements.subscriber_of(row)

    def former_subscriptions(self, subscriber_id: int) -> tuple[Subscription, ...]:
        """How a person agreed and left before they were asked for again, oldest first: what shows a consent stays."""
        return self._said(statements.former_of(subscriber_id))

    def subscriptions(self, subscriber_id: int) -> tuple[Subscription, ...]:
        """All that a person said, by list."""
        return self._said(statements.said_by(subscriber_id))

    def list_subscribers(self, list_id: str | None = None, state: State | None = None) -> Iterator[Member]:
        """Subscriptions with their people, ordered by person and list; any number of them in little memory.

        Each page is a transaction of its own: a long look never holds up a writer, and who joins
        meanwhile is seen if their place is still ahead.
        """
        after = (-1, "")
        while page := self._page(statements.members(list_id, state, after)):
            yield from map(statements.member_of, page)
            after = (page[-1].subscriber_id, page[-1].list)

    def count(self, list_id: str) -> int:
        """How many would be mailed now: confirmed, and not suppressed."""
        with self._database.read() as connection:
            return connection.execute(statements.mailable(list_id)).scalar_one()

    def beside(self, lists: Collection[str]) -> dict[str, int]:
        """Lists with readers that are none of these, and how many would be mailed by each."""
        found, name = {}, self._next_list("")
        while name is not None:
            if name not in lists and (readers := self.count(name)):
                found[name] = readers
            name = self._next_list(name)
        return found

    def _next_list(self, after: str) -> str | None:
        with self._database.read() as connection:
            return connection.execute(statements.next_list(after)).scalar_one()

    # ---- a batch, in the order in which it is written -----------------------------------------

    def _look_up(self, connection: Connection, entries: Sequence[Entry]) -> dict[str, Known]:
        hashes = {self.address_hash(entry.address.folded): entry.address.folded for entry in entries}
        book = {folded: Known() for folded in hashes.values()}
        for row in connection.execute(statements.standings(), {"hashes": list(hashes)}):
            known = book[hashes[row.address_hash]]
            known.states[row.list] = State.LEFT if row.left_at else State(row.state)  # also if asked since
            if row.confirmed_at and (row.asked_at or is_dated(Evidence.from_json(row.evidence))):
                known.confirmed_at[row.list] = row.confirmed_at
        for hashed in connection.execute(statements.barred_among(), {"hashes": list(hashes)}).scalars():
            book[hashes[hashed]].suppressed = True
        return book

    def _write_suppressions(self, connection: Connection, decided: Plan, now: datetime) -> None:
        rows = [self._suppression(entry.address, reason, entry.evidence.source, now)
                for entry, reason in decided.suppressions]
        if rows:
            connection.execute(self._database.insert_new(suppression), rows)

    def _write_people(self, connection: Connection, decided: Plan, now: datetime) -> dict[str, int]:
        """Writes down who is new; gives the ids of all who join or move, by folded address."""
        people = {change.entry.address.folded: self._person(change.entry, now) for change in decided.joins}
        folded = [*people, *(change.entry.address.folded for change in decided.moves)]
        if people:
            connection.execute(self._database.insert_new(subscriber), list(people.values()))
        return {row.address_folded: row.id for row in connection.execute(statements.ids_of(), {"folded": folded})}

    def _write_joins(
        self, connection: Connection, joins: Sequence[Change], ids: Mapping[str, int], now: datetime
    ) -> None:
        rows = [{"list": change.list, "subscriber_id": ids[change.entry.address.folded], **_standing(change, now)}
                for change in joins]
        if rows:
            connection.execute(self._database.insert_new(subscription), rows)

    def _write_moves(
        self, connection: Connection, moves: Sequence[Change], ids: Mapping[str, int], now: datetime
    ) -> None:
        for move, state in ((Move.ADD, State.CONFIRMED), (Move.LEAVE, State.LEFT)):
            rows = [{"the_list": change.list, "the_subscriber": ids[change.entry.address.folded],
                     **{f"new_{name}": value for name, value in _standing(change, now).items()}}
                    for change in moves if change.state is state]
            if rows:
                connection.execute(statements.settle(move), rows)

    # ---- rows, and how statements are run -----------------------------------------------------

    def _spellings(self, address: Address) -> dict[str, str]:
        return {"address": address.wire, "address_folded": address.folded,
                "address_hash": self.address_hash(address.folded)}

    def _person(self, entry: Entry, now: datetime) -> dict[str, Any]:
        return {**self._spellings(entry.address), "name": plain_name(entry.name), "language": entry.language,
                "attributes": {}, "created_at": now}

    def _suppression(self, address: Address, reason: str, source: str, now: datetime) -> dict[str, Any]:
        return {"address_hash": self.address_hash(address.folded), "address": address.wire, "reason": reason,
                "source": source, "at": now}

    def _said(self, query: Select[Any]) -> tuple[Subscription, ...]:
        with self._database.read() as connection:
            return tuple(statements.subscription_of(row) for row in connection.execute(query))

    def _changed(self, statement: UpdateBase) -> bool:
        counted = statement.execution_options(preserve_rowcount=True)  # SQLAlchemy drops an INSERT's count
        with self._database.write() as connection:
            return connection.execute(counted).rowcount > 0

    def _one(self, query: Select[Any]) -> Row[Any] | None:
        with self._database.read() as connection:
            return connection.execute(query).one_or_none()

    def _page(self, query: Select[Any]) -> Sequence[Row[Any]]:
        with self._database.read() as connection:
            return connection.execute(query.limit(PAGE)).all()


def _standing(change: Change, now: datetime) -> dict[str, Any]:
    """The columns of a subscription that a change writes; what does not apply is NULL."""
    entry, state = change.entry, change.state
    return {
        "state": state.value,
        "asked_at": now if state is State.PENDING else None,
        "confirmed_at": consent_instant(entry.evidence, now) if state is State.CONFIRMED else None,
        "left_at": min(entry.left_at or now, now) if state is State.LEFT else None,
        "reason": "unsubscribed" if state is State.LEFT else "",
        "evidence": entry.evidence.as_json(),
    }
