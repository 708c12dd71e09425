"""A connection with a delay: bytes pass both ways, each half a round trip later than they came.

    python -m pipeline.bench.delay PORT MILLISECONDS

Prints the port to connect to; PORT is where it leads. It adds no limit of its own to how much is under way.
"""

from __future__ import annotations

import json
import select
import socket
import sys
from collections import deque
from dataclasses import dataclass, field

from pipeline.clock import monotonic

_READ = 1 << 18


@dataclass(slots=True)
class _Direction:
    """One direction: what has come in and when it may go out."""

    source: socket.socket
    target: socket.socket
    under_way: deque[tuple[float, bytes]] = field(default_factory=deque)


class DelayProxy:
    """Stands between two sides; `run` never returns."""

    def __init__(self, port: int, round_trip_s: float) -> None:
        self._to = port
        self._delay_s = round_trip_s / 2
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.port = self._socket.getsockname()[1]
        self._poll = select.poll()
        self._poll.register(self._socket, select.POLLIN)
        self._directions: dict[int, _Direction] = {}

    def run(self) -> None:
        """Carries until the process ends."""
        while True:
            for number, _ in self._poll.poll(self._wait_ms()):
                if number in self._directions:
                    self._take(self._directions[number])
                else:
                    self._accept()
            self._pass_on()

    def _wait_ms(self) -> float | None:
        due = [direction.under_way[0][0] for direction in self._directions.values() if direction.under_way]
        return max(0.0, min(due) - monotonic()) * 1_000 if due else None

    def _accept(self) -> None:
        near, _ = self._socket.accept()
        far = socket.create_connection(("127.0.0.1", self._to))
        for source, target in ((near, far), (far, near)):
            source.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._directions[source.fileno()] = _Direction(source, target)
            self._poll.register(source, select.POLLIN)

    def _take(self, direction: _Direction) -> None:
        try:
            data = direction.source.recv(_READ)
        except OSError:
            data = b""
        direction.under_way.append((monotonic() + self._delay_s, data))
        if not data:
            self._poll.unregister(direction.source)

    def _pass_on(self) -> None:
        now = monotonic()
        for number, direction in tuple(self._directions.items()):
            while direction.under_way and direction.under_way[0][0] <= now:
                _, data = direction.under_way.popleft()
                if data and _sent(direction.target, data):
                    continue
                _end(direction.target)
                del self._directions[number]
                break


def _sent(target: socket.socket, data: bytes) -> bool:
    try:
        target.sendall(data)
    except OSError:
        return False
    return True


def _end(target: socket.socket) -> None:
    try:
        target.shutdown(socket.SHUT_WR)
    except OSError:
        target.close()


def main(port: str, round_trip_ms: str) -> None:
    """Carries until the process ends."""
    proxy = DelayProxy(int(port), float(round_trip_ms) / 1_000)
    print(json.dumps({"port": proxy.port}), flush=True)
    proxy.run()


if __name__ == "__main__":
    main(*sys.argv[1:])
