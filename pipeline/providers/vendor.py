"""A company as one thread talks to it: its client, whose fault its refusals are, what its answers say.

    vendor         this file
      api_transport  hands over messages, one reader each
      broadcasts     hands over an issue, to a service that owns the readers

What is asked about an account, by `doctor`: excerpts of the pages of SendGrid (scopes), Brevo (account), Mailgun
(domains) and Amazon (GetAccount) were read in November 2026; Postmark's `/server` and Resend's `/domains` are
from memory.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, NamedTuple
from urllib.parse import urlsplit

from pipeline.clock import Clock
from pipeline.errors import InDoubt, TransportError, Unavailable
from pipeline.providers.base import Greeting, Receipt, Transport
from pipeline.providers.http import Answer, Call, HttpClient
from pipeline.providers.http_verdicts import Table, judge, verdict, wish_s

ODD = (LookupError, TypeError, ValueError, AttributeError, StopIteration)  # JSON of another shape than the vendor's


class Standing(NamedTuple):
    """An account at a vendor: what it may send, what stands in its way, and what to do about that; "" for unknown."""

    limits: str = ""
    lacks: str = ""
    remedy: str = ""


class Vendor(Transport):
    """What a module about a vendor starts from; its connection is opened when it is needed."""

    idempotent = False
    table: ClassVar[Table] = {}
    code_at: ClassVar[str] = "code"            # where the vendor's own code stands in a refusal,
    words_at: ClassVar[str] = "message"        # and what it says to people
    reset: ClassVar[str] = ""                  # its own header for how long to wait
    account: str = ""                          # the path that tells about our own account, changing nothing

    def __init__(self, client: HttpClient, clock: Clock) -> None:
        self._client = client
        self._clock = clock

    def close(self) -> None:
        """Ends the connection."""
        self._client.close()

    def problem(self, answer: Answer) -> tuple[int | str | None, str]:
        """A refusal's own code, if it has one, and its words."""
        document = answer.document
        if not isinstance(document, Mapping):
            return None, answer.words
        code = document.get(self.code_at)
        return code if isinstance(code, int | str) else None, str(document.get(self.words_at) or answer.words)

    def refusal(self, answer: Answer) -> TransportError:
        """The verdict on an answer that was no success."""
        code, words = self.problem(answer)
        if 300 <= answer.status < 400:
            words = f"it redirects to {answer.headers.get('location', 'nowhere')}, which is not followed"
        blame = judge(answer, code, self.table)
        said = self._client.scrub(" ".join(str(part) for part in (answer.status, code, words) if part is not None))
        return verdict(self.name, blame, said, wish_s(answer, self._clock.now(), self.reset))

    def receipt(self, provider_id: object, words: str = "accepted") -> Receipt:
        """The vendor took a message."""
        name = self._client.scrub(str(provider_id)) if provider_id else None
        return Receipt(self.name, name, self._client.scrub(words), self._clock.now())

    def standing(self, document: Any) -> Standing:  # noqa: ARG002, for those who are told something
        """What the answer at `account` says of us."""
        return Standing()

    def greet(self, sender: str) -> Greeting | None:  # noqa: ARG002, no service is asked about it
        """Asks about our own account, which proves the key and changes nothing. Raises Refused, Unavailable."""
        if not self.account:
            return None
        try:
            found = self.standing(self.ask(self.account))
        except ODD as error:
            raise Unavailable(f"{self.name}: what it says of the account cannot be read") from error
        return self.greeting(found)

    def greeting(self, found: Standing) -> Greeting:
        """That we were let in."""
        parts = urlsplit(self._client.url)
        return Greeting(parts.netloc, parts.scheme == "https", 0, *found, takes_sender=False)

    def asking(self, path: str) -> Call:
        """The call that asks a question."""
        return Call("GET", path)

    def ask(self, path: str) -> Any:
        """The JSON that answers a question. Raises TransportError where there is none; nothing was handed over."""
        try:
            answer = self._client.call(self.asking(path))
        except InDoubt as error:
            raise Unavailable(str(error)) from error
        if answer.status == 200:
            return answer.document
        refusal = self.refusal(answer)
        raise Unavailable(str(refusal)) if isinstance(refusal, InDoubt) else refusal
