"""What a person is told of a mailing besides its counts: why it stands still, and which message was given up."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from pipeline.clock import local
from pipeline.mailings.ledger import Ledger
from pipeline.mailings.ledger.suspects import TRIES, Parked
from pipeline.mailings.mailing import DeliveryState, Mailing, MailingState
from pipeline.mailings.warm_up import Plan, waits_until

REMEMBERED = timedelta(days=7)


def given_up(ledger: Ledger, now: datetime, issue_key: str | None = None) -> list[str]:
    """A line for each message that was given up lately because avviso died at it: of one issue, or of all."""
    found = ledger.suspects.parked(now - REMEMBERED)
    return [_told(one) for one in found if issue_key in (None, one.issue_key)]


def _told(one: Parked) -> str:
    what = f"avviso ended {TRIES} times while it was at work on the message to {one.address}, which is given up"
    if one.issue_key is None:
        return f"{what}: a letter of {one.list}"
    return (f"{one.issue_key} to {one.list}: {what}: `avviso preview {one.issue_key} --as {one.address}` shows what is "
            f"odd, `avviso send {one.issue_key} --to {one.address}` mails it")


def waits(
    ledger: Ledger, provider: str, plan: Plan | None, *, now: datetime, steady: datetime,
    zone: ZoneInfo, settles: Callable[[], timedelta | None] = lambda: None,
) -> list[str]:
    """A line for each thing that holds mail back now, such as `waits until 08:10: …`; none while no mailing is sent.

    `zone` is the maintainer's. `settles` is asked where there are doubts: how long after an attempt the provider surely
    says what became of it, None where nobody asks it.
    """
    sending = ledger.mailings.all(MailingState.SENDING)
    if not sending:
        return []
    reasons = [*_reasons(ledger, provider, plan, now, steady, zone), *_asked(ledger, provider, now, zone, settles)]
    return reasons or list(_deferred(ledger, sending, now, zone))


def _asked(
    ledger: Ledger, provider: str, now: datetime, zone: ZoneInfo, settles: Callable[[], timedelta | None],
) -> Iterator[str]:
    """What a person need not decide, for the provider will tell."""
    last = ledger.doubts.last_attempt(provider)
    if last and (patience := settles()) and last + patience > now:
        yield (f"waits until {local(last + patience, zone)}: {provider} is asked until then what became of those in "
               "doubt, and what it does not know goes out again")


def _reasons(
    ledger: Ledger, provider: str, plan: Plan | None, now: datetime, steady: datetime, zone: ZoneInfo,
) -> Iterator[str]:
    state = ledger.pacing.state(provider)
    if state.away_since:
        yield f"{provider} cannot be reached since {local(state.away_since, zone)}: `avviso doctor` says why"
    if until := state.rest(now):
        yield f"waits until {local(until, zone)}: {provider} wants to be left alone"
    if plan and (over := waits_until(ledger, plan, steady)):
        until, count = over
        yield f"waits until {local(until, zone)}: this day's {count} messages are used up (transport.warm_up)"
    for domain, until in sorted(state.domains.items()):
        if until > now:
            yield f"readers at {domain} wait until {local(until, zone)}: it wants us to be slower"


def _deferred(ledger: Ledger, sending: Sequence[Mailing], now: datetime, zone: ZoneInfo) -> Iterator[str]:
    """When those come again whom a server put off, once nobody else is left."""
    if any(mailing.counts[state] for mailing in sending for state in (DeliveryState.PENDING, DeliveryState.SENDING)):
        return
    following = ledger.progress.next_try()
    if following and following[0] > now:
        due_at, reply = following
        yield f"waits until {local(due_at, zone)} to try again what was deferred{f': {reply}' if reply else ''}"
