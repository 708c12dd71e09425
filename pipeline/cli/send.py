"""Commands of the day an issue goes out: publish, run, trials, and a person's decisions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import click

from pipeline.amounts import counted, deliveries
from pipeline.cli.invocation import DONE, SOME_HELD, Command, Invocation, pass_invocation
from pipeline.cli.looking import explain, plan, status
from pipeline.errors import IssueError, PipelineError, Problem, Refusal, Unavailable

if TYPE_CHECKING:
    from pipeline.app import App
    from pipeline.config import Config
    from pipeline.issues.record import Record
    from pipeline.mailings.mailing import Mailing
    from pipeline.publish.publisher import Pass


@click.command(cls=Command)
@click.option("--no-send", is_flag=True, help="Record mailings and deliver nothing.")
@pass_invocation
def publish(invocation: Invocation, no_send: bool) -> int:
    """One pass: pick up, feeds, archive, mailings, then deliver until nothing is due.

    \b
    Example:
      avviso publish
      avviso publish --no-send --json
    """
    from pipeline.glance import NOTHING, nothing_to_publish, remember

    if invocation.finds_nothing(nothing_to_publish):
        invocation.answer({"picked_up": [], "held": [], "mailings": [], "feeds_written": [], "problems": []},
                          [NOTHING["publish"]])
        return DONE
    from pipeline.cli.progress import progress
    from pipeline.cli.stopping import stop_on_signal  # slow import
    from pipeline.cli.watch import counting
    from pipeline.engines.jobs import publish_once  # slow import
    from pipeline.publish.shapes import issue_shape, mailing_shape

    app = invocation.app()
    with stop_on_signal() as stop, progress("publishing", colour=invocation.likes_colour()) as seen:
        app.tell = lambda _what, done, everything: seen(done, everything)
        made, touched, unreachable = publish_once(
            app, stop, send=not no_send, watched=lambda: counting(app.ledger, seen))
    remember(app, invocation.config)
    mailings = [app.ledger.mailings.get(one) for one in touched]
    away = app.away(unreachable, remedy="nothing is lost: the next pass goes on where this one stopped")
    problems = [*made.problems, *_mailing_problems(app, mailings), *(away.problems if unreachable else ())]
    invocation.note(problems)
    invocation.answer(
        {
            "picked_up": [issue_shape(one) for one in made.picked_up],
            "held": [issue_shape(one) for one in made.held],
            "mailings": [mailing_shape(one) for one in mailings],
            "feeds_written": made.feeds_written,
            "problems": [one.as_json() for one in problems],
        },
        _published_lines(made, app.config, mailings, app.waits()),
    )
    if unreachable:
        return away.exit_code
    return SOME_HELD if made.held or problems else DONE


def _mailing_problems(app: App, touched: list[Mailing]) -> Iterator[Problem]:
    """What needs a person of these mailings, and of any that is paused; and who could not be reached for good."""
    from pipeline.mailings.mailing import DeliveryState, MailingState
    from pipeline.publish.overview import matters_of

    known = {one.id for one in touched}
    for mailing in [*touched, *(one for one in app.ledger.mailings.all(MailingState.PAUSED) if one.id not in known)]:
        yield from matters_of(mailing)
    for mailing in touched:
        if failed := mailing.counts[DeliveryState.FAILED]:
            yield Problem("", f"{deliveries(failed)} of {mailing.issue_key} to {mailing.list} failed for good",
                          "`avviso export FOLDER` names them in deliveries.csv, with the answer of the post",
                          rule="delivery")


def _published_lines(made: Pass, config: Config, mailings: list[Mailing], waits: list[str]) -> list[str]:
    from pipeline.cli.lines import counts_line, issue_line, written
    from pipeline.glance import NOTHING
    from pipeline.publish.overview import ways_on

    lines = []
    if made.adopted:
        lines.append(f"adopted {counted(len(made.adopted), 'issue')} due already: published, never mailed")
    held = {one.key for one in made.held}
    lines += [f"picked up {issue_line(one)}" for one in made.picked_up if one.key not in held]
    lines += [f"held      {issue_line(one)}: {ways_on(one)}" for one in made.held]
    lines += [f"wrote     {what}" for what in written(made, config.feeds.folder, config.site.folder)]
    lines += [f"mailing   {one.issue_key} to {one.list}: {counts_line(one)}" for one in mailings]
    lines += waits
    return lines or [NOTHING["publish"]]


@click.command(cls=Command)
@click.option("--only", type=click.Choice(["publish", "send", "web"]), help="Only one of its jobs, beside others.")
@pass_invocation
def run(invocation: Invocation, only: str | None) -> int:
    """Publishes, sends and serves the web until it is stopped (SIGTERM ends it within 10 s).

    \b
    Example:
      avviso run
      avviso run --only web
    """
    from pipeline.cli.stopping import stop_on_signal  # slow import
    from pipeline.engines.service import run as serve  # slow import

    with stop_on_signal() as stop:
        serve(invocation.app, invocation.config, stop, only=only)
    invocation.answer({"problems": []}, ())
    return DONE


@click.command(cls=Command)
@click.argument("issue")
@click.argument("more", nargs=-1, metavar="--to ADDRESS...")
@click.option("--to", "addresses", required=True, multiple=True, metavar="ADDRESS...",
              help="Who gets it: one or several addresses.")
@pass_invocation
def send(invocation: Invocation, issue: str, more: tuple[str, ...], addresses: tuple[str, ...]) -> int:
    """A test message: the same bytes as the mailing, not recorded as a delivery.

    \b
    Example:
      avviso send 14 --to editor@example.com
      avviso send 14 --to editor@example.com ada@example.com
    """
    from pipeline.publish.samples import send_test_message  # slow import: mail

    app = invocation.app()
    app.publisher.look_only()
    record = app.namer.foresee(app.find(issue))
    try:
        said = send_test_message(
            record, (*addresses, *more), dresser=app.dresser, ring=app.ring, list_id=record.lists[0],
            open_transport=app.open_transport, dkim=app.dkim)
    except Unavailable as error:
        raise app.away(str(error), remedy="`avviso doctor` looks for the cause; then send it again") from error
    sent = [(address, reply) for address, reply in said if isinstance(reply, str)]
    refused = [(address, error) for address, error in said if isinstance(error, PipelineError)]
    invocation.note([error.problem for _, error in refused])
    invocation.answer([*({"address": address, "reply": reply} for address, reply in sent),
                       *({"address": address, "problem": error.problem.as_json()} for address, error in refused)],
                      (f"sent to {address}: {reply}" for address, reply in sent))
    return _code([error for _, error in refused], is_some_done=bool(sent))


@click.command(cls=Command)
@click.argument("issue")
@click.option("--readers", type=click.IntRange(1, 1_000_000), default=200, show_default=True,
              help="How many invented readers.")
@click.option("--seed", type=int, default=1, show_default=True, help="Another seed, other misfortunes.")
@pass_invocation
def rehearse(invocation: Invocation, issue: str, readers: int, seed: int) -> int:
    """The real send, to a mail server of ours on this machine that greylists, refuses, loses answers and dies.

    \b
    Example:
      avviso rehearse 14
      avviso rehearse 14 --readers 5000 --seed 7
    """
    from pipeline.cli.lines import letter_lines, review_lines
    from pipeline.cli.progress import progress
    from pipeline.cli.stopping import end_like_ctrl_c  # slow import
    from pipeline.rehearsal.rehearse import rehearse as perform  # slow import

    with end_like_ctrl_c(), progress("rehearsing", colour=invocation.likes_colour()) as seen:
        review = perform(invocation.app(), issue, readers=readers, seed=seed, watch=seen)
    lines = [*(letter_lines(review) if invocation.verbose else ()), *review_lines(review)]
    invocation.answer(review.shape(), lines)
    return SOME_HELD if review.faults else DONE


def _code(refused: list[PipelineError], *, is_some_done: bool) -> int:
    """How a command about several issues or addresses ends."""
    if refused and is_some_done:
        return SOME_HELD
    return max((one.exit_code for one in refused), default=DONE)


def _decision(name: str, text: str, decide: Callable[[Any, Record], str], *, look: bool = False) -> click.Command:
    """A command in which a person decides about some issues."""

    def command(invocation: Invocation, issues: tuple[str, ...]) -> int:
        app = invocation.app()
        if look:
            app.publisher.look_only()
        said: list[tuple[Record, str]] = []
        refused: list[PipelineError] = []
        for name in issues:
            try:
                record = app.find(name)
                said.append((record, decide(app.decisions, record)))
            except (IssueError, Refusal) as error:
                refused.append(error)
        app.publisher.settle()
        invocation.note([one.problem for one in refused])
        invocation.answer([*({"issue": record.key, "result": line} for record, line in said),
                           *({"issue": one.problem.path, "problem": one.problem.as_json()} for one in refused)],
                    (f"{record.key} {record.title}: {line}" for record, line in said))
        return _code(refused, is_some_done=bool(said))

    command.__doc__ = f"{text}\n\n\b\nExample:\n  avviso {name} 14"
    argument = click.argument("issues", nargs=-1, required=True, metavar="ISSUE...")
    return click.command(name, cls=Command)(argument(pass_invocation(command)))


approve = _decision("approve", "Lets issues be mailed at their hour, though a guard holds them.",
                    lambda decisions, record: decisions.approve(record), look=True)
hold = _decision("hold", "Stops issues: before they are mailed, or in the middle.",
                 lambda decisions, record: decisions.hold(record), look=True)
resume = _decision("resume", "Goes on with what was held or paused.",
                   lambda decisions, record: decisions.resume(record))
cancel = _decision("cancel", "Ends mailings: whoever did not get them never will.",
                   lambda decisions, record: decisions.cancel(record), look=True)
adopt = _decision("adopt", "Marks issues as published and never mailed.",
                  lambda decisions, record: decisions.adopt(record), look=True)


@click.command(cls=Command)
@click.argument("issue")
@click.option("--resend", is_flag=True, help="Send them again.")
@click.option("--assume-sent", is_flag=True, help="Take them as sent.")
@pass_invocation
def resolve(invocation: Invocation, issue: str, resend: bool, assume_sent: bool) -> int:
    """Decides the deliveries in doubt of one issue.

    \b
    Example:
      avviso resolve 14 --assume-sent
    """
    if resend is assume_sent:
        raise click.UsageError("say what to do: either --resend or --assume-sent")
    app = invocation.app()
    record = app.find(issue)
    line = app.decisions.resolve(record, resend=resend)
    app.publisher.settle()
    invocation.answer({"issue": record.key, "result": line}, [f"{record.key} {record.title}: {line}"])
    return DONE


COMMANDS = (plan, publish, run, send, rehearse, status, explain, approve, hold, resume, cancel, adopt, resolve)
