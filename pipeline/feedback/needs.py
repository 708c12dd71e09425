"""What of the answers a person should look at: small notes in the ledger, so that `status` needs no mailbox."""

from __future__ import annotations

import hmac
import json
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from pipeline.address import mask
from pipeline.mailings.ledger import Ledger

log = logging.getLogger(__name__)

ASKED, TROUBLE = "mailbox_asked", "mailbox_trouble"  # notes
REMEMBERED = timedelta(days=7)
MOST = 20


def remember_asker(ledger: Ledger, sender: str, at: datetime, now: datetime) -> None:
    """Somebody wants to leave and proves nothing: anybody can write a sender, so a person decides."""
    recent = {*_askers(ledger, now), (at.isoformat(), mask(sender), _mark(ledger, sender))}
    _write(ledger, sorted(recent)[-MOST:])
    log.warning("mail.asks_to_leave", extra={"sender": mask(sender)})


def dismiss_asker(ledger: Ledger, address: str, now: datetime) -> None:
    """A person took them off: nobody need read what they asked any more."""
    mark, known = _mark(ledger, address), _askers(ledger, now)
    left = [one for one in known if one[2] != mark]
    if len(left) < len(known):
        _write(ledger, left)


def needs(ledger: Ledger, now: datetime, *, has_mailbox: bool = True) -> list[str]:
    """A line each. What stood in the way of a mailbox is nothing to mend once the settings name none."""
    who_asks = {mark: who for _, who, mark in _askers(ledger, now)}
    lines = [f"{who} asks by mail to be taken off and proves nothing: read it in the mailbox, then "
             "`avviso subscribers remove ADDRESS`" for who in who_asks.values()]
    trouble = ledger.notebook.note(TROUBLE) if has_mailbox else ""
    return [*lines, *([f"the mailbox is not read: {trouble}"] if trouble else [])]


def _askers(ledger: Ledger, now: datetime) -> Sequence[tuple[str, str, str]]:
    """Who asked within the last days: instant, masked address, and a mark that is their own."""
    known = json.loads(ledger.notebook.note(ASKED) or "[]")
    return [(at, who, mark[0] if mark else who) for at, who, *mark in known
            if now - datetime.fromisoformat(at) < REMEMBERED]


def _write(ledger: Ledger, askers: Sequence[tuple[str, str, str]]) -> None:
    ledger.notebook.write_note(ASKED, json.dumps(askers))


def _mark(ledger: Ledger, address: str) -> str:
    """A keyed digest: it tells one sender from another and names nobody."""
    said = b"avviso asker\0" + address.strip().casefold().encode(errors="replace")
    return hmac.digest(ledger.notebook.identity().key, said, "sha256").hex()
