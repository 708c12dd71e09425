"""One call to a service over HTTP: what was on the wire when the line was lost, and nothing followed.

    nothing sent, or not all of it       Unavailable    no connection, no certificate, cut in the request
    all of it sent, no whole answer      InDoubt        deadline, lost line, an answer that never ends
    an answer                            an Answer      what it means is `http_verdicts` and the vendor's affair

The deadline is absolute, however lively the line is; redirects are not followed, so credentials stay
where they belong (RFC 9110 section 15.4); no proxy and no password comes from the environment.
"""

from __future__ import annotations

import contextlib
import json
import re
import socket
import ssl
import threading
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import httpx2

from pipeline import __version__
from pipeline.errors import ConfigError, InDoubt, Unavailable, in_one_line
from pipeline.privacy import is_here

_GZIP = b"\x1f\x8b"
LONGEST_REPLY = 1024 * 1024  # bytes; a receipt for 500 messages has some 100,000
LONGEST_WORDS = 300          # characters of a reply that are kept for people


@dataclass(frozen=True, slots=True)
class Call:
    """A request: `path` is joined to the service's address, `headers` are added to those of every call."""

    method: str
    path: str
    content: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. Names of headers are lower case; `words` is the body for people, with no secret in it.

    `was_sent` is False when the answer came before our request was complete: nothing was handed over.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    words: str
    was_sent: bool = True

    @property
    def document(self) -> Any:
        """The body's JSON; None for anything that is not."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None


def json_call(path: str, document: object, **headers: str) -> Call:
    """A POST of JSON."""
    return Call("POST", path, json.dumps(document, ensure_ascii=False).encode(errors="replace"),
                {"content-type": "application/json", **headers})


class HttpClient:
    """One service as one thread talks to it. `who` is its name for people; `secrets` never show in an error.

    An answer of more than `longest_reply` bytes is none.
    """

    def __init__(
        self, who: str, url: str, headers: Mapping[str, str], *, secrets: Collection[str] = (), patience_s: float = 60,
        longest_reply: int = LONGEST_REPLY,
    ) -> None:
        self.url = plain_url(url)
        self.patience_s = patience_s
        self._longest_reply = longest_reply
        self._who = who
        self._headers = {"user-agent": f"avviso/{__version__}", "accept": "application/json",
                         "accept-encoding": "identity", **headers}
        self._secrets = [secret for secret in secrets if secret]
        self._client: httpx2.Client | None = None
        self._socket: socket.socket | None = None

    @property
    def longest_s(self) -> float:
        """The longest a call may take: names are looked up before the clock of a connection runs."""
        return self.patience_s * 1.5

    def call(self, call: Call) -> Answer:
        """Asks and waits for the whole answer. Raises Unavailable or InDoubt."""
        sent = _Sent()
        try:
            with self._deadline():
                return self._exchange(call, sent)
        except (httpx2.HTTPError, OSError) as error:
            reason = self.scrub(str(error) or type(error).__name__).rstrip(".").lower()
            if sent.is_complete:
                raise InDoubt(f"{self._who}: the answer was lost ({reason})") from None
            raise Unavailable(f"{self._who}: cannot be reached ({reason}): it is tried again") from None

    def close(self) -> None:
        """Ends the connection; the next call opens another."""
        if self._client is not None:
            self._client.close()
        self._client = self._socket = None

    def scrub(self, text: str) -> str:
        """The text in one line, cut, without what only the service and we may know."""
        for secret in self._secrets:
            text = text.replace(secret, "…")
        return in_one_line(text[:4 * LONGEST_WORDS])[:LONGEST_WORDS]

    def _exchange(self, call: Call, sent: _Sent) -> Answer:
        client = self._client = self._client or self._open()
        request = client.build_request(
            call.method, self.url + call.path, content=call.content, headers={**self._headers, **call.headers},
            extensions={"trace": self._watch(sent)})
        response = client.send(request, stream=True)
        with contextlib.closing(response):
            body = _read(response, self._longest_reply)
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Answer(response.status_code, headers, body, self.scrub(body.decode(errors="replace")), sent.is_complete)

    def _open(self) -> httpx2.Client:
        limits = httpx2.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=10)
        timeout = httpx2.Timeout(self.patience_s, connect=min(15, self.patience_s))
        return httpx2.Client(verify=_trust(), timeout=timeout, limits=limits, follow_redirects=False, trust_env=False)

    def _watch(self, sent: _Sent) -> Callable[[str, Mapping[str, Any]], None]:
        """Hears what the connection does: which socket it uses, and whether the request went out whole."""
        def hear(event: str, info: Mapping[str, Any]) -> None:
            if event in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
                self._socket = info["return_value"].get_extra_info("socket")
            elif event == "http11.send_request_body.complete":
                sent.is_complete = True

        return hear

    @contextlib.contextmanager
    def _deadline(self) -> Iterator[None]:
        timer = threading.Timer(self.patience_s, self._cut)
        timer.daemon = True
        try:
            timer.start()
        except RuntimeError as error:  # a limit of processes: it passes
            raise OSError(str(error)) from error
        try:
            yield
        finally:
            timer.cancel()

    def _cut(self) -> None:
        """Ends what is under way, from another thread: who waits on the socket wakes up."""
        if (wire := self._socket) is not None:  # none while a name is looked up
            with contextlib.suppress(OSError):  # closed already
                socket.socket.shutdown(wire, socket.SHUT_RDWR)  # not TLS's own, which also forgets its keys in mid-read


@dataclass(slots=True)
class _Sent:
    """Whether the request is out, to its last byte."""

    is_complete: bool = False


def _read(response: httpx2.Response, longest: int) -> bytes:
    """The body. A refusal counts even if its words were lost; a yes only when it is whole."""
    body = bytearray()
    try:
        for piece in response.iter_raw():
            body += piece
            if len(body) > longest:
                raise httpx2.ReadError("the answer is too long")
    except httpx2.HTTPError:
        if response.is_success:
            raise
    return _unpacked(bytes(body), response, longest)


def _unpacked(body: bytes, response: httpx2.Response, longest: int) -> bytes:
    """The body as it was before it was packed, which we ask nobody to do and some do all the same (RFC 9110 8.4.1)."""
    if not body or response.headers.get("content-encoding", "").lower() not in ("gzip", "x-gzip", "deflate"):
        return body
    unpacker = zlib.decompressobj(wbits=47)  # any of them, by its first bytes
    try:
        plain = unpacker.decompress(body, longest)
    except zlib.error as error:
        if response.is_success and body.startswith(_GZIP):
            raise httpx2.ReadError("the answer is damaged") from error
        return body
    if response.is_success and not unpacker.eof:
        raise httpx2.ReadError("the answer is too long, or cut")
    return plain


@cache
def _trust() -> ssl.SSLContext:
    """The certificates that are believed; reading them takes longer than any test."""
    return httpx2.create_ssl_context(trust_env=False)


def plain_url(url: str) -> str:
    """The address without a slash at its end. Raises ConfigError for one that would carry a secret in clear text."""
    parts = urlsplit(url)
    if not parts.hostname or parts.scheme not in ("http", "https") or parts.username is not None:
        raise ConfigError("transport.url is not a web address", remedy="write it as https://api.example.com/")
    if parts.scheme == "http" and not is_here(parts.hostname):
        raise ConfigError("transport.url is http, and the key would cross the network in clear text",
                          remedy="write https://")
    return url.rstrip("/")


def check_secret(name: str, value: object) -> str:
    """A key as a header can carry it. Raises ConfigError for one that is missing or cannot be one."""
    if not isinstance(value, str) or not value:
        raise ConfigError(f"transport.{name} is missing",
                          remedy=f"add `{name}: ${{NAME}}`, and NAME to the environment")
    if not re.fullmatch(r"[!-~]+", value):
        raise ConfigError(f"transport.{name} has a space or an odd character in it", remedy="copy it again")
    return value
