"""Postmark: batches of 500, each message with a result of its own, in the broadcast stream.

Excerpts read in November 2026, the rest from memory, not tried against a live account:
postmarkapp.com/developer/user-guide/send-email-with-api/batch-emails (500 messages, 50 MB), developer/api/overview
(error codes), developer/api/messages-api (search). `X-PM-KeepID` keeps our Message-ID. There is no idempotency key;
what was taken is found by our key in the message's metadata.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, ClassVar
from urllib.parse import urlencode

from pipeline.clock import Clock
from pipeline.errors import TransportError
from pipeline.providers.api_transport import ApiTransport, Group, Result
from pipeline.providers.base import Message, Receipt
from pipeline.providers.fields import other_headers, recipient, reply_to, sender
from pipeline.providers.http import Answer, Call, HttpClient, check_secret
from pipeline.providers.http_verdicts import Blame, Table, verdict
from pipeline.providers.vendor import Standing

URL = "https://api.postmarkapp.com"
BAD_REQUEST, INACTIVE = "300", "406"


class Postmark(ApiTransport):
    """A transport over one server's message stream."""

    name = "postmark"
    settles = timedelta(minutes=10)
    batch_size = 500
    largest = 45 * 1024 * 1024
    code_at, words_at = "ErrorCode", "Message"
    account = "/server"
    # Their own codes, as words: many look like a status of HTTP, which any proxy may say, and mean another thing.
    table: ClassVar[Table] = {
        "10": Blame.ACCOUNT, "100": Blame.BUSY, BAD_REQUEST: Blame.MESSAGE, "400": Blame.ACCOUNT, "401": Blame.ACCOUNT,
        "402": Blame.MESSAGE, "403": Blame.MESSAGE, "405": Blame.ACCOUNT, INACTIVE: Blame.READER, "412": Blame.ACCOUNT,
        "413": Blame.ACCOUNT, "429": Blame.BUSY, "1235": Blame.ACCOUNT, "1236": Blame.ACCOUNT,
    }

    def __init__(self, client: HttpClient, clock: Clock, stream: str) -> None:
        super().__init__(client, clock)
        self._stream = stream

    def standing(self, document: Any) -> Standing:
        if document["DeliveryType"] == "Sandbox":
            return Standing("", f"the server {document['Name']} is a sandbox: it takes mail and delivers none",
                            "take the token of a live server")
        return Standing()

    def part(self, message: Message) -> Any:
        parts = message.parts()
        answers = reply_to(parts)
        headers = {**other_headers(message, parts), "X-PM-KeepID": "true"}
        return {
            "From": str(sender(message, parts)), "To": str(recipient(message, parts)), "Subject": parts.subject,
            "HtmlBody": parts.html, "TextBody": parts.text, "MessageStream": self._stream,
            "Headers": [{"Name": name, "Value": value} for name, value in headers.items()],
            "Metadata": {"avviso": message.key}, "TrackOpens": False, "TrackLinks": "None",
        } | ({"ReplyTo": str(answers)} if answers else {})

    def request(self, group: Group) -> Call:
        return Call("POST", "/email/batch", group.array, {"content-type": "application/json"})

    def results(self, answer: Answer) -> Sequence[Result] | None:
        found = answer.document
        if not isinstance(found, list) or not all(isinstance(one, Mapping) for one in found):
            return None
        return [self._outcome(one) for one in found]

    def problem(self, answer: Answer) -> tuple[int | str | None, str]:
        code, words = super().problem(answer)
        return None if code is None else str(code), words

    def question(self, message: Message) -> str:
        """By our key, in the messages of the last 45 days."""
        query = urlencode({"count": 1, "offset": 0, "messagestream": self._stream, "metadata_avviso": message.key})
        return f"/messages/outbound?{query}"

    def found(self, document: Any) -> Receipt | None:
        messages = document["Messages"]
        return self.receipt(messages[0]["MessageID"], f"found: {messages[0].get('Status')}") if messages else None

    def _outcome(self, one: Mapping[str, Any]) -> Result:
        code = one.get("ErrorCode", 0)  # missing when their own delivery is delayed: accepted all the same
        if code == 0 and one.get("MessageID"):
            return self.receipt(one["MessageID"], str(one.get("Message") or "accepted"))
        return self._refused(str(code or ""), str(one.get("Message", "")))

    def _refused(self, code: str, words: str) -> TransportError:
        """The verdict that a call of its own would have had: by its number the refusal is known as the post's."""
        blame = self.table.get(code, Blame.MESSAGE if code else Blame.UNKNOWN)
        if code == BAD_REQUEST and "'To'" in words:
            blame = Blame.READER
        return verdict(self.name, blame, self._client.scrub(f"422 {code} {words}" if code else words))


def postmark(settings: Mapping[str, Any], clock: Clock) -> Callable[[], Postmark]:
    """For the catalogue: `api_key` is the server's token, `stream` its broadcast stream."""
    key = check_secret("api_key", settings.get("api_key"))
    url, stream = settings.get("url") or URL, settings.get("stream") or "broadcast"
    return lambda: Postmark(HttpClient("postmark", url, {"x-postmark-server-token": key}, secrets=[key]), clock, stream)
