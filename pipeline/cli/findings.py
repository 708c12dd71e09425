"""What people read of `check`: a line for each finding, few of a kind, and a bar while they wait."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import click

from pipeline.amounts import counted
from pipeline.clock import monotonic
from pipeline.errors import Problem

EVERY_S = 10.0  # between two lines about progress
SHOWN = 3   # findings of one rule in one file; -v and --json give all
MOST = 10   # files whose findings of one rule are shown


def finding_lines(problems: Sequence[Problem], *, everything: bool) -> Iterator[str]:
    """`14-x.md:20: what is wrong: what to do (warning, image-alt)`, few of a kind, then one line that counts."""
    if everything:
        yield from (f"{one} ({one.severity}, {one.rule})" for one in problems)
    else:
        yield from _few(problems)
    yield _summary(problems)


def _few(problems: Sequence[Problem]) -> Iterator[str]:
    totals = Counter((one.path, one.rule) for one in problems)
    files: dict[tuple[str, str], list[str]] = {}
    for path, rule, severity in dict.fromkeys((one.path, one.rule, one.severity) for one in problems):
        files.setdefault((severity, rule), []).append(path)
    seen: Counter[tuple[str, str]] = Counter()
    for one in problems:
        kind = (one.path, one.rule)
        seen[kind] += 1
        if one.path not in files[one.severity, one.rule][:MOST]:
            continue
        if seen[kind] <= SHOWN:
            yield f"{one} ({one.severity}, {one.rule})"
        elif seen[kind] == totals[kind]:
            yield f"{one.path}: {totals[kind] - SHOWN} more like this (-v shows all) ({one.severity}, {one.rule})"
    for (severity, rule), paths in files.items():
        if others := paths[MOST:]:
            count = sum(totals[path, rule] for path in others)
            yield f"{count} more like this in {counted(len(others), 'file')} (-v shows all) ({severity}, {rule})"


def _summary(problems: Sequence[Problem]) -> str:
    counts = Counter(one.severity for one in problems)
    if not counts:
        return "no problem found"
    said = [counted(counts[name], word) for name, word in (
        ("error", "error"), ("warning", "warning"), ("info", "remark")) if counts[name]]
    return ", ".join(said) + (": errors hold the mailing" if counts["error"] else "")


@contextmanager
def progress(label: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on standard error while a terminal is there to show it; elsewhere a line now and then."""
    if not sys.stderr.isatty():
        yield _now_and_then(label)
        return
    from rich.console import Console  # slow import
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label)
        yield lambda done, everything: bar.update(task, completed=done, total=everything)


def _now_and_then(label: str) -> Callable[[int, int], None]:
    last = monotonic()

    def tell(done: int, everything: int) -> None:
        nonlocal last
        if monotonic() - last >= EVERY_S:
            last = monotonic()
            click.echo(f"{label}: {done} of {everything}", err=True)

    return tell
