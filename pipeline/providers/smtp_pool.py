"""Many connections to one server, served by one thread: whoever has room takes the next message.

    waiting     messages that no connection has room for yet, and those that a worn-out one gave back
    opening     connections under way, each in a thread of its own: dialling and logging in take round trips
    sessions    open ones; the kernel says which of them may be heard or written to

A message more than there is room for is asked for only where another connection may be opened for it.
"""

from __future__ import annotations

import contextlib
import select
import socket
import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue

from pipeline.clock import monotonic
from pipeline.errors import TransportError, Unavailable
from pipeline.providers.base import Message, MessageSource
from pipeline.providers.smtp_growth import Growth
from pipeline.providers.smtp_relay import Relay
from pipeline.providers.smtp_session import Outcome, Session, Unsaid

ASK_AGAIN_S = 1.0  # a source that has nothing for an hour may be told to end in the next second
_LOOK_S = 0.1  # how often it is looked whether somebody's time is over


@dataclass(slots=True)
class _Pending:
    """A message on its way to its answer, before `deadline` (monotonic). One that is given back may try once more."""

    message: Message
    deadline: float
    has_tried: bool = False


class Pool:
    """The connections of one transport. Not for two threads at once; leaves open what still has room."""

    def __init__(self, relay: Relay, timeout_s: float) -> None:
        self._source: MessageSource  # whose messages are carried
        self._relay = relay
        self._limit_s = timeout_s - relay.settings.patience.opening_s
        self._growth = Growth(relay.settings.connections)
        self._sessions: dict[int, Session] = {}
        self._is_writing: set[int] = set()  # whose bytes wait for the system to take them
        self._waiting: deque[_Pending] = deque()
        self._in_flight: dict[str, _Pending] = {}
        self._opener = _Opener(relay)
        self._poll = select.poll()
        self._poll.register(self._opener.wakeup, select.POLLIN)
        self._has_room = True      # a connection had room and there was no message
        self._has_gap = False      # a message that had its place did not go: another may
        self._has_opened = False   # a connection under way is open, or has failed
        self._now = 0.0            # when it was last seen what can be heard; the source may have taken long since
        self._looked_at = 0.0
        self._asks_at = 0.0        # until when the source is not asked again
        self._is_over = False      # the source gives no more

    def carry(self, source: MessageSource) -> None:
        """Hands over what the source gives, until it gives no more and nothing is in flight."""
        self._source = source
        self._is_over, self._asks_at, self._has_room = False, 0.0, True
        self._now = monotonic()
        self._fill_up()
        while self._in_flight or self._waiting or not self._is_over:
            self._serve_stirred()
            self._look()
            self._retire_closed()
            self._take_opened()
            self._fill_up()

    def close(self) -> None:
        """Says goodbye on every connection without waiting; the end of this pool."""
        for number in tuple(self._sessions):
            self._retire(number)
        self._waiting.clear()
        self._in_flight.clear()
        self._opener.close()

    # ---- what goes out -------------------------------------------------------------------------

    def _fill_up(self) -> None:
        """Gives messages to all who may have room; where nobody has, opens more connections."""
        if self._has_room or self._waiting:
            self._has_room = False
            self._serve(tuple(self._sessions.items()))
        while self._has_gap:
            self._has_gap = False
            self._serve(tuple(self._sessions.items()))
        while self._may_open() and self._is_crowded():
            self._opener.open_one()

    def _serve(self, sessions: Sequence[tuple[int, Session]]) -> None:
        """Hears all of them, then enqueues, then writes: nothing is enqueued before all that was said is heard.

        Step by step and not one by one: what a step needs stays at hand in the processor, and the other side is woken
        once for all.
        """
        for _, session in sessions:
            self._settle(session, session.hear())
        for _, session in sessions:
            self._fill(session)
        for number, session in sessions:
            self._settle(session, session.write(self._depart))
            self._look_after(number, session)

    def _fill(self, session: Session) -> None:
        while session.has_room:
            pending = self._next()
            if pending is None:
                self._has_room = True
                break
            self._enqueue(session, pending)

    def _enqueue(self, session: Session, pending: _Pending) -> None:
        self._in_flight[pending.message.key] = pending
        try:
            session.enqueue(pending.message, pending.deadline)
        except TransportError as error:
            self._settle(session, [(pending.message, error)])

    def _next(self) -> _Pending | None:
        return self._waiting.popleft() if self._waiting else self._ask()

    def _ask(self) -> _Pending | None:
        if self._is_over or self._now < self._asks_at:
            return None
        found = self._source.next()
        if isinstance(found, Message):
            return _Pending(found, monotonic() + self._limit_s)
        if found is None:
            self._is_over = True
        else:
            self._asks_at = monotonic() + min(found, ASK_AGAIN_S)
        return None

    def _is_crowded(self) -> bool:
        """Whether a message waits for which no connection has room or is under way; asks the source for one more."""
        if len(self._waiting) <= self._opener.opening and (pending := self._ask()):
            self._waiting.append(pending)
        return len(self._waiting) > self._opener.opening

    def _may_open(self) -> bool:
        """Side by side, but never more than are open already: the first one finds out whether we are welcome."""
        opening, there = self._opener.opening, len(self._sessions)
        return opening + there < self._growth.allowed and opening < max(1, there)

    # ---- what has come -------------------------------------------------------------------------

    def _serve_stirred(self) -> None:
        """Waits until something can be heard or written, a connection has come in, or it is time to look."""
        left_s = self._asks_at and self._asks_at - monotonic()
        stirred = self._poll.poll((left_s if 0 < left_s < _LOOK_S else _LOOK_S) * 1_000)
        self._now = monotonic()
        known = [(number, self._sessions[number]) for number, _ in stirred if number in self._sessions]
        self._has_opened = self._has_opened or len(known) < len(stirred)  # what else stirs is the opener
        self._serve(known)

    def _look(self) -> None:
        if self._now - self._looked_at < _LOOK_S:
            return
        self._looked_at = self._now
        for session in tuple(self._sessions.values()):
            self._settle(session, session.check_watch(self._now))
        self._growth.consider(is_full=len(self._sessions) == self._growth.allowed and not self._is_over)

    def _take_opened(self) -> None:
        """Takes over the connections that are open; where there is none, one message hears why. Raises our mistakes."""
        if not self._has_opened:
            return
        self._has_opened = False
        for result in self._opener.opened():
            if isinstance(result, Session):
                self._sessions[result.fileno()] = result
                self._poll.register(result, select.POLLIN)
                self._has_room = True
            elif self._sessions:
                self._growth.turn_away(len(self._sessions))
            elif not isinstance(result, TransportError):
                raise result
            elif self._waiting:
                self._turn_away_all(result)

    def _turn_away_all(self, reason: TransportError) -> None:
        """Nobody can be handed over: one message hears why, the others have no part in it."""
        self._source.land(self._waiting.popleft().message, reason)
        while self._waiting:
            self._source.give_back(self._waiting.popleft().message)

    # ---- what becomes of them ------------------------------------------------------------------

    def _settle(self, session: Session, settled: list[Outcome]) -> None:
        for message, result in settled:
            pending = self._in_flight.pop(message.key)
            if isinstance(result, Unsaid):
                self._waiting.append(pending)
            elif _may_try_again(session, result) and not pending.has_tried:
                pending.has_tried = True
                self._waiting.append(pending)
            else:
                self._growth.answer(1)
                self._source.land(message, result)
        if settled and not self._in_flight:
            self._asks_at = 0.0  # the source may have waited for these, and be done

    def _depart(self, message: Message) -> bool:
        """Asks the source, and forgets a message that must not go any more."""
        if self._source.depart(message):
            return True
        del self._in_flight[message.key]
        self._has_gap = True
        return False

    def _retire_closed(self) -> None:
        """At once: the number of a closed socket may be given to the next connection."""
        for number in [number for number, session in self._sessions.items() if not session.is_open]:
            self._retire(number)

    def _look_after(self, number: int, session: Session) -> None:
        """Watches for room to write; lets a session go that takes no more."""
        if not session.in_flight and not session.has_room:
            self._retire(number)
        elif (number in self._is_writing) == session.is_written:
            self._is_writing ^= {number}
            self._poll.modify(number, select.POLLIN | (0 if session.is_written else select.POLLOUT))

    def _retire(self, number: int) -> None:
        session = self._sessions.pop(number)
        self._is_writing.discard(number)
        self._poll.unregister(number)
        if session.was_turned_away:
            self._growth.turn_away(len(self._sessions))
        self._relay.close(session)


