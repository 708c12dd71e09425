"""What Postmark reports: one JSON object a request, proven by the password in the hook's address.

Excerpts read in November 2026, the rest from memory, not tried against a live account: postmarkapp.com, "Webhooks
overview", "Bounce webhook", "Delivery webhook", "Spam complaint webhook", "Subscription change webhook", and "Bounce
types". Postmark signs nothing: put the secret into the address,
`https://avviso:SECRET@mail.example.com/hooks/postmark`. It tries for some hours; the same event has the same words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pipeline.providers.event import Bounce, Event, Kind, event_key
from pipeline.providers.hooks import Fetch, Hook, Report
from pipeline.providers.payloads import delivery_key, instant, kept, part, read_object, text
from pipeline.providers.proofs import check_password
from pipeline.providers.statuses import HARD, OURS, SOFT, Meaning, meaning, status_in

# RecordType -> what it means, and where its time and its reader stand. A bounce has a table of its own.
_RECORDS: Mapping[str, tuple[Kind, str, str]] = {
    "Delivery": (Kind.DELIVERED, "DeliveredAt", "Recipient"),
    "Bounce": (Kind.BOUNCED, "BouncedAt", "Email"),
    "SpamComplaint": (Kind.COMPLAINED, "BouncedAt", "Email"),
    "Open": (Kind.OPENED, "ReceivedAt", "Recipient"),
    "Click": (Kind.CLICKED, "ReceivedAt", "Recipient"),
    "SubscriptionChange": (Kind.UNKNOWN, "ChangedAt", "Recipient"),
}
_BOUNCES: Mapping[str, Meaning] = {
    "HardBounce": HARD,
    "BadEmailAddress": HARD,
    "SoftBounce": SOFT,
    "Transient": (Kind.DEFERRED, None),  # they go on trying
    "DnsError": SOFT,
    "SpamNotification": OURS,
    "Blocked": OURS,
    "DMARCPolicy": OURS,
    "VirusNotification": OURS,
    "SMTPApiError": OURS,
    "InboundError": OURS,
    "TemplateRenderingFailed": OURS,
    "ManuallyDeactivated": (Kind.REJECTED, None),
    "AutoResponder": (Kind.AUTORESPONDED, None),
    "ChallengeVerification": (Kind.AUTORESPONDED, None),
    "AddressChange": (Kind.AUTORESPONDED, None),
    "SpamComplaint": (Kind.COMPLAINED, None),
    "Unsubscribe": (Kind.UNSUBSCRIBED, None),
}
_SUPPRESSIONS: Mapping[str, Meaning] = {
    "HardBounce": HARD,
    "SpamComplaint": (Kind.COMPLAINED, None),
    "ManualSuppression": (Kind.UNSUBSCRIBED, None),  # the reader pressed Postmark's own link, or a person did so
}


def postmark(secrets: Sequence[str], fetch: Fetch) -> Hook:  # noqa: ARG001, every factory takes both
    """The hook of a server at Postmark: one event a report."""
    def events(report: Report, now: datetime) -> Sequence[Event]:
        check_password(report, secrets)
        return [_event(read_object(report.body), now)]

    return events


def _event(said: Any, now: datetime) -> Event:
    kind, time, reader = _RECORDS.get(text(said, "RecordType"), (Kind.UNKNOWN, "", ""))
    kind, bounce = _meaning(said, kind)
    reason = text(said, "Details") or text(said, "Description") or text(said, "SuppressionReason")
    return Event(
        event_key("postmark", text(said, "RecordType"), text(said, "MessageID"), text(said, "ID"), text(said, reader),
                  text(said, time)),
        kind, instant(text(said, time), now), "postmark", bounce=bounce, address=text(said, reader),
        delivery_key=delivery_key(part(said, "Metadata")), provider_id=text(said, "MessageID"),
        status=status_in(reason), reason=reason, raw=kept(said))


def _meaning(said: Any, kind: Kind) -> tuple[Kind, Bounce | None]:
    if kind is Kind.BOUNCED:
        theirs = _BOUNCES.get(text(said, "Type"), (Kind.UNKNOWN, None))
        is_bounce = theirs[0] is Kind.BOUNCED
        return meaning("", text(said, "Details"), otherwise=theirs) if is_bounce else theirs
    if text(said, "RecordType") == "SubscriptionChange" and part(said, "SuppressSending") is True:
        return _SUPPRESSIONS.get(text(said, "SuppressionReason"), (Kind.UNKNOWN, None))
    return kind, None
