"""A mail server of ours: a real SMTP server on 127.0.0.1 that obeys the address it is asked to deliver to.

    with MailServer(Behaviour(offers=("PIPELINING",))) as post:      in this process, in a thread
        ... connect to 127.0.0.1:post.port ...
        post.accepted

    python -m pipeline.rehearsal.server --port 0 --journal FILE     a process that outlives a killed sender

What the local part of a recipient says, up to a "+" or "." and whatever follows:

    temp-451  perm-550  policy-550         refused at RCPT, with the status that belongs to the word;
    perm-552-5.2.2-at-dot                  any code and status, at rcpt, data or dot
    greylist                               451 the first time an address is seen, then 250
    slow-5s  slow-0.2s                     the answer to the message comes late
    drop-after-data                        taken, then the line is cut without an answer (once an address)
    lose-after-data                        not taken, and cut (once an address)
    drop-before-dot  drop-at-rcpt  drop-at-data    cut there (once an address)
    hang-after-data  hang-at-rcpt  hang-at-data    taken at the dot, or not yet; never another answer
    stall-after-data                       taken, and no answer (once an address)
    garbage-after-data                     taken, and the answer is no reply (once an address)
    twice                                  taken, and one 250 too many

It keeps every message as it came, dots no longer doubled. Written for speed: a find, never a loop over bytes.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import socket
import sys
import threading
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from pipeline.clock import monotonic
from pipeline.rehearsal.behaviour import EVERYTHING, Accepted, Behaviour
from pipeline.rehearsal.connection import Connection
from pipeline.rehearsal.session import Session


class MailServer:
    """The server, in a thread of its own; a context manager. `port` is known inside the block."""

    session: type[Session] = Session  # how its clients are received

    def __init__(self, behaviour: Behaviour | None = None, *, port: int = 0, journal: Path | None = None) -> None:
        self.behaviour = behaviour or Behaviour()
        self.accepted: list[Accepted] = []
        self.commands: list[tuple[int, str]] = []  # session and command line, as they came
        self.count = 0
        self.sessions = 0
        self.open: set[Connection] = set()
        self._used: Counter[str] = Counter()
        self._seen: set[tuple[str, str]] = set()
        self._journal = os.open(journal, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600) if journal else None
        self._socket = socket.create_server(("127.0.0.1", port), backlog=256)
        self.port: int = self._socket.getsockname()[1]
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.run, name="mail server", daemon=True)
        self._is_serving = threading.Event()

    def __enter__(self) -> MailServer:
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
        implicit = self.behaviour.tls if self.behaviour.security == "tls" else None
        server = self.loop.run_until_complete(
            self.loop.create_server(lambda: self.session(self), sock=self._socket, ssl=implicit)
        )
        self._is_serving.set()
        try:
            self.loop.run_forever()
        finally:
            server.close()
            for session in tuple(self.open):
                session.cut()
            self.loop.run_until_complete(asyncio.sleep(0))
            self.loop.close()

    def scripted(self, place: str) -> str | bytes | None:
        """What the behaviour says instead of the usual reply; a list is used up."""
        entry = self.behaviour.replies.get(place)
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

    def accept(self, message: Accepted) -> None:
        """Keeps a message, in the journal before anybody is told, with the instant as all processes count it."""
        self.count += 1
        if self._journal is not None:
            os.write(self._journal, json.dumps(message.as_json() | {"at_s": monotonic()}).encode() + b"\n")
        if self.behaviour.keep:
            self.accepted.append(message)


def read_journal(path: Path) -> list[dict[str, object]]:
    """What a mail server in another process accepted, whole lines only."""
    return [json.loads(line) for line in path.read_bytes().splitlines(keepends=True) if line.endswith(b"\n")]


def main(arguments: Sequence[str]) -> None:
    """A mail server as a process of its own: prints its port, serves until it is ended."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--journal", type=Path)
    parser.add_argument("--offers", default=",".join(EVERYTHING), help="extensions, separated by commas")
    parser.add_argument("--delay", type=float, default=0.0, help="seconds before each write")
    parser.add_argument("--messages-per-session", type=int)
    parser.add_argument("--connections", type=int)
    parser.add_argument("--replies", type=json.loads, default={}, help='JSON: {"mail": ["421 later"]}')
    parser.add_argument("--tied", action="store_true", help="end when standard input does")
    given = parser.parse_args(arguments)
    if given.tied:
        threading.Thread(target=_end_with_input, daemon=True).start()
    behaviour = Behaviour(
        offers=tuple(filter(None, given.offers.split(","))),
        replies=given.replies,
        messages_per_session=given.messages_per_session,
        connections=given.connections,
        delay_s=given.delay,
        keep=False,
    )
    server = MailServer(behaviour, port=given.port, journal=given.journal)
    print(server.port, flush=True)
    server.run()


def _end_with_input() -> None:
    """Whoever holds its other end is gone, however that died."""
    sys.stdin.buffer.read()
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
