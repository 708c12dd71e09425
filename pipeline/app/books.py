"""The three books and what stands beside them: the high-water marks, the secret that signs."""

from __future__ import annotations

import secrets
from contextlib import closing, suppress
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.audience.tokens import KeyRing
from pipeline.clock import Clock, SystemClock, is_pretended, since_boot
from pipeline.config import Config
from pipeline.database import Database
from pipeline.errors import IssueError, Problem, UnknownIssue
from pipeline.issues.archive import Archive
from pipeline.issues.issue import DATE_IT
from pipeline.issues.reading.paths import is_called, is_named, is_number
from pipeline.issues.record import KnownFile, Record
from pipeline.mailings.contact import Contact
from pipeline.mailings.highwater import HighWater
from pipeline.mailings.ledger import Ledger
from pipeline.mailings.ledger.notebook import Notebook
from pipeline.mailings.owner import check_owner, claim, follow_owner
from pipeline.mailings.presence import boot_id
from pipeline.mounts import refuse_network
from pipeline.newfile import make_file, unwritten
from pipeline.privacy import hide_from_git, warn_if_shared
from pipeline.providers.base import TO_NOBODY
from pipeline.publish.worker_pool import Progress, silent

if TYPE_CHECKING:  # slow import
    from pipeline.audience.roster import Roster

TRACES = ("atom.xml", "rss.xml", "feed.json")  # what an earlier ledger left in feeds/
SPARE_MARK = Path(".avviso", "mark")
SECRET = "secret"  # noqa: S105, the name of a file


def open_database(config: Config) -> Database:
    """The ledger's database, whether or not there is a ledger in it."""
    return Database(config.database.get_secret_value())


