"""Names that are safe to print, and evidence that survives being stored."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.audience.subscriber import MAX_NAME, Evidence, plain_name


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("  Ann \t Lee ", "Ann Lee"),
        ("章北海", "章北海"),
        ("Jose\u0301", "Jos\u00e9"),
        ("Ann\r\nBcc: bob@example.com", "Ann Bcc: bob@example.com"),
        ("\u202eeeL nnA\u202c", "eeL nnA"),
        ("\x1b[31mAnn\x00", "[31mAnn"),
        ("👩\u200d💻", "👩\u200d💻"),
        ("<b>{{ ann }}</b>", "<b>{{ ann }}</b>"),
        ("", ""),
        ("\u200b\u200b", ""),
        ("Ann \u200b Lee", "Ann Lee"),
        ("e\u200b\u0301", "\u00e9"),
        ("x" * 99 + " Lee", "x" * 99),
    ],
)
def test_a_name_is_one_visible_line(typed: str, name: str) -> None:
    assert plain_name(typed) == name


@given(st.text(max_size=300))
def test_any_name_is_short_and_stays_itself(text: str) -> None:
    name = plain_name(text)

    assert len(name) <= MAX_NAME
    assert name.replace("\u200d", "").isprintable()
    assert plain_name(name) == name


instants = st.none() | st.datetimes(timezones=st.just(UTC))


@given(st.builds(Evidence, st.text(), st.text(), st.text(), instants, st.text()))
def test_evidence_comes_back_as_it_was(evidence: Evidence) -> None:
    assert Evidence.from_json(evidence.as_json()) == evidence


def test_evidence_is_stored_as_text_that_can_be_written_down_whatever_a_terminal_sends() -> None:
    assert Evidence("command", "g\udce9 \ud83d").as_json() == {"source": "command", "text": "g? ?"}


def test_evidence_is_stored_without_empty_fields() -> None:
    evidence = Evidence("form", network="192.0.2.7", at=datetime(2026, 3, 24, 12, 0, tzinfo=UTC))

    assert evidence.as_json() == {"source": "form", "network": "192.0.2.7", "at": "2026-03-24T12:00:00+00:00"}
