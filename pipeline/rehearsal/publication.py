"""A copy of the publication for a rehearsal: its own folder, ledger, keys and readers; the issue is the true one."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from pipeline.address import parse
from pipeline.app import App
from pipeline.audience.intake import Entry
from pipeline.audience.subscriber import Evidence
from pipeline.clock import Clock
from pipeline.config import Config
from pipeline.config.transports import SmtpPost
from pipeline.editions.edition import Edition
from pipeline.errors import Refusal
from pipeline.issues.record import Record, Text
from pipeline.mailings.envelope import LINK_KEY
from pipeline.mailings.mailing import MailingState
from pipeline.preview.books import look, rehearsal
from pipeline.rehearsal.readers import Reader

PAGE = 500  # readers written down in one transaction


@dataclass(frozen=True, slots=True)
class DressedIssue:
    """The issue as its mailing would begin now."""

    record: Record
    text: Text
    edition: Edition
    envelope: dict[str, Any]


def dressed_issue(app: App, name: str) -> DressedIssue:
    """The issue that a person names, dressed from what lies in the folder. The ledger is looked at, never written.

    Raises IssueError for a name that is nobody's, EditionError for an issue that cannot be dressed, Refusal where the
    readers are not ours to mail.
    """
    if app.config.transport.broadcasts:
        raise Refusal(f"{app.config.transport.kind} owns the readers: there is nothing to rehearse", path="config.yaml",
                      remedy="its own test mail shows an issue to you")
    with rehearsal(app) as books:
        look(books)
        record = books.find(name)
        edition, envelope = books.dresser.dress(record, record.lists[0])
        return DressedIssue(record, books.archive.texts.of(record.key), edition, envelope)


def copied_settings(config: Config, folder: Path, port: int) -> Config:
    """The settings of the copy: the mail server on loopback is its only way out, and nobody is notified."""
    here = SmtpPost.model_validate({"kind": "smtp", "host": "127.0.0.1", "port": str(port), "security": "none"})
    transport = here.model_copy(update={
        name: getattr(config.transport, name) for name in ("connections", "dkim") if hasattr(config.transport, name)})
    return config.copied_to(
        folder, transport=transport, mailings=config.mailings.model_copy(update={"refused_share": 1.0}),
        database=SecretStr(f"sqlite:///{folder / 'avviso.db'}"), mailbox=None, bucket=None,
        web=config.web.model_copy(update={"secret": (SecretStr(secrets.token_hex(32)),)}),
        notify=config.notify.model_copy(update={"email": None}))


def begin_mailing(config: Config, clock: Clock, issue: DressedIssue, readers: Sequence[Reader]) -> int:
    """Makes the copy's ledger, with the readers, and begins the mailing; gives its id."""
    app, now, list_id = App(config, clock), clock.now(), issue.record.lists[0]
    app.archive.enter(issue.record, issue.text)
    for start in range(0, len(readers), PAGE):
        app.roster.enter([Entry(parse(reader.address), (list_id,), Evidence(source="rehearsal"), reader.name)
                          for reader in readers[start:start + PAGE]], now)
    mailings = app.ledger.mailings
    mailings.propose(issue.record.key, list_id, state=MailingState.SCHEDULED, reason="rehearsal", send_at=now, now=now)
    (mailing,) = mailings.all()
    mailings.start(mailing.id, issue.edition, issue.envelope | {LINK_KEY: app.ring.key_id}, now=now,
                   expire=config.mailings.expire)
    app.high_water.note()
    app.database.close()
    return mailing.id
