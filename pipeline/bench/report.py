"""What a contest came to: a table for people, JSON for programs, an SVG for the documents."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from typing import Any

from pipeline.bench.contest import Result, Standing

_WIDTH, _ROW, _LEFT, _RIGHT = 720, 26, 150, 110
_STYLE = (
    "text{font:13px system-ui,sans-serif;fill:#222}.head{font-weight:600}.bar{fill:#b9b2a6}.ours{fill:#b4552d}"
    "@media(prefers-color-scheme:dark){text{fill:#ddd}.bar{fill:#6b665e}.ours{fill:#d9794f}}"
)


def table(results: Sequence[Result]) -> Iterator[str]:
    """A block of lines for each course."""
    for result in results:
        yield result.course.name
        yield f"  {'':12} {'ratio':>7} {'a second':>9} {'CPU us':>7} {'MB':>5}"
        for one in result.standings:
            memory = f"{one.memory_mb:5.0f}" if one.memory_mb else ""
            yield f"  {one.name:12} {one.ratio:7.2f} {one.rate:9,.0f} {one.cpu_us:7,.0f} {memory}".rstrip()
    yield "ratio: to the first line, round by round; CPU: of one message; MB: at the most, where it is known"


def shape(results: Sequence[Result]) -> list[dict[str, Any]]:
    """For `--json`."""
    return [
        {"course": result.course.name, "readers": result.course.readers, "connections": result.course.connections,
         "sink": result.course.sink, "offers": result.course.offers, "round_trip_ms": result.course.round_trip_ms,
         "standings": [
             {"name": one.name, "ratio": round(one.ratio, 3), "per_second": round(one.rate, 1),
              "cpu_us": round(one.cpu_us, 1), "memory_mb": round(one.memory_mb, 1)} for one in result.standings]}
        for result in results]


def plot(results: Sequence[Result]) -> str:
    """Bars of the ratios, a group for each course."""
    rows: list[str] = []
    top = 10
    for result in results:
        rows.append(_text(10, top + 16, result.course.name, "head"))
        top += _ROW
        longest = max(one.ratio for one in result.standings)
        for one in result.standings:
            rows.append(_bar(one, top, longest))
            top += _ROW
        top += _ROW // 2
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {top}" role="img" '
        f'aria-label="Messages a second, as ratios"><style>{_STYLE}</style>{"".join(rows)}</svg>\n'
    )


def _bar(one: Standing, top: int, longest: float) -> str:
    width = max(2, (_WIDTH - _LEFT - _RIGHT) * one.ratio / longest)
    kind = "ours" if one.name == "avviso" else "bar"
    bar = f'<rect class="{kind}" x="{_LEFT}" y="{top + 3}" width="{width:.0f}" height="18"/>'
    return (
        _text(10, top + 16, one.name) + bar
        + _text(_LEFT + width + 8, top + 16, f"{one.ratio:.2f}")
    )


def _text(x: float, y: float, words: str, kind: str = "") -> str:
    named = f' class="{kind}"' if kind else ""
    return f'<text{named} x="{x:.0f}" y="{y:.0f}">{escape(words)}</text>'
