"""The commands about who is never mailed: suppressions."""

from __future__ import annotations

from typing import Any

import click

from pipeline.cli.each_address import for_each, several_addresses
from pipeline.cli.invocation import DONE, Command, Group, Invocation, pass_invocation


@click.group(cls=Group)
def suppressions() -> None:
    """Addresses that are never mailed again.

    \b
    Example:
      avviso suppressions add ada@example.com
    """


@suppressions.command("list", cls=Command)
@pass_invocation
def list_(invocation: Invocation) -> int:
    """Every suppression, one a line.

    \b
    Example:
      avviso suppressions list
    """
    found = invocation.app().roster.suppressions()
    if invocation.as_json:
        invocation.answer([{"address": one.address, "reason": one.reason, "source": one.source,
                            "at": one.at.isoformat()} for one in found], [])
    else:
        invocation.answer(None, (f"{one.address or '(erased)'}  {one.reason}  {one.at:%Y-%m-%d}" for one in found))
    return DONE


@suppressions.command(cls=Command)
@several_addresses
@click.option("--reason", default="by hand", help="Why.")
@pass_invocation
def add(invocation: Invocation, addresses: tuple[str, ...], reason: str) -> int:
    """Never mails these again.

    \b
    Example:
      avviso suppressions add ada@example.com --reason "asked by phone"
    """
    from pipeline.address import parse  # slow import

    app = invocation.app()

    def suppress(address: str) -> tuple[dict[str, Any], str]:
        app.roster.suppress(parse(address), reason, "command", app.clock.now())
        return {}, "never mailed again"

    return for_each(invocation, addresses, suppress)


@suppressions.command(cls=Command)
@several_addresses
@pass_invocation
def remove(invocation: Invocation, addresses: tuple[str, ...]) -> int:
    """Takes suppressions back.

    \b
    Example:
      avviso suppressions remove ada@example.com
    """
    from pipeline.address import parse  # slow import

    app = invocation.app()

    def take_back(address: str) -> tuple[dict[str, Any], str]:
        gone = app.roster.unsuppress(parse(address), app.clock.now())
        return {"removed": gone}, "may be mailed again" if gone else "was not suppressed"

    return for_each(invocation, addresses, take_back)
