"""Twice the length costs twice the work, at most: no text makes the path from bytes to mail grow with its square."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.hostile import PATTERNS, SQUARE, TIMES, cpu_s, growth, mixture
from tests.property.test_mutations import walk

SMALL = 20_000  # bytes


@pytest.mark.fault
@pytest.mark.no_cover  # which would be most of what is measured
def test_work_grows_with_the_length_and_not_with_its_square(trials: Callable[[int, int], int]) -> None:
    every = trials(12, 1)
    patterns = dict(list(PATTERNS.items())[::every]) | {f"mixture {seed}": mixture(seed)
                                                        for seed in range(trials(3, 200))}

    grown = {name: factor for name, pattern in patterns.items() if (factor := growth(cost, pattern, SMALL)) > SQUARE}

    assert grown == {}


def cost(text: str) -> float:
    content = b"---\ndate: 2026-03-24\n---\n\n" + text.encode()
    return cpu_s(lambda: walk(content))


@pytest.mark.parametrize(("power", "factor"), [(1, TIMES), (2, TIMES ** 2)])
def test_measure_tells_a_square_from_a_line(power: int, factor: int) -> None:
    assert growth(lambda text: (len(text) / SMALL) ** power, lambda size: "a" * size, SMALL) == factor
