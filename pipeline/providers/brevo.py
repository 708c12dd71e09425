"""Brevo: a call with a version for each reader, and a key by which it is not sent twice.

Read in November 2026: developers.brevo.com/reference/sendtransacemail and docs/heterogenous-versions-batch-emails:
`headers.idempotencyKey`, a UUID that is known for 30 minutes (15 in an older page: we count on those).
Each version has its own text and headers; Message-ID and Date are Brevo's own.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, ClassVar

from pipeline.clock import Clock
from pipeline.providers.base import Message, Receipt
from pipeline.providers.courier import Courier, Group, Result
from pipeline.providers.fields import other_headers, recipient, reply_to, sender
from pipeline.providers.http import Answer, Call, Line, check_secret
from pipeline.providers.http_verdicts import Blame, Table

URL = "https://api.brevo.com"
SEEN = "duplicate_request"
_THEIRS = frozenset({"message-id", "date"})


class Brevo(Courier):
    """A transport over one account."""

    name = "brevo"
    idempotent = True
    memory = timedelta(minutes=14)
    batch_size = 100
    largest = 1024 * 1024 * 1024  # never split: a key belongs to a whole batch
    reset = "x-sib-ratelimit-reset"
    table: ClassVar[Table] = {
        "unauthorized": Blame.ACCOUNT, "not_enough_credits": Blame.ACCOUNT, "permission_denied": Blame.ACCOUNT,
        "account_under_validation": Blame.ACCOUNT, "too_many_requests": Blame.BUSY,
    }

    def part(self, message: Message) -> Any:
        parts = message.parts()
        answers = reply_to(parts)
        return {
            "to": [recipient(message, parts).as_json], "subject": parts.subject, "htmlContent": parts.html,
            "textContent": parts.text, "headers": dict(other_headers(message, parts, _THEIRS)),
        } | ({"replyTo": answers.as_json} if answers else {})

    def request(self, group: Group) -> Call:
        """`subject` and `htmlContent` must stand at the top as well, where every version overrides them."""
        first, common = group.messages[0], group.messages[0].parts()
        shared = {
            "sender": sender(first, common).as_json, "subject": common.subject, "htmlContent": "<p></p>",
            "headers": {"idempotencyKey": _uuid(group.key)},
        }
        opening = json.dumps(shared, ensure_ascii=False).encode(errors="replace")[:-1]
        body = opening + b', "messageVersions": ' + group.array + b"}"
        return Call("POST", "/v3/smtp/email", body, {"content-type": "application/json"})

    def results(self, answer: Answer) -> Sequence[Result] | None:
        found = answer.document
        if not isinstance(found, Mapping):
            return None
        ids = found.get("messageIds") or [found.get("messageId")]
        return [self.receipt(str(one).strip("<>")) for one in ids] if all(ids) else None

    def taken_before(self, answer: Answer) -> Receipt | None:
        """They know the key: what we are sending again was in that call."""
        code, _ = self.problem(answer)
        return self.receipt(None, "taken at an earlier attempt") if code == SEEN else None


def brevo(settings: Mapping[str, Any], clock: Clock) -> Callable[[], Brevo]:
    """For the catalogue: `api_key`."""
    key = check_secret("api_key", settings.get("api_key"))
    url = settings.get("url") or URL
    return lambda: Brevo(Line("brevo", url, {"api-key": key}, secrets=[key]), clock)


def _uuid(key: str) -> str:
    """The key in the only form they take."""
    return str(uuid.UUID(bytes=hashlib.sha256(key.encode()).digest()[:16], version=4))
