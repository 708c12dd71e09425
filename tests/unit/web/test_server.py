"""uvicorn in a thread of ours: it answers from start to stop, and a port that is taken is one line."""

from __future__ import annotations

import http.client
import socket
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from pipeline.errors import OutputError
from pipeline.web import guard
from pipeline.web.server import Server
from pipeline.web.spool_thread import SpoolThread


async def hello(_: Request) -> Response:
    return PlainTextResponse("hello\n")


OPEN = Path("/proc/self/fd")  # what this process has open
SITE = Starlette(routes=[Route("/", hello)])


@pytest.fixture
def server() -> Iterator[Server]:
    """A server on any free port, stopped at the end."""
    server = Server(SITE, "127.0.0.1", 0, SpoolThread(lambda: 0))
    server.start()
    yield server
    server.stop()


def ask(port: int, host: str = "127.0.0.1") -> tuple[int, bytes]:
    line = http.client.HTTPConnection(host, port, timeout=20)
    try:
        line.request("GET", "/")
        answer = line.getresponse()
        return answer.status, answer.read()
    finally:
        line.close()


def test_server_on_port_0_takes_a_free_one_and_answers(server: Server) -> None:
    assert server.port > 0
    assert ask(server.port) == (200, b"hello\n")


def test_who_comes_before_the_start_waits_and_is_answered() -> None:
    server = Server(SITE, "127.0.0.1", 0, SpoolThread(lambda: 0))
    with socket.create_connection(("127.0.0.1", server.port), 20) as early:
        early.sendall(b"GET / HTTP/1.0\r\n\r\n")
        server.start()

        assert early.recv(100).startswith(b"HTTP/1.1 200 OK")
    server.stop()


@pytest.mark.parametrize("request_", [
    b"\x16\x03\x01\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\r\n",
], ids=["garbage", "websocket"])
def test_stranger_cannot_fill_the_log(server: Server, request_: bytes, caplog: pytest.LogCaptureFixture) -> None:
    with socket.create_connection(("127.0.0.1", server.port), 20) as line:
        line.sendall(request_)
        assert line.recv(100).startswith(b"HTTP/1.1 ")

    assert [record.getMessage() for record in caplog.records if record.levelname == "WARNING"] == []


@pytest.fixture
def guarded() -> Iterator[Server]:
    """The same behind the guard, with a hook to report to."""
    server = Server(guard.Guard(SITE, hooks=["/hooks/x"]), "127.0.0.1", 0, SpoolThread(lambda: 0))
    server.start()
    yield server
    server.stop()


@pytest.mark.parametrize("declared", [True, False])
def test_who_sends_too_much_comes_to_read_why(guarded: Server, declared: bool) -> None:
    """An ordinary client reads the answer when it has sent everything: its line was reset before."""
    body = b"x" * 10_000_000
    line = http.client.HTTPConnection("127.0.0.1", guarded.port, timeout=20)
    tracemalloc.start()
    try:
        line.request("POST", "/hooks/x", body if declared else (body[at:at + 50_000] for at in range(0, 10**7, 50_000)),
                     encode_chunked=not declared, headers={} if declared else {"transfer-encoding": "chunked"})
        answer = line.getresponse()
        said = answer.status, answer.read(), answer.headers["connection"]
        peak_bytes = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
        line.close()

    assert said == (413, b"too large\n", "close")
    assert peak_bytes < 4_000_000


def test_who_sends_too_much_and_never_ends_is_told_so_when_the_time_is_over(
    guarded: Server, monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(guard, "BODY_LIMIT_S", 0.05)
    with socket.create_connection(("127.0.0.1", guarded.port), 20) as line:
        line.sendall(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 10000000\r\n\r\nx")

        assert line.recv(100).startswith(b"HTTP/1.1 413 ")


def test_who_asks_before_sending_too_much_is_answered_at_once(guarded: Server) -> None:
    with socket.create_connection(("127.0.0.1", guarded.port), 20) as line:
        line.sendall(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 10000000\r\nexpect: 100-continue\r\n\r\n")

        assert line.recv(100).startswith(b"HTTP/1.1 413 ")


def test_nobody_is_answered_after_the_stop(server: Server) -> None:
    ask(server.port)
    port = server.port

    server.stop()

    with pytest.raises(ConnectionRefusedError):
        ask(port)


def test_server_does_not_name_itself(server: Server) -> None:
    line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    line.request("GET", "/")

    assert line.getresponse().getheader("Server") is None
    line.close()


def test_two_servers_on_one_port_are_one_too_many(server: Server) -> None:
    with pytest.raises(OutputError) as refused:
        Server(SITE, "127.0.0.1", server.port, SpoolThread(lambda: 0))

    assert str(refused.value) == (f"web.listen 127.0.0.1:{server.port} cannot be used: Address already in use: "
                                  "stop what uses it, or set another port")
    assert refused.value.exit_code == 74


@pytest.mark.parametrize("host", ["192.0.2.1", "nowhere.invalid"])
def test_an_address_of_another_machine_is_no_port_that_something_uses(host: str) -> None:
    with pytest.raises(OutputError, match=f"{host}:8080 cannot be used: .*: write an address of this machine"):
        Server(SITE, host, 8080, SpoolThread(lambda: 0))


def test_server_listens_on_ipv6_too() -> None:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("this machine has no IPv6 loopback")
    server = Server(SITE, "::1", 0, SpoolThread(lambda: 0))
    server.start()

    assert ask(server.port, "::1") == (200, b"hello\n")
    server.stop()


@pytest.mark.skipif(not OPEN.exists(), reason="needs the files of Linux about a process")
def test_address_that_cannot_be_used_leaves_nothing_open() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        before = set(OPEN.iterdir())

        with pytest.raises(OutputError) as refused:
            Server(SITE, "127.0.0.1", taken.getsockname()[1], SpoolThread(lambda: 0))

        assert before >= set(OPEN.iterdir()), refused
