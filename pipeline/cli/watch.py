"""What people see of a running mailing: a table that renews itself on a terminal, a line now and then elsewhere.

Whoever sends counts beside it, and sees a bar.
"""

from __future__ import annotations

import shlex
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import click

from pipeline.amounts import counted
from pipeline.clock import monotonic
from pipeline.errors import PipelineError
from pipeline.mailings.mailing import DeliveryState, MailingState

if TYPE_CHECKING:
    from rich.table import Table

    from pipeline.mailings.ledger import Ledger
    from pipeline.mailings.watching import Picture, Watch

Show = Callable[[Sequence["Picture"], Sequence[str]], None]

LOOK_S = 0.5     # on a terminal
LINE_S = 5.0     # between two lines elsewhere
PARTING_S = 2.0  # that who sends waits for a count, where the ledger hangs
DOMAINS = 8      # shown at most
COLUMNS = (DeliveryState.SENT, DeliveryState.DEFERRED, DeliveryState.FAILED, DeliveryState.IN_DOUBT)


def follow(watch: Watch, stop: threading.Event, waits: Callable[[], Sequence[str]] = tuple) -> None:
    """Shows what is being sent until nothing is, or until it is stopped. `waits` says why it stands still."""
    pictures = watch.look(monotonic())
    if not pictures:
        click.echo("nothing is being sent")
        return
    is_terminal = sys.stdout.isatty()
    with _screen() if is_terminal else _paper() as show:
        show(pictures, waits())
        while not watch.is_over(pictures) and not stop.wait(LOOK_S if is_terminal else LINE_S):
            pictures = watch.look(monotonic())
            show(pictures, waits())
    if not stop.is_set():
        for line in map(_end, pictures):
            click.echo(line)


@contextmanager
def counting(ledger: Ledger, seen: Callable[[int, int], None]) -> Iterator[None]:
    """Tells `seen`, while the block sends, how many readers of the running mailings are done with, and of how many."""
    ended = threading.Event()

    def count() -> None:
        while not ended.wait(LOOK_S):
            with suppress(PipelineError):  # a ledger that is away is said by who sends
                if running := ledger.mailings.all(MailingState.SENDING):
                    seen(sum(one.done for one in running), sum(one.audience for one in running))

    counter = threading.Thread(target=count, name="counting", daemon=True)
    counter.start()
    try:
        yield
    finally:
        ended.set()
        counter.join(PARTING_S)


def progress_line(one: Picture) -> str:
    """`14 to weekly: 1200 of 5000 done (24 %), 310 a second, ... about 0:00:12 left; qq.com: 12 deferred`."""
    counts = ", ".join(f"{one.mailing.counts[state]} {_word(state)}" for state in COLUMNS)
    left = f"about {one.left} left" if one.left is not None else "how long is not known yet"
    troubled = [f"{name}: {_troubles(counts)}" for name, counts in one.domains[:3] if _troubles(counts)]
    return (f"{one.mailing.issue_key} to {one.mailing.list}: {one.done} of {one.mailing.audience} done "
            f"({_share(one):.0f} %), {one.rate:.0f} a second, {counts}, {left}"
            + (f"; {'; '.join(troubled)}" if troubled else ""))


@contextmanager
def _paper() -> Iterator[Show]:
    """A line for each mailing each time, and for each thing that holds mail back."""
    yield lambda pictures, waits: click.echo("\n".join([*map(progress_line, pictures), *waits]))


@contextmanager
def _screen() -> Iterator[Show]:
    """A table for each mailing, drawn over itself, and below it what holds mail back."""
    from rich.console import Group  # slow import
    from rich.live import Live
    from rich.text import Text

    with Live(refresh_per_second=4, transient=True) as live:
        yield lambda pictures, waits: live.update(Group(*map(progress_table, pictures), *map(Text, waits)))


def progress_table(one: Picture) -> Table:
    """A mailing and its domains, the most troubled first."""
    from rich.table import Table  # slow import

    left = f"about {one.left} left" if one.left is not None else ""
    table = Table(title=f"{one.mailing.issue_key} to {one.mailing.list}   {one.done:,} of {one.mailing.audience:,}   "
                        f"{_share(one):.0f} %   {one.rate:,.0f} a second   {left}", title_justify="left")
    table.add_column("to")
    for state in COLUMNS:
        table.add_column(_word(state), justify="right")
    table.add_row("everybody", *(f"{one.mailing.counts[state]:,}" for state in COLUMNS), end_section=True)
    for name, counts in one.domains[:DOMAINS]:
        table.add_row(name or "(erased)", *(f"{counts[state]:,}" for state in COLUMNS))
    if len(one.domains) > DOMAINS:
        table.add_row(f"and {counted(len(one.domains) - DOMAINS, 'more domain')}", *[""] * len(COLUMNS))
    return table


def _end(one: Picture) -> str:
    awaited = "the next `avviso publish` or `avviso run`"
    if one.mailing.state is MailingState.PAUSED:
        awaited = f"`avviso resume {shlex.quote(one.mailing.issue_key)}`"
    more = f": {one.waiting} wait for {awaited}" if one.waiting else ""
    return (f"{one.mailing.issue_key} to {one.mailing.list}: {one.mailing.state}, "
            f"{one.done} of {one.mailing.audience} done{more}")


def _share(one: Picture) -> float:
    return 100 * one.done / one.mailing.audience if one.mailing.audience else 100.0


def _troubles(counts: Mapping[DeliveryState, int]) -> str:
    return ", ".join(f"{counts[state]} {_word(state)}" for state in COLUMNS[1:] if counts[state])


def _word(state: DeliveryState) -> str:
    return state.value.replace("_", " ")
