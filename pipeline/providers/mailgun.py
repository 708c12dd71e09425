"""Mailgun: our own MIME, one message a call, so that every byte and every header stays.

Excerpts read in November 2026, the rest from memory, not tried against a live account: documentation.mailgun.com,
api-reference/openapi-final (Messages: messages.mime; Events) and user-manual/sending-messages/batch-sending. Recipient
variables would put 1,000 readers into a call, but run the issue's text through their templates and give all of them
one Message-ID: not for us. There is no idempotency key; what was taken is found in their events by Message-ID, which
may come half an hour late.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, ClassVar
from urllib.parse import quote, urlencode

from pipeline.clock import Clock
from pipeline.errors import ConfigError, Refused, TransportError
from pipeline.providers.api_transport import ApiTransport, Group, Result
from pipeline.providers.base import Greeting, Message, Receipt
from pipeline.providers.http import Answer, Call, HttpClient, check_secret
from pipeline.providers.http_verdicts import Blame, Table
from pipeline.providers.vendor import Standing

HOSTS = {"us": "https://api.mailgun.net", "eu": "https://api.eu.mailgun.net"}
_BOUNDARY = "=_avviso_form"
_END = f"--{_BOUNDARY}--\r\n".encode()
_BAD_READER = re.compile(r"'?to'? parameter is not a valid address", re.IGNORECASE)


class Mailgun(ApiTransport):
    """A transport over one sending domain."""

    name = "mailgun"
    settles = timedelta(minutes=30)
    table: ClassVar[Table] = {"reader": Blame.READER, 402: Blame.MESSAGE}

    def __init__(self, client: HttpClient, clock: Clock, domain: str) -> None:
        super().__init__(client, clock)
        self._path = f"/v3/{quote(domain, safe='')}"
        self.account = f"/v4/domains/{quote(domain, safe='')}"

    def greet(self, sender: str) -> Greeting | None:
        """A sending key of the domain may do nothing but send, and is a good one."""
        try:
            return super().greet(sender)
        except Refused:
            if not self._may_send():
                raise
            return self.greeting(Standing("the key may send and nothing else, so they are not told"))

    def _may_send(self) -> bool:
        """Whether they look at a message, in test mode and to nobody, before they refuse it."""
        form = _field('name="o:testmode"', b"yes") + _END
        try:
            return self._client.call(self._post(form)).status == 400
        except TransportError:
            return False

    def standing(self, document: Any) -> Standing:
        """The domain's state, and the first record that its DNS lacks."""
        domain = document["domain"]
        if domain["state"] == "active":
            return Standing()
        missing = next((one for one in document.get("sending_dns_records") or () if one.get("valid") != "valid"), None)
        return Standing("", f"the domain {domain['name']} is {domain['state']} there", "see its page at Mailgun"
                        if missing is None else
                        f'publish: {missing["name"]}. {missing["record_type"]} "{missing["value"]}"')

    def part(self, message: Message) -> Any:
        """No JSON: the message goes as it is."""

    def encoded(self, message: Message) -> bytes:
        form = {"to": message.recipient, "o:tracking": "no", "v:avviso": message.key}
        fields = [_field(f'name="{name}"', value.encode(errors="replace")) for name, value in form.items()]
        mail = _field('name="message"; filename="message.eml"', message.mime(), "message/rfc822")
        return b"".join([*fields, mail, _END])

    def request(self, group: Group) -> Call:
        return self._post(group.parts[0])

    def _post(self, form: bytes) -> Call:
        return Call("POST", f"{self._path}/messages.mime", form,
                    {"content-type": f'multipart/form-data; boundary="{_BOUNDARY}"'})

    def results(self, answer: Answer) -> Sequence[Result] | None:
        found = answer.document
        if not isinstance(found, Mapping) or not found.get("id"):
            return None
        return [self.receipt(str(found["id"]).strip("<>"), str(found.get("message") or "accepted"))]

    def problem(self, answer: Answer) -> tuple[int | str | None, str]:
        _, words = super().problem(answer)
        return "reader" if answer.status == 400 and _BAD_READER.search(words) else None, words

    def question(self, message: Message) -> str:
        """By Message-ID, in the events of the last days."""
        query = urlencode({"message-id": message.message_id, "event": "accepted", "limit": 1})
        return f"{self._path}/events?{query}"

    def found(self, document: Any) -> Receipt | None:
        items = document["items"]
        return self.receipt(items[0]["message"]["headers"]["message-id"], "found among the events") if items else None


def mailgun(settings: Mapping[str, Any], clock: Clock) -> Callable[[], Mailgun]:
    """For the catalogue: `api_key`, the sending `domain`, and the `region` of the account, us or eu."""
    key = check_secret("api_key", settings.get("api_key"))
    domain = settings.get("domain")
    if not domain:
        raise ConfigError("transport.domain is missing",
                          remedy="name the sending domain, as in `domain: mg.example.com`")
    url = settings.get("url") or HOSTS[settings.get("region") or "us"]
    login = "Basic " + b64encode(f"api:{key}".encode()).decode()
    return lambda: Mailgun(HttpClient("mailgun", url, {"authorization": login}, secrets=[key, login]), clock, domain)


def _field(disposition: str, value: bytes, kind: str = "") -> bytes:
    """A part of a form, RFC 7578."""
    head = f"--{_BOUNDARY}\r\nContent-Disposition: form-data; {disposition}\r\n"
    return f"{head}Content-Type: {kind}\r\n\r\n".encode() + value + b"\r\n" if kind else \
        f"{head}\r\n".encode() + value + b"\r\n"
