"""What any other service reports, in our own words: for the long tail, and for a program of one's own.

    POST /hooks/http        {"events": [{"id": "1", "event": "bounced", "bounce": "hard", "at": "2026-03-24T08:00:00Z",
                                         "delivery": "…", "status": "5.1.1", "reason": "550 5.1.1 unknown"}]}

`delivery` is what stood in `X-Avviso-Delivery`, `message_id` our Message-ID, `provider_id` the name that the service
gave when it took the message; one of the three is needed. Without `bounce` the status decides. Proven by
`X-Avviso-Signature: t=SECONDS,v1=HEX`, HMAC-SHA256 of `SECONDS.BODY`, or by a password as `proofs` reads it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from pipeline.errors import Forged, Unreadable
from pipeline.providers.event import Bounce, Event, Kind, event_key
from pipeline.providers.hooks import Fetch, Hook, Report
from pipeline.providers.payloads import instant, kept, message_id, read_object, some_objects, text
from pipeline.providers.proofs import check_age, check_password, is_one_of, signatures
from pipeline.providers.statuses import Meaning, meaning

TOLERANCE = timedelta(minutes=5)


def http(secrets: Sequence[str], fetch: Fetch) -> Hook:  # noqa: ARG001, every factory takes both
    """The hook for reports in our words: one event an object."""
    def events(report: Report, now: datetime) -> Sequence[Event]:
        _check(report, secrets, now)
        said = read_object(report.body)
        if not isinstance(said.get("events"), list):
            raise Unreadable('a report has no list "events"')
        return [_event(one, now) for one in some_objects(said["events"])]

    return events


def _check(report: Report, secrets: Sequence[str], now: datetime) -> None:
    written = report.headers.get("x-avviso-signature")
    if written is None:
        return check_password(report, secrets)
    words = dict(word.strip().partition("=")[::2] for word in written.split(","))
    time = words.get("t", "")
    ours = signatures([secret.encode() for secret in secrets], f"{time}.".encode() + report.body, hexadecimal=True)
    if not is_one_of(words.get("v1", "").encode(), ours):
        raise Forged("a report's signature is wrong")
    return check_age(time, now, TOLERANCE)


def _event(said: Any, now: datetime) -> Event:
    kind, bounce = _meaning(said)
    raw = kept(said)
    return Event(
        event_key("http", text(said, "id") or raw), kind, instant(text(said, "at"), now), "http", bounce=bounce,
        address=text(said, "address"), delivery_key=text(said, "delivery"),
        message_id=message_id(text(said, "message_id")), provider_id=text(said, "provider_id"),
        status=text(said, "status"), reason=text(said, "reason"), raw=raw)


def _meaning(said: Any) -> Meaning:
    word, bounce = text(said, "event"), text(said, "bounce")
    kind = Kind(word) if word in list(Kind) else Kind.UNKNOWN
    if kind is not Kind.BOUNCED:
        return kind, None
    if bounce in list(Bounce):
        return kind, Bounce(bounce)
    return meaning(text(said, "status"), text(said, "reason"))
