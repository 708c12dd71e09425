"""What of the answers a person should look at: small notes in the ledger, so that whoever tells it needs no mailbox."""

from __future__ import annotations

import hmac
import json
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from pipeline.address import mask
from pipeline.mailings.ledger import Ledger

log = logging.getLogger(__name__)

ASKED, TROUBLE, SINCE = "mailbox_asked", "mailbox_trouble", "mailbox_trouble_since"  # notes
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


class Trouble(NamedTuple):
    """What stood in the way at the last look into the mailbox, and since when something does."""

    reason: str
    since: datetime


def note_trouble(ledger: Ledger, reason: str, now: datetime) -> None:
    """Notes how a look into the mailbox ended; `reason` is "" where nothing stood in its way."""
    if reason and not mailbox_trouble(ledger):
        ledger.notebook.write_note(SINCE, now.isoformat())
    if reason != (ledger.notebook.note(TROUBLE) or ""):
        ledger.notebook.write_note(TROUBLE, reason)


def mailbox_trouble(ledger: Ledger) -> Trouble | None:
    """What stands in the way of the mailbox; None where nothing does."""
    reason, since = ledger.notebook.note(TROUBLE), ledger.notebook.note(SINCE)
    return Trouble(reason, datetime.fromisoformat(since)) if reason and since else None


def needs(ledger: Ledger, now: datetime, *, has_mailbox: bool = True) -> list[str]:
    """A line each. What stood in the way of a mailbox is nothing to mend once the settings name none."""
    lines = [f"{who} asks by mail to be taken off and proves nothing: read it in the mailbox, then "
             "`avviso subscribers remove ADDRESS`" for who in askers(ledger, now).values()]
    found = mailbox_trouble(ledger) if has_mailbox else None
    return [*lines, *([f"the mailbox is not read: {found.reason}"] if found else [])]


def askers(ledger: Ledger, now: datetime) -> dict[str, str]:
    """Who asked within the last days, as masked addresses by a mark that is their own."""
    return {mark: who for _, who, mark in _askers(ledger, now)}


def _askers(ledger: Ledger, now: datetime) -> Sequence[tuple[str, str, str]]:
    """Each time that somebody asked: instant, masked address, and a mark that is their own."""
    known = json.loads(ledger.notebook.note(ASKED) or "[]")
    return [(at, who, mark[0] if mark else who) for at, who, *mark in known
            if now - datetime.fromisoformat(at) < REMEMBERED]


def _write(ledger: Ledger, askers: Sequence[tuple[str, str, str]]) -> None:
    ledger.notebook.write_note(ASKED, json.dumps(askers))


def _mark(ledger: Ledger, address: str) -> str:
    """A keyed digest: it tells one sender from another and names nobody."""
    said = b"avviso asker\0" + address.strip().casefold().encode(errors="replace")
    return hmac.digest(ledger.notebook.identity().key, said, "sha256").hex()