class _Opener:
    """Opens connections, each in a thread. `wakeup` can be read from when one is open or has failed."""

    def __init__(self, relay: Relay) -> None:
        self._relay = relay
        self._opened: SimpleQueue[Session | Exception] = SimpleQueue()
        self._lock = threading.Lock()
        self._is_closed = False
        self.wakeup, self._wakeup_sender = socket.socketpair()
        self.wakeup.setblocking(False)
        self.opening = 0

    def open_one(self) -> None:
        """Begins to open a connection."""
        self.opening += 1
        try:
            threading.Thread(target=self._open, name="open a connection", daemon=True).start()
        except RuntimeError as error:  # a limit of processes: it passes
            self._deliver(Unavailable(f"no connection was opened ({error})"))

    def opened(self) -> list[Session | Exception]:
        """What is new: open connections, and reasons why there is none."""
        with contextlib.suppress(BlockingIOError):
            self.wakeup.recv(100)
        found = []
        with contextlib.suppress(Empty):
            while True:
                found.append(self._opened.get_nowait())
        self.opening -= len(found)
        return found

    def close(self) -> None:
        """Whatever opens from now on is closed at once."""
        with self._lock:
            self._is_closed = True
            for result in self.opened():
                if isinstance(result, Session):
                    self._relay.close(result)
            self.wakeup.close()
            self._wakeup_sender.close()

    def _open(self) -> None:
        result: Session | Exception
        try:
            result = self._relay.open()
        except Exception as error:  # noqa: BLE001, raised by the thread that waits for the connection
            result = error
        self._deliver(result)

    def _deliver(self, result: Session | Exception) -> None:
        with self._lock:
            if not self._is_closed:
                self._opened.put(result)
                self._wakeup_sender.send(b".")
            elif isinstance(result, Session):
                self._relay.close(result)


def _may_try_again(session: Session, result: object) -> bool:
    """Nothing was handed over, by the fault of a connection that had worked or that will be spoken to more simply."""
    is_over = session.at_fault or session.is_worn_out or (session.answered > 0 and not session.is_open)
    return is_over and isinstance(result, Unavailable)
