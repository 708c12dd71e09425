"""The examination: each part of the publication looked at once, in the order of a mail's way. Changes nothing."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from pipeline.address import domain_of
from pipeline.amounts import counted
from pipeline.app import App, open_database
from pipeline.app.signing import dead_links
from pipeline.audience.tokens import NOBODY, Purpose
from pipeline.clock import machine_zone
from pipeline.config import Config
from pipeline.doctor.finding import Finding, State, ok, refused, warning
from pipeline.doctor.house import (
    examine_clock,
    examine_disk,
    examine_ledger,
    examine_permissions,
    examine_words,
    standing,
)
from pipeline.doctor.names import Names
from pipeline.doctor.post import examine_post
from pipeline.doctor.sender import Sender, examine_sender
from pipeline.doctor.way_out import REPORTING, Exit, Mailbox, Probe, examine_way_out, post_one_click
from pipeline.errors import ConfigError, PipelineError
from pipeline.providers.base import TO_NOBODY
from pipeline.providers.smtp_presets import find_preset

Section = tuple[str, Callable[[], Iterator[Finding]]]


def free_bytes(folder: Path) -> int:
    """Room where this folder is, or will be."""
    return shutil.disk_usage(standing(folder)).free


@dataclass(frozen=True, slots=True)
class Doctor:
    """A publication, its settings file, and the world as it is seen from here."""

    app: App
    settings: Path
    names: Names
    probe: Probe = post_one_click
    free_bytes: Callable[[Path], int] = free_bytes
    machine_zone: Callable[[], str] = machine_zone


def open_names(app: App) -> Names:
    """The resolver of the settings."""
    resolver = app.config.dns.resolver
    return Names((resolver.host, resolver.port) if resolver else None)


def examine(doctor: Doctor, watch: Callable[[int, int], object]) -> list[Finding]:
    """Everything. What one part says no to does not stop the others."""
    findings: list[Finding] = []
    with ExitStack() as opened:
        sections = _sections(doctor, opened)
        for place, (name, look) in enumerate(sections):
            watch(place, len(sections))
            try:
                findings.extend(look())
            except PipelineError as problem:
                findings.append(refused(name, problem))
    watch(len(sections), len(sections))
    return findings


def exit_code(findings: list[Finding]) -> int:
    """0, or 1 when something must be mended."""
    return int(any(one.state is State.ERROR for one in findings))


def _sections(doctor: Doctor, opened: ExitStack) -> list[Section]:
    app, config = doctor.app, doctor.app.config
    kind, sender = config.transport.kind, config.mailings.sender.address
    database = open_database(config)  # the app's own would be made if it is not there
    opened.callback(database.close)
    folders = [config.var, config.feeds.folder, config.site.folder, *([config.outbox] if config.outbox else [])]
    list_ids = [f"{one.id}.{domain_of(sender)}" for one in config.lists]
    return [
        ("ledger", lambda: iter([examine_ledger(
            database.shown, lambda: database.exists,
            (database.check_version, partial(database.check_health, texts=True), database.check_writable),
            lambda: app.ledger.notebook.identity().orphan)])),
        ("clock", lambda: examine_clock(app.clock.now(), _newest(app, lambda: database.exists), str(config.zone),
                                        doctor.machine_zone())),
        ("disk", lambda: iter([examine_disk(folders, doctor.free_bytes)])),
        ("permissions", lambda: iter([examine_permissions(
            _secret_files(app, database.file), doctor.settings, config.spelt_out)])),
        ("words", lambda: examine_words(config.publication.postal_address, list_ids)),
        ("hooks", lambda: _hooks(app)),
        ("bucket", lambda: _bucket(app)),
        ("transport", lambda: examine_post(kind, sender, app.open_transport)),
        ("sender", lambda: _sender(doctor)),
        ("readers", lambda: _readers(app, lambda: database.exists)),
        ("links", lambda: _links(app, lambda: database.exists)),
        ("way_out", lambda: examine_way_out(_exit(app), doctor.names, doctor.probe)),
    ]


def _hooks(app: App) -> Iterator[Finding]:
    for name in app.hooks:  # opened with their secrets: one that is none is said here
        yield Finding("answers.hook", State.OK, f"{name} may report at /hooks/{name}")


def _bucket(app: App) -> Iterator[Finding]:
    if app.open_store is None:
        return
    with closing(app.open_store()) as store:
        yield Finding("bucket", State.OK, f"the key may list it: {counted(len(store.listed()), 'object')}")


def post_of(config: Config) -> str:
    """By whom mails go out: the host of its server, also of one that a preset names, or the kind of a service."""
    way = config.transport
    preset = getattr(way, "preset", None)
    try:
        return find_preset(preset).host if preset else getattr(way, "host", None) or way.kind
    except ConfigError:  # which the look at the transport tells
        return preset or ""


def _sender(doctor: Doctor) -> Iterator[Finding]:
    config = doctor.app.config
    if config.transport.kind == TO_NOBODY or config.transport.broadcasts:
        return iter(())
    domain = domain_of(config.mailings.sender.address)
    bounces = doctor.app.bounce_address() or config.mailings.sender.address
    post = post_of(config)
    dkim = getattr(config.transport, "dkim", None)
    is_service = any(name in post for name in (*REPORTING, "amazonaws"))
    is_own = config.transport.kind == "smtp" and not is_service and post == getattr(config.transport, "host", None)
    return examine_sender(Sender(
        domain, domain_of(bounces), post, (dkim.domain, dkim.selector) if dkim else None,
        doctor.app.public_key() if dkim else "", is_service=is_service, own_server=post if is_own else ""),
        doctor.names)


def _readers(app: App, exists: Callable[[], bool]) -> Iterator[Finding]:
    """Whoever is on a list that nobody mails: all of ours where a service owns the readers, else those not named."""
    kind, lists = app.config.transport.kind, [one.id for one in app.config.lists]
    if app.config.transport.broadcasts:
        count = sum(map(app.roster.count, lists)) if exists() else 0
        yield warning("readers", f"{kind} mails its own readers alone, not the {counted(count, 'reader')} here",
                      f"`avviso subscribers export readers.csv --mailed`, and import that at {kind}") if count else ok(
                          "readers", f"they are {kind}'s own: there is no form here, take that of {kind}")
        return
    for name, count in (app.roster.beside(lists) if exists() else {}).items():
        yield warning("readers", f"the list {name} has {counted(count, 'reader')} and config.yaml does not name it: "
                      "they are mailed nothing", f"write `id: {name}` in `lists` again, or take them off that list")


def _links(app: App, exists: Callable[[], bool]) -> Iterator[Finding]:
    """Those in mails that went out, where nobody can leave by them any more."""
    for problem in dead_links(app) if exists() else ():
        yield warning("links", f"{problem.path}: {problem.message}", problem.remedy)


def _exit(app: App) -> Exit:
    config = app.config
    return Exit(
        config.web.url or "", app.ring.sign(Purpose.UNSUBSCRIBE, NOBODY, config.lists[0].id) if app.has_secret else "",
        config.mailings.reply_to or config.mailings.sender.address, config.transport.kind,
        tuple(config.web.hooks), _mailbox_opener(app))


def _mailbox_opener(app: App) -> Callable[[], AbstractContextManager[Mailbox]] | None:
    from pipeline.providers.mailbox import open_folder  # slow import: imaplib

    settings = app.mailbox_settings()
    return None if settings is None else lambda: open_folder(settings)


def _secret_files(app: App, ledger: Path | None) -> list[Path]:
    """What signs links and mails, and the ledger where it is a file."""
    dkim = getattr(app.config.transport, "dkim", None)  # for kinds that hand over our own bytes
    return [path for path in (app.secret_file, ledger, dkim and dkim.key_file) if path]


def _newest(app: App, exists: Callable[[], bool]) -> datetime | None:
    """The latest instant in the ledger, if there is one that can be read."""
    try:
        return app.ledger.notebook.newest() if exists() else None
    except PipelineError:
        return None  # `ledger` says it
