"""`kind: http`: any service that takes JSON, described in the settings.

    transport:
      kind: http
      url: https://api.example.com/v1/messages
      headers: {authorization: "Bearer ${API_KEY}"}
      body: '{"from": "{sender}", "to": "{recipient}", "subject": "{subject}", "html": "{html}", "text": "{text}"}'
      id: data.id                        # where the answer has the service's own id
      idempotency: Idempotency-Key       # a header that takes our key, if the service has one

A text that is one placeholder and nothing else becomes what stands for it, `{headers}` an object; inside a
longer text `{…}` is replaced. What is filled in is never looked at again.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from pipeline.clock import Clock
from pipeline.errors import ConfigError, InDoubt
from pipeline.providers.api_transport import ApiTransport, Group, Result
from pipeline.providers.base import Message
from pipeline.providers.fields import other_headers, recipient, reply_to, sender
from pipeline.providers.http import Answer, Call, HttpClient, check_secret
from pipeline.providers.vendor import ODD

_HOLE = re.compile(r"\{([a-z_]+)\}")

Values = Mapping[str, Callable[[], Any]]


class Generic(ApiTransport):
    """A transport over a service that nobody wrote a module for."""

    name = "http"
    memory = timedelta(hours=1)

    def __init__(self, client: HttpClient, clock: Clock, body: Any, *, id_at: str = "", key_header: str = "") -> None:
        super().__init__(client, clock)
        self._body = body
        self._id_at = [step for step in id_at.split(".") if step]
        self._key_header = key_header
        self.idempotent = self.is_keyed = bool(key_header)

    def part(self, message: Message) -> Any:
        return fill(self._body, values(message))

    def request(self, group: Group) -> Call:
        key = {self._key_header: group.key} if self._key_header else {}
        return Call("POST", "", group.parts[0], key)

    def results(self, answer: Answer) -> Sequence[Result] | None:
        """Any 2xx is a yes; where the settings say what it looks like, it must look so. Raises InDoubt."""
        found = self._id_in(answer.document) if self._id_at else None
        if self._id_at and not found:
            raise InDoubt(f"{self.name}: transport.id names {'.'.join(self._id_at)}, where the answer has nothing "
                          f"({answer.status}: {answer.words})")
        return [self.receipt(found)]

    def _id_in(self, document: Any) -> Any:
        try:
            for step in self._id_at:
                document = document[int(step)] if isinstance(document, list) else document[step]
        except ODD:
            return None
        return document


def http(settings: Mapping[str, Any], clock: Clock) -> Callable[[], Generic]:
    """For the catalogue."""
    if not settings.get("url"):
        raise ConfigError("transport.url is missing", remedy="name the address that takes a message")
    headers = {name.lower(): check_header(name, value) for name, value in (settings.get("headers") or {}).items()}
    secrets = [word for value in headers.values() for word in (value, value.rpartition(" ")[2]) if len(word) > 5]
    body = read_body(settings.get("body") or "")
    headers = {"content-type": "application/json"} | headers
    return lambda: Generic(HttpClient("http", settings["url"], headers, secrets=secrets), clock, body,
                           id_at=settings.get("id") or "", key_header=settings.get("idempotency") or "")


def read_body(text: str) -> Any:
    """The JSON that describes a message. Raises ConfigError for what is none, and for an unknown placeholder."""
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        raise ConfigError("transport.body is not JSON", remedy='write it as \'{"to": "{recipient}", …}\'') from None
    unknown = [name for name in _HOLE.findall(text) if name not in NAMES]
    if unknown:
        raise ConfigError(f"transport.body has an unknown placeholder, {{{unknown[0]}}}",
                          remedy=f"use one of {', '.join(f'{{{name}}}' for name in NAMES)}")
    return body


def check_header(name: str, value: object) -> str:
    """The value of a header as it may be sent. Raises ConfigError."""
    check_secret(f"headers.{name}", str(value or "").replace(" ", ""))
    return str(value)


def values(message: Message) -> Values:
    """What the placeholders stand for; each is made only if it is used."""
    def parts() -> Any:
        return message.parts()

    return {
        "sender": lambda: str(sender(message, parts())), "sender_name": lambda: sender(message, parts()).name,
        "sender_address": lambda: sender(message, parts()).address,
        "recipient": lambda: message.recipient, "recipient_name": lambda: recipient(message, parts()).name,
        "reply_to": lambda: str(reply_to(parts()) or sender(message, parts())),
        "subject": lambda: parts().subject, "html": lambda: parts().html, "text": lambda: parts().text,
        "headers": lambda: dict(other_headers(message, parts())),
        "header_list": lambda: [{"name": name, "value": value}
                                for name, value in other_headers(message, parts()).items()],
        "mime": lambda: message.mime().decode(errors="replace"),
        "mime_base64": lambda: b64encode(message.mime()).decode(),
        "message_id": lambda: message.message_id, "key": lambda: message.key,
    }


NAMES = (
    "sender", "sender_name", "sender_address", "recipient", "recipient_name", "reply_to", "subject", "html", "text",
    "headers", "header_list", "mime", "mime_base64", "message_id", "key",
)


def fill(body: Any, known: Values) -> Any:
    """The description with every placeholder filled."""
    if isinstance(body, Mapping):
        return {name: fill(value, known) for name, value in body.items()}
    if isinstance(body, list):
        return [fill(value, known) for value in body]
    if not isinstance(body, str):
        return body
    whole = _HOLE.fullmatch(body)
    return known[whole[1]]() if whole else _HOLE.sub(lambda hole: str(known[hole[1]]()), body)
