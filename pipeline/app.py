"""Everything assembled once: settings become parts, and parts never see the settings.

Slow parts (rendering, feeds, mail, the web) are imported by the function that first needs them.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline import __version__
from pipeline.audience.roster import Roster
from pipeline.audience.tokens import KeyRing
from pipeline.clock import Clock, SystemClock, since_boot
from pipeline.config import Config, plain_values
from pipeline.database import Database
from pipeline.errors import ConfigError, IssueError, Problem, Refusal
from pipeline.feedback import Feedback, Policy
from pipeline.feedback.brake import Brake, Shares
from pipeline.feedback.refusals import Refusals
from pipeline.issues.archive import Archive
from pipeline.issues.issue import State
from pipeline.issues.record import Record
from pipeline.mailings.highwater import HighWater
from pipeline.mailings.ledger import Ledger
from pipeline.mailings.mailing import DoubtPolicy
from pipeline.mailings.presence import boot_id
from pipeline.mailings.waiting import waits
from pipeline.mailings.warm_up import Plan
from pipeline.mounts import refuse_network
from pipeline.privacy import warn_if_shared
from pipeline.providers.base import NOBODY, Transport
from pipeline.providers.catalogue import transport_opener
from pipeline.providers.hooks import Hook, open_hook
from pipeline.publish.crew import Crew, Progress, cores, silent
from pipeline.publish.decide import Decisions
from pipeline.publish.door import Publisher
from pipeline.publish.gather import Gatherer, Source
from pipeline.publish.imprint import Imprint
from pipeline.publish.outlook import Outlook, Prospect
from pipeline.publish.pickup import Approve, Rules
from pipeline.subscribe import Subscriptions
from pipeline.subscribe.tray import Tray

if TYPE_CHECKING:  # slow imports
    from pipeline.editions.frame import Frame
    from pipeline.editions.templates import Templates as MailTemplates
    from pipeline.feedback.mailroom import Mailroom
    from pipeline.feeds.feed import Publication as FeedPublication
    from pipeline.feeds.templating import Templates as WebTemplates
    from pipeline.mailings.dkim import Seal
    from pipeline.mailings.messages import Composer
    from pipeline.providers.mailbox import MailboxSettings
    from pipeline.publish.bucket import Bucket
    from pipeline.publish.dress import Dresser
    from pipeline.publish.hubs import Herald
    from pipeline.publish.library import Library
    from pipeline.publish.notifier import Notifier
    from pipeline.publish.press import Press
    from pipeline.publish.s3 import Place, Store
    from pipeline.subscribe.letters import Stationery

# In a wheel the templates lie inside the package, in a checkout beside it.
PACKAGED = (Path(__file__).parent / "templates", Path(__file__).parents[1] / "templates")
FINISHED = (State.MAILED, State.ADOPTED)
FEED_ID = "feed_id"  # the note that keeps the id of the feed itself
CERTIFICATE_BYTES = 64 * 1024
TRACES = ("atom.xml", "rss.xml", "feed.json")  # what an earlier ledger left in feeds/


def open_database(config: Config) -> Database:
    """The ledger's database, whether or not there is a ledger in it."""
    return Database(config.database.get_secret_value())


