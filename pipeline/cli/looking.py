"""Commands that look at mailings and change nothing: what will go out, what is going, and why one is not."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, time
from functools import partial
from typing import TYPE_CHECKING

import click

from pipeline.cli.invocation import DONE, SOME_HELD, Command, Invocation, pass_invocation
from pipeline.clock import local
from pipeline.errors import IssueError, UnknownIssue

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.app import App
    from pipeline.publish.shapes import Explained

FULL_BYTES = 1024 ** 2  # what is left is less than a ledger at work needs


@click.command(cls=Command)
@click.option("--at", metavar="TIME", help="Look ahead from this time instead of now.")
@pass_invocation
def plan(invocation: Invocation, at: str | None) -> int:
    """What the next passes would do, when, and why. Changes nothing.

    \b
    Example:
      avviso plan
      avviso plan --at "2026-12-24 08:00"
    """
    from pipeline.cli.lines import planned_line

    app, then = invocation.app(), None
    if at is not None:
        then = _time_to_come(at, app)
    planned, problems = app.planned_mailings(then)
    invocation.note(problems)
    invocation.answer([one.shape() for one in planned],
                      [planned_line(one, app.config.zone, app.lasts) for one in planned] or ["nothing is ahead"])
    return SOME_HELD if problems or any(one.action == "hold" for one in planned) else DONE


def _time_to_come(written: str, app: App) -> datetime:
    """Whatever the date of an issue may be; a day begins at midnight. Raises BadParameter."""
    from pipeline.issues.reading.dates import parse_date  # slow import

    try:
        then = parse_date(written, app.config.zone, time.min).instant
    except ValueError:
        said = f'"{written}" is no time; write it like "2026-12-24 08:00"'
    else:
        if then >= app.clock.now():
            return then
        said = f"{local(then, app.config.zone)} has passed; name a time to come"
    raise click.BadParameter(said, param_hint="'--at'")


@click.command(cls=Command)
@click.option("--watch", is_flag=True, help="Follow what is being sent until nothing is.")
@pass_invocation
def status(invocation: Invocation, watch: bool) -> int:
    """One screen: issues, mailings with their counts, who is at work, and what needs a person.

    \b
    Example:
      avviso status
      avviso status --watch
      avviso status --json
    """
    from pipeline.cli.lines import status_lines
    from pipeline.mailings.presence import is_dead
    from pipeline.publish.overview import overview

    app = invocation.app()
    has_died = partial(is_dead, folder=app.config.workers)
    if watch and not invocation.as_json:
        from pipeline.cli.stopping import stop_on_signal
        from pipeline.cli.watch import follow  # slow import
        from pipeline.mailings.watching import Watch

        with stop_on_signal() as stop:
            follow(Watch(app.ledger, has_died), stop, app.waits)
        return DONE
    now = app.clock.now()
    found = overview(app.archive, app.ledger, [*_needs(app, now)], app.waits(), has_died)
    invocation.answer(found.shape(), status_lines(found, now, app.config.zone, everything=invocation.verbose))
    return DONE


def _needs(app: App, now: datetime) -> Iterator[str]:
    """What needs a person beside issues and mailings: a line each."""
    from pipeline.feedback.needs import needs  # slow imports
    from pipeline.mailings.waiting import given_up

    yield from _cramped(app)
    if older := app.high_water.complaint():
        yield str(older)
    if app.bucket and (behind := app.bucket.complaint()):
        yield behind
    yield from map(str, app.standstill())
    yield from _deserted(app, now)
    yield from needs(app.ledger, now, has_mailbox=app.config.mailbox is not None)
    yield from given_up(app.ledger, now)


def _cramped(app: App) -> Iterator[str]:
    """That the ledger's disk is full: whoever meets it while sending cannot write it down."""
    file = app.database.file
    if file and _is_full(file.parent):
        yield f"{file.parent}: its disk is full, so nothing is mailed: free some space there, and it goes on by itself"


def _is_full(folder: Path) -> bool:
    room = shutil.disk_usage(folder)
    return room.total > 0 and room.free < FULL_BYTES  # a disk without bounds says 0 of 0


def _deserted(app: App, now: datetime) -> list[str]:
    """What went to lists that nobody is on, where these are our own; of issues that is news for some days."""
    from pipeline.audience.deserted import deserted  # slow imports
    from pipeline.publish.matters import NEWS

    if app.config.transport.broadcasts:
        return []
    lists = [one.id for one in app.config.lists]
    return deserted(app.roster, lists, [
        one.issue_key for one in app.ledger.mailings.all()
        if one.went_to_nobody and one.list == lists[0] and one.ended_at and one.ended_at > now - NEWS])


@click.command(cls=Command)
@click.argument("issue")
@pass_invocation
def explain(invocation: Invocation, issue: str) -> int:
    """One line: why an issue was, was not, or will be mailed.

    \b
    Example:
      avviso explain 14
    """
    app = invocation.app()
    said = _explained(app, issue)
    since = local(said.since, app.config.zone)
    invocation.answer(said.shape(), [f"{said.name}: {said.state}: {said.reason} (since {since})"])
    return DONE


def _explained(app: App, issue: str) -> Explained:
    """From the books; while it may still be mailed, from the folder, where that is ahead of them."""
    from pipeline.issues.issue import SETTLED  # slow imports
    from pipeline.publish.pickup import as_it_goes
    from pipeline.publish.shapes import explained

    with suppress(IssueError):
        found = app.find(issue)
        found = as_it_goes(found, app.ledger.mailings.all(issue_key=found.key))
        if found.state in SETTLED:
            mistake = app.archive.files.mistakes().get(found.key)
            return explained(found, [*_what_it_waits_for(app, found.key), *([str(mistake)] if mistake else [])])
        if app.publisher.has_read_all():
            return explained(found, [*_what_it_waits_for(app, found.key), *map(str, app.standstill())])
    try:
        foreseen, stands = app.foreseen(issue)
    except UnknownIssue as unknown:
        raise _left_out(app, issue) or unknown from None
    return explained(foreseen, [str(one) for one in stands])


def _left_out(app: App, name: str) -> UnknownIssue | None:
    """What to say of a file that is taken for no issue, perhaps by mistake."""
    from pipeline.issues.reading.paths import is_called  # slow imports
    from pipeline.preview.left_out import left_out

    return next((UnknownIssue(one.message, path=one.path, remedy=one.remedy, rule=one.rule)
                 for one in left_out(app.source) if is_called(one.path, name)), None)


def _what_it_waits_for(app: App, key: str) -> list[str]:
    """Why the mail that is going out stands still, and who was given up."""
    from pipeline.mailings.mailing import MailingState  # slow import
    from pipeline.mailings.waiting import given_up

    is_going = any(one.state is MailingState.SENDING for one in app.ledger.mailings.all(issue_key=key))
    return [*(app.waits() if is_going else ()), *given_up(app.ledger, app.clock.now(), key)]
