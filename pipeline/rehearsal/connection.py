"""One session's line: bytes come in and go out, late, drop by drop, or not at all."""

from __future__ import annotations

import asyncio
import ssl
from typing import TYPE_CHECKING

from pipeline.rehearsal.behaviour import DROP, HANG

if TYPE_CHECKING:
    from pipeline.rehearsal.server import MailServer


class Connection(asyncio.Protocol):
    """What a session does with its connection; what the bytes mean is for who inherits."""

    def __init__(self, server: MailServer) -> None:
        self.server = server
        self.behaviour = server.behaviour
        self.number = 0
        self.transport: asyncio.Transport | None = None
        self.buffer = bytearray()
        self.paused = False
        self.encrypted = False
        self.out: list[bytes] = []

    def take(self) -> bool:
        """Takes one piece out of the buffer; False if it is not whole yet."""
        raise NotImplementedError

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if self.transport is not None:  # once more, behind STARTTLS
            self.transport = transport  # type: ignore[assignment]  # a server's is one that writes, too
            return
        self.transport = transport  # type: ignore[assignment]  # as above
        self.encrypted = self.behaviour.security == "tls"
        self.server.sessions += 1
        self.number = self.server.sessions
        limit = self.behaviour.connections
        if limit is not None and len(self.server.open) >= limit:
            self.reply("421 4.7.0 too many connections from you")
            self.cut()
            return
        self.server.open.add(self)
        self.answer("greeting", "220 post.example.org ESMTP")
        self.flush()

    def connection_lost(self, _exc: Exception | None) -> None:
        self.server.open.discard(self)
        self.paused = True

    def cut(self) -> None:
        """Says what is still to be said, at once, and closes the line."""
        if self.transport is not None:
            self.paused = True
            self.server.open.discard(self)
            self.transport.write(b"".join(self.out))
            self.out.clear()
            self.transport.close()

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        self.work()

    def work(self) -> None:
        while not self.paused and self.buffer and self.take():
            pass
        self.flush()

    def reply(self, text: str | bytes) -> None:
        self.out.append(as_line(text))

    def flush(self) -> None:
        if not self.out or self.transport is None:
            return
        data = b"".join(self.out)
        self.out.clear()
        if self.behaviour.delay_s:
            self.later(self.behaviour.delay_s, data)
        elif self.behaviour.drip_s:
            self.drip(data)
        else:
            self.transport.write(data)

    def drip(self, data: bytes) -> None:
        """One byte now, the others later, for ever on time for a client that waits for bytes."""
        if data and self.transport is not None and not self.transport.is_closing():
            self.transport.write(data[:1])
            self.server.loop.call_later(self.behaviour.drip_s, self.drip, data[1:])

    def later(self, seconds: float, data: bytes) -> None:
        """Writes after a while, and reads on only then."""
        self.paused = True

        def go_on() -> None:
            if self.transport is not None and not self.transport.is_closing():
                self.paused = False
                self.transport.write(data)
                self.work()

        self.server.loop.call_later(seconds, go_on)

    def answer(self, place: str, usual: str) -> bool:
        """Replies as scripted, or as usual; whether it was the usual."""
        scripted = self.server.scripted(place)
        self.answer_with(usual if scripted is None else scripted)
        return scripted is None

    def answer_with(self, reply: str | bytes) -> None:
        """Says it, or does it; a 421 ends the session."""
        if reply in (DROP, HANG):
            self.flush()
            self.paused = True
        else:
            self.reply(reply)
        if reply == DROP or reply[:3] in ("421", b"421"):
            self.cut()

    async def encrypt(self) -> None:
        """Goes on in TLS, with whoever can."""
        assert self.transport is not None  # noqa: S101, it spoke to us
        assert self.behaviour.tls is not None  # noqa: S101, STARTTLS was offered
        try:
            self.transport = await self.server.loop.start_tls(
                self.transport, self, self.behaviour.tls, server_side=True)
        except (OSError, ssl.SSLError):
            self.cut()
            return
        self.encrypted = True
        self.paused = False
        self.work()


def as_line(reply: str | bytes) -> bytes:
    """A reply with its line end; bytes go as they are."""
    return reply if isinstance(reply, bytes) else reply.encode() + b"\r\n"
