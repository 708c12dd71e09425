"""One look at everything: issues, mailings, and what needs a person."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from operator import attrgetter
from typing import Any

from pipeline.amounts import deliveries
from pipeline.errors import Problem
from pipeline.issues.archive import Archive
from pipeline.issues.issue import State
from pipeline.issues.record import KnownFile, Record
from pipeline.mailings.ledger import Ledger
from pipeline.mailings.ledger.workers import Worker
from pipeline.mailings.mailing import DeliveryState, Mailing, MailingState
from pipeline.mailings.reasons import Cause, waits_for_mending
from pipeline.publish.pickup import as_it_goes
from pipeline.publish.shapes import issue_shape, mailing_shape, problem_shape, worker_shape
from pipeline.publish.stall import ORPHAN, stall


@dataclass(frozen=True, slots=True)
class Overview:
    """What `status` shows.

    `matters` are what needs a person; `unread` are files that are no issue yet; `feeds` is when the newest entry
    changed, None where no issue is in them. `workers` are the processes at work, on whichever machine, each with what
    it has in hand, and those that died with something in hand, whose ids are in `dead`; `waits` says why what is being
    sent stands still, and until when.
    """

    issues: Sequence[Record]
    mailings: Sequence[Mailing]
    matters: Sequence[Problem]
    unread: Sequence[KnownFile]
    feeds: datetime | None
    workers: Sequence[tuple[Worker, Mapping[str, int]]]
    waits: Sequence[str] = ()
    dead: Collection[str] = ()

    @property
    def states(self) -> Mapping[str, int]:
        """How many issues stand where."""
        return Counter(record.state.value for record in self.issues)

    @property
    def needs(self) -> tuple[str, ...]:
        """What needs a person, a line each."""
        return tuple(map(str, self.matters))

    def shape(self) -> dict[str, Any]:
        """The public shape of `status --json`."""
        return {
            "issues": [*(issue_shape(record) for record in self.issues), *map(problem_shape, self.unread)],
            "mailings": [mailing_shape(mailing) for mailing in self.mailings],
            "needs": list(self.needs),
            "workers": [worker_shape(*one) for one in self.workers],
        }


def overview(
    archive: Archive, ledger: Ledger, more: Sequence[str] = (), waits: Sequence[str] = (),
    is_dead: Callable[[Worker], bool] = lambda _: False,
) -> Overview:
    """Reads the books; changes nothing. `more` is what else needs a person, `is_dead` says whether a worker is."""
    of_issue = ledger.mailings.by_issue()
    mailings = sorted(chain.from_iterable(of_issue.values()), key=attrgetter("id"))
    awaited = {mailing.issue_key for mailing in mailings if mailing.state is not MailingState.CANCELLED}
    issues = [as_it_goes(one, of_issue[one.key]) for one in archive.issues().values()
              if one.key in awaited or not one.is_withdrawn]
    changed = max((one.updated_at for one in issues if one.updated_at), default=None)
    unread = archive.files.broken()
    matters = [*_matters(ledger, issues, mailings), *(Problem("", line) for line in more),
               *dict.fromkeys(file.problem for file in unread if file.problem)]
    hands, known = ledger.workers.hands(), ledger.workers.all()
    dead = {one.id for one in known if is_dead(one)}
    workers = [(one, hands.get(one.id, {})) for one in known if one.id not in dead or one.id in hands]
    return Overview(issues, mailings, matters, [file for file in unread if file.key is None], changed, workers,
                    waits, dead)


def _matters(ledger: Ledger, issues: Sequence[Record], mailings: Sequence[Mailing]) -> Iterator[Problem]:
    if ledger.notebook.identity().orphan and not stall(ledger.notebook):  # a pass that met it says the same
        yield ORPHAN
    waiting = {mailing.issue_key for mailing in mailings if mailing.state is MailingState.SCHEDULED}
    for record in issues:
        name = shlex.quote(record.key)
        if record.state is State.HELD:
            yield _held(record)
        if record.missing_at is not None and record.key in waiting:
            yield Problem("", f"{record.key} {record.title} waits for its file {record.path}",
                          f"put it back, or `avviso cancel {name}`", rule="missing")
    begun = {mailing.issue_key for mailing in mailings if mailing.started_at}
    for mailing in mailings:
        if mailing.state is MailingState.HELD and mailing.issue_key in begun:  # the issue itself counts as mailed
            way = ("it goes once that is mended" if waits_for_mending(mailing.reason)
                   else f"`avviso approve {shlex.quote(mailing.issue_key)}` mails it")
            yield Problem("", f"{mailing.issue_key} to {mailing.list} is held: {mailing.reason}", way, rule="held-list")
        yield from matters_of(mailing)
    for call in ledger.hubs.given_up():
        yield Problem("", f"the hub {call.hub} does not take the news of {call.topic}", "mend feeds.websub, or wait",
                      rule="hub")


def _held(record: Record) -> Problem:
    said = f"is held: {record.reason}"
    if Cause.APPROVAL.is_in(record.reason):
        said = f"waits for your approval ({record.reason.removeprefix(Cause.APPROVAL.beginning)})"
    return Problem("", f"{record.key} {record.title} {said}", ways_on(record), rule="held")


def ways_on(record: Record) -> str:
    """What a person may do with an issue that is held."""
    name = shlex.quote(record.key)
    adopts = f"`avviso adopt {name}` publishes it without mail"
    if waits_for_mending(record.reason):
        return f"it goes once that is mended; {adopts}"
    shows = f"`avviso preview {name}` shows it, " if Cause.APPROVAL.is_in(record.reason) else ""
    return f"{shows}`avviso approve {name}` mails it, {adopts}"


def matters_of(mailing: Mailing) -> Iterator[Problem]:
    """What of one mailing only a person can decide."""
    doubts, name = mailing.counts[DeliveryState.IN_DOUBT], shlex.quote(mailing.issue_key)
    if doubts:
        yield Problem("", f"{mailing.issue_key} to {mailing.list} has {deliveries(doubts)} in doubt",
                      f"`avviso resolve {name} --assume-sent` or `--resend`", rule="mailing")
    if mailing.state is MailingState.PAUSED:
        first = "mend that (`avviso doctor` looks at it), then " if Cause.UNWELCOME.is_in(mailing.reason) else ""
        yield Problem("", f"{mailing.issue_key} to {mailing.list} is paused: {mailing.reason}",
                      f"{first}`avviso resume {name}` goes on", rule="mailing")
