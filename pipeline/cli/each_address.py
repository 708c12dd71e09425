"""What is done for one address after another."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from pipeline.cli.invocation import DONE, SOME_HELD, Invocation
from pipeline.errors import AudienceError, Problem

several_addresses = click.argument("addresses", nargs=-1, required=True, metavar="ADDRESS...")


def for_each(
    invocation: Invocation, addresses: tuple[str, ...], work: Callable[[str], tuple[dict[str, Any], str]],
) -> int:
    """Does it for every address and says what came of it, in JSON and in words; one that is wrong stops no other."""
    done: list[dict[str, Any]] = []
    lines: list[str] = []
    problems: list[Problem] = []
    for address in dict.fromkeys(addresses):
        try:
            document, words = work(address)
        except AudienceError as error:
            problems.append(error.problem)
            done.append({"address": address, "problem": str(error)})
        else:
            done.append({"address": address, **document})
            lines.append(f"{address}: {words}")
    invocation.note(problems)
    invocation.answer(done, lines)
    return SOME_HELD if problems else DONE
