"""What of the answers a person should look at: small notes in the ledger, so that `status` needs no mailbox."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from pipeline.mailings.ledger import Ledger

log = logging.getLogger(__name__)

ASKED, TROUBLE = "mailbox_asked", "mailbox_trouble"  # notes
REMEMBERED = timedelta(days=7)
MOST = 20


def remember_asker(ledger: Ledger, who: str, at: datetime, now: datetime) -> None:
    """Somebody wants to leave and proves nothing: anybody can write a sender, so a person decides. `who` is masked."""
    recent = {*_askers(ledger, now), (at.isoformat(), who)}
    ledger.notebook.write_note(ASKED, json.dumps(sorted(recent)[-MOST:]))
    log.warning("mail.asks_to_leave", extra={"sender": who})


def needs(ledger: Ledger, now: datetime, *, has_mailbox: bool = True) -> list[str]:
    """A line each. What stood in the way of a mailbox is nothing to mend once the settings name none."""
    lines = [f"{who} asks by mail to be taken off and proves nothing: read it in the mailbox, then "
             "`avviso subscribers remove ADDRESS`" for _, who in _askers(ledger, now)]
    trouble = ledger.notebook.note(TROUBLE) if has_mailbox else ""
    return [*lines, *([f"the mailbox is not read: {trouble}"] if trouble else [])]


def _askers(ledger: Ledger, now: datetime) -> Sequence[tuple[str, str]]:
    """Who asked within the last days: instant and masked address."""
    known = json.loads(ledger.notebook.note(ASKED) or "[]")
    return [(at, who) for at, who in known if now - datetime.fromisoformat(at) < REMEMBERED]
