"""Door 2: what the post reports becomes a fact in the ledger and, where it must, a suppression in the roster.

    event --(is it known?)--> fact --(whose message?)--> policy --> suppressed, left, or nothing
                                                            '-----> brake

All of one report is one transaction, and a report that is repeated changes nothing. What acts is the delivery that
an event names, never the address that it claims; for a message that we do not know, nothing acts. Events only move
forward: complained > hard > soft > delivered, and what happened before a reader's last yes is over.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from pipeline.address import Address, parse
from pipeline.audience.roster import Roster
from pipeline.audience.tokens import KeyRing, Purpose
from pipeline.clock import EPOCH, Clock
from pipeline.errors import InvalidAddress, InvalidToken
from pipeline.feedback.report_brake import ReportBrake
from pipeline.feedback.scrubbing import one_line, scrubbed
from pipeline.mailings.ledger import Ledger
from pipeline.mailings.ledger.events import TROUBLE, Origin
from pipeline.providers.event import Bounce, Event, Kind

log = logging.getLogger(__name__)

COMPLAINED, BOUNCED, UNSUBSCRIBED = "complained", "bounced", "unsubscribed"  # reasons in the roster

ACTING = frozenset({Kind.UNSUBSCRIBED, Kind.COMPLAINED, Kind.BOUNCED})  # the rest, nearly all of it, is written down


class Effect(StrEnum):
    """What came of an event."""

    KNOWN = "known"            # it was here before
    RECORDED = "recorded"      # written down, and that is all
    STRANGE = "strange"        # written down: about no message of ours
    SUPPRESSED = "suppressed"
    LEFT = "left"
    FORGED = "forged"          # a link that we did not sign: not even written down


class Feedback:
    """Takes events from any thread. `together` makes one transaction of what all books write.

    So many issues in a row that came back softly, `soft_bounces`, make an address a dead one.
    """

    def __init__(
        self, ledger: Ledger, roster: Roster, ring: KeyRing, clock: Clock, *,
        together: Callable[[], AbstractContextManager[None]], soft_bounces: int, brake: ReportBrake,
    ) -> None:
        self._ledger = ledger
        self._roster = roster
        self._ring = ring
        self._clock = clock
        self._together = together
        self._soft_bounces = soft_bounces
        self._brake = brake

    def take(self, events: Sequence[Event]) -> list[Effect]:
        """Takes a report, whole or not at all; gives what came of each event. Raises DatabaseError."""
        touched: set[int] = set()
        with self._together():
            effects = [self._take(one, touched) for one in events]
            for mailing_id in sorted(touched):
                self._brake.look(mailing_id)
        for one, effect in zip(events, effects, strict=True):
            log.info("event.%s", one.kind.value,
                     extra={"provider": one.provider, "key": one.key, "effect": effect.value})
        return effects

    def _take(self, one: Event, touched: set[int]) -> Effect:
        try:
            origin = self._leaver(one.token) if one.token else self._ledger.events.origin(one)
        except InvalidToken:
            return Effect.FORGED
        if not self._write_down(one, origin):
            return Effect.KNOWN
        if origin is None:
            return Effect.STRANGE
        if origin.key is not None and not origin.is_settled:
            self._ledger.doubts.prove(origin.key, one.provider, self._clock.now())
        if origin.mailing_id is not None and one.kind in TROUBLE:
            touched.add(origin.mailing_id)
        acts = one.kind in ACTING and not self._is_over(one, origin)
        return self._act(one, origin) if acts else Effect.RECORDED

    def _leaver(self, token: str) -> Origin:
        """Who holds a link out. Raises InvalidToken."""
        claim = self._ring.read(Purpose.UNSUBSCRIBE, token, self._clock.now())
        return Origin(None, None, claim.list, claim.subscriber_id, None)

    def _write_down(self, one: Event, origin: Origin | None) -> bool:
        now = self._clock.now()
        clean = replace(one, at=min(one.at, now), reason=one_line(scrubbed(one.reason)), raw=scrubbed(one.raw))
        return self._ledger.events.record(clean, origin, address_hash=self._hash(one.address), now=now)

    def _address(self, origin: Origin) -> Address | None:
        try:
            return parse(origin.address) if origin.address else None
        except InvalidAddress:
            return None

    def _hash(self, address: str) -> str | None:
        try:
            return self._roster.address_hash(parse(address).folded)
        except InvalidAddress:
            return None

    def _is_over(self, one: Event, origin: Origin) -> bool:
        """Whether the reader has said yes since: whoever clicked has a mailbox, and wants what they asked for."""
        yes = self._last_yes(origin)
        return yes is not None and one.at < yes

    def _last_yes(self, origin: Origin) -> datetime | None:
        """The second in which the reader said yes to the list; None where a clock showed it that was ahead.

        Mailboxes and many providers tell the second alone, so that what comes of a yes may look older than it.
        """
        said = self._roster.subscriptions(origin.subscriber_id)
        yes = next((each.confirmed_at for each in said if each.list == origin.list), None)
        return self._to_the_second(yes)

    def _counted_since(self, origin: Origin) -> datetime:
        """From when on soft bounces count: since the reader's yes, and since the owner took a suppression back."""
        address = self._address(origin)
        taken_back = self._to_the_second(self._roster.taken_back_at(address)) if address else None
        return max(self._last_yes(origin) or EPOCH, taken_back or EPOCH)

    def _to_the_second(self, instant: datetime | None) -> datetime | None:
        return instant.replace(microsecond=0) if instant and instant <= self._clock.now() else None

    def _act(self, one: Event, origin: Origin) -> Effect:
        if one.kind is Kind.UNSUBSCRIBED:
            if self._went_to_a_stranger(origin):
                return Effect.RECORDED
            self._roster.leave(origin.subscriber_id, origin.list, UNSUBSCRIBED, self._clock.now())
            return Effect.LEFT
        if one.kind is Kind.COMPLAINED:
            if not self._went_to_a_stranger(origin):
                self._roster.remove(origin.subscriber_id, COMPLAINED, self._clock.now())  # consent is withdrawn as well
            return self._suppress(origin, COMPLAINED, one.provider)
        if one.bounce is Bounce.HARD or (one.bounce is Bounce.SOFT and self._ledger.events.softly_bounced(
                origin, self._soft_bounces, self._counted_since(origin))):
            return self._suppress(origin, BOUNCED, one.provider)
        return Effect.RECORDED

    def _went_to_a_stranger(self, origin: Origin) -> bool:
        """A letter about a change of address that a reader mistyped: whoever got it knows nothing of the reader."""
        person, address = self._roster.get(origin.subscriber_id), self._address(origin)
        return (origin.mailing_id is None and person is not None and address is not None
                and parse(person.address).folded != address.folded)

    def _suppress(self, origin: Origin, reason: str, source: str) -> Effect:
        """The address that the message went to: neither an erased person's nor a list's at a service that owns it."""
        address, now = self._address(origin), self._clock.now()
        if address is None:
            return Effect.RECORDED
        if not self._roster.suppress(address, reason, source, now) and reason == COMPLAINED:
            self._roster.worsen(address, BOUNCED, COMPLAINED, source, now)
        return Effect.SUPPRESSED
