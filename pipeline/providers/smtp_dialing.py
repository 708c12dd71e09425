"""Opens the TCP connection to a host with many addresses: they race, and the first one wins (RFC 8305).

A name whose first address is a black hole costs a quarter of a second, not a timeout; all of them
together never take longer than the caller allows, the lookup of the name included.
"""

from __future__ import annotations

import errno
import os
import queue
import select
import socket
import threading
from collections import deque
from collections.abc import Callable
from itertools import chain, zip_longest
from typing import Any

from pipeline.clock import monotonic

STAGGER_S = 0.25  # RFC 8305 section 5: the pause before the next address is tried beside the others

Candidate = tuple[int, Any]  # address family and socket address
Resolve = Callable[[str, int], list[Candidate]]


class ConnectionLost(Exception):
    """There is no connection, or no more: closed, reset, or silent for too long."""


def resolve(host: str, port: int) -> list[Candidate]:
    """All addresses of a host, IPv6 and IPv4 in turns, the system's favourite first. Raises OSError."""
    found = [(family, place) for family, _, _, _, place in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    favourite = [entry for entry in found if entry[0] == found[0][0]]
    others = [entry for entry in found if entry[0] != found[0][0]]
    return [entry for entry in chain.from_iterable(zip_longest(favourite, others)) if entry]


def dial(host: str, port: int, limit_s: float, look_up: Resolve = resolve) -> socket.socket:
    """A connected, non-blocking socket. Raises ConnectionLost when no address answers within `limit_s`."""
    deadline = monotonic() + limit_s
    candidates = _look_up(host, port, limit_s, look_up)
    with _Race(candidates) as race:
        return race.run(deadline)


def _look_up(host: str, port: int, limit_s: float, look_up: Resolve) -> list[Candidate]:
    """The system's resolver knows no deadline, so it works in a thread that may be left behind."""
    answers: queue.SimpleQueue[list[Candidate] | OSError | UnicodeError] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(look_up(host, port))
        except (OSError, UnicodeError) as error:  # UnicodeError: a label that is empty or too long
            answers.put(error)

    try:
        threading.Thread(target=ask, name=f"look up {host}", daemon=True).start()
    except RuntimeError as error:  # a limit of processes: it passes
        raise ConnectionLost(f"the name {host} was not looked up ({error})") from error
    try:
        answer = answers.get(timeout=limit_s)
    except queue.Empty:
        raise ConnectionLost(f"the name {host} was not resolved within {limit_s:g} s") from None
    if isinstance(answer, (OSError, UnicodeError)):
        raise ConnectionLost(f"the name {host} has no address ({answer})")
    return answer


class _Race:
    """Connections being opened side by side; leaving the block closes all but the winner."""

    def __init__(self, candidates: list[Candidate]) -> None:
        self._waiting = deque(candidates)
        self._running: dict[int, tuple[socket.socket, str]] = {}
        self._poll = select.poll()
        self._failures: list[str] = []

    def __enter__(self) -> _Race:
        return self

    def __exit__(self, *_: object) -> None:
        for sock, _place in self._running.values():
            sock.close()

    def run(self, deadline: float) -> socket.socket:
        while (self._waiting or self._running) and monotonic() < deadline:
            if self._waiting:
                self._start(*self._waiting.popleft())
            if winner := self._watch(deadline):
                return winner
        silent = [f"{place}: no answer" for _, place in self._running.values()]
        raise ConnectionLost(f"no connection ({'; '.join(self._failures + silent) or 'it has no address'})")

    def _start(self, family: int, place: Any) -> None:
        sock = None
        try:
            sock = socket.socket(family, socket.SOCK_STREAM)
            sock.setblocking(False)
            code = sock.connect_ex(place)
        except OSError as error:  # a machine without IPv6
            code = error.errno or errno.EADDRNOTAVAIL
        if sock and code in (0, errno.EINPROGRESS):
            self._running[sock.fileno()] = sock, place[0]
            self._poll.register(sock, select.POLLOUT)
        else:
            self._fail(sock, place[0], code)

    def _fail(self, sock: socket.socket | None, place: str, code: int) -> None:
        self._failures.append(f"{place}: {os.strerror(code)}")
        if sock:
            sock.close()

    def _watch(self, deadline: float) -> socket.socket | None:
        """The first that is through; None when the next address is to be tried."""
        limit = min(deadline, monotonic() + STAGGER_S) if self._waiting else deadline
        while self._running and (left := limit - monotonic()) > 0:
            for number, _ in self._poll.poll(left * 1_000):
                sock, place = self._running.pop(number)
                self._poll.unregister(number)
                if not (code := sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)):
                    return sock
                self._fail(sock, place, code)
                limit = monotonic() if self._waiting else limit
        return None
