"""What the holder of a preferences link sees and changes: lists, name, language, all their data, themselves."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pipeline.address import parse
from pipeline.audience.exporting import own_data
from pipeline.audience.roster import Roster
from pipeline.audience.subscriber import Evidence, State, Subscriber, Subscription
from pipeline.audience.tokens import Purpose
from pipeline.clock import Clock
from pipeline.errors import InvalidToken
from pipeline.mailings.ledger import Ledger
from pipeline.subscribe.subscriptions import Subscriptions


@dataclass(frozen=True, slots=True)
class Choice:
    """One list, and whether the person is on it."""

    id: str
    name: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """A person and the lists they can choose from: the public ones, and any they are still on; and whether they get no
    mail whatever they choose."""

    person: Subscriber
    choices: tuple[Choice, ...]
    suppressed: bool = False


class Preferences:
    """A preferences link at work. It never expires: whoever gets the mail may always look and leave."""

    def __init__(self, subscriptions: Subscriptions, clock: Clock) -> None:
        self._subscriptions = subscriptions
        self._clock = clock

    def standing(self, token: str) -> Standing:
        """What the page shows; changes nothing. Raises InvalidToken, also after an erasure."""
        person = self._person(token)
        roster = self._subscriptions.roster
        said, suppression = roster.subscriptions(person.id), roster.suppression(parse(person.address))
        on = {one.list for one in said if one.state is State.CONFIRMED}
        lists = self._subscriptions.lists
        names = {list_id: lists.get(list_id, list_id) for list_id in sorted(on)} | self._subscriptions.public
        choices = tuple(Choice(list_id, name, list_id in on) for list_id, name in names.items())
        return Standing(person, choices, suppressed=suppression is not None)

    def save(
        self, token: str, *, lists: Collection[str], name: str, language: str, shown: Collection[str] | None,
    ) -> None:
        """Makes name, language and lists what they are to be. Raises InvalidToken.

        The link came by mail, so it is proof enough for another list: nobody is asked a second time. `shown` are the
        lists that the page showed as chosen, where it may be an old one, None where it does not say: what was not
        touched there stays as it is now, so that nobody who left since comes back by saving a name.
        """
        standing = self.standing(token)
        before = {choice.id for choice in standing.choices if choice.chosen} if shown is None else shown
        person, roster, now = standing.person, self._subscriptions.roster, self._clock.now()
        roster.describe(person.id, name=name, language=language)
        for choice in standing.choices:
            if choice.id in lists and choice.id not in before and not choice.chosen:
                roster.ask(parse(person.address), [choice.id], Evidence("preferences"), now)
                roster.confirm(person.id, choice.id, now)
            elif choice.chosen and choice.id in before and choice.id not in lists:
                roster.leave(person.id, choice.id, "unsubscribed", now)

    def export(self, token: str) -> dict[str, Any]:
        """All that is known of the person. Raises InvalidToken."""
        person, roster = self._person(token), self._subscriptions.roster
        said, former = roster.subscriptions(person.id), roster.former_subscriptions(person.id)
        return all_about(person, said, former, roster, self._subscriptions.ledger)

    def erase(self, token: str) -> None:
        """Erases the person. Raises InvalidToken."""
        self._subscriptions.forget(parse(self._person(token).address))

    def _person(self, token: str) -> Subscriber:
        claim = self._subscriptions.holder(Purpose.PREFERENCES, token)
        person = self._subscriptions.roster.get(claim.subscriber_id)
        if person is None:
            raise InvalidToken("this link is not valid", remedy="use the link of a newer mail")
        return person


def all_about(
    person: Subscriber, said: Sequence[Subscription], former: Sequence[Subscription], roster: Roster, ledger: Ledger,
) -> dict[str, Any]:
    """All that is known of a person, who `said` so now and once, in JSON's own types: for them, and for the owner whom
    they ask."""
    data = own_data(person, said, former, roster.suppression(parse(person.address)))
    return {**data, "deliveries": [_written(row) for row in ledger.deliveries.of(person.id)],
            "events": [_written(row) for row in ledger.events.of(person.id)]}


def _written(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in row.items()}
