"""What is logged, heard; and time enough on a busy machine."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from pipeline.engines import service
from tests.services import Said


@pytest.fixture
def said() -> Iterator[Said]:
    handler, logger = Said(), logging.getLogger("pipeline")
    before = logger.level
    logger.setLevel(logging.INFO)
    logger.addHandler(handler)
    yield handler
    logger.removeHandler(handler)
    logger.setLevel(before)


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine work in hand takes longer, and being cut off would end the tests."""
    monkeypatch.setattr(service, "GRACE_S", 30.0)
