"""Resend: a key by which a message that is sent again is not sent twice; batches of 100 for who wants speed.

Excerpts read in November 2026, the rest from memory, not tried against a live account: resend.com/docs/api-reference
(emails/send-email, emails/send-batch-emails, errors) and docs/dashboard/emails/idempotency-keys: a key is known for 24
hours; the same key with other contents is refused with 409, which to us says that it was taken. `x-batch-validation:
permissive` gives each message of a batch a result of its own.

A batch has one key for its hundred messages. After a death of ours nobody could put the same hundred together
again (somebody may have left meanwhile), so only single messages are called idempotent.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, ClassVar

from pipeline.clock import Clock
from pipeline.errors import Refused
from pipeline.providers.api_transport import ApiTransport, Group, Result
from pipeline.providers.base import Greeting, Message
from pipeline.providers.fields import other_headers, recipient, reply_to, sender
from pipeline.providers.http import Answer, Call, HttpClient, check_secret
from pipeline.providers.http_verdicts import Blame, Table, verdict
from pipeline.providers.vendor import Standing

URL = "https://api.resend.com"
_NO_TAG = re.compile(r"[^A-Za-z0-9_-]")


class Resend(ApiTransport):
    """A transport over one account."""

    name = "resend"
    memory = timedelta(hours=23)
    is_keyed = True
    known = "invalid_idempotent_request"  # with other contents: what we send again was in that batch
    code_at = "name"
    account = "/domains"
    table: ClassVar[Table] = {
        "reader": Blame.READER,
        "concurrent_idempotent_requests": Blame.BUSY, "daily_quota_exceeded": Blame.BUSY,
        "monthly_quota_exceeded": Blame.ACCOUNT, "rate_limit_exceeded": Blame.BUSY, "invalid_api_key": Blame.ACCOUNT,
        "missing_api_key": Blame.ACCOUNT, "restricted_api_key": Blame.ACCOUNT, "security_error": Blame.ACCOUNT,
        "invalid_from_address": Blame.ACCOUNT,
    }

    def __init__(self, client: HttpClient, clock: Clock, *, is_batching: bool) -> None:
        super().__init__(client, clock)
        self.idempotent = not is_batching
        self.batch_size = 100 if is_batching else 1

    def greet(self, sender: str) -> Greeting | None:
        """A key that may do nothing but send is a good one."""
        try:
            return super().greet(sender)
        except Refused as error:
            if "restricted_api_key" not in error.reply:
                raise
            return self.greeting(Standing("the key may send and nothing else, so they are not told"))

    def standing(self, document: Any) -> Standing:
        waiting = [one for one in document["data"] if one["status"] != "verified"]
        if not waiting or len(waiting) < len(document["data"]):
            return Standing()
        return Standing("", f"the domain {waiting[0]['name']} is {waiting[0]['status']} there",
                        "publish the records that its page at Resend shows")

    def part(self, message: Message) -> Any:
        parts = message.parts()
        answers = reply_to(parts)
        return {
            "from": str(sender(message, parts)), "to": [str(recipient(message, parts))], "subject": parts.subject,
            "html": parts.html, "text": parts.text, "headers": dict(other_headers(message, parts)),
            "tags": [{"name": "avviso", "value": _NO_TAG.sub("-", message.key)[:256]}],
        } | ({"reply_to": [str(answers)]} if answers else {})

    def request(self, group: Group) -> Call:
        headers = {"content-type": "application/json", "idempotency-key": group.key}
        if self.batch_size == 1:
            return Call("POST", "/emails", group.parts[0], headers)
        return Call("POST", "/emails/batch", group.array, {**headers, "x-batch-validation": "permissive"})

    def results(self, answer: Answer) -> Sequence[Result] | None:
        """`data` has an id for each that was taken, in their order; `errors` names the others by their place.

        An id that is empty says nothing: it may have been taken.
        """
        found = answer.document
        ids = [found["id"]] if self.batch_size == 1 else [one["id"] for one in found["data"]]
        if not all(ids):
            return None
        wrong = {one["index"]: str(one.get("message", "")) for one in found.get("errors") or ()}
        taken = iter(ids)
        return [self._wrong(wrong[place]) if place in wrong else self.receipt(next(taken))
                for place in range(len(ids) + len(wrong))]

    def problem(self, answer: Answer) -> tuple[int | str | None, str]:
        """`validation_error` is said of whatever is wrong, the reader's address and our key too."""
        code, words = super().problem(answer)
        if code != "validation_error":
            return code, words
        return "reader" if "`to`" in words else "invalid_api_key" if "API key is invalid" in words else code, words

    def _wrong(self, words: str) -> Result:
        """The verdict that a call of its own would have had: by its number the refusal is known as the post's."""
        blame = Blame.READER if "`to`" in words else Blame.MESSAGE
        return verdict(self.name, blame, self._client.scrub(f"422 {words}"))


def resend(settings: Mapping[str, Any], clock: Clock) -> Callable[[], Resend]:
    """For the catalogue: `api_key`; with `batch` a hundred messages go in one call."""
    key = check_secret("api_key", settings.get("api_key"))
    url = settings.get("url") or URL
    return lambda: Resend(HttpClient("resend", url, {"authorization": f"Bearer {key}"}, secrets=[key]), clock,
                          is_batching=bool(settings.get("batch")))
