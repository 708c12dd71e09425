"""A stand-in for an IMAP server on 127.0.0.1: one account, some folders, as much of RFC 3501 as a careful reader uses.

    with ImapServer(certificate) as server:
        server.deliver(b"From: …")
        server.folders["INBOX"]     the mails there, with their flags
"""

from __future__ import annotations

import re
import socket
import ssl
import threading
from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from tests.sink import server_context

NOON = datetime(2026, 3, 24, 12, tzinfo=UTC)


@dataclass
class Stored:
    """One mail in a folder."""

    uid: int
    content: bytes
    at: datetime
    flags: set[str] = field(default_factory=set)


@dataclass
class ImapServer:
    """Its behaviour: `capabilities` are announced, `MOVE` and `UIDPLUS` to whoever is logged in, as Dovecot does it;
    `dies_at` is a command at which the line is cut, once.

    `refuses` is what it answers to a command instead of doing it; mails in `broken` it cannot give; `on_fetch` is done
    at each mail that is asked for; at `dribbles_at` it says a letter at a time for ever.
    """

    certificate: Path
    capabilities: str = "IMAP4rev1 UIDPLUS MOVE"
    username: str = "letters"
    password: str = "secret"
    starttls: bool = False
    validity: int = 1
    dies_at: str = ""
    dribbles_at: str = ""
    refuses: dict[str, str] = field(default_factory=dict)
    broken: frozenset[int] = frozenset()
    on_fetch: Callable[[], object] = bool

    def __post_init__(self) -> None:
        self.folders: dict[str, list[Stored]] = {"INBOX": [], "Done": []}
        self.commands: list[str] = []
        self._next = 1
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._context = server_context(self.certificate)
        self._lock = threading.Lock()

    def __enter__(self) -> ImapServer:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()

    def deliver(self, content: bytes, at: datetime = NOON, folder: str = "INBOX") -> Stored:
        """A mail arrives."""
        with self._lock:
            stored = Stored(self._next, content.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"), at)
            self._next += 1
            self.folders[folder].append(stored)
        return stored

    def flags(self, folder: str = "INBOX") -> list[str]:
        """The flags of each mail in a folder."""
        return [" ".join(sorted(mail.flags)) for mail in self.folders[folder]]

    def _accept(self) -> None:
        while True:
            try:
                line, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(line,), daemon=True).start()

    def _serve(self, line: socket.socket) -> None:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # as servers do: an answer is several writes
        try:
            _Visit(self, line if self.starttls else self._context.wrap_socket(line, server_side=True)).run()
        except (OSError, ssl.SSLError):
            return


