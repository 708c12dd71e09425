"""A name with many addresses, most of them dead, and the time it may take. All on this machine."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from pipeline.clock import monotonic
from pipeline.providers.smtp_dialing import ConnectionLost, dial, resolve


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@contextmanager
def black_hole() -> Iterator[int]:
    """A port that never answers: its queue of one is full, so the system drops every further knock."""
    with ExitStack() as stack:
        server = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        stack.enter_context(socket.create_connection(server.getsockname()))
        for _ in range(3):
            knock = stack.enter_context(socket.socket())
            knock.setblocking(False)
            knock.connect_ex(server.getsockname())
        yield server.getsockname()[1]


def at(*ports: int) -> list[tuple[int, tuple[str, int]]]:
    return [(socket.AF_INET, ("127.0.0.1", port)) for port in ports]


def test_one_living_address_behind_four_dead_ones_is_found(listener: socket.socket) -> None:
    living = listener.getsockname()[1]
    candidates = at(*(closed_port() for _ in range(4)), living)

    with dial("post.example.org", 25, 5, lambda *_: candidates) as sock:
        assert sock.getpeername() == ("127.0.0.1", living)
        assert sock.getblocking() is False


def test_black_hole_costs_a_moment_and_not_the_timeout(listener: socket.socket) -> None:
    living = listener.getsockname()[1]
    with black_hole() as hole, dial("post.example.org", 25, 30, lambda *_: at(hole, living)) as sock:
        assert sock.getpeername() == ("127.0.0.1", living)


def test_black_holes_alone_are_given_up_in_time() -> None:
    with black_hole() as hole:
        started = monotonic()
        with pytest.raises(ConnectionLost) as caught:
            dial("post.example.org", 25, 0.1, lambda *_: at(hole))

    assert str(caught.value) == "no connection (127.0.0.1: no answer)"
    assert monotonic() - started < 5


def test_every_dead_address_is_named() -> None:
    with pytest.raises(ConnectionLost) as caught:
        dial("post.example.org", 25, 5, lambda *_: at(closed_port(), closed_port()))

    assert str(caught.value) == "no connection (127.0.0.1: Connection refused; 127.0.0.1: Connection refused)"


def test_address_without_a_route_is_passed_over(listener: socket.socket) -> None:
    candidates = [(socket.AF_INET, ("127.255.255.255", 25)), *at(listener.getsockname()[1])]

    with dial("post.example.org", 25, 5, lambda *_: candidates) as sock:
        assert sock.getpeername() == listener.getsockname()


def test_unknown_family_is_passed_over(listener: socket.socket) -> None:
    candidates = [(9_999, ("::1", 25)), *at(listener.getsockname()[1])]

    with dial("post.example.org", 25, 5, lambda *_: candidates) as sock:
        assert sock.getpeername() == listener.getsockname()


def test_name_that_does_not_exist_is_one_line() -> None:
    def look_up(host: str, port: int) -> list[tuple[int, tuple[str, int]]]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    with pytest.raises(ConnectionLost) as caught:
        dial("mial.example.org", 25, 5, look_up)

    assert str(caught.value) == "the name mial.example.org has no address ([Errno -2] Name or service not known)"


def test_resolver_that_hangs_is_left_behind() -> None:
    is_over = threading.Event()

    def look_up(host: str, port: int) -> list[tuple[int, tuple[str, int]]]:
        is_over.wait()
        return []

    with pytest.raises(ConnectionLost) as caught:
        dial("slow.example.org", 25, 0.05, look_up)
    is_over.set()

    assert str(caught.value) == "the name slow.example.org was not resolved within 0.05 s"


def test_host_without_an_address_is_lost() -> None:
    with pytest.raises(ConnectionLost) as caught:
        dial("post.example.org", 25, 5, lambda *_: [])

    assert str(caught.value) == "no connection (it has no address)"


@pytest.mark.parametrize(("host", "place"), [("127.0.0.1", ("127.0.0.1", 25)), ("::1", ("::1", 25, 0, 0))])
def test_literal_address_resolves_to_itself(host: str, place: tuple[object, ...]) -> None:
    assert [candidate[1] for candidate in resolve(host, 25)] == [place]


def test_label_that_is_too_long_is_one_line() -> None:
    with pytest.raises(ConnectionLost):
        dial("x" * 64 + ".example.org", 25, 5)
