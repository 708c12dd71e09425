"""What people read of `doctor`: a line for each thing that was looked at, and what to do below those that need it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import click

from pipeline.doctor.finding import Finding, State

# A sign and a colour for each state; the sign says enough where there is no colour.
SIGNS = {State.OK: ("✓", "green"), State.WARNING: ("!", "yellow"), State.ERROR: ("✗", "red"),
         State.SKIPPED: ("·", "bright_black")}
SAID = {State.ERROR: "to mend", State.WARNING: "to improve", State.SKIPPED: "not looked at", State.OK: "fine"}


def diagnosis_lines(findings: Sequence[Finding], *, colour: bool) -> Iterator[str]:
    """`✗ sender.spf  example.com does not say …`, and the remedy below it; at the end one line that counts."""
    width = max((len(one.check) for one in findings), default=0)
    for one in findings:
        sign, ink = SIGNS[one.state]
        yield f"{click.style(sign, fg=ink) if colour else sign} {one.check:<{width}}  {one.message}"
        if one.remedy:
            yield f"  {'':<{width}}  → {one.remedy}"
    counts = Counter(one.state for one in findings)
    yield ""
    yield ", ".join(f"{counts[state]} {said}" for state, said in SAID.items() if counts[state])
