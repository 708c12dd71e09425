"""One HTTP exchange with an address that a person or a setting names: a feed, a hub, a certificate, our own site.

Bounded in bytes and in time, also against a server that sends a byte a second; redirects are followed on
the same host alone, because nothing may leave this machine but to what was named. Mail goes out over
`providers.http`, which knows what was on the wire when the line was lost.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from urllib.parse import SplitResult, quote, urlencode, urljoin, urlsplit

from pipeline import __version__
from pipeline.errors import Unreachable

SILENCE_S = 15.0
WHOLE_S = 60.0
MOST_REDIRECTS = 5
AGENT = f"avviso/{__version__}"
_CHUNK = 64 * 1024
_REDIRECTS = (301, 302, 303, 307, 308)


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: body at most as long as was asked for, where it was found, and where it leads on to."""

    status: int
    body: bytes
    content_type: str
    address: str
    location: str


def fetch(address: str, limit_bytes: int, *, whole_s: float = WHOLE_S) -> Reply:
    """What lies at an http(s) address; longer bodies are cut one byte after the limit.

    Raises Unreachable (exit 3) with one line: no answer, too slow, another host, or a status that is not 200.
    """
    wanted = address
    for _ in range(MOST_REDIRECTS + 1):
        reply = _call("GET", address, None, limit_bytes, whole_s)
        if reply.status == 200:
            return reply
        if not reply.location:
            raise _failure(wanted, f"answers with status {reply.status}")
        address = _same_host(address, reply.location)
    raise _failure(wanted, "leads from one address to the next without end")


def post(address: str, form: Mapping[str, str], *, whole_s: float = WHOLE_S) -> Reply:
    """What a server says to a form; no redirect is followed. Raises Unreachable when it does not answer."""
    return _call("POST", address, urlencode(form).encode(), _CHUNK, whole_s)


def _call(method: str, address: str, form: bytes | None, limit_bytes: int, whole_s: float) -> Reply:
    try:
        url = urlsplit(address)
        headers = {"User-Agent": AGENT, "Accept-Encoding": "identity", "Connection": "close"}
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        with _line(url, whole_s) as line:
            line.request(method, _target(url), body=form, headers=headers)
            answer = line.getresponse()
            body = b"".join(_limited(answer, limit_bytes))
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise _failure(address, f"does not answer ({' '.join(str(error).split()) or type(error).__name__})") from None
    location = answer.getheader("Location", "") if answer.status in _REDIRECTS else ""
    return Reply(answer.status, body, answer.getheader("Content-Type", ""), address, location)


@contextmanager
def _line(url: SplitResult, whole_s: float) -> Iterator[http.client.HTTPConnection]:
    """A connection that is cut when the whole exchange has taken too long."""
    if url.scheme not in ("http", "https") or not url.hostname:
        raise ValueError("not an http(s) address")
    line = (http.client.HTTPSConnection(url.hostname, url.port, timeout=SILENCE_S, context=ssl.create_default_context())
            if url.scheme == "https" else http.client.HTTPConnection(url.hostname, url.port, timeout=SILENCE_S))
    line.connect()
    is_cut = threading.Event()
    end = threading.Timer(whole_s, _cut, [line.sock, is_cut])  # `line` forgets its socket when the answer begins
    end.daemon = True
    end.start()
    try:
        yield line
        if is_cut.is_set():
            raise TimeoutError(f"not done after {whole_s:g} s")
    finally:
        end.cancel()
        line.close()


def _cut(wire: socket.socket, is_cut: threading.Event) -> None:
    is_cut.set()  # before the wire ends: whoever reads it must not take what came for the whole
    with suppress(OSError):  # closed already
        wire.shutdown(socket.SHUT_RDWR)


def _limited(answer: http.client.HTTPResponse, limit_bytes: int) -> Iterator[bytes]:
    """The body as it comes, until one byte more than the limit."""
    left = limit_bytes + 1
    while left > 0 and (part := answer.read1(min(left, _CHUNK))):
        left -= len(part)
        yield part


def _target(url: SplitResult) -> str:
    """Path and query as they go on the wire."""
    path = quote(url.path or "/", safe="/%~!$&'()*+,;=:@")
    return path + ("?" + quote(url.query, safe="/%~!$&'()*+,;=:@?") if url.query else "")


def _same_host(address: str, location: str) -> str:
    """Where a redirect leads, if that is the host that was named, or the same with or without `www.`."""
    target = urljoin(address, location)
    hosts = {(urlsplit(one).hostname or "").removeprefix("www.") for one in (address, target)}
    if len(hosts) > 1:
        raise _failure(address, f"leads to another host, {target}", "name that address if it is the one you mean")
    return target


def _failure(
    address: str, what: str, remedy: str = "check the address, or save the feed and name the file",
) -> Unreachable:
    return Unreachable(what, path=address, remedy=remedy)
