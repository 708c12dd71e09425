"""What a sender makes of each answer of the post: an outcome for the ledger, and what it tells of the post itself.

What the ledger is to hear of the post (pauses, rests, outages) waits until nothing is about to land: see `tell`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Any

from pipeline.errors import Deferred, InDoubt, Refused, Rejected, TransportError, Unavailable
from pipeline.mailings.dispatch import Dispatch
from pipeline.mailings.mailing import Claim, DeliveryState, Doubt, Outcome, given_back, retry_at
from pipeline.mailings.reasons import Cause
from pipeline.providers.base import Receipt


class Judge:
    """One sender's; not for two threads. `durably` makes a step on the ledger, `pause` stops a mailing for a reason."""

    def __init__(
        self, dispatch: Dispatch, durably: Callable[[Callable[[], Any]], Any], pause: Callable[[int, str], None],
    ) -> None:
        self._dispatch = dispatch
        self._durably = durably
        self._pause = pause
        self._to_tell: deque[Callable[[], object]] = deque()
        self._served_before = 0
        self.outage: list[tuple[int, TransportError]] = []  # calls that did not go through, in a row, and for whom
        self.is_braking = False  # no more is asked for until its sender has rested

    @property
    def others_are_served(self) -> bool:
        """Whether the post has taken messages since this sender could hand nothing over."""
        return self._dispatch.welcome.served > self._served_before

    def outcome(self, claim: Claim, result: Receipt | TransportError) -> Outcome:
        """What the ledger is to keep of a message that was handed over, or could not be."""
        found = self._served(claim, result) if isinstance(result, Receipt) else self._judged(claim, result)
        if claim.mailing_id is not None and (reason := self._dispatch.brake.look(found)):
            self._stop(claim.mailing_id, reason)
        return found

    def tell(self) -> None:
        """Writes down what those that landed have taught of the post: pauses, rests, outages. What fails is kept."""
        while self._to_tell:
            self._to_tell[0]()
            self._to_tell.popleft()

    def _served(self, claim: Claim, receipt: Receipt) -> Outcome:
        self.outage.clear()
        self._dispatch.welcome.accept(claim.mailing_id)
        if self._dispatch.pace.is_away:
            self._teach(self._dispatch.pace.find)
        return Outcome(claim, DeliveryState.SENT, receipt.reply, receipt.provider, receipt.provider_id)

    def _judged(self, claim: Claim, error: TransportError) -> Outcome:
        """What a verdict leads to; its class says it all."""
        if isinstance(error, Unavailable):
            return self._put_back(claim, error)
        if isinstance(error, InDoubt):
            return self._wonder(claim, error)
        self.outage.clear()
        if isinstance(error, Rejected):
            return Outcome(claim, DeliveryState.FAILED, error.reply)
        # A letter has no mailing to pause: it is tried again later, and given up unless everybody is refused.
        if isinstance(error, Refused) and claim.mailing_id is not None:
            if self._dispatch.welcome.refuse(error):
                self._stop(claim.mailing_id, _refuses_us(error))
                return given_back(claim, self._dispatch.clock.now(), error.reply)
            self._to_tell.append(partial(self._doubt_welcome, claim.mailing_id, claim.id, error))
        if self._is_letter_over(claim) and not (isinstance(error, Refused) and error.session):
            return Outcome(claim, DeliveryState.FAILED, f"gave up after `mailings.expire`: {error.reply}")
        if isinstance(error, Deferred):
            self._teach(partial(self._dispatch.pace.domains.heed, claim.address, error))
        return self._later(claim, error)

    def _wonder(self, claim: Claim, error: InDoubt) -> Outcome:
        """It may have been taken: sent again where that harms nobody, else held. The provider stays the same."""
        terms = self._dispatch.terms
        if terms.repeats:
            self.outage.clear()
            if claim.mailing_id is not None and claim.copies and self._dispatch.welcome.miss_answer():
                self._stop(claim.mailing_id, f"the post takes messages and does not say so: {error.reply}")
        else:
            self._brake(claim, error)  # a service that loses one answer loses the next
        if self._is_letter_over(claim) or (claim.mailing_id is None and terms.has_enough(claim.copies)):
            return Outcome(claim, DeliveryState.SENT, f"assumed sent: {error.reply}", terms.provider)
        if terms.may_repeat(claim.attempts, claim.copies):
            return self._later(claim, error)._replace(provider=terms.provider)
        return Outcome(claim, DeliveryState.IN_DOUBT, error.reply, terms.provider, doubt=Doubt.LINE)

    def _brake(self, claim: Claim, error: TransportError) -> None:
        """Asks for no more until its sender has rested; the messages of one call count once."""
        if not self.outage:
            self._served_before = self._dispatch.welcome.served
        if not self.outage or self.outage[-1][1] is not error:
            self.outage.append((claim.id, error))
        self.is_braking = True
        self._teach(self._dispatch.pace.lose)

    def _put_back(self, claim: Claim, error: Unavailable) -> Outcome:
        """Nothing was handed over. Twice in a row for one reader makes way for the others first."""
        again = bool(self.outage) and self.outage[-1][0] == claim.id
        self._brake(claim, error)
        if error.retry_after_s:
            self._teach(partial(self._dispatch.pace.rest, error.retry_after_s))
        if again:
            return self._later(claim, error)._replace(counted=False)
        return given_back(claim, self._dispatch.clock.now(), error.reply)

    def _is_letter_over(self, claim: Claim) -> bool:
        """No mailing's end ends a letter, so it has so many attempts."""
        return claim.mailing_id is None and self._dispatch.terms.is_letter_over(claim.attempts + 1)

    def _later(self, claim: Claim, error: TransportError) -> Outcome:
        dispatch = self._dispatch
        due_at = retry_at(claim.attempts + 1, dispatch.terms.retry, dispatch.clock.now(), chance=dispatch.chance(),
                          wish_s=error.retry_after_s)
        return Outcome(claim, DeliveryState.DEFERRED, error.reply, due_at=due_at)

    def _doubt_welcome(self, mailing_id: int, delivery_id: int, error: Refused) -> None:
        """Pauses a mailing of which everybody was refused because of us."""
        audience = self._durably(partial(self._dispatch.ledger.mailings.get, mailing_id)).audience
        if self._dispatch.welcome.is_denied(mailing_id, delivery_id, audience):
            self._pause(mailing_id, _refuses_us(error))

    def _stop(self, mailing_id: int, reason: str) -> None:
        """The mailing is paused with the next `tell`."""
        self._to_tell.append(partial(self._pause, mailing_id, reason))

    def _teach(self, step: Callable[[], object]) -> None:
        """What all senders are to know of the post is written with the next `tell`."""
        self._to_tell.append(partial(self._durably, step))


def _refuses_us(error: Refused) -> str:
    return Cause.UNWELCOME.because(error.reply)
