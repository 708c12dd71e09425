"""Messages on one connection: what goes out when, which reply belongs to which message, what is in doubt.

Replies come in the order of the commands, so the first one's first awaited phase is always the one
that is answered. With PIPELINING the next envelope goes out behind the dot, in the same write; with
CHUNKING whole messages do, up to the window. There an RSET stands behind each: it leaves no transaction
open that the next reader would join, and where the server says one word too many, the refusal of a
message shows up as the answer to it: nobody is taken for served by a word that meant something else.

Nothing here waits: `smtp_pool` calls when there is something to write or to hear, or when time is over. What is due
to be said is said by `write` alone, so that a message counts as departed right before its bytes go out.
When the line is lost, a transaction whose last byte was written is in doubt; all others were never handed
over. That border is drawn here and nowhere else.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable
from itertools import islice

from pipeline.clock import Clock, monotonic
from pipeline.errors import InDoubt, TransportError, Unavailable
from pipeline.providers.base import Message, Receipt
from pipeline.providers.smtp_capabilities import Capabilities
from pipeline.providers.smtp_dialing import ConnectionLost
from pipeline.providers.smtp_dialogue import Dialogue
from pipeline.providers.smtp_message import END_OF_DATA, encode
from pipeline.providers.smtp_replies import Garbled, Reply
from pipeline.providers.smtp_settings import SmtpSettings
from pipeline.providers.smtp_transaction import Step, Transaction, steps_for
from pipeline.providers.smtp_verdicts import Faulted, Phase, accepts, verdict

Outcome = tuple[Message, Receipt | TransportError]
Depart = Callable[[Message], bool]  # asked right before a message's own bytes go out

_RCPT, _DOT = Phase.RCPT, Phase.DOT  # Python 3.11 takes ten times as long for an enum's member

# How servers name what they took: Postfix; Exim and Microsoft; Amazon SES. For people and for their logs.
_QUEUE_ID = re.compile(r"queued as ([\w.-]+)|\bid=([\w.-]+)|\bOk ([\w-]{16,})$", re.IGNORECASE)


class Unsaid(Unavailable):
    """Not a word was said for a message when its connection ended: that counts as no try."""


class Session:
    """One logged-in connection. Not for two threads at once.

    `answered` counts the messages that got a receipt or a verdict of their own. `at_fault` says that the
    dialogue is not to be trusted any more.
    """

    def __init__(
        self, dialogue: Dialogue, offer: Capabilities, settings: SmtpSettings, clock: Clock, window: Callable[[], int],
    ) -> None:
        self.offer = offer
        self.is_open = True
        self.at_fault = False
        self.was_turned_away = False  # before anybody was answered: one connection too many
        self.is_worn_out = False  # the server takes no more readers on it, and goes on with those in flight
        self.answered = 0
        self._has_served = False
        self._enqueued = 0
        self._limit = min(settings.messages_per_connection, offer.messages or settings.messages_per_connection)
        self._dialogue = dialogue
        self._settings = settings
        self._clock = clock
        self._window = window
        self._transactions: deque[Transaction] = deque()
        self._due: deque[Transaction] = deque()  # whose next step is said with the next `write`
        self._is_unfinished = False  # the server still holds one that no dot ended
        self._watch: float | None = None  # until when (monotonic) the stage of the first may last; None: it is new

    @property
    def in_flight(self) -> int:
        """How many messages are not answered yet."""
        return len(self._transactions)

    @property
    def has_room(self) -> bool:
        """Whether one more message may go: open, not worn out, nothing unasked was heard. To be asked after `hear`."""
        if self._enqueued >= self._limit or self.is_worn_out or self.at_fault or not self.is_open:
            return False
        return self._may_follow(len(self._transactions)) if self._transactions else self._dialogue.is_quiet

    def _may_follow(self, ahead: int) -> bool:
        """Whether a message may go behind those in flight."""
        if self.offer.chunking:
            return ahead < self._window()
        return "PIPELINING" in self.offer and ahead == 1 and self._transactions[0].is_ending  # behind its dot

    def enqueue(self, message: Message, deadline: float) -> None:
        """A message that is to be answered before `deadline` (monotonic): `write` says its first words.

        Raises Rejected or Refused when it cannot be encoded for this server.
        """
        wire = encode(message, self.offer, self._settings.server)
        transaction = Transaction(message, steps_for(wire, self.offer, reset=self._is_unfinished), deadline)
        self._is_unfinished = False
        self._enqueued += 1
        self._transactions.append(transaction)
        self._due.append(transaction)
        if len(self._transactions) == 1:
            self._watch = None

    def write(self, depart: Depart) -> list[Outcome]:
        """Says what is due, and writes what the system takes at once; what that settled, in order."""
        settled: list[Outcome] = []
        while self._due:
            settled += self._say(self._due.popleft(), depart)
        try:
            if not self.is_written and self._dialogue.stream.write():
                self._watch = None
        except ConnectionLost as error:
            settled += self._hear_last_words(error)
        return settled

    def hear(self) -> list[Outcome]:
        """Acts on what the server has said by now: what that settled, in order."""
        settled: list[Outcome] = []
        try:
            self._dialogue.listen()
            self._act_on_all(settled)
        except ConnectionLost as error:
            settled += self._lose(Unavailable, str(error))
        except Garbled as error:
            settled += self._lose(Faulted, str(error))
        return settled

    def check_watch(self, now: float) -> list[Outcome]:
        """Gives up when the stage that the first message is at takes too long; all that came before `now` was heard.

        A stage is timed from the first look at it: looking at the clock at each reply would cost more than reading it.
        """
        if not self._transactions:
            return []
        if self._watch is None:
            self._watch = self._stage_ends(monotonic())
        return self._lose(Unavailable, "no answer in time") if now >= self._watch else []

    @property
    def is_written(self) -> bool:
        """Whether nothing waits for the system to take it."""
        return self._dialogue.stream.written >= self._dialogue.stream.queued

    def fileno(self) -> int:
        """The socket's number."""
        return self._dialogue.stream.fileno()

    def try_sender(self, sender: str) -> None:
        """Asks whether mail may come from this address, and takes the question back. Raises Refused, Unavailable."""
        deadline = monotonic() + self._settings.patience.command_s
        try:
            self._dialogue.say(f"MAIL FROM:<{sender}>\r\n".encode())
            reply = self._dialogue.hear_alone(deadline)
            if not accepts(Phase.MAIL, reply.code):
                raise verdict(Phase.MAIL, reply, self._settings.server)
            self._dialogue.say(b"RSET\r\n")
            self._dialogue.hear_alone(deadline)
        except (ConnectionLost, Garbled) as error:
            raise Unavailable(f"{self._settings.server}: {error}") from error

    def close(self) -> None:
        """Says QUIT if nothing is in flight, and closes without waiting for the answer."""
        if self.is_open and not self._transactions:
            self._dialogue.say_goodbye()
        self._hang_up()

    def _hang_up(self) -> None:
        self.is_open = False
        self._dialogue.stream.close()

    # -- speaking and hearing ---------------------------------------------------------------------

    def _say(self, transaction: Transaction, depart: Depart) -> list[Outcome]:
        """The transaction's next step. Of a message that must not go any more none is left open."""
        step = transaction.steps.popleft()
        has_end = _DOT in step.phases
        if has_end and not depart(transaction.message):
            self._transactions.remove(transaction)
            return [] if Phase.MAIL in step.phases else self._part()
        self._dialogue.say(*step.pieces)
        transaction.awaited.extend(step.phases)
        if has_end:
            transaction.end = self._dialogue.stream.queued - step.tail
        return []

    def _act_on_all(self, settled: list[Outcome]) -> None:
        while self._transactions and (reply := self._dialogue.take()):
            transaction = self._transactions[0]
            settled += self._act(transaction, transaction.awaited.popleft(), reply)
            self._watch = None

    def _hear_last_words(self, lost: ConnectionLost) -> list[Outcome]:
        """A server that refuses a message in its middle says why before it cuts the line."""
        settled = self.hear() if self.is_open else []
        return settled + self._lose(Unavailable, str(lost)) if self.is_open else settled

    def _stage_ends(self, now: float) -> float:
        """Until when writing, or waiting behind it, may take."""
        transaction, patience = self._transactions[0], self._settings.patience
        if not self.is_written:
            stage_s = patience.command_s if transaction.end is None else patience.transfer_s
        else:
            stage_s = {Phase.DOT: patience.final_s, Phase.DATA: patience.data_s}.get(
                transaction.awaited[0], patience.command_s)
        return min(transaction.deadline, now + stage_s)

    def _act(self, transaction: Transaction, phase: Phase, reply: Reply) -> list[Outcome]:
        is_yes = accepts(phase, reply.code)
        if not is_yes and reply.code < 400:
            raise Garbled(f"{phase} was answered out of step: {reply.text}")
        if not is_yes:
            transaction.result = transaction.result or self._verdict(phase, reply)
        if reply.code == 421:
            self.was_turned_away = phase is Phase.MAIL and not self.answered
            return self._part()
        if phase is _DOT:
            return self._after_dot(transaction, reply, is_yes=is_yes)
        if phase is _RCPT:
            transaction.has_reader = is_yes
        if transaction.awaited:
            return []
        return self._go_on(transaction, phase, reply, is_yes=is_yes)

    def _verdict(self, phase: Phase, reply: Reply) -> TransportError:
        if self._is_used_up(phase, reply):
            self.is_worn_out = True
            return Unavailable(f"{self._settings.server}: it takes no more on one connection", reply=reply.text)
        return verdict(phase, reply, self._settings.server, has_served=self._has_served)

    def _is_used_up(self, phase: Phase, reply: Reply) -> bool:
        """Whether a connection that has served others has had all its messages (OpenSMTPD's word at MAIL) or readers
        (RFC 5321 section 4.5.3.1.10)."""
        return (phase in (Phase.MAIL, _RCPT) and reply.code == 452 and reply.enhanced in ("", "4.5.3")
                and self.answered > 0)

    def _go_on(self, transaction: Transaction, phase: Phase, reply: Reply, *, is_yes: bool) -> list[Outcome]:
        """All replies to a step are in: the next step, or the end."""
        if transaction.end is not None:
            return self._after_reset(transaction, reply, is_yes=is_yes)
        self._dialogue.expect_silence()
        if transaction.result and phase is Phase.DATA and is_yes:
            return self._take_back(transaction)
        if transaction.result:
            return self._settle(transaction)
        transaction.is_ending = _DOT in transaction.steps[0].phases
        self._due.append(transaction)
        return []

    def _take_back(self, transaction: Transaction) -> list[Outcome]:
        """354 although the envelope was refused (RFC 2920 section 3.1): a lone dot says that nothing comes.

        Not to a reader who was accepted, under a sender who was not: that one would get an empty message.
        """
        if transaction.has_reader:
            return self._part()
        transaction.steps = deque([Step((END_OF_DATA,), (Phase.LONE_DOT,))])
        self._due.append(transaction)
        return []

    def _after_dot(self, transaction: Transaction, reply: Reply, *, is_yes: bool) -> list[Outcome]:
        """The answer to the message itself."""
        if not self._is_whole(transaction):
            return self._part()  # an answer in the middle: a no stands, a yes cannot be
        if is_yes:
            self._take_receipt(transaction, reply)
        return [] if transaction.awaited else self._settle(transaction)

    def _take_receipt(self, transaction: Transaction, reply: Reply) -> None:
        """A yes to the message. Refused before, or said of an address (RFC 3463, x.1.x), it answers something else."""
        words, status = reply.text, reply.enhanced
        if transaction.result or status.startswith("2.1."):
            transaction.result = None
            raise Garbled(f"{Phase.DOT} was answered out of step: {words}")
        transaction.is_sure = bool(status) or not transaction.awaited
        found = _QUEUE_ID.search(words)
        name = found[found.lastindex or 0] if found else None
        transaction.result = Receipt("smtp", name, words, self._clock.now())
        self._has_served = True

    def _after_reset(self, transaction: Transaction, reply: Reply, *, is_yes: bool) -> list[Outcome]:
        """The answer to the RSET behind a chunk. A no may be the true answer to the message, heard one too late."""
        if not is_yes:
            raise Garbled(f"{Phase.RSET} was answered out of step: {reply.text}")
        return self._settle(transaction)

    # -- ending -----------------------------------------------------------------------------------

    def _settle(self, transaction: Transaction) -> list[Outcome]:
        """The end of a transaction whose result is known."""
        if transaction.result is None:
            return []
        self._transactions.remove(transaction)
        if isinstance(transaction.result, TransportError) and not self.offer.chunking:
            self._is_unfinished = True
        self.answered += not isinstance(transaction.result, Unavailable)
        self.at_fault = self.at_fault or isinstance(transaction.result, Faulted)
        return [(transaction.message, transaction.result)]

    def _part(self) -> list[Outcome]:
        """The server ends it, or we do: what stands behind the first message was not read any more."""
        for transaction in islice(self._transactions, 1, None):
            transaction.end = None
        return self._end(Unavailable, "the connection was ended before this message's turn")

    def _lose(self, kind: type[Unavailable], reason: str) -> list[Outcome]:
        """The line is lost, or not to be trusted: whoever was whole on the wire is in doubt."""
        self.at_fault = self.at_fault or kind is Faulted
        return self._end(kind, reason)

    def _end(self, kind: type[Unavailable], reason: str) -> list[Outcome]:
        self._hang_up()
        transactions, self._transactions = self._transactions, deque()
        unsaid, self._due = self._due, deque()
        return [(one.message, Unsaid(reason) if one in unsaid else self._fate(one, kind, reason))
                for one in transactions]

    def _fate(self, transaction: Transaction, kind: type[Unavailable], reason: str) -> Receipt | TransportError:
        """What is known of a transaction that gets no more answers."""
        server = self._settings.server
        found = transaction.result
        if isinstance(found, TransportError) or (found and transaction.is_sure and kind is not Faulted):
            return found
        if self._is_whole(transaction):
            return InDoubt(f"{server}: {reason}, with the message handed over and no answer to it")
        phase = transaction.awaited[0] if transaction.awaited else Phase.DOT
        return kind(f"{server}: {phase}: {reason}")

    def _is_whole(self, transaction: Transaction) -> bool:
        """Whether the message's last byte was written."""
        return transaction.end is not None and self._dialogue.stream.written >= transaction.end
