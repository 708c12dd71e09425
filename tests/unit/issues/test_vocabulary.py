"""The language of an issue decides which way its text runs, everywhere it is shown."""

from __future__ import annotations

import pytest

from pipeline.issues.markdown import Target
from pipeline.issues.vocabulary import direction
from tests.unit.issues.rendered import shown


@pytest.mark.parametrize(("language", "way"), [
    ("en", "ltr"), ("zh-Hans", "ltr"), ("ar-EG", "rtl"), ("HE", "rtl"), ("fa_IR", "rtl"), ("", "ltr"),
    ("az-Arab", "rtl"), ("ar-Latn", "ltr"),
])
def test_direction_follows_the_script(language: str, way: str) -> None:
    assert direction(language) == way


def test_a_feed_says_itself_which_way_its_text_runs() -> None:
    assert shown("שלום", Target.FEED, language="he") == '<div dir="rtl">\n<p>שלום</p>\n</div>'
    assert shown("שלום", Target.FEED, language="en") == "<p>שלום</p>"
