"""What people read of findings and problems: a line each, few of a kind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import click

from pipeline.amounts import counted
from pipeline.errors import Problem

SHOWN = 3   # findings of one rule in one file; -v and --json give all
MOST = 10   # files whose findings of one rule are shown; problems of one rule
INKS = {"error": "red", "warning": "yellow", "info": "blue"}


def finding_lines(problems: Sequence[Problem], *, everything: bool, colour: bool = False) -> Iterator[str]:
    """`14-x.md:20: what is wrong: what to do (warning, image-alt)`, few of a kind, then one line that counts."""
    whole = ((str(one), one.severity, one.rule) for one in problems)
    for said, severity, rule in whole if everything else _few(problems):
        kind = f"({severity}, {rule})"
        yield f"{said} {click.style(kind, fg=INKS[severity]) if colour else kind}"
    yield _summary(problems)


def problem_lines(problems: Sequence[Problem], *, everything: bool) -> Iterator[str]:
    """`14-x.md:2: what is wrong: what to do`, few of a rule, and how many more there are."""
    totals = Counter(one.rule for one in problems)
    seen: Counter[str] = Counter()
    for one in problems:
        seen[one.rule] += 1
        if everything or not one.rule or seen[one.rule] <= MOST:
            yield str(one)
        elif seen[one.rule] == totals[one.rule]:
            yield f"{totals[one.rule] - MOST} more like this (-v shows all) ({one.rule})"


def _few(problems: Sequence[Problem]) -> Iterator[tuple[str, str, str]]:
    """What is said, how bad it is, and by which rule."""
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
            yield str(one), one.severity, one.rule
        elif seen[kind] == totals[kind]:
            yield f"{one.path}: {totals[kind] - SHOWN} more like this (-v shows all)", one.severity, one.rule
    for (severity, rule), paths in files.items():
        if others := paths[MOST:]:
            count = sum(totals[path, rule] for path in others)
            yield f"{count} more like this in {counted(len(others), 'file')} (-v shows all)", severity, rule


def _summary(problems: Sequence[Problem]) -> str:
    counts = Counter(one.severity for one in problems)
    if not counts:
        return "no problem found"
    said = [counted(counts[name], word) for name, word in (
        ("error", "error"), ("warning", "warning"), ("info", "remark")) if counts[name]]
    return ", ".join(said) + (": errors hold the mailing" if counts["error"] else "")
