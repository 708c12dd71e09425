"""A message comes in, and its address says what becomes of it (the words stand in `server`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.rehearsal.behaviour import REFUSAL, SLOW, STATUS, Accepted, word_of
from pipeline.rehearsal.connection import Connection, as_line

if TYPE_CHECKING:
    from pipeline.rehearsal.server import MailServer


class Receiving(Connection):
    """What a session knows of the message in hand, how it is read, and how its end is answered."""

    def __init__(self, server: MailServer) -> None:
        super().__init__(server)
        self.scanned = 0
        self.taken = 0
        self.waiting_for = "command"  # command, data, chunk, auth
        self.chunk_left = 0
        self.is_last_chunk = False
        self.clear()

    def clear(self) -> None:
        """No transaction."""
        self.sender: str | None = None
        self.parameters = ""
        self.recipients: list[str] = []
        self.content = bytearray()
        self.by = "DATA"

    def take_data(self) -> bool:
        if self.drops_before_dot():
            return False
        if self.buffer.startswith(b".\r\n"):
            end, size = 0, 3
        else:
            end, size = self.buffer.find(b"\r\n.\r\n", max(self.scanned - 4, 0)) + 2, 3
            if end < 2:
                self.scanned = len(self.buffer)
                self.refuse_beyond_limit(self.scanned)
                return False
        content = bytes(self.buffer[:end])
        del self.buffer[: end + size]
        content = content.replace(b"\r\n.", b"\r\n")
        self.content = bytearray(content[1:] if content.startswith(b".") else content)
        self.waiting_for = "command"
        if self.recipients:
            self.finish()
        else:
            self.clear()
            self.reply("554 5.5.1 no valid recipients")
        return True

    def refuse_beyond_limit(self, size: int) -> None:
        if self.behaviour.content_limit is not None and size > self.behaviour.content_limit:
            self.answer("beyond", "552 5.3.4 too much for us")
            self.cut()

    def drops_before_dot(self) -> bool:
        recipient = self.recipients[0] if self.recipients else ""
        word = word_of(recipient)
        is_dropped = word == "drop-before-dot" and self.server.is_first(word, recipient)
        if is_dropped:
            self.cut()
        return is_dropped

    def take_chunk(self) -> bool:
        count = min(self.chunk_left, len(self.buffer))
        if self.recipients:
            if self.drops_before_dot():
                return False
            self.content += self.buffer[:count]
        del self.buffer[:count]
        self.chunk_left -= count
        if self.chunk_left:
            self.refuse_beyond_limit(len(self.content))
            return False
        self.waiting_for = "command"
        if not self.recipients:
            self.reply("554 5.5.1 no valid recipients")
        elif self.is_last_chunk:
            self.finish()
        else:
            self.reply(f"250 2.0.0 {len(self.content)} octets")
        return True

    def finish(self) -> None:
        """The message is whole: what its address wants, or a 250."""
        recipient = self.recipients[0]
        message = Accepted(
            self.number, self.sender or "", tuple(self.recipients), self.parameters, bytes(self.content), self.by
        )
        if self.acts(recipient, "dot"):
            self.clear()
            return
        self.clear()
        word = word_of(recipient)
        if word == "lose-after-data" and self.server.is_first(word, recipient):
            self.cut()
            return
        scripted = self.server.scripted("dot")
        if scripted is not None and scripted[:1] not in ("2", b"2"):
            self.answer_with(scripted)
            return
        self.server.accept(message)
        self.taken += 1
        self.confirm(word, recipient, scripted or f"250 2.0.0 Ok: queued as {self.server.count:08X}")

    def confirm(self, word: str, recipient: str, reply: str | bytes) -> None:
        """The message is kept; whether and how its sender hears of it."""
        if word == "drop-after-data" and self.server.is_first(word, recipient):
            self.cut()
        elif word == "hang-after-data" or (word == "stall-after-data" and self.server.is_first(word, recipient)):
            self.flush()
            self.paused = True
        elif word == "garbage-after-data" and self.server.is_first(word, recipient):
            self.reply(b"2x0 what\r\n")
        elif slow := SLOW.match(word):
            self.flush()
            self.later(float(slow[1]), as_line(reply))
        else:
            self.reply(reply)
            if word == "twice":
                self.reply("250 2.0.0 and once more")

    def acts(self, recipient: str, place: str) -> bool:
        """Whether the address wants something special at this place, and did it."""
        word = word_of(recipient)
        refusal = REFUSAL.match(word)
        if refusal and (refusal[4] or "rcpt") == place:
            code, status = refusal[2], refusal[3] or STATUS[refusal[1]]
            self.reply(f"{code} {status} as you wish")
            if code == "421":
                self.cut()
        elif word == "greylist" and place == "rcpt" and self.server.is_first(word, recipient):
            self.reply("451 4.7.1 greylisted, try again in 5 minutes")
        elif word == f"drop-at-{place}" and self.server.is_first(word, recipient):
            self.cut()
        elif word == f"hang-at-{place}":
            self.flush()
            self.paused = True
        else:
            return False
        return True