class App:
    """One publication at work."""

    def __init__(self, config: Config, clock: Clock) -> None:
        self.config = config
        self.clock = clock
        self.began = clock.now()
        self.tell: Progress = silent  # who hears of long work

    # ---- the books ----------------------------------------------------------------------------

    @cached_property
    def database(self) -> Database:
        """The ledger's database; made at first use, beside old traces as an orphan that mails nobody."""
        database = open_database(self.config)
        if database.file:
            refuse_network(database.file)
            warn_if_shared(database.file)
        if not database.exists:
            database.create(now=self.clock.now(), orphan=self._shows_earlier_runs(database))
        database.check_version()
        return database

    @cached_property
    def archive(self) -> Archive:
        return Archive(self.database, [one.id for one in self.config.lists if not one.public])

    @cached_property
    def ledger(self) -> Ledger:
        return Ledger(self.database)

    def steady(self) -> datetime:
        """What a clock shows that nobody can set: the machine's since it was started, or the database server's."""
        return self._began + since_boot() if isinstance(self.clock, SystemClock) else self.clock.now()

    @cached_property
    def _began(self) -> datetime:
        """When this run of the machine began; all its processes agree, for the first has written it down."""
        if self.database.is_sqlite:
            return self.ledger.notebook.anchor(boot_id(), self.clock.now() - since_boot())
        return self.ledger.notebook.server_time() - since_boot()

    @cached_property
    def high_water(self) -> HighWater:
        """The mark beside the ledger: by it an older copy of the ledger is known."""
        return HighWater(self.ledger, self._mark(self.database))

    def _mark(self, database: Database) -> Path:
        return database.file.with_suffix(".mark") if database.file else self.config.var / "avviso.mark"

    def check_ledger(self) -> None:
        """Raises Damaged or Refusal where the ledger is not fit to send by; for whoever is about to."""
        self.database.check_health()
        self.high_water.check()

    @cached_property
    def roster(self) -> Roster:
        return Roster(self.database, self.ledger.notebook.identity().key)

    @cached_property
    def ring(self) -> KeyRing:
        """What signs links: `web.secret`, else a secret of our own in var/secret."""
        given = [secret.get_secret_value().encode() for secret in self.config.web.secret]
        return KeyRing(tuple(given or [self._own_secret()]))

    @property
    def has_secret(self) -> bool:
        """Whether links were ever signed, or could be: looking makes no secret."""
        return bool(self.config.web.secret) or (self.config.var / "secret").exists()

    def _own_secret(self) -> bytes:
        path = self.config.var / "secret"
        warn_if_shared(path)
        try:
            return path.read_bytes().strip()
        except FileNotFoundError:
            self.config.var.mkdir(mode=0o700, parents=True, exist_ok=True)
            made = secrets.token_hex(32).encode()
            try:
                descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            except FileExistsError:
                return path.read_bytes().strip()  # another process was first
            with os.fdopen(descriptor, "wb") as file:
                file.write(made)
            return made

    def _shows_earlier_runs(self, database: Database) -> bool:
        """Whether feeds/ or var/ was filled by a ledger that is gone."""
        config = self.config
        feeds = any((config.feeds.folder / name).exists() for name in TRACES)
        outbox: Path = getattr(config.transport, "folder", config.var / "outbox")
        return feeds or any(one.exists() for one in (config.var / "workers", outbox, self._mark(database)))

    # ---- the doors ----------------------------------------------------------------------------

    @cached_property
    def rules(self) -> Rules:
        config = self.config
        approve = Approve.NEVER if config.transport.kind == "folder" else Approve(config.mailings.approve)
        return Rules(config.schedule.quiet, config.schedule.max_age, config.schedule.max_burst, approve, config.zone)

    @cached_property
    def source(self) -> Source:
        config = self.config
        return Source(config.issues.folder, config.issues.include, config.issues.exclude, config.zone,
                      config.schedule.send_at, tuple(one.id for one in config.lists))

    @cached_property
    def library(self) -> Library:
        from pipeline.publish.library import Library  # slow import: Markdown
        from pipeline.publish.perusal import Terms
        from pipeline.publish.rendering import Style

        publication, source = self.config.publication, self.source
        style = Style(publication.url, publication.language, publication.author.name, self.config.issues.breaks,
                      publication.theme.width)
        return Library(self.archive, Terms(source.zone, source.send_at, tuple(source.lists), style), Crew(cores()))

    @cached_property
    def imprint(self) -> Imprint:
        """What besides the issues decides feeds and archive: settings, templates, this version."""
        config = self.config
        settings = repr((__version__, config.publication, config.feeds, config.issues.permalink, config.issues.breaks,
                         self.subscribe_url, str(config.site.folder),
                         [one.id for one in config.lists if not one.public]))
        return Imprint(self.ledger.notebook, settings, self.web_folders)

    @cached_property
    def press(self) -> Press:
        from pipeline.publish.press import Plan, Press  # slow import: feedgen

        config = self.config
        plan = Plan(
            publication=self._feed_publication(), issues=config.issues.folder, feeds=config.feeds.folder,
            site=config.site.folder, permalink=config.issues.permalink, ids=config.feeds.id,
            content=config.feeds.content, entries=config.feeds.entries, max_bytes=config.feeds.max_bytes,
            tag_feeds=config.feeds.tags, templates=self.web_folders)
        return Press(self.archive, self.library, plan, self.web_templates, self.imprint,
                     self.tell, self._announce)

    def _announce(self, documents: Sequence[str]) -> None:
        if self.config.feeds.websub:
            self.herald.announce(documents)

    @cached_property
    def herald(self) -> Herald:
        """Who tells the hubs."""
        from pipeline.publish.hubs import Herald  # slow import: TLS

        return Herald(self.ledger.hubs, self._feed_publication(), self.config.feeds.folder, self.clock)

    def tell_hubs(self) -> None:
        """Makes the calls to hubs that are due, once readers see the news; not a line of network is loaded where no
        hub is named."""
        if self.config.feeds.websub and (self.bucket is None or self.bucket.stands):
            self.herald.tell()

    @cached_property
    def bucket(self) -> Bucket | None:
        """What brings feeds and archive to where the settings want them, if they do. Raises ConfigError."""
        place, open_store = self._place, self.open_store
        if place is None or open_store is None:
            return None
        from pipeline.publish.bucket import Bucket, Folders

        folders = Folders(self.config.site.folder, self.config.feeds.folder)
        return Bucket(self.ledger.notebook, self.imprint, place, folders, open_store)

    @cached_property
    def open_store(self) -> Callable[[], Store] | None:
        """Opens the bucket of the settings, once for each thread that puts. Raises ConfigError."""
        settings, place = self.config.bucket, self._place
        if settings is None or place is None:
            return None
        from pipeline.providers.sigv4 import Credentials, borrowed  # slow import: http, lxml
        from pipeline.publish.s3 import Store

        key_id, secret = settings.access_key_id, settings.secret_access_key
        keys = Credentials(key_id, secret.get_secret_value()) if key_id and secret else None
        find = borrowed("bucket", "s3") if keys is None else lambda: keys
        return lambda: Store(place, find, self.clock)

    @property
    def _place(self) -> Place | None:
        settings = self.config.bucket
        if settings is None:
            return None
        from pipeline.publish.s3 import Place  # slow import: http, lxml

        return Place(settings.name, settings.region, settings.endpoint or "", settings.prefix)

    @cached_property
    def web_templates(self) -> WebTemplates:
        from pipeline.feeds.templating import web_templates  # slow import: jinja2

        return web_templates(self.web_folders)

    @property
    def web_folders(self) -> tuple[Path, ...]:
        """Where templates for the web are looked for: the owner's first."""
        return self._templates("web"), *(home / "web" for home in PACKAGED)

    @cached_property
    def subscriptions(self) -> Subscriptions:
        return Subscriptions(
            self.ring, self.clock, lists={one.id: one.name for one in self.config.lists},
            public=[one.id for one in self.config.lists if one.public],
            open_roster=lambda: self.roster, open_ledger=lambda: self.ledger,
            open_stationery=lambda: self.stationery, open_composer=lambda: self.composer,
            compact=lambda: self.database.compact())  # noqa: PLW0108, the ledger may be away now

    @cached_property
    def feedback(self) -> Feedback:
        """The door through which the post answers."""
        settings = self.config.feedback
        return Feedback(
            self.ledger, self.roster, self.ring, self.clock, together=self.database.together,
            policy=Policy(settings.soft_bounces),
            brake=Brake(self.ledger, self.clock, Shares(settings.bounce_share, settings.complaint_share)))

    @cached_property
    def hooks(self) -> dict[str, Hook]:
        """What reads the reports of providers. Raises ConfigError."""
        from pipeline.publish.outside import fetch  # slow import: http, ssl

        def read(address: str) -> bytes:
            return fetch(address, CERTIFICATE_BYTES).body

        return {name: open_hook(name, [secret.get_secret_value() for secret in secrets], read)
                for name, secrets in self.config.web.hooks.items()}

    @cached_property
    def refusals(self) -> Refusals:
        """What the post said no to while it was handed a message."""
        return Refusals(self.ledger, self.feedback, self.config.transport.kind)

    @cached_property
    def mailroom(self) -> Mailroom | None:
        """What reads the mailbox, if there is one."""
        from pipeline.feedback.mailroom import Mailroom  # slow import: imaplib
        from pipeline.providers.mailbox import open_folder

        settings = self.mailbox_settings()
        if settings is None:
            return None
        return Mailroom(self.ledger, self.feedback, self.clock, open_folder=lambda: open_folder(settings),
                        name=f"{settings.username}@{settings.host}/{settings.folder}")

    def mailbox_settings(self) -> MailboxSettings | None:
        """The mailbox's plain values; its password is opened here and nowhere else."""
        from pipeline.providers.mailbox import MailboxSettings  # slow import: imaplib

        mailbox = self.config.mailbox
        if mailbox is None:
            return None
        return MailboxSettings(
            mailbox.host, mailbox.username, mailbox.password.get_secret_value(), mailbox.port, mailbox.security,
            mailbox.folder, mailbox.move_to or "", mailbox.ca_file)

    @property
    def subscribe_url(self) -> str:
        """Where a form may post to; "" without `web.url` or a list to choose, or where a service has the readers."""
        config = self.config
        takes_readers = not config.transport.broadcasts and any(one.public for one in config.lists)
        return f"{config.web.url}subscribe" if config.web.url and takes_readers else ""

    @cached_property
    def tray(self) -> Tray:
        """What readers handed in and nobody has seen to yet."""
        return Tray(self.config.var / "spool")

    @cached_property
    def stationery(self) -> Stationery:
        from pipeline.subscribe.letters import Stationery  # slow import: premailer

        config, sender = self.config, self.config.mailings.sender
        return Stationery(
            self.frame, self.mail_templates, sender_name=sender.name or config.publication.title,
            sender_address=sender.address, reply_to=config.mailings.reply_to or "", web_url=config.web.url or "",
            unsubscribe_mailto=self._mailto(), bounce_address=self.bounce_address(), key_id=self.ring.key_id,
            open_welcome=self.dresser.welcome if config.mailings.welcome == "latest" else lambda _: None)

    def _feed_publication(self) -> FeedPublication:
        from pipeline.feeds.feed import Publication as FeedPublication  # slow import: feedgen

        config = self.config
        publication = config.publication
        return FeedPublication(
            title=publication.title, url=publication.url, language=publication.language,
            description=publication.description, author=publication.author.name,
            author_email=publication.author.email or "", accent=publication.theme.accent,
            logo=publication.theme.logo or "", width=publication.theme.width, hubs=config.feeds.websub,
            feed_id=self._feed_id(), subscribe_url=self.subscribe_url)

    def _feed_id(self) -> str:
        """The feed's own id: the address at the first build, kept when that moves."""
        if self.ledger.notebook.note(FEED_ID) is None:
            self.ledger.notebook.write_note(FEED_ID, self.config.publication.url)
        return self.ledger.notebook.note(FEED_ID) or ""

    @cached_property
    def frame(self) -> Frame:
        """What the publication contributes to every mail."""
        from pipeline.editions.frame import Frame  # slow import: premailer

        config = self.config
        publication, theme = config.publication, config.publication.theme
        reachable = config.web.url is not None and not config.transport.broadcasts
        return Frame(
            title=publication.title, url=publication.url, language=publication.language,
            description=publication.description, author=publication.author.name,
            postal_address=publication.postal_address, accent=theme.accent, logo=theme.logo or "", width=theme.width,
            archive_url=publication.url, subject=config.mailings.subject, view=reachable, preferences=reachable)

    @cached_property
    def mail_templates(self) -> MailTemplates:
        from pipeline.editions.templates import Templates  # slow import: jinja2

        return Templates(self._templates("email"))

    @cached_property
    def dresser(self) -> Dresser:
        from pipeline.publish.dress import Dresser, Sending  # slow import: premailer

        config = self.config
        mailings = config.mailings
        sending = Sending(
            sender_name=mailings.sender.name or config.publication.title, sender_address=mailings.sender.address,
            reply_to=mailings.reply_to or "", lists={one.id: one.name for one in config.lists},
            web_url=self._way_out(), mailto=self._mailto(), bounce_address=self.bounce_address())
        return Dresser(self.archive, self.library, self.ring, self.clock, frame=self.frame, sending=sending,
                       templates=self.mail_templates, issues=config.issues.folder)

    def _way_out(self) -> str:
        """Where a mail's links for leaving begin; where the service owns the readers, it puts its own link there."""
        return f"https://{NOBODY}/" if self.config.transport.broadcasts else self.config.web.url or ""

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

    def _templates(self, kind: str) -> Path:
        """The owner's templates, if any."""
        return self.config.folder / "templates" / kind

    @cached_property
    def publisher(self) -> Publisher:
        gatherer = Gatherer(self.source, self.archive, self.ledger.notebook, self.clock, lambda: self.library)
        return Publisher(
            archive=self.archive, ledger=self.ledger, rules=self.rules, clock=self.clock, gatherer=gatherer,
            imprint=self.imprint, press=lambda: self.press, dresser=lambda: self.dresser,
            expire=self.config.mailings.expire, broadcasts=self.config.transport.broadcasts,
            steady=self.steady, bring=lambda: self.bucket.bring() if self.bucket else None)

    def outlook(self) -> tuple[list[Prospect], list[Problem]]:
        """What the next passes would do, and what is wrong. Changes nothing: its pass is rolled back."""
        with self.database.rehearse():
            made = self.publisher.make_pass(start=False, write=False)
            ahead = Outlook(self.archive, self.ledger, self.rules, lambda: self.dresser, self.publisher.foresee,
                            broadcasts=self.config.transport.broadcasts)
            return ahead.prospects(self.clock.now()), made.problems

    @cached_property
    def decisions(self) -> Decisions:
        return Decisions(self.archive, self.ledger, self.clock, self.config.zone, self.config.mailings.expire)

    @cached_property
    def notifier(self) -> Notifier | None:
        """Who tells the maintainer; None where nobody wants to be told."""
        config, mailings = self.config, self.config.mailings
        if config.notify.email is None:
            return None
        from pipeline.publish.matters import Looking  # slow import: premailer
        from pipeline.publish.notifier import Desk, Notifier

        desk = Desk(config.notify.email, mailings.sender.name or config.publication.title, mailings.sender.address,
                    frame=lambda: self.frame, templates=lambda: self.mail_templates)
        return Notifier(self.archive, self.ledger, self.clock, desk,
                        lambda now: Looking(now, config.zone, DoubtPolicy(mailings.in_doubt)), self.began)

    def find(self, name: str) -> Record:
        """The issue that a person names: by number, id, file name or path."""
        records = self.archive.issues()
        wanted = self.archive.aliases().get(name, name)
        if wanted in records:
            return records[wanted]
        found = [one for one in records.values()
                 if name in (str(one.number), one.path, Path(one.path).name, Path(one.path).stem)
                 or Path(name).name == Path(one.path).name]
        if len(found) == 1:
            return found[0]
        message = f"{len(found)} issues are called so" if found else "no issue is called so"
        raise IssueError(message, path=name, remedy="`avviso status` lists them; give the path" if found
                         else "give a number, an id, a file name or a path; `avviso status` lists them")

    # ---- the post -----------------------------------------------------------------------------

    @property
    def warm_up(self) -> Plan | None:
        """How many messages a day may have, for a sender whom nobody knows yet."""
        config = self.config
        settings = getattr(config.transport, "warm_up", None)  # not of services that own the readers
        domain = config.mailings.sender.address.rpartition("@")[2]
        return settings and Plan(f"warm_up {config.transport.kind} {domain}", settings.start, settings.growth)

    def waits(self) -> list[str]:
        """Why what is being sent stands still just now, and until when."""
        zone = self.config.zone
        return waits(self.ledger, self.config.transport.kind, self.warm_up, now=self.clock.now(), steady=self.steady(),
                     local=lambda at: f"{at.astimezone(zone):%Y-%m-%d %H:%M}")

    def check_way_out(self) -> None:
        """Before anything is mailed. Raises ConfigError for a key that cannot sign, and Refusal where readers could
        not leave: no web.url, no mailbox, and mail that really goes out."""
        config = self.config
        _ = self.seal
        takes_care = config.transport.kind == "folder" or config.transport.broadcasts
        if not (takes_care or config.web.url or config.mailbox):
            raise Refusal("readers would have no way to unsubscribe", path="config.yaml",
                          remedy="set web.url to where readers reach `avviso run`, or name a mailbox")

    @cached_property
    def composer(self) -> Composer:
        from pipeline.mailings.messages import Composer  # slow import: MIME

        return Composer(self.ledger, self.ring, self.seal)

    def public_key(self) -> str:
        """What DNS should say of the key in transport.dkim. Raises ConfigError."""
        from pipeline.mailings.dkim_key import public_key  # optional extra

        dkim = getattr(self.config.transport, "dkim", None)
        return public_key(self._dkim_pem(), str(dkim.key_file)) if dkim else ""

    @cached_property
    def seal(self) -> Seal | None:
        """What signs every message, if the settings say so. Raises ConfigError for a key that cannot."""
        settings = getattr(self.config.transport, "dkim", None)  # for kinds that hand over our own bytes
        if settings is None:
            return None
        from pipeline.mailings.dkim_key import read_seal  # optional extra

        return read_seal(self._dkim_pem(), domain=settings.domain, selector=settings.selector,
                         path=str(settings.key_file))

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
