"""What Amazon SES reports through a topic of SNS.

Excerpts read in November 2026, the rest from memory, not tried against a live account: docs.aws.amazon.com/ses,
"Contents of event data that Amazon SES publishes to Amazon SNS", "Examples of event data …" and "Amazon SNS
notification contents for Amazon SES". Both the events of a configuration set (`eventType`) and the notifications of an
identity (`notificationType`) are read; the former bring our tags along. The setting is the topic's ARN. Needs the
extra `hooks` (cryptography).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from pipeline.providers.event import Event, Kind, event_key
from pipeline.providers.hooks import Fetch, Hook, Report
from pipeline.providers.payloads import delivery_key, instant, kept, message_id, objects, part, read_object, text
from pipeline.providers.sns import Topics
from pipeline.providers.statuses import Meaning, meaning_by_amazon

# eventType -> what it means, and the object that tells more.
_EVENTS: Mapping[str, tuple[Kind, str]] = {
    "Send": (Kind.SENT, "send"),
    "Delivery": (Kind.DELIVERED, "delivery"),
    "DeliveryDelay": (Kind.DEFERRED, "deliveryDelay"),
    "Bounce": (Kind.BOUNCED, "bounce"),
    "Complaint": (Kind.COMPLAINED, "complaint"),
    "Reject": (Kind.REJECTED, "reject"),
    "Rendering Failure": (Kind.FAILED, "failure"),
    "Open": (Kind.OPENED, "open"),
    "Click": (Kind.CLICKED, "click"),
}


def ses(topics: Sequence[str], fetch: Fetch) -> Hook:
    """The hook of an account at SES: one event a reader whom a notification names; none for what SNS itself has to say.

    Raises ConfigError for what is no topic.
    """
    known = Topics(topics, fetch)

    def events(report: Report, now: datetime) -> Sequence[Event]:
        message = known.open(read_object(report.body), now)
        return list(_events(read_object(message), now)) if message else []

    return events


def _events(said: Mapping[str, Any], now: datetime) -> Iterator[Event]:
    word = text(said, "eventType") or text(said, "notificationType")
    kind, name = _EVENTS.get(word, (Kind.UNKNOWN, ""))
    more, mail = part(said, name), part(said, "mail")
    time = text(more, "timestamp") or text(mail, "timestamp")
    headers = part(mail, "headers")
    ours = next((text(one, "value") for one in objects(headers)
                 if text(one, "name").lower() == "message-id"), text(mail, "commonHeaders", "messageId"))
    for reader in _readers(more, mail):
        meant, bounce = _meaning(kind, more, reader)
        yield Event(
            event_key("ses", word, text(mail, "messageId"), text(reader, "emailAddress"),
                      text(more, "feedbackId") or time),
            meant, instant(time, now), "ses", bounce=bounce, address=text(reader, "emailAddress"),
            delivery_key=delivery_key(part(mail, "tags"), headers), message_id=message_id(ours),
            provider_id=text(mail, "messageId"), status=text(reader, "status"),
            reason=(text(reader, "diagnosticCode") or text(more, "bounceSubType") or text(more, "reason")
                    or text(more, "errorMessage")),
            raw=kept({**said, "mail": {"messageId": text(mail, "messageId")}}))


def _readers(more: Any, mail: Any) -> list[Mapping[str, Any]]:
    """Whom it is about: those named with a bounce, complaint or delay, else all whom the mail went to."""
    for name in ("bouncedRecipients", "complainedRecipients", "delayedRecipients"):
        if found := objects(more, name):
            return found
    destination = part(mail, "destination")
    return [{"emailAddress": one} for one in destination] if isinstance(destination, list) else [{}]


def _meaning(kind: Kind, more: Any, reader: Mapping[str, Any]) -> Meaning:
    if kind is Kind.COMPLAINED and text(more, "complaintFeedbackType") == "not-spam":
        return Kind.UNKNOWN, None  # a reader took it out of the spam folder
    if kind is not Kind.BOUNCED:
        return kind, None
    return meaning_by_amazon(text(more, "bounceType"), text(more, "bounceSubType"), text(reader, "status"),
                             text(reader, "diagnosticCode"))
