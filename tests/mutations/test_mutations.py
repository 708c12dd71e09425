"""The catalogue of mistakes keeps step with the package; `make mutations` tries all of them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.mutations.catalogue import MISTAKES, Mistake
from tests.mutations.trial import ROOT, is_caught, seeded

BY_NAME = {mistake.name: mistake for mistake in MISTAKES}


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda one: one.name)
def test_mistake_can_still_be_made(mistake: Mistake) -> None:
    for file, old, new in mistake.edits:
        text = (ROOT / file).read_text("utf-8")

        assert seeded(text, old, new) != text

    for test in mistake.caught_by:
        file, _, name = test.partition("::")
        assert f"def {name}" in (ROOT / file).read_text("utf-8")


@pytest.mark.fault
def test_greeting_blamed_on_the_reader_is_caught(trials: Callable[[int, int], int]) -> None:
    tried = MISTAKES if trials(1, 2) > 1 else [BY_NAME["greeting 554 blamed on the reader"]]

    assert [mistake.name for mistake in tried if not is_caught(mistake)] == []
