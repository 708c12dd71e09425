"""The whole of config.yaml as one frozen value. Paths are absolute by the time they are here."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import PrivateAttr, ValidationInfo, field_validator, model_validator

from pipeline.config.content import Feeds, Issues, ListSettings, Mailings, Publication, Schedule, Site
from pipeline.config.section import Section, default
from pipeline.config.service import Bucket, Dns, FeedbackSettings, Mailbox, Notify, Web
from pipeline.config.transports import FolderPost, Transport
from pipeline.config.values import NotEmpty, Secret, wrong
from pipeline.config.written import Written


class Config(Section):
    """Everything in config.yaml."""

    publication: Publication
    issues: Issues = default({})
    schedule: Schedule = default({})
    feeds: Feeds = default({})
    site: Site = default({})
    bucket: Bucket | None = None
    mailings: Mailings
    lists: Annotated[tuple[ListSettings, ...], NotEmpty] = default([{"id": "weekly", "name": "Weekly"}])
    """The lists readers can be on; an issue that names none goes to the first."""
    transport: Transport = default({})
    mailbox: Mailbox | None = None
    feedback: FeedbackSettings = default({})
    notify: Notify = default({})
    database: Secret = default("sqlite:///var/avviso.db")
    """The ledger: `sqlite:///PATH` or `postgresql://USER:PASSWORD@HOST/NAME`."""
    engine: Literal["embedded", "procrastinate"] = "embedded"
    """What wakes the work: this process alone, or Procrastinate, which shares it among machines on one PostgreSQL."""
    web: Web = default({})
    dns: Dns = default({})

    _folder: Path = PrivateAttr()
    _spelt_out: tuple[str, ...] = PrivateAttr(())
    _written: Written = PrivateAttr(Written())

    @property
    def folder(self) -> Path:
        """The folder of config.yaml, absolute: where the publication lives."""
        return self._folder

    @property
    def var(self) -> Path:
        """Where avviso keeps what must not be lost."""
        return self._folder / "var"

    @property
    def workers(self) -> Path:
        """The folder in which each process at work has its lock file and its flight board."""
        return self.var / "workers"

    @property
    def lock(self) -> Path:
        """The file that a `publish` or a full `run` holds while it is at work."""
        return self.var / "avviso.lock"

    @property
    def spool(self) -> Path:
        """The folder in which lies what readers hand in."""
        return self.var / "spool"

    @property
    def outbox(self) -> Path | None:
        """The folder of the mails, where they are files."""
        return self.transport.folder if isinstance(self.transport, FolderPost) else None

    @property
    def spelt_out(self) -> tuple[str, ...]:
        """The settings whose secrets stand in the file itself, such as `transport.password`."""
        return self._spelt_out

    @property
    def written(self) -> Written:
        """Where each setting stands."""
        return self._written

    @property
    def zone(self) -> ZoneInfo:
        """The publication's zone."""
        return self.publication.timezone

    def copied_to(self, folder: Path, **sections: object) -> Config:
        """The settings of a copy that lives in another folder, with some sections replaced."""
        copy = self.model_copy(update=sections)
        copy._folder = folder
        return copy

    @field_validator("lists")
    @classmethod
    def _told_apart(cls, lists: tuple[ListSettings, ...]) -> tuple[ListSettings, ...]:
        if len({entry.id for entry in lists}) < len(lists):
            raise wrong("two lists have one id", "give each its own")
        return lists

    @field_validator("database")
    @classmethod
    def _reachable(cls, database: Secret, info: ValidationInfo) -> Secret:
        url, sqlite = database.get_secret_value(), "sqlite:///"
        if url.startswith(sqlite) and "?" in url:
            raise wrong("options behind ? are not read with SQLite", "write sqlite:///var/avviso.db")
        if url.startswith(sqlite) and url[len(sqlite):].strip("/") and info.context:
            return Secret(sqlite + str(Path(info.context["folder"], url[len(sqlite):])))
        if url.startswith("postgresql://") and len(url) > len("postgresql://"):
            return database
        raise wrong("is not a database", "write sqlite:///var/avviso.db or postgresql://USER:PASSWORD@HOST/NAME")

    @field_validator("engine")
    @classmethod
    def _has_its_database(cls, engine: str, info: ValidationInfo) -> str:
        database = info.data.get("database")
        if engine == "procrastinate" and database and not database.get_secret_value().startswith("postgresql://"):
            raise wrong("procrastinate needs PostgreSQL", "set `database: postgresql://…`, or leave it out")
        return engine

    @model_validator(mode="after")
    def _of_one_secret(self) -> Self:
        """Machines that made up a secret each would send links that the others refuse."""
        if self.engine == "procrastinate" and not self.web.secret:
            raise wrong("engine: procrastinate needs web.secret, the same on all machines",
                        "set `web.secret: ${AVVISO_SECRET}`; the one of a publication that has begun is in var/secret",
                        ("engine",), ("web", "secret"))
        return self

    @model_validator(mode="after")
    def _apart(self, info: ValidationInfo) -> Self:
        """What is written is served as well: neither the ledger nor mails with their links are to lie in it."""
        var = Path(info.context["folder"] if info.context else "", "var")
        kept = [("the issues", self.issues.folder, ("issues", "folder")), ("var", var, ()), *self._kept_elsewhere()]
        for section, folder in {"feeds": self.feeds.folder, "site": self.site.folder}.items():
            for what, place, keys in kept:
                if place.resolve().is_relative_to(folder.resolve()):
                    word = "is the folder of" if place.resolve() == folder.resolve() else "contains"
                    raise wrong(f"{section}.folder {word} {what}", "give what is written its own folder",
                                (section, "folder"), keys)
        return self

    def _kept_elsewhere(self) -> Iterator[tuple[str, Path, tuple[str, ...]]]:
        """Where the ledger and the outbox lie, where they are files: they need not be in `var`."""
        scheme, _, ledger = self.database.get_secret_value().partition(":///")
        if scheme == "sqlite":
            yield "the ledger", Path(ledger), ("database",)
        if self.outbox:
            yield "the outbox", self.outbox, ("transport", "folder")

    @model_validator(mode="after")
    def _told(self) -> Self:
        if self.notify.email and self.transport.broadcasts:
            raise wrong(f"notify.email is not reached by kind: {self.transport.kind}, which mails its own readers",
                        "leave it out; `avviso status` shows what needs you", ("notify", "email"))
        return self

    def model_post_init(self, context: dict[str, Path] | None) -> None:
        self._folder = context["folder"] if context else Path.cwd()
