"""Commands for the health of a publication: migrate."""

from __future__ import annotations

import click

from pipeline.cli.desk import DONE, Command, Desk, pass_desk


@click.command(cls=Command)
@pass_desk
def migrate(desk: Desk) -> int:
    """Brings the ledger to this version of avviso.

    \b
    Example:
      avviso migrate
    """
    from pipeline.app import open_database  # slow import
    from pipeline.schema import HEAD

    database = open_database(desk.settings())
    if database.exists:
        database.migrate()
        line = f"the ledger has version {HEAD}"
    else:
        line = "there is no ledger yet: the first pass makes it"
    desk.answer({"version": HEAD}, [line])
    return DONE


COMMANDS = (migrate,)
