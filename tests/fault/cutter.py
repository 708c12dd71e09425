"""A line to PostgreSQL that is cut as a transaction ends: before COMMIT is heard, or before it is answered."""

from __future__ import annotations

import socket
import threading
from collections import Counter
from contextlib import closing, suppress
from itertools import cycle
from urllib.parse import urlsplit

COMMIT = b"COMMIT\0"
UNHEARD, UNANSWERED = "unheard", "unanswered"


class Cutter:
    """A proxy on a free port of loopback. Once `every` is set, one of so many commits passes; the others are cut, in
    turns in either way."""

    def __init__(self, url: str) -> None:
        self._server = urlsplit(url)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.every: int | None = None
        self._lock = threading.Lock()
        self._passed = 0
        self._ways = cycle((UNANSWERED, UNANSWERED, UNHEARD))  # three, or the same step might be unheard in each round
        self.cuts: Counter[str] = Counter()
        threading.Thread(target=self._accept, name="cutter", daemon=True).start()

    @property
    def url(self) -> str:
        port = self._listener.getsockname()[1]
        return self._server._replace(netloc=f"{self._server.username}@127.0.0.1:{port}").geturl()

    def close(self) -> None:
        """Lets nobody in any more."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                far = socket.create_connection((self._server.hostname, self._server.port))
                threading.Thread(target=self._carry, args=(near, far), daemon=True).start()

    def _carry(self, near: socket.socket, far: socket.socket) -> None:
        """One connection, from its first byte to its end."""
        with closing(near), closing(far), suppress(OSError):
            back = threading.Thread(target=self._bring, args=(far, near), daemon=True)
            back.start()
            while content := near.recv(1 << 16):
                way = self._cut() if COMMIT in content else None
                if way == UNHEARD:
                    break
                if way == UNANSWERED:
                    near.shutdown(socket.SHUT_WR)  # the answer finds nobody
                far.sendall(content)
                if way == UNANSWERED:
                    back.join()
                    break
            far.shutdown(socket.SHUT_RDWR)

    def _bring(self, far: socket.socket, near: socket.socket) -> None:
        with suppress(OSError):
            while content := far.recv(1 << 16):
                near.sendall(content)

    def _cut(self) -> str | None:
        with self._lock:
            self._passed += 1
            if self.every is None or self._passed % self.every == 0:
                return None
            way = next(self._ways)
            self.cuts[way] += 1
            return way
