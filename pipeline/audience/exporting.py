"""People out of the book: CSV for spreadsheets and other systems, JSON Lines for programs, one's own data.

A spreadsheet runs what looks like a formula, and a name can look like one; such cells get an apostrophe
in front, which the import takes off again.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, TextIO

from pipeline.audience.subscriber import Member, Subscriber, Subscription, Suppression
from pipeline.audience.table import guard

COLUMNS = ("email", "name", "language", "lists", "status", "consent_at", "consent_source", "consent_text", "left_at")
DELIVERY_COLUMNS = ("issue", "list", "email", "state", "attempted_at", "settled_at", "reply")


def write_csv(members: Iterable[Member], out: TextIO) -> int:
    """One row a subscription, every cell quoted, ends CRLF (RFC 4180); gives the number of rows.

    `out` is opened with `newline=""`, and with "utf-8-sig" where Excel is to read names in any script.
    """
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerow(COLUMNS)
    count = 0
    for member in members:
        writer.writerow([guard(cell) for cell in _cells(member)])
        count += 1
    return count


def write_deliveries_csv(deliveries: Iterable[Mapping[str, Any]], out: TextIO) -> None:
    """One row a delivery, for spreadsheets; `out` as above. Whose address is empty was erased."""
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerow(DELIVERY_COLUMNS)
    for one in deliveries:
        writer.writerow([guard(cell) for cell in (
            one["issue_key"] or "", one["list"], one["address"] or "", one["state"],
            _iso(one["attempted_at"]) or "", _iso(one["settled_at"]) or "", one["reply"])])


def write_jsonl(members: Iterable[Member], out: TextIO) -> int:
    """One JSON object a line and subscription, all that the book says; gives the number of lines."""
    count = 0
    for member in members:
        person, said = member.subscriber, member.subscription
        line = {**_person(person), **_said(said), "suppressed": member.suppressed or None}
        out.write(json.dumps(line, ensure_ascii=False) + "\n")
        count += 1
    return count


def own_data(
    person: Subscriber, said: Sequence[Subscription], former: Sequence[Subscription], suppression: Suppression | None
) -> dict[str, Any]:
    """All that the roster holds about one person, for them (GDPR articles 15 and 20); `former` is how they agreed once,
    before they left and were asked for again."""
    barred = None if suppression is None else {
        "reason": suppression.reason, "source": suppression.source, "at": _iso(suppression.at)}
    return {**_person(person), "subscriptions": [_said(one) for one in said],
            "former_subscriptions": [_said(one) for one in former], "suppression": barred}


def _cells(member: Member) -> tuple[str, ...]:
    person, said = member.subscriber, member.subscription
    consent_at = _iso(said.evidence.at) or said.evidence.note or _iso(said.confirmed_at) or ""
    return (person.address, person.name, person.language, said.list, _status(member), consent_at,
            said.evidence.source, said.evidence.text, _iso(said.left_at) or "")


def _status(member: Member) -> str:
    """The state; for who is suppressed a word that keeps them out wherever the file is read."""
    if member.suppressed in ("bounced", "complained"):
        return member.suppressed
    return "blocked" if member.suppressed else member.subscription.state.value


def _person(person: Subscriber) -> dict[str, Any]:
    return {"email": person.address, "name": person.name, "language": person.language,
            "attributes": dict(person.attributes), "created_at": _iso(person.created_at)}


def _said(said: Subscription) -> dict[str, Any]:
    return {"list": said.list, "status": said.state.value, "asked_at": _iso(said.asked_at),
            "confirmed_at": _iso(said.confirmed_at), "left_at": _iso(said.left_at),
            "reason": said.reason, "evidence": said.evidence.as_json()}


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
