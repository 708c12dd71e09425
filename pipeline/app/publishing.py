"""The first door: from the folder to mailings, and what a person says and hears of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from pipeline.app.outputs import Outputs
from pipeline.clock import HandClock
from pipeline.errors import IssueError, PipelineError, Problem
from pipeline.mailings.envelope import Sender
from pipeline.mailings.mailing import DoubtPolicy
from pipeline.providers.base import TO_NOBODY
from pipeline.publish.agenda import Agenda
from pipeline.publish.clock_guard import DRIFT, ClockGuard
from pipeline.publish.departures import Departures
from pipeline.publish.depletion import depletion
from pipeline.publish.display import Display
from pipeline.publish.gather import Gatherer
from pipeline.publish.naming import Namer
from pipeline.publish.pickup import Approve, Rules
from pipeline.publish.publisher import Publisher
from pipeline.publish.stall import stall

if TYPE_CHECKING:  # slow imports
    from pipeline.editions.frame import Frame
    from pipeline.editions.templates import MailTemplates
    from pipeline.issues.record import KnownFile, Record
    from pipeline.publish.decide import Decisions
    from pipeline.publish.dress import Dresser
    from pipeline.publish.notifier import Notifier
    from pipeline.publish.planning import PlannedMailing


class Publishing(Outputs):
    """The floor of the first door."""

    @cached_property
    def rules(self) -> Rules:
        config = self.config
        approve = Approve.NEVER if config.transport.kind == TO_NOBODY else Approve(config.mailings.approve)
        return Rules(config.schedule.quiet, config.schedule.max_age, config.schedule.max_burst, approve, config.zone)

    @cached_property
    def namer(self) -> Namer:
        return Namer(self.archive, lambda: self.builder)

    @cached_property
    def publisher(self) -> Publisher:
        agenda = Agenda(self.archive, self.ledger, self.rules)
        return Publisher(
            archive=self.archive, ledger=self.ledger, namer=self.namer, agenda=agenda, clock=self.clock,
            gatherer=Gatherer(self.source, self.archive, self.ledger.notebook, self.clock, lambda: self.renderer),
            departures=Departures(
                self.archive, self.ledger, agenda, lambda: self.dresser, expire=self.config.mailings.expire,
                broadcasts=self.config.transport.broadcasts, steady=self.steady),
            display=Display(self.manifest, lambda: self.builder, lambda: self.bucket),
            clock_guard=ClockGuard(self.ledger, self.steady))

    def planned_mailings(self, at: datetime | None = None) -> tuple[list[PlannedMailing], list[Problem]]:
        """What the next passes would do, and what is wrong; those after `at`, an instant to come, if it is given.

        Changes nothing: its pass is rolled back. An App that was asked for a time to come is good for nothing else, and
        nothing else may have been asked of it. Raises Refusal for what they would refuse: a ledger that is gone, or
        older than what was at work here.
        """
        from pipeline.publish.planning import Planner  # slow import

        with self.database.rehearse():
            if at is not None:  # by a clock that comes there by itself: nobody has set it ahead
                self.clock = HandClock(at)
                self.ledger.notebook.write_note(DRIFT, "0")
            self.meet_ledger()
            made = self.publisher.make_pass(start=False, write=False)
            ahead = Planner(self.archive, self.ledger, self.rules, lambda: self.dresser, self.namer.foresee,
                            broadcasts=self.config.transport.broadcasts)
            stands = [one for one in self.standstill() if one not in made.problems]
            return ahead.planned(self.clock.now()), [*made.problems, *stands, *self._in_the_way()]

    def _in_the_way(self) -> tuple[Problem, ...]:
        """What `publish` and `run` refuse to begin with."""
        try:
            self.check_way_out()
        except PipelineError as error:
            return error.problems
        return ()

    def standstill(self) -> list[Problem]:
        """Why nothing new is shown or mailed: the folder is not believed, or the last pass came to nothing."""
        notes = self.ledger.notebook
        return [one.problem for one in (depletion(notes), stall(notes)) if one]

    def foreseen(self, name: str) -> tuple[Record | KnownFile, list[Problem]]:
        """What the next pass would find behind a name, also one that no book has yet: an issue, or a file that is none;
        and why nothing new would be shown or mailed.

        Changes nothing: its pass is rolled back. Raises UnknownIssue, and Refusal for what a pass would refuse.
        """
        with self.database.rehearse():
            self.meet_ledger()
            self.publisher.make_pass(start=False, write=False)
            stands = self.standstill()
            try:
                return self.find(name), stands
            except IssueError:
                broken = self.find_broken(name)
                if broken is None:
                    raise
                return broken, stands

    @cached_property
    def decisions(self) -> Decisions:
        from pipeline.publish.decide import Decisions  # slow import

        return Decisions(self.archive, self.ledger, self.clock, self.config.zone, self.config.mailings.expire,
                         self.steady)

    @cached_property
    def dresser(self) -> Dresser:
        from pipeline.publish.dress import Dresser  # slow import: jinja2, lxml

        return Dresser(
            self.archive, self.renderer, self.ring, self.clock, frame=self.frame, sender=self.sender,
            lists={one.id: one.name for one in self.config.lists}, templates=self.mail_templates, files=self.files)

    @cached_property
    def frame(self) -> Frame:
        """What the publication contributes to every mail."""
        from pipeline.editions.frame import Frame  # slow import: jinja2, lxml
        from pipeline.feeds.addresses import whole_address

        config = self.config
        publication, theme = config.publication, config.publication.theme
        reachable = config.web.url is not None and not config.transport.broadcasts
        return Frame(
            title=publication.title, url=publication.url, language=publication.language,
            description=publication.description, author=publication.author.name,
            postal_address=publication.postal_address, accent=theme.accent,
            logo=whole_address(publication.url, theme.logo or ""), width=theme.width,
            subject=config.mailings.subject, view=reachable, preferences=reachable)

    @cached_property
    def mail_templates(self) -> MailTemplates:
        from pipeline.editions.templates import MailTemplates  # slow import: jinja2

        return MailTemplates(self._templates("email"), self.cache)

    @cached_property
    def notifier(self) -> Notifier | None:
        """Who tells the maintainer; None where nobody wants to be told."""
        config, mailings = self.config, self.config.mailings
        if config.notify.email is None:
            return None
        from pipeline.feedback.matters import matters  # slow imports: jinja2, lxml
        from pipeline.publish.matters import Looking
        from pipeline.publish.notifier import Notifier, Terms

        terms = Terms(config.notify.email, Sender(self.sender_name, mailings.sender.address),
                      frame=lambda: self.frame, templates=lambda: self.mail_templates)
        policy, quiet = DoubtPolicy(mailings.in_doubt), config.schedule.quiet
        doubted_for = mailings.expire if self.warm_up else timedelta(0)
        return Notifier(
            self.archive, self.ledger, self.clock, terms,
            look=lambda now: Looking(now, config.zone, policy, quiet, now - self.steady(), doubted_for),
            elsewhere=lambda now: matters(self.ledger, now, config.zone, has_mailbox=config.mailbox is not None),
            began=self.began)
