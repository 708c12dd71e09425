"""SendGrid: structured, one message a call; it has no door for MIME.

Excerpts read in November 2026, the rest from memory, not tried against a live account:
www.twilio.com/docs/sendgrid/api-reference/mail-send (mail/send, errors, limitations) and email-activity. A call may
hold 1,000 personalizations, but they share one body with substitutions, and ours differ by each reader's links.
Message-ID, Date and the List- fields are taken over from `headers`. There is no idempotency key; searching needs their
paid activity history.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, ClassVar
from urllib.parse import urlencode

from pipeline.clock import Clock
from pipeline.providers.api_transport import ApiTransport, Group, Result
from pipeline.providers.base import Message, Receipt
from pipeline.providers.fields import other_headers, recipient, reply_to, sender
from pipeline.providers.http import Answer, Call, HttpClient, check_secret
from pipeline.providers.http_verdicts import Blame, Table
from pipeline.providers.vendor import Standing

HOSTS = {"global": "https://api.sendgrid.com", "eu": "https://api.eu.sendgrid.com"}
_OFF = {
    "click_tracking": {"enable": False, "enable_text": False}, "open_tracking": {"enable": False},
    "subscription_tracking": {"enable": False},
}


class SendGrid(ApiTransport):
    """A transport over one account."""

    name = "sendgrid"
    settles = timedelta(minutes=30)
    reset = "x-ratelimit-reset"
    account = "/v3/scopes"
    table: ClassVar[Table] = {"personalizations.0.to.0.email": Blame.READER, 413: Blame.MESSAGE}

    def standing(self, document: Any) -> Standing:
        if "mail.send" in document["scopes"]:
            return Standing()
        return Standing("", "the key may not send mail", "give it the permission Mail Send, or make another")

    def part(self, message: Message) -> Any:
        parts = message.parts()
        answers = reply_to(parts)
        return {
            "personalizations": [{"to": [recipient(message, parts).as_json], "custom_args": {"avviso": message.key}}],
            "from": sender(message, parts).as_json, "subject": parts.subject,
            "content": [{"type": "text/plain", "value": parts.text}, {"type": "text/html", "value": parts.html}],
            "headers": dict(other_headers(message, parts)), "tracking_settings": _OFF,
        } | ({"reply_to": answers.as_json} if answers else {})

    def request(self, group: Group) -> Call:
        return Call("POST", "/v3/mail/send", group.parts[0], {"content-type": "application/json"})

    def results(self, answer: Answer) -> Sequence[Result] | None:
        return [self.receipt(answer.headers.get("x-message-id"))] if answer.status == 202 else None

    def problem(self, answer: Answer) -> tuple[int | str | None, str]:
        """The first of `errors`; the field it names is the nearest to a code that there is."""
        document = answer.document
        errors = document.get("errors") if isinstance(document, Mapping) else None
        first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], Mapping) else {}
        field = first.get("field")
        return field if isinstance(field, str) else None, str(first.get("message") or answer.words)

    def question(self, message: Message) -> str:
        """By our key, in the activity history."""
        query = urlencode({"limit": 1, "query": f'unique_args[\'avviso\']="{message.key}"'})
        return f"/v3/messages?{query}"

    def found(self, document: Any) -> Receipt | None:
        messages = document["messages"]
        return self.receipt(messages[0]["msg_id"], f"found: {messages[0].get('status')}") if messages else None


def sendgrid(settings: Mapping[str, Any], clock: Clock) -> Callable[[], SendGrid]:
    """For the catalogue: `api_key`, and the `region` of the account, global or eu."""
    key = check_secret("api_key", settings.get("api_key"))
    url = settings.get("url") or HOSTS[settings.get("region") or "global"]
    return lambda: SendGrid(HttpClient("sendgrid", url, {"authorization": f"Bearer {key}"}, secrets=[key]), clock)
