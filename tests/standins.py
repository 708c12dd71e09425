"""A stand-in for the services that take mail over HTTP: their documented interfaces, failing at every stage.

    with Service(Postmark) as service:
        service.faults = lambda request: Fault.SILENT if b"ada@" in request.body else None
        Postmark transport to service.url ...
        service.api.mails                      what was taken, in order
        service.api.oddities == []             every request had the documented shape

What each vendor says is in `tests/vendors.py`.
"""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Request:
    """What came in; names of headers in lower case."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    @property
    def document(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Reply:
    """What goes out. `document` becomes JSON unless it is bytes."""

    status: int
    document: Any
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def body(self) -> bytes:
        return self.document if isinstance(self.document, bytes) else json.dumps(self.document).encode()


class Fault(Enum):
    """Where it fails. The first ones take nothing; those from TAKEN on take the mail first."""

    LOST = auto()       # read, not taken, and no answer
    DEAF = auto()       # read, not taken, and the line stays open without a word
    BUSY = auto()       # 429, come again in two seconds
    AWAY = auto()       # 503
    BROKEN = auto()     # 500
    KEY = auto()        # 401
    MOVED = auto()      # a redirect to `elsewhere`
    TAKEN = auto()      # taken, and no answer
    MUTE = auto()       # taken, and the line stays open without a word
    TAKEN_500 = auto()
    GARBAGE = auto()
    TRUNCATED = auto()  # the answer stops in its middle
    ENDLESS = auto()    # the answer never stops, fast
    DRIPPING = auto()   # the answer comes a byte now and then


class Api(Protocol):
    """One vendor's side: answers requests, keeps what it took."""

    mails: list[Any]
    oddities: list[str]

    def answer(self, request: Request) -> Reply: ...


class Service:
    """A vendor's server on a free port of loopback; `faults` says how a request fails, if it does."""

    def __init__(self, api: Api, *, elsewhere: str = "") -> None:
        self.api = api
        self.elsewhere = elsewhere
        self.requests: list[Request] = []
        self.cuts_requests = False  # hangs up before it has read the body
        self.faults: Callable[[Request], Fault | None] = lambda request: None
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Service:
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._server.shutdown()
        self._server.server_close()

    def fail_once(self, fault: Fault, *, at: int = 1) -> None:
        """Fails the request of this number, counted from now."""
        numbers = iter(range(1, 1_000_000))
        self.faults = lambda request: fault if next(numbers) == at else None

    def serve(self, request: Request, handler: BaseHTTPRequestHandler) -> None:
        """One request."""
        with self._lock:
            self.requests.append(request)
            fault = self.faults(request)
            taken = fault is None or fault.value >= Fault.TAKEN.value
            reply = self.api.answer(request) if taken else None
        if fault is None:
            assert reply is not None
            _send(handler, reply)
        else:
            self._fail(fault, handler)

    def _fail(self, fault: Fault, handler: BaseHTTPRequestHandler) -> None:
        replies = {
            Fault.BUSY: Reply(429, {"message": "slow down"}, {"Retry-After": "2"}),
            Fault.AWAY: Reply(503, {"message": "maintenance"}),
            Fault.BROKEN: Reply(500, {"message": "oops"}), Fault.TAKEN_500: Reply(500, {"message": "oops"}),
            Fault.KEY: Reply(401, {"message": f"bad key in {handler.headers.get('authorization')}"}),
            Fault.MOVED: Reply(307, b"", {"Location": f"{self.elsewhere}{handler.path}"}),
            Fault.GARBAGE: Reply(200, b"<html>\xff welcome"),
        }
        if fault in replies:
            _send(handler, replies[fault])
            return
        if fault in (Fault.TRUNCATED, Fault.ENDLESS, Fault.DRIPPING):
            handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n[")
        if fault in (Fault.DEAF, Fault.MUTE):
            self._ended.wait()
        if fault is Fault.ENDLESS:
            _pour(handler, self._ended)
        if fault is Fault.DRIPPING:
            _drip(handler, self._ended)
        _hang_up(handler)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        service = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def handle_any(self) -> None:
                parts = urlsplit(self.path)
                length = int(self.headers.get("content-length") or 0)
                headers = {name.lower(): value for name, value in self.headers.items()}
                head = Request(self.command, parts.path, dict(parse_qsl(parts.query)), headers, b"")
                if service.cuts_requests:
                    service.requests.append(head)
                    _hang_up(self)
                    return
                body = self.rfile.read(length)
                service.serve(Request(head.method, head.path, head.query, headers, body), self)

            do_GET = do_POST = do_PUT = do_PATCH = handle_any

            def log_message(self, *_: object) -> None:
                """Nobody reads it."""

        return Handler


def _send(handler: BaseHTTPRequestHandler, reply: Reply) -> None:
    handler.send_response(reply.status)
    for name, value in {"Content-Type": "application/json", **reply.headers}.items():
        handler.send_header(name, value)
    handler.send_header("Content-Length", str(len(reply.body)))
    handler.end_headers()
    handler.wfile.write(reply.body)


def _hang_up(handler: BaseHTTPRequestHandler) -> None:
    """Resets the connection."""
    handler.close_connection = True
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()


def _pour(handler: BaseHTTPRequestHandler, ended: threading.Event) -> None:
    try:
        while not ended.is_set():
            handler.wfile.write(b" " * 65_536)
    except OSError:
        return


def _drip(handler: BaseHTTPRequestHandler, ended: threading.Event) -> None:
    try:
        while not ended.is_set():
            handler.wfile.write(b" ")
            time.sleep(0.02)
    except OSError:
        return
