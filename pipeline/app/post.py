"""By which post mail goes out, and how what it carries is signed and comes back."""

from __future__ import annotations

import hmac
import math
from collections.abc import Callable
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.address import domain_of
from pipeline.app.books import Books
from pipeline.config import plain_values
from pipeline.errors import ConfigError, OutputError, PipelineError, Refusal, Unreachable
from pipeline.mailings.envelope import Sender
from pipeline.mailings.mailing import DoubtPolicy
from pipeline.mailings.waiting import waits
from pipeline.mailings.warm_up import Plan, days_for
from pipeline.privacy import warn_if_shared
from pipeline.providers.base import LIST_DOMAIN, TO_NOBODY, Transport
from pipeline.providers.catalogue import transport_opener

if TYPE_CHECKING:  # slow imports
    from pipeline.mailings.dkim import DkimSigner
    from pipeline.mailings.messages import Composer

_ACCOUNT = ("url", "region", "domain", "username", "access_key_id", "api_key", "headers", "list")  # keys of `transport`


class Post(Books):
    """The floor of the post."""

    @property
    def sender_name(self) -> str:
        """Whom readers see mail come from: the publication, where `mailings.from` names nobody."""
        return self.config.mailings.sender.name or self.config.publication.title

    @property
    def sender(self) -> Sender:
        """From whom a mailing comes, and where its readers and answers find us."""
        mailings = self.config.mailings
        return Sender(self.sender_name, mailings.sender.address, mailings.reply_to or "", self._way_out(),
                      self._mailto(), self.bounce_address())

    def check_way_out(self) -> None:
        """Before anything is mailed. Raises ConfigError for a post that nobody knows or a key that cannot sign, and
        Refusal where readers could not leave: no web.url, no mailbox, and mail that really goes out."""
        config = self.config
        _ = self.open_transport, self.dkim
        takes_care = config.transport.kind == TO_NOBODY or config.transport.broadcasts
        if not (takes_care or config.web.url or config.mailbox):
            raise Refusal("readers would have no way to unsubscribe", path="config.yaml",
                          remedy="set web.url to where readers reach `avviso run`, or name a mailbox")

    def _way_out(self) -> str:
        """Where a mail's links for leaving begin; where the service owns the readers, it puts its own link there."""
        return f"https://{LIST_DOMAIN}/" if self.config.transport.broadcasts else self.config.web.url or ""

    def _mailto(self) -> str:
        """Where a mail takes a reader off the list: read from the mailbox, or by a person where nothing else is."""
        if self._way_out() and not self.config.mailbox:
            return ""
        return self._mailbox_address()

    def bounce_address(self) -> str:
        """Where messages come back to, with a plus and their own name in it; "" where they come back to the sender."""
        return self._mailbox_address() if self.config.mailbox and self.config.mailbox.plus else ""

    def _mailbox_address(self) -> str:
        config = self.config
        own = config.mailbox.address if config.mailbox else None
        return own or config.mailings.reply_to or config.mailings.sender.address

    @cached_property
    def composer(self) -> Composer:
        from pipeline.mailings.messages import Composer  # slow import: MIME

        return Composer(self.ledger, self.ring, self.dkim, now=self.clock.now)

    def public_key(self) -> str:
        """What DNS should say of the key in transport.dkim. Raises ConfigError."""
        from pipeline.mailings.dkim_key import public_key  # optional extra

        dkim = getattr(self.config.transport, "dkim", None)
        return public_key(self._dkim_pem(), str(dkim.key_file)) if dkim else ""

    @cached_property
    def dkim(self) -> DkimSigner | None:
        """What signs every message, if the settings say so. Raises ConfigError for a key that cannot."""
        settings = getattr(self.config.transport, "dkim", None)  # for kinds that hand over our own bytes
        if settings is None:
            return None
        from pipeline.mailings.dkim_key import read_dkim_signer  # optional extra

        signer = read_dkim_signer(
            self._dkim_pem(), domain=settings.domain, selector=settings.selector, path=str(settings.key_file))
        warn_if_shared(settings.key_file)
        return signer

    def _dkim_pem(self) -> bytes:
        path: Path = getattr(self.config.transport, "dkim").key_file  # noqa: B009, kinds that sign have it
        try:
            return path.read_bytes()
        except OSError as error:
            raise ConfigError(f"the key of transport.dkim cannot be read ({error.strerror})", path=str(path),
                              remedy="name the file with the private key in transport.dkim.key_file") from None

    @cached_property
    def open_transport(self) -> Callable[[], Transport]:
        """Opens the post of the settings, one for each thread."""
        return transport_opener(self.config.transport.kind, plain_values(self.config.transport), self.clock)

    @cached_property
    def sample(self) -> Transport:
        """A transport that never sends: for what is true of all of its kind."""
        transport: Transport = self.open_transport()
        return transport

    def away(self, reason: str, remedy: str) -> PipelineError:
        """What it is called that the post takes nothing now: a server that is away, or a folder that is not written."""
        kind = OutputError if self.config.transport.kind == TO_NOBODY else Unreachable
        return kind(reason, remedy=remedy)

    @property
    def account(self) -> str:
        """A keyed digest of where the service of the settings is, and of who we are there."""
        values = plain_values(self.config.transport)
        known = repr([(name, values[name]) for name in _ACCOUNT if values.get(name)])
        return hmac.digest(self.ledger.notebook.identity().key, b"avviso account\0" + known.encode(), "sha256").hex()

    @property
    def warm_up(self) -> Plan | None:
        """How many messages a day may have, for a sender whom nobody knows yet."""
        config = self.config
        settings = getattr(config.transport, "warm_up", None)  # not of services that own the readers
        domain = domain_of(config.mailings.sender.address)
        return settings and Plan(f"warm_up {config.transport.kind} {domain}", settings.start, settings.growth)

    def lasts(self, readers: int) -> str:
        """How long so many messages take at least by the settings; "" where that is no more than a minute."""
        days = days_for(self.ledger, self.warm_up, readers, self.steady()) if self.warm_up else 1
        if days > 1:
            return f"on {days} days (transport.warm_up)"
        rate = self.config.transport.rate
        minutes = math.ceil(readers / rate.per_second / 60) if rate else 0
        return f"at least {timedelta(minutes=minutes)} (transport.rate)" if minutes > 1 else ""

    def waits(self) -> list[str]:
        """Why what is being sent stands still just now, and until when."""
        return waits(self.ledger, self.config.transport.kind, self.warm_up, now=self.clock.now(), steady=self.steady(),
                     zone=self.config.zone, settles=self._settles)

    def _settles(self) -> timedelta | None:
        """How long the post is asked what became of a message in doubt, if it is."""
        return self.sample.settles if DoubtPolicy(self.config.mailings.in_doubt) is DoubtPolicy.AUTO else None
