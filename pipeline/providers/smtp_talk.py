"""A dialogue with a server: commands go out, replies come in, and nothing that was not asked for."""

from __future__ import annotations

from contextlib import suppress

from pipeline.clock import monotonic
from pipeline.providers.smtp_dialing import LineLost
from pipeline.providers.smtp_line import Line
from pipeline.providers.smtp_replies import Garbled, Reply, ReplyReader


class Talk:
    """A line and what has been heard on it."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self._reader = ReplyReader()

    def say(self, *pieces: bytes) -> None:
        """Queues bytes for the server; the next `hear` or the line's `write` sends them."""
        self.line.queue(*pieces)

    def listen(self) -> None:
        """Takes in what has come, without waiting. Raises LineLost and Garbled."""
        while data := self.line.peek():
            self._reader.feed(data)
            if not self.line.encrypted:
                return  # what is left wakes us again; within TLS it may lie where nobody waits for it

    def take(self) -> Reply | None:
        """The next reply that has come. Raises Garbled."""
        return self._reader.take()

    def hear(self, deadline: float, *, write_s: float = 0, read_s: float = 0) -> Reply:
        """The next reply, after all that was said is written (or the server answers before that).

        `deadline` (monotonic) bounds the whole. When given, `write_s` bounds the writing, and `read_s`
        the waiting after it. Raises LineLost and Garbled.
        """
        writing_ends = min(deadline, monotonic() + write_s) if write_s else deadline
        reading_ends = None
        while (reply := self._reader.take()) is None:
            try:
                is_written = self.line.flush(writing_ends)
            except LineLost as lost:
                self._hear_last_words(lost)
                continue
            if is_written and reading_ends is None:
                reading_ends = min(deadline, monotonic() + read_s) if read_s else deadline
            self._reader.feed(self.line.read(reading_ends or writing_ends))
        return reply

    def _hear_last_words(self, lost: LineLost) -> None:
        """A server that refuses a message in its middle says why before it cuts the line."""
        words = self.line.peek()
        if not words:
            raise lost
        self._reader.feed(words)

    def hear_alone(self, deadline: float) -> Reply:
        """The one reply that is due; whatever follows it at once is Garbled."""
        reply = self.hear(deadline)
        self.expect_silence()
        return reply

    def expect_silence(self) -> None:
        """Raises Garbled when the server has said more than it was asked."""
        if self._reader.pending:
            raise Garbled("the server said more than it was asked")

    def say_goodbye(self) -> None:
        """QUIT, if the line takes it at once; its answer is not waited for."""
        self.say(b"QUIT\r\n")
        with suppress(LineLost):
            self.line.flush(monotonic())

    @property
    def is_quiet(self) -> bool:
        """Whether nothing has been heard that nobody asked for."""
        return not self._reader.pending
