"""What the tests of the pages may ask for: a publication whose readers come by the web."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.readers import House


@pytest.fixture
def house(tmp_path: Path) -> House:
    """With the settings of `tests.readers`; a module whose readers need others has a `house` of its own."""
    return House(tmp_path)
