"""What Mailgun reports: one JSON object a request, with an HMAC over a time and a token inside it.

Excerpts read in November 2026, the rest from memory, not tried against a live account: documentation.mailgun.com,
"Webhooks" (user manual), "Securing webhooks" and "Event structure". The signature does not cover the event itself, so
a token is good for one event only: it is the event's key here, and what comes with it a second time is a replay.
Mailgun tries for eight hours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from pipeline.errors import Forged
from pipeline.providers.event import Bounce, Event, Kind, event_key
from pipeline.providers.hooks import Fetch, Hook, Report
from pipeline.providers.payloads import delivery_key, instant, kept, message_id, part, read_object, text
from pipeline.providers.proofs import check_age, is_one_of, signatures
from pipeline.providers.statuses import HARD, Meaning, meaning, status_in

TRIES = timedelta(hours=9)

_EVENTS: Mapping[str, Kind] = {
    "accepted": Kind.QUEUED,
    "delivered": Kind.DELIVERED,
    "rejected": Kind.REJECTED,
    "complained": Kind.COMPLAINED,
    "unsubscribed": Kind.UNSUBSCRIBED,
    "opened": Kind.OPENED,
    "clicked": Kind.CLICKED,
}
# A permanent failure that Mailgun did not even try, by its `reason`.
_NOT_TRIED: Mapping[str, Meaning] = {
    "suppress-bounce": HARD,
    "suppress-complaint": (Kind.REJECTED, None),
    "suppress-unsubscribe": (Kind.REJECTED, None),
}


def mailgun(secrets: Sequence[str], fetch: Fetch) -> Hook:  # noqa: ARG001, every factory takes both
    """The hook of a domain at Mailgun: one event a report."""
    keys = [secret.encode() for secret in secrets]

    def events(report: Report, now: datetime) -> Sequence[Event]:
        said = read_object(report.body)
        token = _check(part(said, "signature"), keys, now)
        return [_event(part(said, "event-data"), token, now)]

    return events


def _check(proof: Any, keys: Sequence[bytes], now: datetime) -> str:
    """The token, if it is Mailgun's. Raises Forged."""
    time, token = text(proof, "timestamp"), text(proof, "token")
    ours = signatures(keys, f"{time}{token}".encode(), hexadecimal=True)
    if not token or not is_one_of(text(proof, "signature").encode(), ours):
        raise Forged("a report's signature is wrong")
    check_age(time, now, TRIES)
    return token


def _event(data: Any, token: str, now: datetime) -> Event:
    kind, bounce = _meaning(data)
    reason = (text(data, "delivery-status", "message") or text(data, "delivery-status", "description")
              or text(data, "reason"))
    name = text(data, "message", "headers", "message-id")
    return Event(
        event_key("mailgun", token), kind, instant(text(data, "timestamp"), now), "mailgun", bounce=bounce,
        address=text(data, "recipient"), delivery_key=delivery_key(part(data, "user-variables")),
        message_id=message_id(name), provider_id=name, status=status_in(reason), reason=reason, raw=kept(data))


def _meaning(data: Any) -> tuple[Kind, Bounce | None]:
    if text(data, "event") != "failed":
        return _EVENTS.get(text(data, "event"), Kind.UNKNOWN), None
    if text(data, "severity") != "permanent":
        return Kind.DEFERRED, None  # it will be tried again
    not_tried = _NOT_TRIED.get(text(data, "reason"))
    if not_tried:
        return not_tried
    status = part(data, "delivery-status")
    words = f"{text(status, 'code')} {text(status, 'message')} {text(status, 'description')}"
    return meaning(text(status, "enhanced-code"), words)
