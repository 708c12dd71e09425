"""What people read of `check`: a line for each finding, few of a kind, and a bar while they wait."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import click

from pipeline.clock import monotonic
from pipeline.errors import Problem

EVERY_S = 10.0  # between two lines about progress
SHOWN = 3  # findings of one rule in one file; -v and --json give all
LISTED = 10  # findings of one rule after which no further file's are listed

Kind = tuple[str, str]  # the path and the rule of a finding


def finding_lines(problems: Sequence[Problem], *, everything: bool) -> Iterator[str]:
    """`14-x.md:20: what is wrong: what to do (warning, image-alt)`, then lines that count the others, then all."""
    totals = Counter((one.path, one.rule) for one in problems)
    listed = set(totals) if everything else _listed(totals)
    seen: Counter[Kind] = Counter()
    for one in problems:
        kind = (one.path, one.rule)
        seen[kind] += 1
        if everything or (kind in listed and seen[kind] <= SHOWN):
            yield f"{one} ({one.severity}, {one.rule})"
        if not everything and kind in listed and seen[kind] == totals[kind] > SHOWN:
            yield f"{one.path}: {totals[kind] - SHOWN} more like this (-v shows all) ({one.severity}, {one.rule})"
    yield from _others({kind: count for kind, count in totals.items() if kind not in listed}, problems)
    yield _summary(problems)


def _listed(totals: Mapping[Kind, int]) -> set[Kind]:
    """The rules whose findings are listed, by file: of each those in the first few files."""
    kinds: set[Kind] = set()
    lines: Counter[str] = Counter()
    for (path, rule), count in totals.items():
        if lines[rule] < LISTED:
            kinds.add((path, rule))
            lines[rule] += min(count, SHOWN)
    return kinds


def _others(totals: Mapping[Kind, int], problems: Sequence[Problem]) -> Iterator[str]:
    """A line for each rule that further files break."""
    severities = {one.rule: one.severity for one in problems}
    for rule, files in Counter(rule for _path, rule in totals).items():
        count = sum(number for (_path, broken), number in totals.items() if broken == rule)
        yield f"{_count(files, 'other file')}: {count} more like this (-v shows all) ({severities[rule]}, {rule})"


def _summary(problems: Sequence[Problem]) -> str:
    counts = Counter(one.severity for one in problems)
    if not counts:
        return "no problem found"
    said = [_count(counts[name], word) for name, word in (
        ("error", "error"), ("warning", "warning"), ("info", "remark")) if counts[name]]
    return ", ".join(said) + (": errors hold the mailing" if counts["error"] else "")


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


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
