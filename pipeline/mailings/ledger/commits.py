"""The chapter of commits: what became of a claim whose COMMIT was not answered, because the line was lost in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar, cast

from sqlalchemy import select, text

from pipeline.database import Database
from pipeline.errors import Uncertain
from pipeline.mailings.mailing import Claim, DeliveryState
from pipeline.schema import delivery

T = TypeVar("T")

LOCK_TIMEOUT = text("SET LOCAL lock_timeout = '2s'")


class Commits:
    """Looked up by worker and fence, which tell a claim from any other of the same row."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def after(self, error: Uncertain, step: Callable[[], T]) -> Callable[[], T]:
        """The step that follows when a claim's end was not heard: what was written counts; only else it is made again.

        A step that brings nothing is simply made again: what it moves once it cannot move twice.
        """
        claims = cast("Sequence[Claim]", error.result or ())
        return lambda: cast("T", self.kept(claims)) or step()

    def kept(self, claims: Sequence[Claim]) -> list[Claim]:
        """Those of these claims that are in the ledger, once their transaction has ended for certain.

        It may still be at work behind the lost line: it holds these rows, and we wait for them. Raises Unreachable
        where that takes long.
        """
        if not claims:
            return []
        rows = (select(delivery.c.id, delivery.c.worker, delivery.c.fence, delivery.c.state)
                .where(delivery.c.id.in_([one.id for one in claims]))  # and no state: it may be changing that
                .order_by(delivery.c.id))
        with self._db.write() as connection:
            connection.execute(LOCK_TIMEOUT)
            ours = {(row.id, row.worker, row.fence) for row in connection.execute(rows.with_for_update())
                    if row.state == DeliveryState.SENDING}
        return [one for one in claims if (one.id, one.worker, one.fence) in ours]
