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
        """Queues bytes for the server; the next `hear_alone` or the line's `write` sends them."""
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

    def hear_alone(self, deadline: float) -> Reply:
        """The one reply that is due, after all that was said is written (or the server answers before that).

        `deadline` (monotonic) bounds the whole. Raises LineLost, and Garbled also for what follows the reply at once.
        """
        while (reply := self._reader.take()) is None:
            try:
                self.line.flush(deadline)
            except LineLost as lost:
                self._hear_last_words(lost)
                continue
            self._reader.feed(self.line.read(deadline))
        self.expect_silence()
        return reply

    def _hear_last_words(self, lost: LineLost) -> None:
        """A server that refuses a message in its middle says why before it cuts the line."""
        words = self.line.peek()
        if not words:
            raise lost
        self._reader.feed(words)

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
