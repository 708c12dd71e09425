"""What an SMTP server says, read strictly (RFC 5321 section 4.2): a reply that is not one is never given a code.

A client that guesses here loses mail: replies shift by one, and the "250" of one command is
taken for the next. So anything odd is `Garbled`, and the connection that said it is closed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache

from pipeline.errors import in_one_line

MAX_LINE = 2_000  # octets; RFC 5321 section 4.5.3.1.5 says 512, and servers with long host names pass that
MAX_LINES = 200
MAX_UNREAD = MAX_LINE * MAX_LINES  # octets that may wait to be taken: one reply of the longest
_SHOWN = 500  # characters of a reply that a person is shown

_LINE = re.compile(rb"([2-5][0-5][0-9])(?:([ -])([^\r\n\0]*))?\r\n")
_ENHANCED = re.compile(rb"([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")


class Garbled(Exception):
    """The server said something that is no reply, or more than it was asked."""


@dataclass(frozen=True)
class Reply:
    """One reply, all its lines. `code` is from 200 to 559; `raw` is the text behind the code, a line each."""

    code: int
    raw: tuple[bytes, ...]

    @cached_property
    def enhanced(self) -> str:
        """The status of RFC 3463 as `5.1.1`, or "" if there is none that fits the code."""
        found = _ENHANCED.match(self.raw[0])
        if not found or int(found[1]) != self.code // 100:
            return ""
        return found[0].decode()

    @cached_property
    def text(self) -> str:
        """The whole as one printable line, code first, at most some 500 characters."""
        words = b" ".join(self.raw).decode("utf-8", "replace")
        return in_one_line(f"{self.code} {words}")[:_SHOWN]


class ReplyReader:
    """Cuts a stream of bytes into replies. Bytes go in by `feed`, replies come out by `take`."""

    def __init__(self) -> None:
        self._bytes = b""
        self._lines: list[bytes] = []
        self._code = b""

    @property
    def pending(self) -> bool:
        """Whether anything was said that nobody has taken yet."""
        return bool(self._bytes or self._lines)

    def feed(self, data: bytes) -> None:
        """Adds what has come from the line. Raises Garbled when a server that never stops is not worth listening to."""
        self._bytes += data
        if len(self._bytes) > MAX_UNREAD:
            raise Garbled(f"the server said more than {MAX_UNREAD} bytes at once")

    def take(self) -> Reply | None:
        """The next reply, or None until more bytes have come. Raises Garbled."""
        while end := self._bytes.find(b"\n", 0, MAX_LINE) + 1:
            line, self._bytes = self._bytes[:end], self._bytes[end:]
            if not self._lines and (reply := _whole(line)):
                return reply
            if self._add(line):
                reply = Reply(int(self._code), tuple(self._lines))
                self._lines, self._code = [], b""
                return reply
        if len(self._bytes) >= MAX_LINE:
            raise Garbled(f"a reply line is longer than {MAX_LINE} bytes")
        return None

    def _add(self, line: bytes) -> bool:
        """Takes one line into the reply; says whether it was the last."""
        found = _LINE.fullmatch(line)
        if not found:
            raise Garbled(f"{_shown(line)} is not a reply")
        code, mark, text = found.groups()
        if self._lines and code != self._code:
            raise Garbled(f"a reply changes its code from {self._code.decode()} to {code.decode()}")
        if len(self._lines) == MAX_LINES:
            raise Garbled(f"a reply has more than {MAX_LINES} lines")
        self._code = code
        self._lines.append(text or b"")
        return mark != b"-"


@lru_cache(maxsize=64)
def _whole(line: bytes) -> Reply | None:
    """The reply that this line is by itself; a server says the same few over and over."""
    found = _LINE.fullmatch(line)
    return Reply(int(found[1]), (found[3] or b"",)) if found and found[2] != b"-" else None


def _shown(line: bytes) -> str:
    text = line[:60].decode("ascii", "replace").strip()
    return '"' + "".join(c if c.isprintable() else "?" for c in text) + '"'
