"""A dialogue with a server: commands go out, replies come in, and nothing that was not asked for."""

from __future__ import annotations

from contextlib import suppress

from pipeline.clock import monotonic
from pipeline.providers.smtp_dialing import ConnectionLost
from pipeline.providers.smtp_replies import Garbled, Reply, ReplyReader
from pipeline.providers.smtp_stream import Stream


class Dialogue:
    """A stream and what has been heard on it."""

    def __init__(self, stream: Stream) -> None:
        self.stream = stream
        self._reader = ReplyReader()

    def say(self, *pieces: bytes) -> None:
        """Queues bytes for the server; the next `hear_alone` or the stream's `write` sends them."""
        self.stream.queue(*pieces)

    def listen(self) -> None:
        """Takes in what has come, without waiting. Raises ConnectionLost and Garbled."""
        while data := self.stream.peek():
            self._reader.feed(data)
            if not self.stream.encrypted:
                return  # what is left wakes us again; within TLS it may lie where nobody waits for it

    def take(self) -> Reply | None:
        """The next reply that has come. Raises Garbled."""
        return self._reader.take()

    def hear_alone(self, deadline: float) -> Reply:
        """The one reply that is due, after all that was said is written (or the server answers before that).

        `deadline` (monotonic) bounds the whole. Raises ConnectionLost, and Garbled also for what follows
        the reply at once.
        """
        while (reply := self._reader.take()) is None:
            try:
                self.stream.flush(deadline)
            except ConnectionLost as lost:
                self._hear_last_words(lost)
                continue
            self._reader.feed(self.stream.read(deadline))
        self.expect_silence()
        return reply

    def _hear_last_words(self, lost: ConnectionLost) -> None:
        """A server that refuses a message in its middle says why before it cuts the line."""
        words = self.stream.peek()
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
        with suppress(ConnectionLost):
            self.stream.flush(monotonic())

    @property
    def is_quiet(self) -> bool:
        """Whether nothing has been heard that nobody asked for."""
        return not self._reader.pending
