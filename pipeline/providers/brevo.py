"""Brevo: a key by which a message that is sent again is not sent twice.

Excerpts read in November 2026, the rest from memory, not tried against a live account:
developers.brevo.com/reference/sendtransacemail and docs/heterogenous-versions-batch-emails: `headers.idempotencyKey`,
a UUID that is known for 30 minutes (15 in an older page: we count on those). Message-ID and Date are Brevo's own. A
call may hold versions for many readers, but has one key for all of them, and after a death of ours nobody could put
the same call together again: so each message goes alone.
"""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, ClassVar

from pipeline.amounts import counted
from pipeline.clock import Clock
from pipeline.providers.api_transport import ApiTransport, Group, Result
from pipeline.providers.base import Message
from pipeline.providers.fields import other_headers, recipient, reply_to, sender
from pipeline.providers.http import Answer, Call, HttpClient, check_secret
from pipeline.providers.http_verdicts import Blame, Table
from pipeline.providers.vendor import Standing

URL = "https://api.brevo.com"
_BAD_READER = re.compile(r"email is not valid in (\w+\.)?to\b")
_THEIRS = frozenset({"message-id", "date"})


class Brevo(ApiTransport):
    """A transport over one account."""

    name = "brevo"
    idempotent = True
    memory = timedelta(minutes=14)
    is_keyed = True
    known = "duplicate_request"
    reset = "x-sib-ratelimit-reset"
    account = "/v3/account"
    table: ClassVar[Table] = {
        "reader": Blame.READER, "unauthorized": Blame.ACCOUNT,
        "not_enough_credits": Blame.ACCOUNT, "permission_denied": Blame.ACCOUNT,
        "account_under_validation": Blame.ACCOUNT, "too_many_requests": Blame.BUSY,
    }

    def standing(self, document: Any) -> Standing:
        """What is left of the plan, where that is counted in mails."""
        left = [one for one in document["plan"] if one.get("creditsType") == "sendLimit"]
        limits = ", ".join(f"{counted(int(one['credits']), 'mail')} left (plan {one['type']})" for one in left)
        if left and not any(one["credits"] for one in left):
            return Standing(limits, "no mail is left of the plan", "wait until it begins anew, or take a larger one")
        return Standing(limits)

    def part(self, message: Message) -> Any:
        parts = message.parts()
        answers = reply_to(parts)
        return {
            "sender": sender(message, parts).as_json, "to": [recipient(message, parts).as_json],
            "subject": parts.subject, "htmlContent": parts.html, "textContent": parts.text,
            "headers": {**other_headers(message, parts, _THEIRS), "idempotencyKey": _uuid(message.key),
                        "X-Mailin-custom": json.dumps({"avviso": message.key})},
        } | ({"replyTo": answers.as_json} if answers else {})

    def request(self, group: Group) -> Call:
        return Call("POST", "/v3/smtp/email", group.parts[0], {"content-type": "application/json"})

    def results(self, answer: Answer) -> Sequence[Result] | None:
        name = answer.document["messageId"].strip("<>")
        return [self.receipt(name)] if name else None

    def problem(self, answer: Answer) -> tuple[int | str | None, str]:
        code, words = super().problem(answer)
        return "reader" if code == "invalid_parameter" and _BAD_READER.search(words) else code, words


def brevo(settings: Mapping[str, Any], clock: Clock) -> Callable[[], Brevo]:
    """For the catalogue: `api_key`."""
    key = check_secret("api_key", settings.get("api_key"))
    url = settings.get("url") or URL
    return lambda: Brevo(HttpClient("brevo", url, {"api-key": key}, secrets=[key]), clock)


def _uuid(key: str) -> str:
    """The key in the only form they take."""
    return str(uuid.UUID(bytes=hashlib.sha256(key.encode()).digest()[:16], version=4))
