"""The very bytes that one reader gets: from the ledger's frozen edition once a mailing has begun, else made ahead.

Made ahead means by the same hands: the issue is dressed, its mailing begins in a transaction that never happens,
and the reader's own delivery is composed. Without a reader it is a sample, whose links leave nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.address import parse
from pipeline.app import App
from pipeline.clock import HandClock
from pipeline.editions.edition import Edition
from pipeline.errors import AudienceError, EditionError, Problem
from pipeline.issues.record import Record
from pipeline.mailings.compose import Stencil
from pipeline.mailings.envelope import Envelope
from pipeline.mailings.mailing import Mailing, MailingState
from pipeline.preview.books import look, rehearsal
from pipeline.providers.base import Message
from pipeline.publish.samples import sample_reader


@dataclass(frozen=True, slots=True)
class Copy:
    """One reader's copy: the message as it goes on the wire, and both its parts as text."""

    mime: bytes
    html: str
    text: str


def copy_of(app: App, name: str, address: str = "") -> Copy:
    """The copy of an issue for a reader, or a sample without one.

    Raises IssueError for a name that is nobody's, AudienceError for a reader who would not get it, and
    EditionError for an issue that cannot be dressed.
    """
    with rehearsal(app) as books:
        problems = look(books)
        record = books.find(name) if name else newest(books, problems)
        broken = next((one for one in problems if one.path == record.path and one.severity == "error"), None)
        if broken and not _started(books, record):
            raise EditionError(broken.message, remedy=broken.remedy, path=broken.path, line=broken.line)
        message = _personal(books, record, address) if address else _sample(books, record)
        return as_copy(message)


def newest(app: App, problems: Sequence[Problem] = ()) -> Record:
    """The issue people most probably mean: the next one ahead, else the latest.

    `problems` are those of the folder: where it has no issue, the first says why, or a draft that lacks a date.
    """
    records = [one for one in app.archive.issues().values() if one.missing_at is None]
    if not records:
        nothing = Problem(str(app.config.issues.folder), "there is no issue yet", "`avviso new` makes one")
        why = next(iter(problems), None) or app.undated_draft() or nothing
        raise EditionError(why.message, path=why.path, line=why.line, remedy=why.remedy, rule=why.rule)
    now = app.clock.now()
    return next((one for one in records if one.due_at > now), records[-1])


def as_copy(message: Message) -> Copy:
    """The message as bytes and as its parts."""
    parts = message.parts()
    return Copy(message.mime(), parts.html, parts.text)


def sample(app: App, record: Record, edition: Edition, envelope: Envelope) -> Message:
    """The message to the sender's own address, whose links leave nobody."""
    reader = sample_reader(app.ring, record.lists[0], envelope.sender_address, ("preview", record.key))
    return Stencil(edition, envelope, app.dkim).message(reader)


def _started(app: App, record: Record) -> list[Mailing]:
    return [one for one in app.ledger.mailings.all(issue_key=record.key) if one.started_at]


def _sample(app: App, record: Record) -> Message:
    app.clock = HandClock(max(app.clock.now(), record.due_at))
    edition, frozen = app.dresser.dress(record, record.lists[0])
    return sample(app, record, edition, Envelope.from_json(frozen))


def _personal(app: App, record: Record, address: str) -> Message:
    """The reader's own delivery: the one in the ledger, or the one that would be entered."""
    reader = app.roster.find(parse(address))
    if reader is None:
        raise AudienceError(f"{address} is not a reader", remedy="`avviso subscribers add` makes one; without --as the "
                            "preview is a sample")
    for mailing in _started(app, record) or _begun(app, record):
        claim = app.ledger.deliveries.delivered(mailing.id, reader.id)
        if claim is not None:
            return app.composer(claim)
    raise AudienceError(f"{address} is not in the audience of this issue",
                        remedy=f"it goes to {', '.join(record.lists)}; `avviso subscribers show` tells where they are")


def _begun(app: App, record: Record) -> list[Mailing]:
    """The mailings of an issue, begun at their hour in a transaction that will be rolled back."""
    at = max(app.clock.now(), record.due_at)
    app.clock = HandClock(at)
    ledger = app.ledger
    for list_id in record.lists:
        ledger.mailings.propose(record.key, list_id, state=MailingState.SCHEDULED, reason="preview",
                                send_at=record.due_at, now=at)
    for mailing in ledger.mailings.all(issue_key=record.key):
        if mailing.state is MailingState.HELD:
            ledger.mailings.approve(mailing.id, reason="preview", now=at)
        edition, envelope = app.dresser.dress(record, mailing.list)
        ledger.mailings.start(mailing.id, edition, envelope, now=at, expire=app.config.mailings.expire)
    return _started(app, record)
