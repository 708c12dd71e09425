"""A mail server for measuring: takes everything, keeps nothing, and costs little.

    python -m pipeline.bench.sink chunking|pipelining

Prints its port. Content is searched for its end, or counted where BDAT says its length; it is never read byte
by byte, because then the sink would be what is measured. Ends on SIGTERM and prints how many messages it took.
"""

from __future__ import annotations

import json
import select
import signal
import socket
import sys
from collections.abc import Callable

_END = b"\r\n.\r\n"
_TAKEN = b"250 2.0.0 Ok: taken\r\n"
_OFFERS = {"pipelining": ("PIPELINING", "8BITMIME", "ENHANCEDSTATUSCODES"),
           "chunking": ("PIPELINING", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES", "CHUNKING")}
_ANSWERS = {b"HELO": b"250 sink\r\n", b"MAIL": b"250 2.1.0 Ok\r\n", b"RCPT": b"250 2.1.5 Ok\r\n",
            b"RSET": b"250 2.0.0 Ok\r\n", b"NOOP": b"250 2.0.0 Ok\r\n", b"QUIT": b"221 2.0.0 Bye\r\n"}
_BUFFER = bytearray(1 << 18)  # all guests read into it, in turns


class Sink:
    """The server. `run` never returns; `taken` counts messages."""

    def __init__(self, offers: str) -> None:
        *words, last = ("sink", *_OFFERS[offers])
        self.greeting = "".join([*(f"250-{word}\r\n" for word in words), f"250 {last}\r\n"]).encode()
        self.taken = 0
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.port = self._socket.getsockname()[1]

    def run(self) -> None:
        """Serves until the process ends."""
        poll = select.poll()
        poll.register(self._socket, select.POLLIN)
        guests: dict[int, _Guest] = {}
        while True:
            for number, _ in poll.poll():
                guest = guests.get(number)
                if guest is None:
                    guest = _Guest(self, self._socket.accept()[0])
                    guests[guest.socket.fileno()] = guest
                    poll.register(guest.socket, select.POLLIN)
                elif not guest.serve():
                    poll.unregister(number)
                    guests.pop(number).socket.close()


class _Guest:
    """One connection. What it sends is read by the part of the dialogue that it is in."""

    def __init__(self, sink: Sink, sock: socket.socket) -> None:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.sendall(b"220 sink ESMTP\r\n")
        self.socket = sock
        self._sink = sink
        self._take: Callable[[int, int], int] = self._take_commands
        self._rest = b""   # the beginning of a command, or the last bytes of content
        self._left = 0     # bytes of a chunk to come
        self._out: list[bytes] = []

    def serve(self) -> bool:
        """Takes what has come; False when the guest has gone."""
        try:
            end = self.socket.recv_into(_BUFFER)
            start = 0
            while start < end:
                start = self._take(start, end)
            if self._out:
                self.socket.sendall(b"".join(self._out))
                self._out.clear()
        except OSError:
            return False
        return end > 0

    def _take_commands(self, start: int, end: int) -> int:
        line_end = _BUFFER.find(b"\n", start, end) + 1
        if not line_end:
            self._rest += _BUFFER[start:end]
            return end
        line, self._rest = self._rest + _BUFFER[start:line_end], b""
        self._answer(bytes(line))
        return line_end

    def _answer(self, line: bytes) -> None:
        word = line[:4].upper()
        if word == b"DATA":
            self._out.append(b"354 Go on\r\n")
            self._take, self._rest = self._take_content, b"\r\n"
        elif word == b"BDAT":
            self._left = int(line.split()[1])
            self._take = self._take_chunk
        else:
            greeting = self._sink.greeting if word == b"EHLO" else b"500 5.5.2 What?\r\n"
            self._out.append(_ANSWERS.get(word, greeting))

    def _take_content(self, start: int, end: int) -> int:
        seam = self._rest + _BUFFER[start:start + 4]
        found = seam.find(_END)  # it may lie across two reads
        if found >= 0:
            return self._done(start + found + len(_END) - len(self._rest))
        found = _BUFFER.find(_END, start, end)
        if found >= 0:
            return self._done(found + len(_END))
        self._rest = (self._rest + _BUFFER[max(start, end - 4):end])[-4:]
        return end

    def _take_chunk(self, start: int, end: int) -> int:
        size = min(self._left, end - start)
        self._left -= size
        return start + size if self._left else self._done(start + size)

    def _done(self, where: int) -> int:
        self._take, self._rest = self._take_commands, b""
        self._out.append(_TAKEN)
        self._sink.taken += 1
        return where


def main(offers: str) -> None:
    """Serves until SIGTERM."""
    sink = Sink(offers)

    def end(*_: object) -> None:
        print(json.dumps({"taken": sink.taken}), flush=True)
        sys.exit(0)

    signal.signal(signal.SIGTERM, end)
    print(json.dumps({"port": sink.port}), flush=True)
    sink.run()


if __name__ == "__main__":
    main(*sys.argv[1:])
