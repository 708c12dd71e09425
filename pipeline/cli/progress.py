"""What people see while they wait for long work: a bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from pipeline.cli.streams import say
from pipeline.clock import monotonic

EVERY_S = 10.0  # between two lines


@contextmanager
def progress(label: str, *, colour: bool) -> Iterator[Callable[[int, int], None]]:
    """A bar on standard error while a terminal is there to show it; elsewhere a line now and then."""
    if not sys.stderr.isatty():
        yield _now_and_then(label)
        return
    from rich.console import Console  # slow import
    from rich.progress import Progress

    console = Console(stderr=True, no_color=not colour)
    with Progress(console=console, transient=True, redirect_stdout=False) as bar:
        task = bar.add_task(label)
        yield lambda done, everything: bar.update(task, completed=done, total=everything)


def _now_and_then(label: str) -> Callable[[int, int], None]:
    last = monotonic()

    def tell(done: int, everything: int) -> None:
        nonlocal last
        if monotonic() - last >= EVERY_S:
            last = monotonic()
            say(f"{label}: {done} of {everything}", err=True)

    return tell
