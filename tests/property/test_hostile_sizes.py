"""Twice the length costs twice the work, at most: no text makes the path from bytes to mail grow with its square."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from tests.hostile import PATTERNS, Pattern, mixture
from tests.property.test_mutations import walk

SMALL, TIMES = 20_000, 4     # bytes, and how many times as long the other text is
SQUARE = 10                  # a square is 16 times as much, a straight line 4; between them lies a noisy machine
LEAST_S = 0.05               # what is done sooner says nothing


@pytest.mark.fault
def test_work_grows_with_the_length_and_not_with_its_square(trials: Callable[[int, int], int]) -> None:
    every = trials(12, 1)
    patterns = dict(list(PATTERNS.items())[::every]) | {f"mixture {seed}": mixture(seed)
                                                        for seed in range(trials(3, 200))}

    grown = {name: factor for name, pattern in patterns.items() if (factor := growth(pattern)) > SQUARE}

    assert grown == {}


def growth(pattern: Pattern) -> float:
    """How many times as much the long text costs; measured again if it looks like a square."""
    factors = []
    for _ in range(3):
        factors.append(cost(pattern(SMALL * TIMES)) / max(LEAST_S, cost(pattern(SMALL))))
        if factors[-1] <= SQUARE:
            break
    return min(factors)


def cost(text: str) -> float:
    """Seconds of the processor."""
    began = time.process_time()
    walk(b"---\ndate: 2026-03-24\n---\n\n" + text.encode())
    return time.process_time() - began


def test_measure_tells_a_square_from_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.property.test_hostile_sizes.cost", lambda text: len(text) ** 2 / SMALL ** 2)
    assert growth(lambda size: "a" * size) == TIMES ** 2

    monkeypatch.setattr("tests.property.test_hostile_sizes.cost", lambda text: len(text) / SMALL)
    assert growth(lambda size: "a" * size) == TIMES
