"""One exchange with an address that somebody named: bounded, and never led to anybody else."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from pipeline import fetching
from pipeline.errors import Unreachable
from pipeline.fetching import MOST_REDIRECTS, fetch, post
from tests.messages import puppet


class Site(ThreadingHTTPServer):
    """Answers `/STATUS/WHERE` with that status, and a redirect to WHERE; all else with its path."""

    heard: list[tuple[str, str]]

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Page(BaseHTTPRequestHandler):
    server: Site

    def do_GET(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        self.server.heard.append((self.path, self.rfile.read(length).decode()))
        status, _, where = self.path[1:].partition("/")
        self.send_response(int(status) if status.isdigit() else 200)
        if where:
            self.send_header("Location", where.replace("HERE", self.server.address))
        self.end_headers()
        self.wfile.write(self.path.encode())

    do_POST = do_GET

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def site() -> Iterator[Site]:
    with Site(("127.0.0.1", 0), Page) as server:
        server.heard = []
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def test_body_is_cut_one_byte_behind_its_limit(site: Site) -> None:
    assert (fetch(f"{site.address}/feed.xml", 100).body, fetch(f"{site.address}/feed.xml", 4).body) == (
        b"/feed.xml", b"/feed")


def test_redirect_on_the_same_host_is_followed_and_what_was_found_says_where(site: Site) -> None:
    assert fetch(f"{site.address}/301/HERE/new?a=b&c", 100).address == f"{site.address}/new?a=b&c"


@pytest.mark.parametrize(("path", "said"), [
    ("/302/http://elsewhere.example.com/", "leads to another host, http://elsewhere.example.com/"),
    ("/404", "answers with status 404"), ("/304", "answers with status 304"), ("/302", "answers with status 302"),
])
def test_what_is_not_there_is_one_line(site: Site, path: str, said: str) -> None:
    with pytest.raises(Unreachable) as refused:
        fetch(f"{site.address}{path}", 100)

    assert refused.value.problem.message == said


def test_circle_of_redirects_ends(site: Site) -> None:
    with pytest.raises(Unreachable, match="leads from one address to the next without end"):
        fetch(f"{site.address}/302/302/302/302/302/302/302/302/", 100)

    assert len(site.heard) == MOST_REDIRECTS + 1


def test_form_is_posted_and_no_redirect_followed(site: Site) -> None:
    reply = post(f"{site.address}/302/HERE/login", {"hub.url": "https://example.com/ä"})

    assert (reply.status, reply.location) == (302, f"{site.address}/login")
    assert site.heard == [("/302/HERE/login", "hub.url=https%3A%2F%2Fexample.com%2F%C3%A4")]


@pytest.mark.parametrize("address", ["ftp://127.0.0.1/", "/feed.xml", "http://", "http://127.0.0.1:99999/",
                                     "http://127.0.0.1:1/"])
def test_address_that_nobody_answers_at_is_one_line(address: str) -> None:
    with pytest.raises(Unreachable, match="does not answer"):
        fetch(address, 100)


@contextmanager
def dripping(pause_s: float) -> Iterator[str]:
    """A server that sends a byte now and then, until nobody listens."""
    over = threading.Event()

    def drip(guest: socket.socket) -> None:
        guest.recv(65_536)
        guest.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        try:
            while not over.wait(pause_s):
                guest.sendall(b".")
        except OSError:
            return

    with puppet(drip) as port:
        yield f"http://127.0.0.1:{port}/"
        over.set()


def test_server_that_is_never_silent_and_never_done_is_cut_off() -> None:
    with dripping(0.02) as address, pytest.raises(Unreachable, match=r"not done after 0.5 s|does not answer"):
        fetch(address, 10_000, whole_s=0.5)


def test_what_came_before_the_cut_is_not_taken_for_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even where the thread that cuts gets no further for a while."""
    cut, is_over = fetching._cut, threading.Event()
    monkeypatch.setattr(fetching, "_cut", lambda *wire: (cut(*wire), is_over.wait(30)))

    with dripping(0.02) as address, pytest.raises(Unreachable, match=r"not done after 0.5 s|does not answer"):
        fetch(address, 10_000, whole_s=0.5)
    is_over.set()
