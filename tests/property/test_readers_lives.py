"""Lives of readers, in any order: they ask, confirm, leave, move, complain and bounce, and the owner adds, imports,
removes, bars and erases them. Whoever said yes last gets each issue once, and nobody else gets one.
"""

from __future__ import annotations

import itertools
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from email import message_from_bytes, policy
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from sqlalchemy import select

from pipeline.address import parse
from pipeline.audience.intake import Entry, Standing, Verdict
from pipeline.audience.roster import Roster
from pipeline.audience.subscriber import MOVED, Evidence, State
from pipeline.audience.tokens import Purpose
from pipeline.errors import InvalidToken
from pipeline.providers.event import Bounce, Event, Kind, event_key
from pipeline.schema import delivery
from pipeline.subscribe.application import COMMAND, FORM, Application
from tests.publications import Publication, words

PEOPLE = st.sampled_from([f"reader{n}@example.com" for n in range(2)])
LISTS = st.sampled_from(["weekly", "daily"])
TOLD = {"lists": [{"id": "weekly", "name": "Weekly"}, {"id": "daily", "name": "Daily"}]}


class ReadersLives(RuleBasedStateMachine):
    """`wanted` are address and list of each yes that stands, `barred` the addresses that are not mailed for now."""

    @initialize()
    def begin(self) -> None:
        self.count = itertools.count(1)
        self.place = Path(tempfile.mkdtemp(prefix="avviso-readers-"))
        self.made = Publication(self.place / "weekly", TOLD)
        self.made.begin(write=False)
        self.wanted: set[tuple[str, str]] = set()
        self.barred: set[str] = set()

    # ---- readers --------------------------------------------------------------------------------

    @rule(who=PEOPLE, what=LISTS, source=st.sampled_from([FORM, COMMAND]))
    def ask(self, who: str, what: str, source: str) -> None:
        asked = self.made.app.subscriptions.ask(Application(who, what, source=source), f"occasion {next(self.count)}")
        assert not (asked and who in self.barred)

    @rule(who=PEOPLE, what=LISTS)
    def confirm(self, who: str, what: str) -> None:
        """With the link of a letter that they have, if they have one."""
        if self.standing(who, what) is State.PENDING:
            with suppress(InvalidToken):
                self.made.app.subscriptions.confirm(self.token(Purpose.CONFIRM, who, what))
                self.wanted.add((who, what))

    @rule(who=PEOPLE, what=LISTS)
    def leave(self, who: str, what: str) -> None:
        if self.roster.find(parse(who)):
            self.made.app.subscriptions.leave(self.token(Purpose.UNSUBSCRIBE, who, what))
            self.wanted.discard((who, what))

    @rule(who=PEOPLE, other=PEOPLE)
    def move(self, who: str, other: str) -> None:
        person = self.roster.find(parse(who))
        if who != other and person and self.roster.readdress(person.id, parse(other), self.made.clock.now()):
            assert other not in self.barred
            self.wanted = {(other if whose == who else whose, what) for whose, what in self.wanted}

    @rule(which=st.integers(0, 10**6), kind=st.sampled_from([Kind.COMPLAINED, Kind.BOUNCED]))
    def answer(self, which: int, kind: Kind) -> None:
        """Of a mail that somebody got: who complains has left its list as well."""
        with self.made.app.database.read() as connection:
            sent = connection.execute(select(delivery).where(delivery.c.mailing_id.is_not(None))).all()
        for one in sent[which % len(sent):][:1] if sent else ():
            now = self.made.clock.now()
            self.made.app.feedback.take([Event(
                kind=kind, at=now, provider="test", bounce=Bounce.HARD if kind is Kind.BOUNCED else None,
                key=event_key("test", one.key, kind, str(next(self.count))), message_id=one.message_id)])
            person = self.roster.get(one.subscriber_id)
            address = parse(person.address) if person else None
            if person and address and self.roster.suppression(address):
                self.barred.add(address.folded)
                self.wanted -= {(address.folded, said.list) for said in self.roster.subscriptions(person.id)
                                if kind is Kind.COMPLAINED and said.state is State.LEFT}

    # ---- the owner ------------------------------------------------------------------------------

    @rule(who=PEOPLE, what=LISTS)
    def add(self, who: str, what: str) -> None:
        self.enter([Entry(parse(who.upper()), (what,), Evidence("command"))])

    @rule(rows=st.lists(st.tuples(PEOPLE, LISTS, st.sampled_from(Standing)), min_size=1, max_size=4))
    def bring(self, rows: list[tuple[str, str, Standing]]) -> None:
        """From a file of another program."""
        self.enter([Entry(parse(who), (what,), Evidence("import:csv"), standing=said) for who, what, said in rows])

    def enter(self, entries: list[Entry]) -> None:
        verdicts = self.roster.enter(entries, self.made.clock.now())
        for entry, verdict in zip(entries, verdicts, strict=True):
            whom = (entry.address.folded, entry.lists[0])
            if entry.standing is Standing.LEFT:
                self.wanted.discard(whom)
            elif entry.standing not in (Standing.SUBSCRIBED, Standing.PENDING):
                found = self.roster.suppression(entry.address)
                assert found
                if found.reason != MOVED:  # whoever has an address now that somebody gave up may ask
                    self.barred.add(whom[0])
            elif verdict is Verdict.ADDED:
                assert whom[0] not in self.barred
                self.wanted.add(whom)

    @rule(who=PEOPLE)
    def remove(self, who: str) -> None:
        if person := self.roster.find(parse(who)):
            self.roster.remove(person.id, "removed", self.made.clock.now())
            self.wanted = {one for one in self.wanted if one[0] != who}

    @rule(who=PEOPLE)
    def bar(self, who: str) -> None:
        self.roster.suppress(parse(who), "manual", "command", self.made.clock.now())
        self.barred.add(who)

    @rule(who=PEOPLE)
    def let_in(self, who: str) -> None:
        self.roster.unsuppress(parse(who), self.made.clock.now())
        self.barred.discard(who)

    @rule(who=PEOPLE)
    def forget(self, who: str) -> None:
        self.made.app.subscriptions.forget(parse(who))
        self.barred.add(who)
        self.wanted = {one for one in self.wanted if one[0] != who}
        assert not any(who.encode() in file.read_bytes() for file in (self.made.folder / "var").glob("avviso.db*"))

    @rule(hours=st.sampled_from([1, 30]))
    def wait(self, hours: int) -> None:
        self.made.turn(hours=hours)

    @rule(lists=st.sampled_from([["weekly"], ["daily"], ["daily", "weekly"]]))
    def mail(self, lists: list[str]) -> None:
        n = next(self.count)
        self.made.write(f"{n}-ink.md", f"Of word{n}. {words(n)}", day=f"{self.made.clock.now():%Y-%m-%d 00:00}",
                        front=f"list: [{', '.join(lists)}]\n")
        self.made.deliver()

        mails = [message_from_bytes(path.read_bytes(), policy=policy.default)
                 for path in (self.made.folder / "var/outbox").rglob("*.eml")]
        got = Counter(str(one["To"]).lower() for one in mails if f"word{n}." in str(one.get_body(("plain",))))
        assert got == Counter({who for who, what in self.wanted if what in lists and who not in self.barred})

    def teardown(self) -> None:
        self.made.app.close()
        shutil.rmtree(self.place)

    # ---- what they need -------------------------------------------------------------------------

    @property
    def roster(self) -> Roster:
        return self.made.app.roster

    def standing(self, who: str, what: str) -> State | None:
        person = self.roster.find(parse(who))
        said = self.roster.subscriptions(person.id) if person else ()
        return next((one.state for one in said if one.list == what), None)

    def token(self, purpose: Purpose, who: str, what: str) -> str:
        person = self.roster.find(parse(who))
        assert person
        issued = self.made.clock.now() if purpose is Purpose.CONFIRM else None
        return self.made.app.ring.sign(purpose, person.id, what, issued=issued)


def test_each_issue_goes_to_whom_wants_it_and_to_nobody_else_whatever_they_did(
    trials: Callable[[int, int], int],
) -> None:
    run_state_machine_as_test(
        ReadersLives, settings=settings(max_examples=trials(8, 200), stateful_step_count=40, deadline=None))
