"""What Resend reports: one JSON object a request, signed by Svix.

Excerpts read in November 2026, the rest from memory, not tried against a live account: resend.com/docs, "Webhooks",
"Verify webhooks requests" and the pages of the event types; docs.svix.com, "Verifying payloads manually". The setting
is the signing secret `whsec_…`. Each attempt is signed anew, so five minutes are enough.
"""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from pipeline.errors import ConfigError, Forged
from pipeline.providers.event import Event, Kind, event_key
from pipeline.providers.hooks import Fetch, Hook, Report
from pipeline.providers.payloads import delivery_key, instant, kept, part, read_object, text
from pipeline.providers.proofs import check_age, is_one_of, signatures
from pipeline.providers.statuses import HARD, OURS, Meaning, meaning_by_amazon, status_in

TOLERANCE = timedelta(minutes=5)

_EVENTS: Mapping[str, Meaning] = {
    "email.scheduled": (Kind.QUEUED, None),
    "email.sent": (Kind.SENT, None),
    "email.delivered": (Kind.DELIVERED, None),
    "email.delivery_delayed": (Kind.DEFERRED, None),
    "email.complained": (Kind.COMPLAINED, None),
    "email.failed": OURS,
    "email.suppressed": (Kind.REJECTED, None),
    "email.opened": (Kind.OPENED, None),
    "email.clicked": (Kind.CLICKED, None),
}


def resend(secrets: Sequence[str], fetch: Fetch) -> Hook:  # noqa: ARG001, every factory takes both
    """The hook of an account at Resend: one event a report. Raises ConfigError for what is no signing secret."""
    keys = [_key(secret) for secret in secrets]

    def events(report: Report, now: datetime) -> Sequence[Event]:
        name = _check(report, keys, now)
        return [_event(read_object(report.body), name, now)]

    return events


def _check(report: Report, keys: Sequence[bytes], now: datetime) -> str:
    """The report's own name, if it is signed. Raises Forged."""
    name, time, given = (report.headers.get(f"svix-{word}", "") for word in ("id", "timestamp", "signature"))
    ours = signatures(keys, f"{name}.{time}.".encode() + report.body, hexadecimal=False)
    signed = [word.removeprefix("v1,").encode() for word in given.split()[:10] if word.startswith("v1,")]
    if not name or not any(is_one_of(one, ours) for one in signed):
        raise Forged("a report's signature is wrong")
    check_age(time, now, TOLERANCE)
    return name


def _event(said: Any, name: str, now: datetime) -> Event:
    data = part(said, "data")
    reason = (text(data, "bounce", "message") or text(data, "failed", "reason")
              or text(data, "suppressed", "message"))
    words = _said_by_server(part(data, "bounce", "diagnosticCode"), reason)
    kind, bounce = _meaning(text(said, "type"), data, words)
    to = part(data, "to")
    return Event(
        event_key("resend", name), kind, instant(text(said, "created_at"), now), "resend", bounce=bounce,
        address=text(to[0]) if isinstance(to, list) and to else "",
        delivery_key=delivery_key(part(data, "tags"), part(data, "headers")), provider_id=text(data, "email_id"),
        status=status_in(words), reason=reason, raw=kept(said))


def _meaning(word: str, data: Any, words: str) -> Meaning:
    if word == "email.bounced":
        kind = text(data, "bounce", "type") or "Permanent"
        return meaning_by_amazon(kind, text(data, "bounce", "subType"), "", words)
    if word == "email.suppressed" and text(data, "suppressed", "reason") == "previous_bounce":
        return HARD
    return _EVENTS.get(word, (Kind.UNKNOWN, None))


def _said_by_server(codes: Any, reason: str) -> str:
    """Resend's own message is advice to us, which speaks of our reputation at each dead address too."""
    said = [one for one in codes if isinstance(one, str)] if isinstance(codes, list) else []
    return " ".join(said) or (reason if status_in(reason) else "")


def _key(secret: str) -> bytes:
    try:
        key = b64decode(secret.removeprefix("whsec_"), validate=True) if secret.startswith("whsec_") else b""
    except (NotBase64, ValueError):
        key = b""
    if not key:
        raise ConfigError("web.hooks.resend is not a signing secret", path="config.yaml",
                          remedy="copy it from the webhook's page at Resend: whsec_…")
    return key