class Books:
    """The ground floor of the assembly."""

    def __init__(self, config: Config, clock: Clock) -> None:
        self.config = config
        self.clock = clock
        self.began = clock.now()
        self.tell: Progress = silent  # who hears of long work
        self.contact = Contact()

    @cached_property
    def database(self) -> Database:
        """The ledger's database; made at first use, beside old traces as an orphan that mails nobody.

        Raises Refusal for one that is another publication's.
        """
        database = open_database(self.config)
        if database.file:
            refuse_network(database.file)
            warn_if_shared(database.file)
        if not database.exists:
            database.create(now=self.clock.now(), orphan=self._shows_earlier_runs(database))
            if database.file is None or database.file.parent == self.config.var:
                hide_from_git(self.config.var)  # readers and keys: one `git push` would publish them
        database.check_version()
        self._check_owner(database)
        return database

    def _check_owner(self, database: Database) -> None:
        publication = self.config.publication
        check_owner(Notebook(database), publication.title, publication.url, shown=database.shown)

    @property
    def has_ledger(self) -> bool:
        """Whether there is a ledger yet; asking makes none, and keeps nothing open."""
        with closing(open_database(self.config)) as database:
            return database.exists

    def close(self) -> None:
        """Lets go of the ledger: what lies beside its file is brought into it."""
        if "database" in vars(self):
            self.database.close()

    @cached_property
    def archive(self) -> Archive:
        return Archive(self.database, [one.id for one in self.config.lists if not one.public])

    @cached_property
    def ledger(self) -> Ledger:
        return Ledger(self.database)

    def steady(self) -> datetime:
        """What a clock shows that nobody can set: the machine's since it was started, or the database server's. Where
        the hour is pretended there is none."""
        if isinstance(self.clock, SystemClock) and not is_pretended():
            return self._began + since_boot()
        return self.clock.now()

    def note_steady(self) -> None:
        """Writes down how far that clock has come, for the machine's next run; a server's runs on."""
        if self.database.is_sqlite:
            self.ledger.notebook.note_steady(self.steady())

    @cached_property
    def _began(self) -> datetime:
        """When this run of the machine began; all its processes agree, for the first has written it down.

        Where the machine has no name for its run, each process goes by the clock as it finds it.
        """
        if self.database.is_sqlite:
            run, now = boot_id(), self.clock.now()
            began = now - since_boot()
            return self.ledger.notebook.anchor(run, began, now=now) if run else began
        return self.ledger.notebook.server_time() - since_boot()

    @cached_property
    def high_water(self) -> HighWater:
        """The marks beside the ledger and beside config.yaml: by them an older copy of the ledger is known."""
        return HighWater(self.ledger, self._mark(self.database), self.config.folder / SPARE_MARK)

    def _mark(self, database: Database) -> Path:
        return database.file.with_suffix(".mark") if database.file else self.config.var / "avviso.mark"

    def check_ledger(self) -> None:
        """Raises Damaged or Refusal where the ledger is not fit to send by; for whoever is about to."""
        self.database.check_health()
        self.meet_ledger()
        self.high_water.note()
        follow_owner(self.ledger.notebook, self.config.publication.title, self.config.publication.url)

    def check_owner(self) -> None:
        """Raises Refusal where another publication has begun to mail by this ledger; for who is about to begin one."""
        self._check_owner(self.database)

    def note_begun(self) -> None:
        """Notes that mailings were begun: how far the ledger has come, and whose it is."""
        self.high_water.note()
        if self.config.transport.kind != TO_NOBODY:
            claim(self.ledger.notebook, self.config.publication.title, self.config.publication.url)

    def meet_ledger(self) -> None:
        """Notices a copy that was put here: what it may have missed is stopped. Raises Refusal for an older one.

        One server has one ledger for machines that come and go: there a machine without a mark means nothing, unless
        the ledger was put back from a dump.
        """
        notebook = self.ledger.notebook
        put_back = notebook.was_put_back()
        if self.database.is_sqlite or put_back:
            self.high_water.notice_arrival(self.clock.now(), put_back=put_back)
        self.high_water.check()
        notebook.note_home()  # not before: whoever has a mark may know more than who comes next

    @cached_property
    def roster(self) -> Roster:
        from pipeline.audience.roster import Roster  # slow import: readers

        return Roster(self.database, self.ledger.notebook.identity().key)

    @cached_property
    def ring(self) -> KeyRing:
        """What signs links: `web.secret`, else a secret of our own in var/secret."""
        given = self.given_secrets
        return KeyRing(given) if given else KeyRing((self._own_secret(),), str(self.secret_file))

    @property
    def secret_file(self) -> Path:
        """Where the secret is that avviso made for itself, if it did."""
        return self.config.var / SECRET

    @property
    def given_secrets(self) -> tuple[bytes, ...]:
        """Those of `web.secret`; where there are any, var/secret signs nothing."""
        return tuple(secret.get_secret_value().encode() for secret in self.config.web.secret)

    @property
    def has_secret(self) -> bool:
        """Whether links were ever signed, or could be: looking makes no secret."""
        return bool(self.config.web.secret) or self.secret_file.exists()

    def _own_secret(self) -> bytes:
        path = self.secret_file
        warn_if_shared(path)
        try:
            return path.read_bytes().strip()
        except FileNotFoundError:
            return self._make_secret(path)

    def _make_secret(self, path: Path) -> bytes:
        try:
            self.config.var.mkdir(mode=0o700, parents=True, exist_ok=True)
            with suppress(FileExistsError):  # another process was first
                make_file(path, secrets.token_hex(32).encode(), mode=0o600)
            return path.read_bytes().strip()
        except OSError as error:
            raise unwritten(path, error) from error

    def _shows_earlier_runs(self, database: Database) -> bool:
        """Whether feeds/ or var/ was filled by a ledger that is gone."""
        config = self.config
        feeds = any((config.feeds.folder / name).exists() for name in TRACES)
        outbox = config.outbox or config.var / "outbox"
        return feeds or any(one.exists() for one in (config.workers, outbox, self._mark(database)))

    def find(self, name: str) -> Record:
        """The issue that a person names: by number, id, file name or path.

        Raises what is wrong with a file that would be it, and UnknownIssue.
        """
        records = self.archive.issues()
        wanted = self.archive.names.aliases().get(name, name)
        numbered = [one for one in records.values() if is_number(name, one.number)]
        if wanted in records and len(numbered) < 2:
            return records[wanted]
        at_path = [one for one in records.values() if f"/{name}".endswith(f"/{one.path}")]
        found = sorted(at_path, key=lambda one: len(one.path))[-1:] or numbered or [
            one for one in records.values() if is_named(one.path, name)]
        if len(found) == 1:
            return found[0]
        broken = None if found else self.find_broken(name)
        if broken and (problem := broken.problem):
            raise IssueError(problem.message, path=problem.path, line=problem.line, remedy=problem.remedy,
                             rule=problem.rule)
        if not found and (draft := self.undated_draft(name)):
            raise UnknownIssue(draft.message, path=draft.path, line=draft.line, remedy=draft.remedy)
        message = f"{len(found)} issues are called so" if found else "no issue is called so"
        raise UnknownIssue(message, path=name, remedy="`avviso status` lists them; give the path" if found
                         else "give a number, an id, a file name or a path; `avviso status` lists them")

    def undated_draft(self, name: str = "") -> Problem | None:
        """What is missing in a draft that a person names, or in the first of all: a date. None where there is none."""
        drafts = (path for path in self.archive.files.undated() if not name or is_called(path, name))
        return next((Problem(path, "is a draft without a date, and no issue before it has one", DATE_IT, line=1)
                     for path in drafts), None)

    def find_broken(self, name: str) -> KnownFile | None:
        """The file that a person may mean and that is no issue: it cannot be read, or is withheld.

        Of several that are withheld because all ask for this identity, the first: it names another.
        """
        broken = [file for file in self.archive.files.broken() if file.key is None]
        asking = [file for file in broken if file.claimed == name]
        called = [file for file in broken if is_called(file.path, name)]
        return next(iter(asking), called[0] if len(called) == 1 else None)
