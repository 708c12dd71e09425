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

    database = open_database(desk.settings())
    version = database.migrate() if database.exists else None
    desk.answer({"version": version}, [f"the ledger has version {version}" if version
                                       else "there is no ledger yet: the first pass makes it"])
    return DONE


COMMANDS = (migrate,)
