"""The test post office: a real SMTP server on 127.0.0.1 that obeys the address it is asked to deliver to.

    with PostOffice(Manners(offers=("PIPELINING",))) as post:      in this process, in a thread
        ... connect to 127.0.0.1:post.port ...
        post.letters

    python tests/sink.py --port 0 --journal FILE                    a process that outlives a killed sender

What the local part of a recipient says, up to a "+" or "." and whatever follows:

    temp-451  perm-550  policy-550         refused at RCPT, with the status that belongs to the word;
    perm-552-5.2.2-at-dot                  any code and status, at rcpt, data or dot
    greylist                               451 the first time an address is seen, then 250
    slow-5s  slow-0.2s                     the answer to the message comes late
    drop-after-data                        taken, then the line is cut without an answer (once an address)
    lose-after-data                        not taken, and cut (once an address)
    drop-before-dot  drop-at-rcpt  drop-at-data    cut there (once an address)
    hang-after-data  hang-at-rcpt  hang-at-data    taken at the dot, or not yet; never another answer
    garbage-after-data                     taken, and the answer is no reply
    twice                                  taken, and one 250 too many

It keeps every letter as it came, dots no longer doubled. Written for speed: a find, never a loop over bytes.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import hashlib
import json
import os
import random
import re
import socket
import ssl
import struct
import sys
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

EVERYTHING = ("PIPELINING", "CHUNKING", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES")
DATA_ONLY = ("PIPELINING", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES")

DROP = "*drop*"  # instead of a reply: cut the line
HANG = "*hang*"  # instead of a reply: say nothing any more

_REFUSAL = re.compile(r"(temp|perm|policy)-(\d{3})(?:-(\d\.\d{1,3}\.\d{1,3}))?(?:-at-(rcpt|data|dot))?$")
_SLOW = re.compile(r"slow-([\d.]+)s$")
_STATUS = {"temp": "4.2.0", "perm": "5.1.1", "policy": "5.7.26"}


@dataclass(frozen=True)
class Manners:
    """How this office behaves towards everybody.

    `replies` replaces the reply at a place (greeting ehlo helo starttls auth mail rcpt data beyond dot rset quit):
    a text is sent with CRLF, bytes as they are, DROP and HANG act. A list is used up, one entry a time,
    None being the usual reply. At the dot a reply that begins with 2 means that the letter is kept.
    `login` is the pair that AUTH wants; without it nobody has to log in. `mechanisms` are offered then.
    """

    offers: Sequence[str] = EVERYTHING
    size_bytes: int | None = None
    replies: Mapping[str, str | bytes | Sequence[str | bytes | None]] = field(default_factory=dict)
    login: tuple[str, str] | None = None
    mechanisms: Sequence[str] = ("PLAIN", "LOGIN")
    tls: ssl.SSLContext | None = None
    security: str = "none"  # none, starttls or tls
    behind_starttls: bytes = b""  # injected in clear text right behind the 220
    messages_per_session: int | None = None
    connections: int | None = None
    eager_354: bool = False  # DATA is answered 354 even when every RCPT was refused (RFC 2920 section 3.1)
    content_limit: int | None = None  # a longer message is refused in its middle, and the line cut
    delay_s: float = 0.0  # before each write
    drip_s: float = 0.0  # after each byte
    keep: bool = True  # letters and commands in memory; the journal is written in any case
    malice: float = 0.0  # how often it does what it likes instead, at each place: see `_Malice`
    seed: int = 0


@dataclass(frozen=True)
class Letter:
    """One message that was taken."""

    session: int
    sender: str
    recipients: tuple[str, ...]
    parameters: str  # what stood behind the sender in MAIL
    content: bytes
    by: str  # DATA or BDAT

    @property
    def recipient(self) -> str:
        (only,) = self.recipients
        return only

    def as_json(self) -> dict[str, object]:
        head = self.content[: self.content.find(b"\r\n\r\n")]
        found = re.search(rb"^Message-ID:\s*<([^>]*)>", head, re.IGNORECASE | re.MULTILINE)
        return {
            "session": self.session,
            "sender": self.sender,
            "recipient": " ".join(self.recipients),
            "message_id": found[1].decode() if found else "",
            "size": len(self.content),
            "sha256": hashlib.sha256(self.content).hexdigest(),
        }


class PostOffice:
    """The server, in a thread of its own; a context manager. `port` is known inside the block."""

    def __init__(
        self, manners: Manners | None = None, *, port: int = 0, journal: Path | None = None, acts: Path | None = None,
    ) -> None:
        self.manners = manners or Manners()
        self.malice = _Malice(self.manners.malice, self.manners.seed)
        self._acts = os.open(acts, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600) if acts else None
        self.letters: list[Letter] = []
        self.commands: list[tuple[int, str]] = []  # session and command line, as they came
        self.count = 0
        self.sessions = 0
        self.open: set[_Visit] = set()
        self._used: Counter[str] = Counter()
        self._seen: set[tuple[str, str]] = set()
        self._journal = os.open(journal, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600) if journal else None
        self._socket = socket.create_server(("127.0.0.1", port), backlog=256)
        self.port: int = self._socket.getsockname()[1]
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.run, name="post office", daemon=True)
        self._is_serving = threading.Event()

    def __enter__(self) -> PostOffice:
        self._thread.start()
        self._is_serving.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        if self._journal is not None:
            os.close(self._journal)

    def verbs(self, session: int | None = None) -> list[str]:
        """The first words of all commands, of one session or of all."""
        return [line.split()[0].upper() for number, line in self.commands if line and session in (None, number)]

    def run(self) -> None:
        """Serves in this thread until it is stopped from outside."""
        asyncio.set_event_loop(self.loop)
        implicit = self.manners.tls if self.manners.security == "tls" else None
        server = self.loop.run_until_complete(
            self.loop.create_server(lambda: _Visit(self), sock=self._socket, ssl=implicit)
        )
        self._is_serving.set()
        try:
            self.loop.run_forever()
        finally:
            server.close()
            for visit in tuple(self.open):
                visit.cut()
            self.loop.run_until_complete(asyncio.sleep(0))
            self.loop.close()

    def scripted(self, place: str) -> str | bytes | None:
        """What the manners say instead of the usual reply; a list is used up."""
        entry = self.manners.replies.get(place)
        if entry is None or isinstance(entry, str | bytes):
            return entry
        used = self._used[place]
        self._used[place] += 1
        return entry[used] if used < len(entry) else None

    def is_first(self, word: str, recipient: str) -> bool:
        """Whether this word of this address acts for the first time."""
        known = (word, recipient) in self._seen
        self._seen.add((word, recipient))
        return not known

    def note_act(self, session: int, place: str, act: str, recipient: str) -> None:
        """Writes down what malice did, before anybody feels it."""
        if self._acts is not None:
            line = {"session": session, "count": self.count, "place": place, "act": act, "recipient": recipient}
            os.write(self._acts, json.dumps(line).encode() + b"\n")

    def accept(self, letter: Letter) -> None:
        """Keeps a letter, in the journal before anybody is told."""
        self.count += 1
        if self._journal is not None:
            os.write(self._journal, json.dumps(letter.as_json()).encode() + b"\n")
        if self.manners.keep:
            self.letters.append(letter)


class _Malice:
    """At every place, now and then: any code, a cut, a reset, silence, a late answer, or what is no answer at all.

    It never says yes to a letter that it did not keep: no client could tell.
    """

    PLACES = frozenset({"greeting", "ehlo", "mail", "rcpt", "data", "rset", "quit", "dot"})
    ACTS = ("code", "code", "code", DROP, "reset", HANG, "slow", "malformed", "malformed", "extra")
    MALFORMED = (b"2x0 what\r\n", b"\xff\xfe\x00\r\n", b"\r\n", b"25\r\n", b"999 no\r\n", b"-1 no\r\n", b"250-and\r\n",
                 b"451" + b"x" * 5000 + b"\r\n", b"550-no\r\n250 yes\r\n", b"ok\n")

    def __init__(self, share: float, seed: int) -> None:
        self._share = share
        self._random = random.Random(seed)

    def pick(self, place: str) -> str:
        """What it does here; "" for nothing."""
        if place not in self.PLACES or self._random.random() >= self._share:
            return ""
        return self._random.choice(self.ACTS)

    def is_kept(self) -> bool:
        """Whether a letter is kept whose answer is lost."""
        return self._random.random() < 0.5

    def code(self) -> str:
        """Any reply that looks like one."""
        code = self._random.randint(200, 599)
        status = f"{code // 100}.{self._random.randint(0, 7)}.{self._random.randint(0, 30)} "
        return f"{code} {status if self._random.random() < 0.6 else ''}as it pleases me"

    def malformed(self) -> bytes:
        return self._random.choice(self.MALFORMED)

    def late_s(self) -> float:
        return self._random.uniform(0.01, 0.4)


class _Visit(asyncio.Protocol):
    """One session: bytes come in, are cut into commands, content or chunks, and answered in order."""

    def __init__(self, office: PostOffice) -> None:
        self.office = office
        self.manners = office.manners
        self.number = 0
        self.transport: asyncio.Transport | None = None
        self.buffer = bytearray()
        self.scanned = 0
        self.paused = False
        self.taken = 0
        self.encrypted = False
        self.known = self.manners.login is None
        self.waiting_for = "command"  # command, data, chunk, auth
        self.auth_lines: list[str] = []
        self.chunk_left = 0
        self.is_last_chunk = False
        self.out: list[bytes] = []
        self.clear()

    def clear(self) -> None:
        """No transaction."""
        self.sender: str | None = None
        self.asked = ""  # whom the last RCPT named
        self.parameters = ""
        self.recipients: list[str] = []
        self.content = bytearray()
        self.by = "DATA"

    # -- the line

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if self.transport is not None:  # once more, behind STARTTLS
            self.transport = transport  # type: ignore[assignment]
            return
        self.transport = transport  # type: ignore[assignment]
        self.encrypted = self.manners.security == "tls"
        self.office.sessions += 1
        self.number = self.office.sessions
        limit = self.manners.connections
        if limit is not None and len(self.office.open) >= limit:
            self.reply("421 4.7.0 too many connections from you")
            self.cut()
            return
        self.office.open.add(self)
        self.answer("greeting", "220 post.example.org ESMTP")
        self.flush()

    def connection_lost(self, exc: Exception | None) -> None:
        self.office.open.discard(self)
        self.paused = True

    def cut(self) -> None:
        """Says what is still to be said, at once, and closes the line."""
        if self.transport is not None:
            self.paused = True
            self.office.open.discard(self)
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

    def reply(self, text: str | bytes) -> None:
        self.out.append(_line(text))

    def flush(self) -> None:
        if not self.out or self.transport is None:
            return
        data = b"".join(self.out)
        self.out.clear()
        if self.manners.delay_s:
            self.later(self.manners.delay_s, data)
        elif self.manners.drip_s:
            self.drip(data)
        else:
            self.transport.write(data)

    def drip(self, data: bytes) -> None:
        """One byte now, the others later, for ever on time for a client that waits for bytes."""
        if data and self.transport is not None and not self.transport.is_closing():
            self.transport.write(data[:1])
            self.office.loop.call_later(self.manners.drip_s, self.drip, data[1:])

    def later(self, seconds: float, data: bytes) -> None:
        """Writes after a while, and reads on only then."""
        self.paused = True

        def go_on() -> None:
            if self.transport is not None and not self.transport.is_closing():
                self.paused = False
                self.transport.write(data)
                self.work()

        self.office.loop.call_later(seconds, go_on)

    def answer(self, place: str, usual: str) -> bool:
        """Replies as scripted, or as usual; whether it was the usual."""
        if act := self.office.malice.pick(place):
            return self.misbehave(act, place, usual)
        scripted = self.office.scripted(place)
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

    def misbehave(self, act: str, place: str, usual: str) -> bool:
        """Does what malice wants; whether the usual answer was or will be given."""
        malice = self.office.malice
        reply: str | bytes = malice.code() if act == "code" else malice.malformed() if act == "malformed" else act
        shown = reply if isinstance(reply, str) else repr(reply)
        self.office.note_act(self.number, place, shown, self.recipient_at_hand)
        if act == "slow":
            self.flush()
            self.later(malice.late_s(), _line(usual))
        elif act == "extra":
            self.reply(usual)
            self.reply("250 2.0.0 and once more")
        elif act == "reset":
            self.reset()
        else:
            self.answer_with(reply)
        return act in ("slow", "extra")

    def misbehave_at_the_dot(self, act: str, letter: Letter, usual: str) -> None:
        """The same for a letter that is whole: kept where a yes is said, and by chance where nothing is."""
        malice = self.office.malice
        reply = malice.code() if act == "code" else ""
        kept = reply.startswith("2") if reply else act in ("slow", "extra") or malice.is_kept()
        self.office.note_act(self.number, "dot", f"{reply or act}{' (kept)' if kept else ''}", letter.recipient)
        if kept:
            self.office.accept(letter)
        if reply:
            self.answer_with(reply)
        elif act == "malformed":
            self.reply(b"2x0 what\r\n")
        elif act == "slow":
            self.flush()
            self.later(malice.late_s(), _line(usual))
        elif act == "extra":
            self.reply(usual)
            self.reply("250 2.0.0 and once more")
        elif act == "reset":
            self.reset()
        else:
            self.answer_with(act)

    @property
    def recipient_at_hand(self) -> str:
        """Of whom the conversation is, as far as it is of anybody."""
        return self.recipients[0] if self.recipients else self.asked

    def reset(self) -> None:
        """Cuts the line with RST: what the other side has not read yet may be lost with it."""
        if self.transport is not None:
            self.paused = True
            self.office.open.discard(self)
            line = self.transport.get_extra_info("socket")
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.transport.abort()

    # -- commands

    def command(self, line: str) -> None:
        self.note(line)
        verb, _, rest = line.partition(" ")
        handler = _HANDLERS.get(verb.upper())
        if handler is None:
            self.reply("500 5.5.2 unknown command")
        else:
            handler(self, rest)

    def note(self, line: str) -> None:
        if self.manners.keep:
            self.office.commands.append((self.number, line))

    def on_ehlo(self, rest: str) -> None:
        lines = ["post.example.org", *self.manners.offers]
        if self.manners.size_bytes is not None:
            lines.append(f"SIZE {self.manners.size_bytes}")
        if self.manners.security == "starttls" and not self.encrypted:
            lines.append("STARTTLS")
        if self.manners.login:
            lines.append(f"AUTH {' '.join(self.manners.mechanisms)}")
        text = "\r\n".join([*(f"250-{line}" for line in lines[:-1]), f"250 {lines[-1]}"])
        self.answer("ehlo", text)

    def on_helo(self, rest: str) -> None:
        self.answer("helo", "250 post.example.org")

    def on_starttls(self, rest: str) -> None:
        if not self.answer("starttls", "220 2.0.0 go ahead"):
            return
        self.reply(self.manners.behind_starttls)
        self.flush()
        self.paused = True
        self.buffer.clear()
        self.office.loop.create_task(self.encrypt())

    async def encrypt(self) -> None:
        try:
            transport = await self.office.loop.start_tls(
                self.transport, self, self.manners.tls, server_side=True  # type: ignore[arg-type]
            )
        except (OSError, ssl.SSLError):
            self.cut()
            return
        self.transport = transport  # type: ignore[assignment]
        self.encrypted = True
        self.paused = False
        self.work()

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
        self.known = _credentials(mechanism, lines) == self.manners.login
        usual = "235 2.7.0 welcome" if self.known else "535 5.7.8 wrong user or password"
        self.answer("auth", usual)

    def on_mail(self, rest: str) -> None:
        if not self.known:
            self.reply("530 5.7.0 log in first")
        elif self.sender is not None:
            self.reply("503 5.5.1 nested MAIL command")
        elif self.taken == self.manners.messages_per_session:
            self.reply("421 4.7.0 enough for one session")
            self.cut()
        elif self.answer("mail", "250 2.1.0 ok"):
            found = re.match(r"FROM:<(.*?)>(.*)$", rest, re.IGNORECASE)
            self.sender = found[1] if found else rest
            self.parameters = found[2].strip() if found else ""

    def on_rcpt(self, rest: str) -> None:
        recipient = self.asked = rest.partition("<")[2].rpartition(">")[0]
        if self.sender is None:
            self.reply("503 5.5.1 need MAIL command")
        elif self.acts(recipient, "rcpt"):
            pass
        elif self.answer("rcpt", "250 2.1.5 ok"):
            self.recipients.append(recipient)

    def on_data(self, rest: str) -> None:
        if not self.recipients and not self.manners.eager_354:
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

    def on_rset(self, rest: str) -> None:
        self.clear()
        self.answer("rset", "250 2.0.0 ok")

    def on_noop(self, rest: str) -> None:
        self.reply("250 2.0.0 ok")

    def on_quit(self, rest: str) -> None:
        self.answer("quit", "221 2.0.0 goodbye")
        self.cut()

    # -- content

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
        if self.manners.content_limit is not None and size > self.manners.content_limit:
            self.answer("beyond", "552 5.3.4 too much for us")
            self.cut()

    def drops_before_dot(self) -> bool:
        recipient = self.recipients[0] if self.recipients else ""
        word = _word(recipient)
        is_dropped = word == "drop-before-dot" and self.office.is_first(word, recipient)
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
        letter = Letter(
            self.number, self.sender or "", tuple(self.recipients), self.parameters, bytes(self.content), self.by
        )
        if self.acts(recipient, "dot"):
            self.clear()
            return
        self.clear()
        if act := self.office.malice.pick("dot"):
            self.misbehave_at_the_dot(act, letter, f"250 2.0.0 Ok: queued as {self.office.count + 1:08X}")
            return
        word = _word(recipient)
        if word == "lose-after-data" and self.office.is_first(word, recipient):
            self.cut()
            return
        scripted = self.office.scripted("dot")
        if scripted is not None and scripted[:1] not in ("2", b"2"):
            self.answer_with(scripted)
            return
        self.office.accept(letter)
        self.taken += 1
        self.confirm(word, recipient, scripted or f"250 2.0.0 Ok: queued as {self.office.count:08X}")

    def confirm(self, word: str, recipient: str, reply: str | bytes) -> None:
        """The letter is kept; whether and how its sender hears of it."""
        if word == "drop-after-data" and self.office.is_first(word, recipient):
            self.cut()
        elif word == "hang-after-data":
            self.flush()
            self.paused = True
        elif word == "garbage-after-data":
            self.reply(b"2x0 what\r\n")
        elif slow := _SLOW.match(word):
            self.flush()
            self.later(float(slow[1]), _line(reply))
        else:
            self.reply(reply)
            if word == "twice":
                self.reply("250 2.0.0 and once more")

    def acts(self, recipient: str, place: str) -> bool:
        """Whether the address wants something special at this place, and did it."""
        word = _word(recipient)
        refusal = _REFUSAL.match(word)
        if refusal and (refusal[4] or "rcpt") == place:
            code, status = refusal[2], refusal[3] or _STATUS[refusal[1]]
            self.reply(f"{code} {status} as you wish")
            if code == "421":
                self.cut()
        elif word == "greylist" and place == "rcpt" and self.office.is_first(word, recipient):
            self.reply("451 4.7.1 greylisted, try again in 5 minutes")
        elif word == f"drop-at-{place}" and self.office.is_first(word, recipient):
            self.cut()
        elif word == f"hang-at-{place}":
            self.flush()
            self.paused = True
        else:
            return False
        return True


_HANDLERS = {
    name.upper(): getattr(_Visit, f"on_{name}")
    for name in ("ehlo", "helo", "starttls", "auth", "mail", "rcpt", "data", "bdat", "rset", "noop", "quit")
}


def _line(reply: str | bytes) -> bytes:
    return reply if isinstance(reply, bytes) else reply.encode() + b"\r\n"


def _word(recipient: str) -> str:
    """What the address asks for: the local part up to a plus sign."""
    return recipient.rpartition("@")[0].partition("+")[0]


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


def make_certificate(folder: Path, names: Sequence[str] = ("localhost", "127.0.0.1"), *, days: int = 1) -> Path:
    """A self-signed certificate with its key in one PEM file; a negative number of days is over already."""
    import ipaddress
    from datetime import UTC, datetime, timedelta

    from cryptography import x509  # slow import
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "post.example.org")])
    now = datetime.now(UTC)
    alternatives = [
        x509.IPAddress(ipaddress.ip_address(text)) if text[0].isdigit() else x509.DNSName(text) for text in names
    ]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=10)).not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{names[0]}-{days}.pem"
    path.write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return path


def server_context(certificate: Path) -> ssl.SSLContext:
    """TLS for the office."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def read_journal(path: Path) -> list[dict[str, object]]:
    """What a post office in another process accepted, whole lines only."""
    return [json.loads(line) for line in path.read_bytes().splitlines(keepends=True) if line.endswith(b"\n")]


def main(arguments: Sequence[str]) -> None:
    """A post office as a process of its own: prints its port, serves until it is ended."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--journal", type=Path)
    parser.add_argument("--offers", default=",".join(EVERYTHING), help="extensions, separated by commas")
    parser.add_argument("--delay", type=float, default=0.0, help="seconds before each write")
    parser.add_argument("--messages-per-session", type=int)
    parser.add_argument("--connections", type=int)
    parser.add_argument("--replies", type=json.loads, default={}, help='JSON: {"mail": ["421 later"]}')
    parser.add_argument("--malice", type=float, default=0.0, help="how often it does what it likes, 0 to 1")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--acts", type=Path, help="where malice is written down")
    given = parser.parse_args(arguments)
    manners = Manners(
        offers=tuple(filter(None, given.offers.split(","))),
        replies=given.replies,
        messages_per_session=given.messages_per_session,
        connections=given.connections,
        delay_s=given.delay,
        keep=False,
        malice=given.malice,
        seed=given.seed,
    )
    office = PostOffice(manners, port=given.port, journal=given.journal, acts=given.acts)
    print(office.port, flush=True)
    office.run()


if __name__ == "__main__":
    main(sys.argv[1:])
