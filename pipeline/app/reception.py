"""The doors of readers and of the post that answers."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from pipeline.app.publishing import Publishing
from pipeline.feedback.refusals import Refusals
from pipeline.subscribe.spool import Spool

if TYPE_CHECKING:  # slow imports
    from pipeline.feedback.feedback import Feedback
    from pipeline.feedback.mailroom import Mailroom
    from pipeline.providers.hooks import Hook
    from pipeline.providers.mailbox import MailboxSettings
    from pipeline.subscribe.letters import Stationery
    from pipeline.subscribe.subscriptions import Subscriptions

CERTIFICATE_BYTES = 64 * 1024


class Reception(Publishing):
    """The floor that people reach."""

    @cached_property
    def subscriptions(self) -> Subscriptions:
        from pipeline.subscribe.subscriptions import Subscriptions  # slow import: readers

        return Subscriptions(
            self.ring, self.clock, lists={one.id: one.name for one in self.config.lists},
            public=[one.id for one in self.config.lists if one.public],
            open_roster=lambda: self.roster, open_ledger=lambda: self.ledger,
            open_stationery=lambda: self.stationery, open_composer=lambda: self.composer,
            compact=lambda: self.database.compact(),  # noqa: PLW0108, the ledger may be away now
            together=lambda: self.database.together())  # noqa: PLW0108, as above

    @cached_property
    def spool(self) -> Spool:
        """What readers handed in and nobody has seen to yet."""
        return Spool(self.config.spool)

    def empty_spool(self) -> None:
        """Sees to what readers handed in. Raises DatabaseError, and the rest stays."""
        if self.spool.is_empty:
            return
        from pipeline.subscribe.spool_worker import SpoolWorker  # slow import: readers

        SpoolWorker(self.spool, self.subscriptions).work()

    @cached_property
    def stationery(self) -> Stationery:
        from pipeline.subscribe.letters import Stationery  # slow import: jinja2, lxml

        config = self.config
        sender = replace(self.sender, web_url=config.web.url or "")  # to us, also where a service sees to leaving
        return Stationery(
            self.frame, self.mail_templates, sender, key_id=self.ring.key_id,
            open_welcome=self.dresser.welcome if config.mailings.welcome == "latest" else lambda _: None)

    @cached_property
    def feedback(self) -> Feedback:
        """The door through which the post answers."""
        from pipeline.feedback.feedback import Feedback
        from pipeline.feedback.report_brake import ReportBrake, Shares  # slow import: readers

        settings = self.config.feedback
        return Feedback(
            self.ledger, self.roster, self.ring, self.clock, together=self.database.together,
            soft_bounces=settings.soft_bounces,
            brake=ReportBrake(self.ledger, self.clock, Shares(settings.bounce_share, settings.complaint_share)))

    @cached_property
    def refusals(self) -> Refusals:
        """What the post said no to while it was handed a message."""
        return Refusals(self.ledger, lambda: self.feedback, self.config.transport.kind, self.clock)

    @cached_property
    def hooks(self) -> dict[str, Hook]:
        """What reads the reports of providers. Raises ConfigError."""
        from pipeline.fetching import fetch  # slow import: http, ssl
        from pipeline.providers.hooks import open_hook

        def read(address: str) -> bytes:
            return fetch(address, CERTIFICATE_BYTES).body

        return {name: open_hook(name, [secret.get_secret_value() for secret in secrets], read)
                for name, secrets in self.config.web.hooks.items()}

    @cached_property
    def mailroom(self) -> Mailroom | None:
        """What reads the mailbox, if there is one."""
        settings = self.mailbox_settings()
        if settings is None:
            return None
        from pipeline.feedback.mailroom import Mailroom  # slow import: imaplib
        from pipeline.providers.mailbox import open_folder

        return Mailroom(self.ledger, self.feedback, self.clock, open_folder=lambda: open_folder(settings),
                        name=f"{settings.username}@{settings.host}/{settings.folder}")

    def mailbox_settings(self) -> MailboxSettings | None:
        """The mailbox's plain values; its password is opened here and nowhere else."""
        mailbox = self.config.mailbox
        if mailbox is None:
            return None
        from pipeline.providers.mailbox import MailboxSettings  # slow import: imaplib

        return MailboxSettings(
            mailbox.host, mailbox.username, mailbox.password.get_secret_value(), mailbox.port, mailbox.security,
            mailbox.folder, mailbox.move_to or "", mailbox.ca_file)
