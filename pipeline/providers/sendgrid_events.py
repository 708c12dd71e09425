"""What SendGrid reports: a list of JSON objects a request, signed with ECDSA over the time and the bytes.

Excerpts read in November 2026, the rest from memory, not tried against a live account: twilio.com/docs/sendgrid,
"Event Webhook reference" and "Getting started with the Event Webhook security features". The setting is the
verification key that its settings show (base64 of a DER key on P-256). SendGrid tries for 24 hours. Needs the extra
`hooks` (cryptography).
"""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from pipeline.errors import ConfigError, Forged
from pipeline.providers.event import Bounce, Event, Kind, event_key
from pipeline.providers.hooks import Fetch, Hook, Report
from pipeline.providers.payloads import delivery_key, instant, kept, message_id, part, read_objects, text
from pipeline.providers.proofs import check_age
from pipeline.providers.statuses import HARD, SOFT, meaning

TRIES = timedelta(hours=25)

_EVENTS: Mapping[str, Kind] = {
    "processed": Kind.QUEUED,
    "delivered": Kind.DELIVERED,
    "deferred": Kind.DEFERRED,
    "spamreport": Kind.COMPLAINED,
    "unsubscribe": Kind.UNSUBSCRIBED,
    "group_unsubscribe": Kind.UNSUBSCRIBED,
    "open": Kind.OPENED,
    "click": Kind.CLICKED,
}
_DEAD = ("Bounced Address", "Invalid", "Invalid Address")  # why it dropped a message; their pages have both of the last


def sendgrid(secrets: Sequence[str], fetch: Fetch) -> Hook:  # noqa: ARG001, every factory takes both
    """The hook of an account at SendGrid: one event an object. Raises ConfigError for what is no verification key."""
    keys = [_key(secret) for secret in secrets]

    def events(report: Report, now: datetime) -> Sequence[Event]:
        time = report.headers.get("x-twilio-email-event-webhook-timestamp", "")
        signature = _decoded(report.headers.get("x-twilio-email-event-webhook-signature", ""))
        if not any(_verifies(key, signature, time.encode() + report.body) for key in keys):
            raise Forged("a report's signature is wrong")
        check_age(time, now, TRIES)
        return [_event(said, now) for said in read_objects(report.body)]

    return events


def _decoded(written: str) -> bytes:
    try:
        return b64decode(written, validate=True)
    except (NotBase64, ValueError):
        return b""


def _verifies(key: EllipticCurvePublicKey, signature: bytes, said: bytes) -> bool:
    try:
        key.verify(signature, said, ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True


def _event(said: Any, now: datetime) -> Event:
    kind, bounce = _meaning(said)
    reason, time = text(said, "reason") or text(said, "response"), text(said, "timestamp")
    name = text(said, "sg_event_id") or f"{text(said, 'event')} {text(said, 'sg_message_id')} {time}"
    return Event(
        event_key("sendgrid", name), kind, instant(time, now), "sendgrid", bounce=bounce, address=text(said, "email"),
        delivery_key=delivery_key(said, part(said, "unique_args")), message_id=message_id(text(said, "smtp-id")),
        provider_id=text(said, "sg_message_id").partition(".")[0], status=text(said, "status"), reason=reason,
        raw=kept(said))


def _meaning(said: Any) -> tuple[Kind, Bounce | None]:
    word, reason = text(said, "event"), text(said, "reason")
    if word == "bounce":
        return meaning(text(said, "status"), reason, otherwise=SOFT if text(said, "type") == "blocked" else HARD)
    if word == "dropped":  # not even tried: because of earlier news, or for a reason of ours
        return HARD if reason in _DEAD else (Kind.REJECTED, None)
    return _EVENTS.get(word, Kind.UNKNOWN), None


def _key(written: str) -> EllipticCurvePublicKey:
    try:
        key = load_der_public_key(b64decode(written, validate=True))
    except (NotBase64, ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, EllipticCurvePublicKey):
        raise ConfigError("web.hooks.sendgrid is not a verification key", path="config.yaml",
                          remedy="copy it from SendGrid: Mail Settings, Event Webhook, Signature Verification")
    return key
