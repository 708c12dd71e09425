"""Hands messages over through a vendor's interface, one reader each: what all of those transports share.

A vendor's module says how a message looks in its JSON, what its answer says of each, and whose fault its
codes are. Batches are cut where a call would grow too large; when a whole batch is refused for what is in
it, its messages go one by one, so that one of them harms no other.
"""

from __future__ import annotations

import hashlib
import json
from abc import abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from pipeline.clock import monotonic
from pipeline.errors import InDoubt, Refused, Rejected, TransportError, Unavailable
from pipeline.providers.base import Message, Receipt
from pipeline.providers.http import Answer, Call
from pipeline.providers.vendor import ODD, Vendor

Result = Receipt | TransportError


@dataclass(frozen=True, slots=True)
class Group:
    """Messages that go in one call, each with its bytes in that call."""

    messages: Sequence[Message]
    parts: Sequence[bytes]

    @property
    def key(self) -> str:
        """What tells this call from any other, the same whenever the same messages go together."""
        keys = [message.key for message in self.messages]
        return keys[0] if len(keys) == 1 else hashlib.sha256("\n".join(keys).encode()).hexdigest()

    @property
    def array(self) -> bytes:
        """The parts as JSON."""
        return b"[" + b",".join(self.parts) + b"]"


class ApiTransport(Vendor):
    """A transport over one vendor. One object serves one thread; its connection is opened when it is needed."""

    largest: ClassVar[int] = 20 * 1024 * 1024  # bytes of messages in one call
    is_keyed: bool = False                     # whether `request` puts the group's key into the call
    known: ClassVar[str] = ""                  # the code of a refusal that knows the key: all were taken before

    @property
    def timeout_s(self) -> float:  # type: ignore[override]  # elsewhere a plain number; here the client's
        """A batch may be split in its middle, and a call with a key be made twice."""
        return 4 * self._client.longest_s

    # ---- what a vendor's module says --------------------------------------------------------------

    @abstractmethod
    def part(self, message: Message) -> Any:
        """The message as the vendor's JSON has it."""

    def encoded(self, message: Message) -> bytes:
        """That JSON; lone surrogates, which nobody can carry, become question marks."""
        return json.dumps(self.part(message), ensure_ascii=False).encode(errors="replace")

    @abstractmethod
    def request(self, group: Group) -> Call:
        """The call that hands over a group. Raises Unavailable where there are no keys for it."""

    @abstractmethod
    def results(self, answer: Answer) -> Sequence[Result] | None:
        """What a success says of each message, in their order; None for an answer that cannot be read."""

    def question(self, message: Message) -> str:
        """The path that asks what became of a message; only where `settles` is set."""
        raise NotImplementedError

    def found(self, document: Any) -> Receipt | None:
        """The receipt in the answer to that question, or None."""
        raise NotImplementedError

    # ---- the port ---------------------------------------------------------------------------------

    def send(self, message: Message) -> Receipt:
        """Hands one message over. Raises one of the five verdicts."""
        (result,) = self.send_batch([message])
        if isinstance(result, TransportError):
            raise result
        return result

    def send_batch(self, messages: Sequence[Message]) -> Sequence[Result]:
        """A result for each, in their order. After a call that did not go through, the rest is not tried."""
        until = monotonic() + 2 * self._client.longest_s
        results: list[Result] = []
        for group in self._groups(messages):
            if not group.messages[0].recipient.isascii():
                results.append(Rejected(f"{self.name} takes no address with such letters before the @"))
                continue
            stop = _is_gone(results) or monotonic() > until
            results += [self._held_back()] * len(group.messages) if stop else self._hand_over(group, until)
        return results

    def lookup(self, message: Message) -> Receipt | None:
        """What the vendor says of an earlier attempt."""
        if self.settles is None:
            return super().lookup(message)
        document = self.ask(self.question(message))
        try:
            return self.found(document)
        except ODD as error:
            raise Unavailable(f"{self.name}: the answer cannot be read") from error

    # ---- one call ---------------------------------------------------------------------------------

    def _groups(self, messages: Sequence[Message]) -> Iterator[Group]:
        """Messages that fit into one call, in their order; one that cannot go at all is alone."""
        group: list[Message] = []
        parts: list[bytes] = []
        size = 0
        for message in messages:
            part = self.encoded(message)
            is_full = len(group) == self.batch_size or size + len(part) > self.largest
            if group and (is_full or not (message.recipient + group[-1].recipient).isascii()):
                yield Group(group, parts)
                group, parts, size = [], [], 0
            group.append(message)
            parts.append(part)
            size += len(part)
        if group:
            yield Group(group, parts)

    def _hand_over(self, group: Group, until: float) -> Sequence[Result]:
        count = len(group.messages)
        try:
            result = self._call(self.request(group), count)
        except Unavailable as error:  # there is nothing to sign it with
            result = error
        if not isinstance(result, TransportError):
            return result
        if count > 1 and (isinstance(result, Rejected) or (isinstance(result, Refused) and not result.session)):
            return self._one_by_one(group, until)
        return [result] * count

    def _call(self, call: Call, count: int) -> Sequence[Result] | TransportError:
        """Where the call has a key, a lost answer is asked for a second time: the same bytes, at once.

        A second call that is turned away (the last credit is spent, the key is withdrawn) says nothing of the first.
        """
        result = self._call_once(call, count)
        if not (self.is_keyed and isinstance(result, InDoubt)):
            return result
        again = self._call_once(call, count)
        return result if isinstance(again, Unavailable | Refused) else again

    def _call_once(self, call: Call, count: int) -> Sequence[Result] | TransportError:
        try:
            return self._read(self._client.call(call), count)
        except TransportError as error:
            return error

    def _one_by_one(self, group: Group, until: float) -> Sequence[Result]:
        """Nothing of the batch was taken, for what is in it: each message gets an answer of its own."""
        results: list[Result] = []
        for message, part in zip(group.messages, group.parts, strict=True):
            if _is_gone(results) or monotonic() > until:
                results.append(self._held_back())
            else:
                results += self._hand_over(Group([message], [part]), until)
        return results

    def _held_back(self) -> Unavailable:
        return Unavailable(f"{self.name}: not tried, because the call before it did not go through")

    def _read(self, answer: Answer, count: int) -> Sequence[Result] | TransportError:
        if not 200 <= answer.status < 300:
            is_known = self.known and self.problem(answer)[0] == self.known
            return [self.receipt(None, "taken at an earlier attempt")] * count if is_known else self.refusal(answer)
        results = self._understood(answer)
        if results is not None and len(results) == count:
            return results
        return InDoubt(f"{self.name}: the answer cannot be read ({answer.status}: {answer.words})")

    def _understood(self, answer: Answer) -> Sequence[Result] | None:
        try:
            return self.results(answer)
        except ODD:
            return None


def _is_gone(results: Sequence[Result]) -> bool:
    """Whether the last call did not go through: the next would not either."""
    return bool(results) and isinstance(results[-1], Unavailable | InDoubt)
