"""Door 3: a reader comes, changes, or leaves. The link in the mail is the proof of who they are.

    ask --(letter)--> confirm --(letter)--> preferences, view --> leave, or erased
                                            move --(letter to the new address)--> confirm

Whoever asks is answered before anybody looks whether they are known (`spool`), so nothing here is seen by a
stranger. What a link allows is checked by its token alone; nothing is changed by looking.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.address import Address, parse
from pipeline.audience.roster import Roster
from pipeline.audience.subscriber import Evidence, State, Subscriber, Subscription
from pipeline.audience.tokens import Claim, KeyRing, Purpose
from pipeline.clock import Clock
from pipeline.errors import ConfigError, InvalidToken, Unreachable
from pipeline.mailings.ledger import Ledger
from pipeline.mailings.ledger.confirmations import Requester, Spent
from pipeline.mailings.ledger.letters import Sealed
from pipeline.subscribe.application import ANYBODY, COMMAND, Application

if TYPE_CHECKING:  # slow imports: jinja2, MIME
    from pipeline.editions.letters import Letter
    from pipeline.mailings.messages import Composer
    from pipeline.subscribe.letters import Stationery

log = logging.getLogger(__name__)

_MAILING = re.compile("[0-9]{1,18}")  # what a database can number


class Subscriptions:
    """What readers can do about their own subscriptions. `lists` are ids and names; `public` those that readers may
    choose themselves, of which the first is the usual one.

    The books are opened when they are first needed: a link is checked, and a reader answered, while they are away.
    `together` makes one transaction of what both books write, `compact` leaves no trace of what was erased.
    """

    def __init__(
        self, ring: KeyRing, clock: Clock, *, lists: Mapping[str, str], public: Sequence[str],
        open_roster: Callable[[], Roster],
        open_ledger: Callable[[], Ledger], open_stationery: Callable[[], Stationery],
        open_composer: Callable[[], Composer], compact: Callable[[], None],
        together: Callable[[], AbstractContextManager[None]],
    ) -> None:
        self.lists = lists
        self.public = {list_id: lists[list_id] for list_id in public}
        self._ring = ring
        self._clock = clock
        self._open_roster = open_roster
        self._open_ledger = open_ledger
        self._open_stationery = open_stationery
        self._open_composer = open_composer
        self._compact = compact
        self._together = together

    @property
    def roster(self) -> Roster:
        """The book of people. Raises DatabaseError while it is away."""
        return self._open_roster()

    @property
    def ledger(self) -> Ledger:
        """The book of letters. Raises DatabaseError while it is away."""
        return self._open_ledger()

    # ---- coming -------------------------------------------------------------------------------

    def ask(self, application: Application, occasion: str) -> bool:
        """Sends a confirmation letter if it may; True if one was written. `occasion` names the request for ever.

        None is written to who is confirmed or suppressed, for a list that is not there or not theirs to choose, or
        where a budget is spent. The same request twice is one letter. Raises InvalidAddress, and ConfigError without
        `web.url`.
        """
        self.check_way_back()
        address, now = parse(application.email), self._clock.now()
        choice = self.lists if application.source == COMMAND else self.public
        list_id = application.list or next(iter(choice), "")
        requester = self._requester(address, application)
        if list_id not in choice or self._is_spent(self.ledger.confirmations.spent(occasion, requester, now)):
            return False  # before anything is written: a flood writes nothing
        evidence = Evidence(application.source, application.text, application.network)
        waiting = self.roster.ask(address, [list_id], evidence, now, name=application.name,
                                  language=application.language)
        if not waiting or self._is_spent(self.ledger.confirmations.grant(occasion, requester, now)):
            return False
        return self._ask_to_confirm(waiting[0], occasion)

    def check_way_back(self) -> None:
        """Raises ConfigError where a letter could lead nobody back to us: without `web.url`."""
        if not self._open_stationery().can_ask:
            raise ConfigError("nobody could answer a confirmation letter", path="config.yaml",
                              remedy="set web.url to where readers reach `avviso run`")

    def _requester(self, address: Address, application: Application) -> Requester:
        """The keys that budgets know somebody by: what looks like one mailbox is one, however it is spelt."""
        network = f"network\n{application.network}" if application.network else ""
        vouched = application.source == COMMAND
        return Requester(self._mailbox(address), self.roster.address_hash(network) if network else "", vouched=vouched)

    def _mailbox(self, address: Address) -> str:
        return self.roster.address_hash(f"mailbox\n{address.limiting_key}")

    def _is_spent(self, budget: Spent | None) -> bool:
        if budget:
            level = logging.INFO if budget is Spent.MAILBOX else logging.WARNING
            log.log(level, "asking.refused", extra={"budget": budget.value})
        return budget is not None

    def _ask_to_confirm(self, waiting: Subscription, occasion: str) -> bool:
        from pipeline.editions.letters import Letter  # slow import: jinja2, lxml

        person = self.roster.get(waiting.subscriber_id)
        return person is not None and self._write(
            Letter.CONFIRM, _addressed(person, waiting), waiting.list, occasion, self._confirm_url(waiting))

    def _confirm_url(self, waiting: Subscription) -> str:
        return self._open_stationery().confirm_url(
            self._ring.sign(Purpose.CONFIRM, waiting.subscriber_id, waiting.list, issued=self._clock.now()))

    def ask_waiting(self, addresses: Sequence[Address]) -> int:
        """Writes to all of these people who wait for their confirmation; gives to how many subscriptions.

        A mailbox still gets one letter a day, for each list that it waits for. Called again it writes to nobody twice
        for the same asking. Raises ConfigError without `web.url`. At most PAGE addresses.
        """
        from pipeline.editions.letters import Letter  # slow import: jinja2, lxml

        self.check_way_back()
        now, waiting = self._clock.now(), self.roster.waiting(addresses)
        occasions = [f"asked {one.subscription.asked_at}" for one in waiting]
        wanted = [(f"{occasion} {one.subscriber.id}",
                   Requester(self._mailbox(parse(one.subscriber.address)), vouched=True))
                  for one, occasion in zip(waiting, occasions, strict=True)]
        spent = self.ledger.confirmations.grant_all(wanted, now)
        return self.ledger.letters.write_all(
            [self._sealed(Letter.CONFIRM, _addressed(one.subscriber, one.subscription), one.subscription.list, occasion,
                          self._confirm_url(one.subscription))
             for one, occasion, budget in zip(waiting, occasions, spent, strict=True) if budget is None], now)

    def asked(self, token: str) -> Claim:
        """What the button of a letter is about: CONFIRM or MOVE; asks no database. Raises as `holder` does."""
        try:
            return self.holder(Purpose.CONFIRM, token)
        except InvalidToken:
            return self.holder(Purpose.MOVE, token)

    def confirm(self, token: str) -> Claim:
        """Does what the button of a letter is about, and says what that was. Twice does no harm.

        Raises InvalidToken, also for who left or was suppressed since, and ExpiredToken after 48 hours.
        """
        claim = self.asked(token)
        (self._begin if claim.purpose is Purpose.CONFIRM else self._move)(claim)
        return claim

    def _begin(self, claim: Claim) -> None:
        """Begins the subscription, and welcomes the reader once."""
        self.roster.confirm(claim.subscriber_id, claim.list, self._clock.now())
        said = self.roster.subscriptions(claim.subscriber_id)
        begun = next((one for one in said if one.list == claim.list and one.state is State.CONFIRMED), None)
        if begun is None:
            raise InvalidToken("this link is not valid any more", remedy="subscribe again to get a new one")
        self._welcome(begun)

    def _welcome(self, begun: Subscription) -> None:
        from pipeline.editions.letters import Letter  # slow import: jinja2, lxml

        person = self.roster.get(begun.subscriber_id)
        if person is not None:
            self.ledger.confirmations.answered(self._mailbox(parse(person.address)))
        if person is not None and self._write(Letter.WELCOME, person, begun.list, str(begun.confirmed_at), ""):
            log.info("subscription.confirmed", extra={"list": begun.list})

    def _write(
        self, letter: Letter, person: Subscriber, list_id: str, occasion: str, action: str, *, to: str = "",
    ) -> bool:
        """Enters a letter for the next sender, ahead of every mailing; `to` another address than the person's."""
        sealed = self._sealed(letter, person, list_id, occasion, action, to=to)
        return self.ledger.letters.write_all([sealed], self._clock.now()) > 0

    def _sealed(
        self, letter: Letter, person: Subscriber, list_id: str, occasion: str, action: str, *, to: str = "",
    ) -> Sealed:
        stationery = self._open_stationery()
        edition = stationery.edition(letter, list_id, person.language, about=self.name_of(list_id))
        envelope = stationery.envelope(letter, self._clock.now(), person.language)
        return Sealed(edition, envelope, action, list_id, person.id, to or person.address, person.name, occasion)

    # ---- moving -------------------------------------------------------------------------------

    def ask_to_move(self, token: str, email: str, occasion: str) -> bool:
        """Writes to the new address of a preferences link's holder; True if a letter was written.

        None is written to somebody else's address, to one that is suppressed, or where a budget is spent: for the
        holder it looks alike. Raises InvalidToken, InvalidAddress, and ConfigError without `web.url`.
        """
        from pipeline.editions.letters import Letter  # slow import: jinja2, lxml

        self.check_way_back()
        claim, address, now = self.holder(Purpose.PREFERENCES, token), parse(email), self._clock.now()
        person = self.roster.get(claim.subscriber_id)
        requester = Requester(self._mailbox(address), self.roster.address_hash(f"reader\n{claim.subscriber_id}"))
        if person is None or not self.roster.is_free(address):
            return False
        if self._is_spent(self.ledger.confirmations.grant(occasion, requester, now)):
            return False
        about = self.roster.address_hash(address.folded)
        action = self._open_stationery().confirm_url(self._ring.sign(Purpose.MOVE, person.id, about, issued=now))
        nameless = replace(person, name="")  # whoever gets it may know neither the reader nor what they call themselves
        return self._write(Letter.CHANGE, nameless, claim.list, occasion, action, to=address.wire)

    def _move(self, claim: Claim) -> None:
        """Gives the reader the address that the letter went to."""
        from pipeline.editions.letters import Letter  # slow import: jinja2, lxml

        person = self.roster.get(claim.subscriber_id)
        written = map(parse, self.ledger.letters.addresses(Letter.CHANGE.value, claim.subscriber_id))
        wanted = next((one for one in written if self.roster.address_hash(one.folded) == claim.list), None)
        if person is None or wanted is None:
            raise InvalidToken("this link is not valid any more", remedy="ask again to get a new one")
        if parse(person.address).folded == wanted.folded:
            return  # the button was pressed twice
        if not self.roster.readdress(person.id, wanted, self._clock.now()):
            raise InvalidToken("this link is not valid any more", remedy="ask again to get a new one")
        self.ledger.confirmations.answered(self._mailbox(wanted))
        log.info("subscriber.moved")

    # ---- with a link --------------------------------------------------------------------------

    def holder(self, purpose: Purpose, token: str) -> Claim:
        """Whose link this is; asks no database. Raises InvalidToken, always the same, or ExpiredToken."""
        return self._ring.read(purpose, token, self._clock.now())

    def language(self, subscriber_id: int) -> str:
        """The language that a reader chose; "" for the publication's, and for who is not there."""
        person = self.roster.get(subscriber_id)
        return person.language if person else ""

    def name_of(self, list_id: str) -> str:
        """What tells a list from the others; "" where there is no other."""
        return "" if [*self.lists] == [list_id] else self.lists.get(list_id, list_id)

    def leave(self, token: str) -> None:
        """Ends the subscription of the link's holder; once or a hundred times. Raises InvalidToken.

        Raises Unreachable where the holder may stand in a ledger that is lost: it may be found again.
        """
        claim = self.holder(Purpose.UNSUBSCRIBE, token)
        if self.roster.leave(claim.subscriber_id, claim.list, "unsubscribed", self._clock.now()):
            log.info("subscription.left", extra={"list": claim.list})
        elif self.ledger.notebook.identity().orphan:
            raise Unreachable("who leaves is not in this new ledger, but may be in the one that is lost",
                              remedy="restore that one, or run `avviso init` to begin again without it")

    def view(self, token: str) -> str:
        """The HTML of the very mail that the link's holder got. Raises InvalidToken, also after an erasure."""
        claim = self.holder(Purpose.VIEW, token)
        mailing = int(claim.list) if _MAILING.fullmatch(claim.list) else 0
        delivery = self.ledger.deliveries.delivered(mailing, claim.subscriber_id)
        if delivery is None:
            raise InvalidToken("this mail is not here any more", remedy="read the issue in the archive")
        return self._open_composer()(delivery).parts().html

    # ---- going for good -----------------------------------------------------------------------

    def forget(self, address: Address) -> bool:
        """Erases a person from roster and ledger; a keyed hash stays, so that no file brings them back.

        False where nothing named them: the hash is all that changed.
        """
        roster, ledger = self.roster, self.ledger
        with self._together():  # or a mailing that begins in between would write them down again
            person, kept_out = roster.find(address), roster.suppression(address)
            roster.forget(address, self._clock.now())
            if person is not None:
                ledger.deliveries.erase(person.id)
            were_mailed = ledger.deliveries.erase_address(address)
        self._compact()
        return person is not None or were_mailed or (kept_out is not None and kept_out.address is not None)


def _addressed(person: Subscriber, waiting: Subscription) -> Subscriber:
    """The person as a confirmation letter may address them: a name that anybody may have typed is not carried there, or
    the form would deliver advertisements to whoever somebody likes."""
    return replace(person, name="") if waiting.evidence.source in ANYBODY else person
