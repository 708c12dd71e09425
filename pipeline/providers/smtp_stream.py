"""One connection to a mail server, as a pair of byte streams with deadlines; TCP first, TLS when asked.

Writing never stands in the way of reading: a server that refuses a message in its middle is heard
at once. A deadline is absolute, so a server that sends a byte now and then gains nothing by it.
"""

from __future__ import annotations

import contextlib
import select
import socket
import ssl

from pipeline.clock import monotonic
from pipeline.providers.smtp_dialing import ConnectionLost

_AT_ONCE = 64        # pieces in one write; systems take 1024
_READ_SIZE = 16_384  # a record of TLS; answers are short


class Stream:
    """Bytes out, bytes in. Owns the socket. `queued` and `written` count all bytes ever, before TLS."""

    def __init__(self, sock: socket.socket) -> None:
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._sock = sock
        self._poll = select.poll()
        self._poll.register(sock, select.POLLIN)
        self._outbox: list[bytes | memoryview] = []  # pieces, as they were queued: a message is not copied again
        self.queued = 0
        self.written = 0

    @property
    def local_address(self) -> str:
        """Our own IP address on this connection."""
        return str(self._sock.getsockname()[0])

    @property
    def encrypted(self) -> bool:
        """Whether TLS is on."""
        return isinstance(self._sock, ssl.SSLSocket)

    def fileno(self) -> int:
        """The socket's number, for whoever waits on many."""
        return self._sock.fileno()

    def queue(self, *pieces: bytes) -> None:
        """Bytes to be written at the next `write` or `flush`."""
        self._outbox += pieces
        self.queued += sum(map(len, pieces))

    def write(self) -> bool:
        """Writes what the system takes at once; whether all is written. Raises ConnectionLost."""
        while self.written < self.queued:
            if not self._write_some():
                return False
        return True

    def flush(self, deadline: float) -> bool:
        """Writes all that is queued; False when something came in before it was done. Raises ConnectionLost."""
        while self.written < self.queued:
            if self._write_some():
                continue
            if self._wait(select.POLLIN | select.POLLOUT, deadline) & ~select.POLLOUT:
                return False
        return True

    def read(self, deadline: float) -> bytes:
        """Bytes that have come; empty only if there is still something to write. Raises ConnectionLost."""
        while not (data := self.peek()):
            if self.written < self.queued:
                return b""
            self._wait(select.POLLIN, deadline)
        return data

    def peek(self) -> bytes:
        """Bytes that are there already, without waiting. Raises ConnectionLost when the other side is gone."""
        try:
            data = self._sock.recv(_READ_SIZE)
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return b""
        except OSError as error:
            raise ConnectionLost(_reason(error)) from error
        if not data:
            raise ConnectionLost("the server closed the connection")
        return data

    def encrypt(self, context: ssl.SSLContext, host: str, deadline: float) -> None:
        """Puts TLS on the line. Raises ssl.SSLCertVerificationError, or ConnectionLost for all else."""
        try:
            self._sock = context.wrap_socket(self._sock, server_hostname=host, do_handshake_on_connect=False)
            self._shake_hands(self._sock, deadline)
        except ssl.SSLCertVerificationError:
            raise
        except (OSError, ValueError) as error:  # ValueError: a host that cannot be a name in a certificate
            raise ConnectionLost(f"TLS failed ({_reason(error)})") from error

    def close(self) -> None:
        """Closes the connection, whatever is under way."""
        with contextlib.suppress(OSError):
            self._sock.close()

    def _shake_hands(self, sock: ssl.SSLSocket, deadline: float) -> None:
        while True:
            try:
                return sock.do_handshake()
            except ssl.SSLWantReadError:
                self._wait(select.POLLIN, deadline)
            except ssl.SSLWantWriteError:
                self._wait(select.POLLOUT, deadline)

    def _write_some(self) -> bool:
        """Writes what the system takes at once; says whether it took anything."""
        if self.encrypted and len(self._outbox) > 1:
            self._outbox = [b"".join(self._outbox)]  # else each piece would be a record of its own
        try:
            if len(self._outbox) == 1:
                count = self._sock.send(self._outbox[0])
            else:
                count = self._sock.sendmsg(self._outbox[:_AT_ONCE])
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return False
        except OSError as error:
            raise ConnectionLost(_reason(error)) from error
        self.written += count
        self._outbox = [] if self.written == self.queued else _behind(self._outbox, count)
        return True

    def _wait(self, events: int, deadline: float) -> int:
        left = deadline - monotonic()
        self._poll.modify(self._sock, events)
        ready = self._poll.poll(max(left, 0) * 1_000)
        if not ready:
            raise ConnectionLost("no answer in time")
        return ready[0][1]


def _behind(pieces: list[bytes | memoryview], count: int) -> list[bytes | memoryview]:
    """What is left of the pieces behind so many bytes."""
    at = 0
    while count >= len(pieces[at]):
        count -= len(pieces[at])
        at += 1
    return [memoryview(pieces[at])[count:], *pieces[at + 1:]]


def _reason(error: Exception) -> str:
    if isinstance(error, ssl.SSLError):
        return (error.reason or str(error)).replace("_", " ").lower()
    return str(getattr(error, "strerror", None) or error).lower()
