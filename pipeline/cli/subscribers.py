"""The commands about readers: subscribers."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.amounts import counted
from pipeline.cli.each_address import for_each, several_addresses
from pipeline.cli.invocation import DONE, SOME_HELD, STANDARD_OUTPUT, Command, Group, Invocation, pass_invocation
from pipeline.cli.streams import text_output
from pipeline.errors import AudienceError, ConfigError, InvalidAddress, Problem
from pipeline.newfile import unwritten

if TYPE_CHECKING:
    from pipeline.app import App
    from pipeline.audience.intake import Entry
    from pipeline.audience.subscriber import Member, Subscriber
    from pipeline.subscribe.application import Application

SYSTEMS = ("csv", "substack", "mailchimp", "buttondown", "listmonk", "ghost", "keila", "beehiiv", "brevo", "kit",
           "mailerlite", "phplist")


@click.group(cls=Group)
def subscribers() -> None:
    """The people who get the mail.

    \b
    Example:
      avviso subscribers add ada@example.com
    """


@subscribers.command(cls=Command)
@several_addresses
@click.option("--name", default="", help="The reader's name, for a single address.")
@click.option("--list", "lists", multiple=True, metavar="ID", help="The list; the first of config.yaml if not given.")
@click.option("--consent", default="", metavar="TEXT", help="How they said yes, in words.")
@click.option("--ask", is_flag=True, help="Send a letter that asks them to confirm, instead.")
@pass_invocation
def add(
    invocation: Invocation, addresses: tuple[str, ...], name: str, lists: tuple[str, ...], consent: str, ask: bool,
) -> int:
    """Adds readers as confirmed, with how they said yes; or asks them first.

    \b
    Example:
      avviso subscribers add ada@example.com --consent "asked me at the fair"
      avviso subscribers add ada@example.com --ask
    """
    from pipeline.address import parse  # slow import
    from pipeline.audience.intake import Entry
    from pipeline.audience.subscriber import Evidence
    from pipeline.subscribe.application import COMMAND, Application

    if name and len(addresses) > 1:
        raise click.UsageError("--name goes with one address")
    app = invocation.app()
    _check_that_readers_are_ours(app)
    wanted = _lists(app, lists)
    counts: dict[str, Any] = ({"asked": 0, "not_asked": 0, "invalid": 0} if ask else
                              {"added": 0, "known": 0, "invalid": 0, "kept_out": 0})
    problems: list[Problem] = []
    for place, text in enumerate(addresses):
        try:
            if ask:
                said = _ask(app, Application(text, "", name, COMMAND, consent), wanted, place)
            else:
                said, kept_out = _enter(app, Entry(parse(text), tuple(wanted), Evidence("command", consent), name))
                problems += kept_out
        except InvalidAddress as error:
            counts["invalid"] += 1
            problems.append(error.problem)
        else:
            counts[said] += 1
    invocation.note(problems)
    invocation.answer({**counts, "problems": [one.as_json() for one in problems]}, [_counted(counts)])
    return SOME_HELD if problems else DONE


def _enter(app: App, entry: Entry) -> tuple[str, list[Problem]]:
    """What became of somebody who is entered as confirmed; and why, where they are kept out."""
    from pipeline.audience.intake import Verdict, why_kept_out  # slow import

    said = app.roster.enter([entry], app.clock.now())[0]
    if said is not Verdict.KEPT_OUT:
        return said.value, []
    known = app.roster.look_up([entry])[entry.address.folded]
    return said.value, [Problem("", *why_kept_out(entry, known), rule="kept-out")]


def _ask(app: App, application: Application, lists: list[str], place: int) -> str:
    """A confirmation letter; none to who is on the list, is suppressed, or was written to within a day."""
    occasion = f"command {app.clock.now().isoformat()} {place}"  # one of all lists: a letter each
    written = [app.subscriptions.ask(replace(application, list=one), occasion) for one in lists]
    return "asked" if any(written) else "not_asked"


@subscribers.command("list", cls=Command)
@click.option("--list", "list_id", metavar="ID", help="Only this list.")
@click.option("--state", type=click.Choice(["pending", "confirmed", "left"]), help="Only these.")
@pass_invocation
def list_(invocation: Invocation, list_id: str | None, state: str | None) -> int:
    """Readers, one a line.

    \b
    Example:
      avviso subscribers list --state confirmed
    """
    from pipeline.audience.subscriber import State

    app = invocation.app()
    if list_id:
        _lists(app, (list_id,))
    members = app.roster.list_subscribers(list_id, State(state) if state else None)
    if invocation.as_json:
        invocation.answer([_member(one) for one in members], [])
    else:
        invocation.answer(None, (f"{one.subscriber.address}  {one.subscription.list}  {one.subscription.state}"
                                 f"{f'  suppressed: {one.suppressed}' if one.suppressed else ''}" for one in members))
    return DONE


@subscribers.command(cls=Command)
@click.argument("address")
@pass_invocation
def show(invocation: Invocation, address: str) -> int:
    """One reader: how they said yes, and every delivery.

    \b
    Example:
      avviso subscribers show ada@example.com
    """
    from pipeline.cli.lines import delivery_line, subscription_line
    from pipeline.subscribe.preferences import all_about  # slow import

    app = invocation.app()
    person = _find(app, address)
    said, former = app.roster.subscriptions(person.id), app.roster.former_subscriptions(person.id)
    data = all_about(person, said, former, app.roster, app.ledger)
    lines = [f"{data['email']}  {data['name']}".rstrip()]
    lines += [f"  on {subscription_line(one, app.config.zone)}" for one in said]
    lines += [f"  formerly on {subscription_line(one, app.config.zone)}" for one in former]
    if data["suppression"]:
        lines.append(f"  suppressed: {data['suppression']['reason']}")
    lines += [f"  {delivery_line(one)}" for one in data["deliveries"]]
    invocation.answer(data, lines)
    return DONE


@subscribers.command(cls=Command)
@several_addresses
@pass_invocation
def remove(invocation: Invocation, addresses: tuple[str, ...]) -> int:
    """Ends all subscriptions of readers; the next mailing does not reach them.

    \b
    Example:
      avviso subscribers remove ada@example.com
    """
    from pipeline.editions.letters import Letter  # slow imports
    from pipeline.feedback.needs import dismiss_asker

    app = invocation.app()

    def end(address: str) -> tuple[dict[str, Any], str]:
        person, now = _find(app, address), app.clock.now()
        count = app.roster.remove(person.id, "removed", now)
        app.ledger.letters.withdraw(Letter.CONFIRM.value, person.id, now)  # its button would lead nowhere
        dismiss_asker(app.ledger, person.address, now)
        return {"ended": count}, f"{counted(count, 'subscription')} ended"

    return for_each(invocation, addresses, end)


@subscribers.command(cls=Command)
@several_addresses
@pass_invocation
def forget(invocation: Invocation, addresses: tuple[str, ...]) -> int:
    """Erases readers everywhere; a keyed hash stays, so that no import brings them back.

    \b
    Example:
      avviso subscribers forget ada@example.com
    """
    from pipeline.address import parse  # slow imports
    from pipeline.feedback.needs import dismiss_asker

    app = invocation.app()

    def erase(address: str) -> tuple[dict[str, Any], str]:
        person = parse(address)
        dismiss_asker(app.ledger, person.text, app.clock.now())
        if app.subscriptions.forget(person):
            return {"erased": True}, "erased; messages already in the outbox folder or mailed stay where they are"
        raise AudienceError("nothing named them here; they are kept out from now on", path=address,
                            remedy=f"if it is misspelt, `avviso suppressions remove {person.wire}` and try again")

    code = for_each(invocation, addresses, erase)
    app.empty_spool()  # what they handed in names them too, and is let in no more
    return code


@subscribers.command("import", cls=Command)
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@click.option("--from", "system", type=click.Choice(SYSTEMS), default="csv", help="Which system wrote the file.")
@click.option("--list", "list_id", metavar="ID", help="The list for every row.")
@click.option("--consent", default="", metavar="TEXT", help="How they said yes, in words.")
@click.option("--ask", is_flag=True, help="Send each a letter that asks them to confirm: the file is not believed.")
@click.option("--dry-run", is_flag=True, help="Only say what would become of each row.")
@pass_invocation
def import_(
    invocation: Invocation, file: Path, system: str, list_id: str | None, consent: str, ask: bool, dry_run: bool,
) -> int:
    """Readers from a file; who left or bounced before stays out.

    \b
    Example:
      avviso subscribers import old.csv --from substack --dry-run
      avviso subscribers import fair.csv --ask
    """
    from pipeline.audience.importing import import_rows, read_rows  # slow import
    from pipeline.cli.progress import progress

    app = invocation.app()
    _check_that_readers_are_ours(app)
    if list_id:
        _lists(app, (list_id,))
    source = sys.stdin.buffer if str(file) == "-" else file
    if ask:
        app.subscriptions.check_way_back()
    remarks: list[Problem] = []
    with progress("reading", colour=invocation.likes_colour()) as seen:
        result = import_rows(read_rows(source, system, progress=seen, remark=remarks.append), app.roster,
                             lists=app.source.lists, now=app.clock.now(), into=list_id, consent=consent,
                             dry_run=dry_run, ask=app.subscriptions.ask_waiting if ask else None)
    others = {"known": result.known, "invalid": result.invalid, "kept_out": result.kept_out}
    invocation.note(result.problems)
    said = _counted({"waiting for a yes" if ask else "added": result.added, **others})
    invocation.answer({"added": result.added, **others,
                       "problems": [one.as_json() for one in (*remarks, *result.problems)]},
                      [("would be: " if dry_run else "") + said,
                       *(one.message for one in remarks)])
    return SOME_HELD if result.problems else DONE


@subscribers.command(cls=Command)
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@click.option("--mailed", is_flag=True, help="Only who is mailed: nobody who left, waits, bounced or complained.")
@pass_invocation
def export(invocation: Invocation, file: Path, mailed: bool) -> int:
    """Every subscription with its consent, as CSV, or as JSON Lines where FILE ends in .jsonl.

    \b
    Example:
      avviso subscribers export readers.csv
      avviso subscribers export for-another-service.csv --mailed
    """
    from pipeline.audience.exporting import write_csv, write_jsonl  # slow import
    from pipeline.privacy import open_private

    invocation.refuse_two_documents(file)
    app = invocation.app()
    invocation.refuse_own_files(app.config, file)
    members = (one for one in app.roster.list_subscribers() if one.is_mailed or not mailed)
    write = write_jsonl if file.suffix == ".jsonl" else write_csv
    if file == STANDARD_OUTPUT:
        with text_output() as out:
            write(members, out)
        return DONE
    try:
        with open_private(file, encoding="utf-8" if file.suffix == ".jsonl" else "utf-8-sig") as out:
            count = write(members, out)
    except OSError as error:
        raise unwritten(file, error, "name another file") from error
    invocation.answer({"path": str(file), "rows": count}, [f"wrote {counted(count, 'row')} to {file}"])
    return DONE


def _check_that_readers_are_ours(app: App) -> None:
    """Raises ConfigError where a service has the readers, and mails no others."""
    transport = app.config.transport
    if transport.broadcasts:
        raise ConfigError(f"readers are {transport.kind}'s own: who is added here would get nothing",
                          path="config.yaml", remedy=f"add them at {transport.kind}, or set another transport first")


def _lists(app: App, wanted: tuple[str, ...]) -> list[str]:
    """The lists a person named, which must be in config.yaml; without any the first."""
    known = list(app.source.lists)
    for name in wanted:
        if name not in known:
            raise click.BadParameter(f'list "{name}" is not in config.yaml; use one of: {", ".join(known)}')
    return list(wanted) or known[:1]


def _find(app: App, address: str) -> Subscriber:
    from pipeline.address import parse  # slow import

    person = app.roster.find(parse(address))
    if person is None:
        raise AudienceError("is not a reader", path=address, remedy="`avviso subscribers list` shows who is")
    return person


def _counted(counts: dict[str, Any]) -> str:
    return ", ".join(f"{n} {word.replace('_', ' ')}" for word, n in counts.items() if isinstance(n, int))


def _member(one: Member) -> dict[str, Any]:
    return {"email": one.subscriber.address, "name": one.subscriber.name, "list": one.subscription.list,
            "state": one.subscription.state.value, "suppressed": one.suppressed or None}
