"""What Brevo reports: one JSON object a request, or a list of them, proven by a password or a token.

Excerpts read in November 2026, the rest from memory, not tried against a live account: developers.brevo.com,
"Transactional webhooks" and "Secure your webhooks". Brevo signs nothing: give the webhook basic authentication or a
bearer token, whichever of the two its settings offer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pipeline.errors import Unreadable
from pipeline.providers.event import Event, Kind, event_key
from pipeline.providers.hooks import Fetch, Hook, Report
from pipeline.providers.payloads import delivery_key, instant, kept, message_id, part, read_json, read_objects, text
from pipeline.providers.proofs import check_password
from pipeline.providers.statuses import HARD, OURS, SOFT, Meaning, meaning, status_in

_EVENTS: Mapping[str, Meaning] = {
    "request": (Kind.QUEUED, None),
    "sent": (Kind.SENT, None),
    "delivered": (Kind.DELIVERED, None),
    "deferred": (Kind.DEFERRED, None),
    "hard_bounce": HARD,
    "invalid_email": HARD,
    "soft_bounce": SOFT,
    "blocked": (Kind.REJECTED, None),
    "error": OURS,
    "spam": (Kind.COMPLAINED, None),
    "complaint": (Kind.COMPLAINED, None),
    "unsubscribed": (Kind.UNSUBSCRIBED, None),
    "unsubscribe": (Kind.UNSUBSCRIBED, None),  # in none of their pages; others were sent it
    "opened": (Kind.OPENED, None),
    "unique_opened": (Kind.OPENED, None),
    "proxy_open": (Kind.OPENED, None),
    "unique_proxy_open": (Kind.OPENED, None),
    "click": (Kind.CLICKED, None),
}


def brevo(secrets: Sequence[str], fetch: Fetch) -> Hook:  # noqa: ARG001, every factory takes both
    """The hook of an account at Brevo: one event an object."""
    def events(report: Report, now: datetime) -> Sequence[Event]:
        check_password(report, secrets)
        return [_event(said, now) for said in read_objects(report.body)]

    return events


def _event(said: Any, now: datetime) -> Event:
    word, reason = text(said, "event").lower().replace("-", "_"), text(said, "reason")
    kind, bounce = _EVENTS.get(word, (Kind.UNKNOWN, None))
    if kind is Kind.BOUNCED:
        kind, bounce = meaning("", reason, otherwise=(kind, bounce))
    time = text(said, "ts_epoch") or text(said, "ts_event") or text(said, "ts") or text(said, "date")
    name = text(said, "message-id")
    return Event(
        event_key("brevo", word, name, text(said, "email"), time), kind, instant(time, now), "brevo", bounce=bounce,
        address=text(said, "email"), delivery_key=delivery_key(said, _custom(said)), message_id=message_id(name),
        provider_id=name.strip("<>"), status=status_in(reason), reason=reason, raw=kept(said))


def _custom(said: Any) -> Any:
    """The header `X-Mailin-custom` comes back as it was sent: JSON of ours, anything of the account's others."""
    given = part(said, "X-Mailin-custom")
    try:
        return read_json(given) if isinstance(given, str) else given
    except Unreadable:
        return None
