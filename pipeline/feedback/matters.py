"""What of the answers the maintainer hears of by letter."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from pipeline.clock import local
from pipeline.editions.notices import Matter
from pipeline.feedback.needs import askers, mailbox_trouble
from pipeline.mailings.ledger import Ledger

AWAY = timedelta(hours=1)  # how long a mailbox may be away before it is news


def matters(ledger: Ledger, now: datetime, zone: ZoneInfo, *, has_mailbox: bool) -> Iterator[Matter]:
    """Who asks to be taken off, and a mailbox that nobody can read. `zone` is the maintainer's."""
    for mark, who in askers(ledger, now).items():
        yield Matter(f"asks {mark}", "asks", None, "", ("avviso subscribers remove ADDRESS",), {"who": who})
    found = mailbox_trouble(ledger) if has_mailbox else None
    if found and now - found.since >= AWAY:
        yield Matter("mailbox", "mailbox", None, "", ("avviso doctor",),
                     {"since": local(found.since, zone), "reason": found.reason})