class _Visit:
    def __init__(self, server: ImapServer, line: socket.socket) -> None:
        self.server, self.line, self.folder, self.is_in = server, line, "INBOX", False
        self.reader = line.makefile("rb")

    def run(self) -> None:
        if self.server.dribbles_at == "GREETING":
            self.dribble()
        self.say(f"* OK [CAPABILITY {self.offers()}] ready")
        while raw := self.reader.readline():
            tag, _, rest = raw.decode().strip().partition(" ")
            self.server.commands.append(rest)
            words = rest.split(" ", 2)
            word = words[1].upper() if words[0].upper() == "UID" else words[0].upper()
            if word == self.server.dies_at:
                self.server.dies_at = ""
                self.line.shutdown(socket.SHUT_RDWR)
                return
            if word == self.server.dribbles_at:
                self.dribble()
            said = self.server.refuses.get(word) or getattr(self, f"do_{word.lower()}", self.unknown)(rest)
            self.say(f"{tag} {said}")
            if word == "STARTTLS":
                self.line = self.server._context.wrap_socket(self.line, server_side=True)
                self.reader = self.line.makefile("rb")
            if word == "LOGOUT":
                return

    def say(self, text: str | bytes) -> None:
        self.line.sendall((text.encode() if isinstance(text, str) else text) + b"\r\n")

    def dribble(self) -> None:
        """Until the other side has gone."""
        never = threading.Event()
        while True:
            self.line.sendall(b".")
            never.wait(0.01)

    def unknown(self, _: str) -> str:
        return "BAD unknown command"

    def do_capability(self, _: str) -> str:
        self.say(f"* CAPABILITY {self.offers()}")
        return "OK done"

    def offers(self) -> str:
        """What it can do for whoever asks now."""
        if self.is_in:
            return self.server.capabilities
        known = [word for word in self.server.capabilities.split() if word not in ("MOVE", "UIDPLUS")]
        return " ".join([*known, *(["STARTTLS"] if self.server.starttls else [])])

    def do_starttls(self, _: str) -> str:
        return "OK begin"

    def do_login(self, rest: str) -> str:
        _, user, password = rest.split(" ", 2)
        return self._welcome(user, password.strip('"'))

    def do_authenticate(self, rest: str) -> str:
        """PLAIN alone (RFC 4616)."""
        self.say("+ ")
        _, user, password = b64decode(self.reader.readline()).decode().split("\0")
        return self._welcome(user, password)

    def do_id(self, _: str) -> str:
        self.say("* ID NIL")
        return "OK done"

    def do_select(self, rest: str) -> str:
        name = rest.split(" ", 1)[1].strip('"')
        if name not in self.server.folders:
            return "NO no such folder"
        self.folder = name
        self.say(f"* {len(self.mails)} EXISTS")
        self.say(f"* OK [UIDVALIDITY {self.server.validity}] of old")
        return "OK [READ-WRITE] open"

    def do_status(self, rest: str) -> str:
        name = rest.split('"')[1]
        if name not in self.server.folders:
            return "NO no such folder"
        self.say(f'* STATUS "{name}" (MESSAGES {len(self.server.folders[name])})')
        return "OK done"

    def do_search(self, rest: str) -> str:
        asked = re.fullmatch(r"UID SEARCH UID (\d+):(\d+|\*)(?: SINCE (.+))?", rest)
        assert asked
        newest = max((mail.uid for mail in self.mails), default=0)
        first, last = sorted((int(asked[1]), newest if asked[2] == "*" else int(asked[2])))  # in either order
        day = datetime.strptime(asked[3] or "01-Jan-1970", "%d-%b-%Y").replace(tzinfo=UTC)
        found = [mail.uid for mail in self.mails if first <= mail.uid <= last and mail.at >= day]
        self.say("* SEARCH " + " ".join(map(str, found)))
        return "OK done"

    def do_fetch(self, rest: str) -> str:
        if asked := re.fullmatch(r"FETCH (\d+) \(UID\)", rest):
            place = int(asked[1])
            if place <= len(self.mails):
                self.say(f"* {place} FETCH (UID {self.mails[place - 1].uid})")
            return "OK done"
        wanted = int(rest.split(" ")[2])
        self.server.on_fetch()
        if wanted in self.server.broken:
            return "NO [SERVERBUG] its file is damaged"
        limit = int(re.search(r"<0\.(\d+)>", rest)[1])  # type: ignore[index]
        for place, mail in enumerate(self.mails, 1):
            if mail.uid == wanted:
                content = mail.content[:limit]
                self.say(f'* {place} FETCH (UID {mail.uid} INTERNALDATE "{mail.at:%d-%b-%Y %H:%M:%S %z}" '
                         f"BODY[]<0> {{{len(content)}}}\r\n".encode() + content + b")")
        return "OK done"

    def do_store(self, rest: str) -> str:
        flag = rest.rpartition("(")[2].rstrip(")")
        for mail in self._which(rest):
            mail.flags.add(flag)
        return "OK done"

    def do_move(self, rest: str) -> str:
        self.do_copy(rest)
        for mail in self._which(rest):
            self.mails.remove(mail)
        return "OK done"

    def do_copy(self, rest: str) -> str:
        target = rest.rpartition('"')[0].rpartition('"')[2]
        for mail in self._which(rest):
            self.server.folders[target].append(Stored(mail.uid, mail.content, mail.at, set(mail.flags)))
        return "OK done"

    def do_expunge(self, rest: str) -> str:
        for mail in self._which(rest):
            if "\\Deleted" in mail.flags:
                self.mails.remove(mail)
        return "OK done"

    def do_logout(self, _: str) -> str:
        self.say("* BYE")
        return "OK done"

    def _welcome(self, user: str, password: str) -> str:
        known = (self.server.username, self.server.password)
        self.is_in = (user, password) == known
        return "OK welcome" if self.is_in else "NO wrong password"

    def _which(self, rest: str) -> list[Stored]:
        uids = {int(uid) for uid in rest.split(" ")[2].split(",")}
        return [mail for mail in self.mails if mail.uid in uids]

    @property
    def mails(self) -> list[Stored]:
        return self.server.folders[self.folder]
