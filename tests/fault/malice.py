"""A mail server that does as it likes: at every place, now and then, by a seed.

Any code, a cut, a reset, silence, a late answer, or what is no answer at all. It never says yes to a letter that it did
not keep: no client could tell. What it did is written down before anybody feels it.

    python -m tests.fault.malice --port 0 --journal FILE --acts FILE --share 0.02 --seed 1
"""

from __future__ import annotations

import argparse
import json
import os
import random
import socket
import struct
import sys
from collections.abc import Sequence
from pathlib import Path

from pipeline.rehearsal.behaviour import DROP, HANG, Accepted, Behaviour
from pipeline.rehearsal.connection import as_line
from pipeline.rehearsal.server import MailServer
from pipeline.rehearsal.session import Session

PLACES = frozenset({"greeting", "ehlo", "mail", "rcpt", "data", "rset", "quit"})
LIE = "250 2.0.0 and once more"  # to no question
CODE, RESET, SLOW, MALFORMED, EXTRA = "code", "reset", "slow", "malformed", "extra"
ACTS = (CODE, CODE, CODE, DROP, RESET, HANG, SLOW, MALFORMED, MALFORMED, EXTRA)
GARBAGE = (b"2x0 what\r\n", b"\xff\xfe\x00\r\n", b"\r\n", b"25\r\n", b"999 no\r\n", b"-1 no\r\n", b"250-and\r\n",
           b"451" + b"x" * 5000 + b"\r\n", b"550-no\r\n250 yes\r\n", b"ok\n")


class HostileVisit(Session):
    """One session of it."""

    server: HostileServer

    def on_rcpt(self, rest: str) -> None:
        self.asked = rest.partition("<")[2].rpartition(">")[0]
        super().on_rcpt(rest)

    def answer(self, place: str, usual: str) -> bool:
        """Replies as usual, or as it likes; whether the usual answer was or will be given."""
        act = self.server.pick() if place in PLACES else ""
        if not act:
            return super().answer(place, usual)
        reply = self.server.code() if act == CODE else self.server.garbage() if act == MALFORMED else act
        self.server.note(self.number, place, str(reply), self.recipients[0] if self.recipients else self.asked)
        self.misbehave(act, reply, usual)
        return act in (SLOW, EXTRA)

    def finish(self) -> None:
        """A letter is whole: kept where a yes is said, and by chance where nothing is."""
        act = self.server.pick()
        if not act:
            super().finish()
            return
        letter = Accepted(self.number, self.sender or "", tuple(self.recipients), self.parameters, bytes(self.content),
                        self.by)
        self.clear()
        reply = self.server.code() if act == CODE else GARBAGE[0] if act == MALFORMED else act
        is_kept = reply.startswith("2") if isinstance(reply, str) and act == CODE else \
            act in (SLOW, EXTRA) or self.server.chance.random() < 0.5
        self.server.note(self.number, "dot", f"{reply!s}{' (kept)' if is_kept else ''}", letter.recipient)
        if is_kept:
            self.server.accept(letter)
        self.misbehave(act, reply, f"250 2.0.0 Ok: queued as {self.server.count:08X}")

    def misbehave(self, act: str, reply: str | bytes, usual: str) -> None:
        if act == SLOW:
            self.flush()
            self.later(self.server.chance.uniform(0.01, 0.25), as_line(usual))
        elif act == EXTRA:
            self.reply(usual)
            self.reply(LIE)
        elif act == RESET:
            self.reset()
        else:
            self.answer_with(reply)

    def reset(self) -> None:
        """Cuts the line with RST: what the other side has not read yet may be lost with it."""
        assert self.transport is not None
        self.paused = True
        self.server.open.discard(self)
        line = self.transport.get_extra_info("socket")
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.transport.abort()

    asked = ""  # whom the last RCPT named


class HostileServer(MailServer):
    """`share` is how often it does as it likes, 0 to 1."""

    session = HostileVisit

    def __init__(self, share: float, seed: int, *, port: int, journal: Path, acts: Path) -> None:
        super().__init__(Behaviour(keep=False), port=port, journal=journal)
        self.chance = random.Random(seed)
        self._share = share
        self._acts = os.open(acts, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def pick(self) -> str:
        """What it does now; "" for nothing."""
        return self.chance.choice(ACTS) if self.chance.random() < self._share else ""

    def code(self) -> str:
        """Any reply that looks like one."""
        code = self.chance.randint(200, 599)
        status = f"{code // 100}.{self.chance.randint(0, 7)}.{self.chance.randint(0, 30)} "
        return f"{code} {status if self.chance.random() < 0.6 else ''}as it pleases me"

    def garbage(self) -> bytes:
        return self.chance.choice(GARBAGE)

    def note(self, session: int, place: str, act: str, recipient: str) -> None:
        line = {"session": session, "place": place, "act": act, "recipient": recipient}
        os.write(self._acts, json.dumps(line).encode() + b"\n")


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int)
    parser.add_argument("--journal", type=Path)
    parser.add_argument("--acts", type=Path)
    parser.add_argument("--share", type=float)
    parser.add_argument("--seed", type=int)
    given = parser.parse_args(arguments)
    server = HostileServer(given.share, given.seed, port=given.port, journal=given.journal, acts=given.acts)
    print(server.port, flush=True)
    server.run()


if __name__ == "__main__":
    main(sys.argv[1:])
