"""One session: bytes are cut into commands, content or chunks, and answered in order (RFC 5321, RFC 3030, RFC 4954)."""

from __future__ import annotations

import asyncio
import base64
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pipeline.rehearsal.receiving import Receiving

if TYPE_CHECKING:
    from pipeline.rehearsal.server import MailServer


class Session(Receiving):
    """A client of the mail server, from its first byte to its last."""

    def __init__(self, server: MailServer) -> None:
        super().__init__(server)
        self.known = self.behaviour.login is None
        self.auth_lines: list[str] = []
        self.handshake: asyncio.Task[None] | None = None  # kept, or the loop may forget it

    def take(self) -> bool:
        """Takes one piece out of the buffer; False if it is not whole yet."""
        if self.waiting_for == "data":
            return self.take_data()
        if self.waiting_for == "chunk":
            return self.take_chunk()
        end = self.buffer.find(b"\n")
        if end < 0:
            return False
        line = bytes(self.buffer[: end + 1]).rstrip(b"\r\n").decode("utf-8", "replace")
        del self.buffer[: end + 1]
        if self.waiting_for == "auth":
            self.take_auth(line)
        else:
            self.command(line)
        return True

    def command(self, line: str) -> None:
        self.note(line)
        verb, _, rest = line.partition(" ")
        if verb.lower() in _COMMANDS:
            getattr(self, f"on_{verb.lower()}")(rest)
        else:
            self.reply("500 5.5.2 unknown command")

    def note(self, line: str) -> None:
        if self.behaviour.keep:
            self.server.commands.append((self.number, line))

    def on_ehlo(self, _rest: str) -> None:
        lines = ["post.example.org", *self.behaviour.offers]
        if self.behaviour.size_bytes is not None:
            lines.append(f"SIZE {self.behaviour.size_bytes}")
        if self.behaviour.security == "starttls" and not self.encrypted:
            lines.append("STARTTLS")
        if self.behaviour.login:
            lines.append(f"AUTH {' '.join(self.behaviour.mechanisms)}")
        text = "\r\n".join([*(f"250-{line}" for line in lines[:-1]), f"250 {lines[-1]}"])
        self.answer("ehlo", text)

    def on_helo(self, _rest: str) -> None:
        self.answer("helo", "250 post.example.org")

    def on_starttls(self, _rest: str) -> None:
        if not self.answer("starttls", "220 2.0.0 go ahead"):
            return
        self.reply(self.behaviour.behind_starttls)
        self.flush()
        self.paused = True
        self.buffer.clear()
        self.handshake = self.server.loop.create_task(self.encrypt())

    def on_auth(self, rest: str) -> None:
        mechanism, _, initial = rest.partition(" ")
        self.auth_lines = [mechanism.upper()]
        if initial:
            self.auth_lines.append(initial)
        self.go_on_with_auth()

    def take_auth(self, line: str) -> None:
        self.note(line)
        self.auth_lines.append(line)
        self.go_on_with_auth()

    def go_on_with_auth(self) -> None:
        mechanism, *lines = self.auth_lines
        wanted = {"PLAIN": 1, "LOGIN": 2, "XOAUTH2": 1}.get(mechanism, 0)
        if len(lines) < wanted:
            self.waiting_for = "auth"
            prompts = [b"Username:", b"Password:"]
            self.reply("334 " + base64.b64encode(prompts[len(lines)] if mechanism == "LOGIN" else b"").decode())
            return
        self.waiting_for = "command"
        self.known = _credentials(mechanism, lines) == self.behaviour.login
        usual = "235 2.7.0 welcome" if self.known else "535 5.7.8 wrong user or password"
        self.answer("auth", usual)

    def on_mail(self, rest: str) -> None:
        if not self.known:
            self.reply("530 5.7.0 log in first")
        elif self.sender is not None:
            self.reply("503 5.5.1 nested MAIL command")
        elif self.taken == self.behaviour.messages_per_session:
            self.reply("421 4.7.0 enough for one session")
            self.cut()
        elif self.answer("mail", "250 2.1.0 ok"):
            found = re.match(r"FROM:<(.*?)>(.*)$", rest, re.IGNORECASE)
            self.sender = found[1] if found else rest
            self.parameters = found[2].strip() if found else ""

    def on_rcpt(self, rest: str) -> None:
        recipient = rest.partition("<")[2].rpartition(">")[0]
        if self.sender is None:
            self.reply("503 5.5.1 need MAIL command")
        elif self.acts(recipient, "rcpt"):
            pass
        elif self.answer("rcpt", "250 2.1.5 ok"):
            self.recipients.append(recipient)

    def on_data(self, _rest: str) -> None:
        if not self.recipients and not self.behaviour.eager_354:
            self.reply("554 5.5.1 no valid recipients")
        elif self.recipients and self.acts(self.recipients[0], "data"):
            pass
        elif self.answer("data", "354 go ahead"):
            self.waiting_for = "data"
            self.by = "DATA"
            self.scanned = 0

    def on_bdat(self, rest: str) -> None:
        words = rest.split()
        self.chunk_left = int(words[0])
        self.is_last_chunk = len(words) > 1 and words[1].upper() == "LAST"
        self.waiting_for = "chunk"
        self.by = "BDAT"

    def on_rset(self, _rest: str) -> None:
        self.clear()
        self.answer("rset", "250 2.0.0 ok")

    def on_noop(self, _rest: str) -> None:
        self.reply("250 2.0.0 ok")

    def on_quit(self, _rest: str) -> None:
        self.answer("quit", "221 2.0.0 goodbye")
        self.cut()


_COMMANDS = frozenset(
    ("ehlo", "helo", "starttls", "auth", "mail", "rcpt", "data", "bdat", "rset", "noop", "quit"))


def _credentials(mechanism: str, lines: Sequence[str]) -> tuple[str, str] | None:
    try:
        texts = [base64.b64decode(line).decode() for line in lines]
    except ValueError:
        return None
    if mechanism == "PLAIN":
        _, user, password = texts[0].split("\0")
        return user, password
    if mechanism == "LOGIN":
        return texts[0], texts[1]
    found = re.match(r"user=(.*)\x01auth=Bearer (.*)\x01\x01$", texts[0])
    return (found[1], found[2]) if found else None
