"""What a mailing is sent by: the owner's settings, and what is true of the post they name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from pipeline.mailings.mailing import COPIES, Carrier, Doubt, DoubtPolicy

MOST_TRIES = 1000


@dataclass(frozen=True, slots=True)
class Terms:
    """What the owner's settings say about sending, and what is true of the post they name (`providers.base`)."""

    retry: tuple[timedelta, ...]
    in_doubt: DoubtPolicy
    senders: int = 1
    lease: timedelta = timedelta(minutes=15)
    provider: str = ""
    idempotent: bool = False
    memory: timedelta | None = None
    repeats: bool = True
    broadcasts: bool = False
    expire: timedelta = timedelta(hours=36)

    @property
    def carrier(self) -> Carrier:
        """By whom claims go; for ever, where nothing is repeated by a key that is forgotten."""
        forgets = self.idempotent and self.in_doubt is DoubtPolicy.AUTO
        return Carrier(self.provider, self.broadcasts, self.memory if forgets else None)

    def has_enough(self, copies: int) -> bool:
        """Whether the post, which may have so many copies and one more, gets none without a person's word."""
        return not self.idempotent and copies + 1 >= COPIES

    def may_repeat(self, attempts: int, copies: int) -> bool:
        """Whether a message whose answer was lost goes out again after so many attempts, and copies, before this one.

        A key is known from its first use on; by then the retries of the schedule have taken their time.
        """
        if not self.in_doubt.resends(Doubt.LINE, idempotent=self.idempotent, repeats=self.repeats):
            return False
        if self.in_doubt is DoubtPolicy.RESEND:
            return True  # its owner has decided, for all and as often as it takes
        if self.has_enough(copies):
            return False
        return self.memory is None or not self.idempotent or lasts(self.retry, attempts + 1) * 1.1 < self.memory

    def is_letter_over(self, attempts: int) -> bool:
        """Whether a letter that was put off so often has had its time; a mailing ends by the clock."""
        return lasts(self.retry, attempts) >= self.expire


def lasts(retry: Sequence[timedelta], attempts: int) -> timedelta:
    """How long so many tries take by the schedule, the wait behind the last one included."""
    steps, repeated = retry[:attempts], max(0, attempts - len(retry))
    return sum(steps, timedelta(0)) + retry[-1] * repeated


def tries(retry: Sequence[timedelta], expire: timedelta) -> int:
    """After how many tries by the schedule somebody has had their time; many, where it has no waits."""
    return next((count for count in range(1, MOST_TRIES) if lasts(retry, count) >= expire), MOST_TRIES)
