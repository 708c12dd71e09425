"""Why a mailing that is being sent stands still just now, and until when: a line for each reason."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from pipeline.mailings.ledger import Ledger
from pipeline.mailings.mailing import MailingState
from pipeline.mailings.warm_up import Plan, waits_until


def waits(
    ledger: Ledger, provider: str, plan: Plan | None, *, now: datetime, steady: datetime,
    local: Callable[[datetime], str],
) -> list[str]:
    """Nothing while no mailing is being sent. `local` writes an instant as the maintainer's clock shows it."""
    if not ledger.mailings.all(MailingState.SENDING):
        return []
    return list(_reasons(ledger, provider, plan, now, steady, local))


def _reasons(
    ledger: Ledger, provider: str, plan: Plan | None, now: datetime, steady: datetime,
    local: Callable[[datetime], str],
) -> Iterator[str]:
    weather = ledger.notebook.weather(provider)
    if weather.rests_until and weather.rests_until > now:
        yield f"waits until {local(weather.rests_until)}: {provider} wants to be left alone"
    if plan and (over := waits_until(ledger, plan, steady)):
        until, count = over
        yield f"waits until {local(until)}: this day's {count} messages are sent (transport.warm_up)"
    for domain, until in sorted(weather.domains.items()):
        if until > now:
            yield f"readers at {domain} wait until {local(until)}: it wants us to be slower"
