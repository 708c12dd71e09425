"""Commands for the health of a publication: doctor, migrate, export, restore."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import click

from pipeline.amounts import counted
from pipeline.cli.invocation import DONE, SOME_HELD, Command, Invocation, pass_invocation


@click.command(cls=Command)
@pass_invocation
def migrate(invocation: Invocation) -> int:
    """Brings the ledger to this version of avviso.

    \b
    Example:
      avviso migrate
    """
    from pipeline.app import open_database  # slow import

    with closing(open_database(invocation.settings())) as database:
        version = database.migrate() if database.exists else None
    invocation.answer({"version": version}, [f"the ledger has version {version}" if version
                                             else "there is no ledger yet: the first pass makes it"])
    return DONE


@click.command(cls=Command)
@click.argument("folder", metavar="PATH", type=click.Path(path_type=Path))
@pass_invocation
def export(invocation: Invocation, folder: Path) -> int:
    """Everything that avviso remembers, as JSON Lines and CSV, in a new folder.

    The secret that signs links is in it, unless `web.secret` gives it: keep it as safe as the ledger itself.

    \b
    Example:
      avviso export backup-2026-10-19
    """
    from pipeline.setup.relocation import export_publication, without_secret  # slow import

    app = invocation.app()
    rows = _at_length(invocation, "exporting", lambda seen: export_publication(app, folder, seen))
    problems = without_secret(app)
    invocation.note(problems)
    invocation.answer({"path": str(folder), "rows": rows, "problems": [one.as_json() for one in problems]},
                      [f"wrote {counted(sum(rows.values()), 'row')} to {folder}"])
    return DONE


@click.command(cls=Command)
@click.argument("folder", metavar="PATH", type=click.Path(path_type=Path))
@pass_invocation
def restore(invocation: Invocation, folder: Path) -> int:
    """Fills an empty ledger from an export, also one of the other database.

    Afterwards only this copy may send: put the old ledger away.

    \b
    Example:
      avviso restore backup-2026-10-19
    """
    from pipeline.app.signing import dead_links  # slow imports
    from pipeline.setup.relocation import restore_publication

    app = invocation.app()
    rows = _at_length(invocation, "restoring", lambda seen: restore_publication(app, folder, seen))
    problems = dead_links(app)
    invocation.note(problems)
    invocation.answer({"path": str(folder), "rows": rows, "problems": [one.as_json() for one in problems]},
                      [f"restored {counted(sum(rows.values()), 'row')}",
                       "put the old ledger away: only one copy may send",
                       "whatever was due before now and is not mailed waits for a person: `avviso status` shows it"])
    return SOME_HELD if problems else DONE


def _at_length(invocation: Invocation, label: str, work: Callable[[Callable[[int, int], None]], Any]) -> Any:
    """Work that shows how far it is."""
    from pipeline.cli.progress import progress

    with progress(label, colour=invocation.likes_colour()) as seen:
        return work(seen)


@click.command(cls=Command)
@pass_invocation
def doctor(invocation: Invocation) -> int:
    """What stands between this publication and an inbox: settings, post, DNS, the way out, this machine.

    Logs in and looks, hands nothing over and changes nothing. Exit code 1 when something must be mended.

    \b
    Example:
      avviso doctor
      avviso doctor --json
    """
    from pipeline.cli.diagnosis import diagnosis_lines
    from pipeline.cli.progress import progress
    from pipeline.doctor.examination import Doctor, examine, exit_code, open_names  # slow import: the whole house

    app = invocation.app()
    with progress("examining", colour=invocation.likes_colour()) as watch:
        findings = examine(Doctor(app, invocation.config, open_names(app)), watch)
    lines = diagnosis_lines(findings, colour=invocation.in_colour())
    invocation.answer([one.as_json() for one in findings], lines)
    return exit_code(findings)


COMMANDS = (doctor, migrate, export, restore)
