"""What an answer means: the vendor's own code by the vendor's table, else the status by ours.

    READER     Rejected            this address, never
    LATER      Deferred            this address, later
    MESSAGE    Refused             this message, or what we said of it
    ACCOUNT    Refused, session    us: key, plan, domain; it holds for every reader
    BUSY       Unavailable         nothing was handed over; when to come again is obeyed
    UNKNOWN    InDoubt             it may have been taken

Blaming a reader needs the vendor's plain word; a status alone never does it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from math import isfinite

from pipeline.errors import Deferred, InDoubt, Refused, Rejected, TransportError, Unavailable
from pipeline.providers.http import Answer

LONGEST_WAIT_S = 86_400.0  # a wish for more than a day is not believed


class Blame(StrEnum):
    """Whose fault it is."""

    READER = "reader"
    LATER = "later"
    MESSAGE = "message"
    ACCOUNT = "account"
    BUSY = "busy"
    UNKNOWN = "unknown"


Table = Mapping[int | str, Blame]

# RFC 9110 section 15. 503 is said before the work is begun; of 500, 502 and 504 nobody knows.
BY_STATUS: Table = {
    401: Blame.ACCOUNT, 402: Blame.ACCOUNT, 403: Blame.ACCOUNT, 404: Blame.ACCOUNT, 405: Blame.ACCOUNT,
    407: Blame.ACCOUNT, 408: Blame.BUSY, 410: Blame.ACCOUNT, 425: Blame.BUSY, 429: Blame.BUSY, 503: Blame.BUSY,
}

_REMEDY = {
    Blame.ACCOUNT: "check the account and the keys below `transport`",
    Blame.MESSAGE: "see what the service says",
    Blame.BUSY: "it is tried again",
    Blame.UNKNOWN: "it may have been taken",
}


def judge(answer: Answer, code: int | str | None, table: Table) -> Blame:
    """Whose fault an answer is that was no success. `code` is the vendor's own, if it gave one."""
    found = table.get(code) if code is not None else None
    blame = found or table.get(answer.status) or BY_STATUS.get(answer.status) or _by_class(answer.status)
    if blame is Blame.UNKNOWN and not answer.was_sent:
        return Blame.BUSY
    return blame


def verdict(who: str, blame: Blame, words: str, wait_s: float | None = None) -> TransportError:
    """The verdict. `words` are the service's, `wait_s` is its wish."""
    text = ": ".join(part for part in (who, words, _REMEDY.get(blame, "")) if part)
    if blame in (Blame.ACCOUNT, Blame.MESSAGE):
        return Refused(text, reply=words, retry_after_s=wait_s, session=blame is Blame.ACCOUNT)
    kinds: dict[Blame, type[TransportError]] = {
        Blame.READER: Rejected, Blame.LATER: Deferred, Blame.BUSY: Unavailable, Blame.UNKNOWN: InDoubt}
    return kinds[blame](text, reply=words, retry_after_s=wait_s)


def wish_s(answer: Answer, now: datetime, reset: str = "") -> float | None:
    """How long the service asks us to wait (RFC 9110 section 10.2.3); None if it does not.

    `reset` is a header of the vendor's own: seconds from now, or since 1970.
    """
    for name in ("retry-after", reset):
        seconds = _seconds(answer.headers.get(name, ""), now)
        if seconds is not None:
            return min(max(seconds, 0.0), LONGEST_WAIT_S)
    return None


def _by_class(status: int) -> Blame:
    """A redirect is not followed: the address is wrong. A success that is none of the vendor's is garbage."""
    return {3: Blame.ACCOUNT, 4: Blame.MESSAGE}.get(status // 100, Blame.UNKNOWN)


def _seconds(text: str, now: datetime) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return _until(text, now)
    if not isfinite(number):
        return None
    return number - now.timestamp() if number > 1e9 else number


def _until(text: str, now: datetime) -> float | None:
    try:
        then = parsedate_to_datetime(text)
    except (TypeError, ValueError, OverflowError):  # the last: a zone of more digits than there are seconds
        return None
    return (then.replace(tzinfo=then.tzinfo or UTC) - now).total_seconds()
