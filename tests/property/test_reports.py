"""What a provider posts may have any shape: it is read, or refused by name, and never a traceback."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import ReportError
from pipeline.providers.hooks import BUILT_IN
from tests.books import NOON
from tests.reports import SIGNED, bounce, hook

ODD = st.sampled_from([None, True, 0, -1, 10**400, 1.5e308, "", "nan", "0001-01-01", "\ud800", "\0", [], {}, [None],
                       [[]], {"": None}, [True, {"name": 7, "value": [1]}], {"avviso": True}, {"avviso": {"a": 1}}])


@st.composite
def spoilt(draw: st.DrawFn, value: Any) -> Any:
    """The value with something else in some of the places inside it."""
    def inside(inner: Any) -> Any:
        return draw(ODD) if draw(st.integers(0, 4)) == 0 else draw(spoilt(inner))

    if isinstance(value, dict):
        return {name: inside(inner) for name, inner in value.items()}
    return [inside(inner) for inner in value] if isinstance(value, list) else value


@pytest.mark.parametrize("provider", sorted(BUILT_IN))
@settings(deadline=None)
@given(data=st.data())
def test_report_of_any_shape_is_read_or_refused_by_name(provider: str, data: st.DataObject) -> None:
    said = data.draw(spoilt(bounce(provider, "0" * 32, NOON)))

    try:
        found = hook(provider)(SIGNED[provider](said, NOON), NOON)
    except ReportError:
        return
    assert all(one.provider == provider and one.at.tzinfo for one in found)
