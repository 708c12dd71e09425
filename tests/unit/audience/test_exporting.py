"""People out of the book: nothing runs in a spreadsheet, nothing is lost on the way back in."""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipeline import schema
from pipeline.address import parse
from pipeline.audience.exporting import own_data, write_csv, write_jsonl
from pipeline.audience.importing import import_rows, read_rows
from pipeline.audience.intake import Entry, Standing
from pipeline.audience.roster import Roster
from pipeline.audience.subscriber import Evidence, Member, State, Subscriber, Subscription, Suppression
from pipeline.database import Database

NOON = datetime(2026, 3, 24, 12, 0, tzinfo=UTC)
LATER = NOON + timedelta(days=1)
FORM = Evidence("form", "version 3", "192.0.2.7", NOON - timedelta(hours=1))
ANN = Subscriber(1, "ann@example.com", "=cmd|' /C calc'!A0", "en", {"town": "Venice"}, NOON)
MEMBER = Member(ANN, Subscription("weekly", 1, State.CONFIRMED, NOON, LATER, None, "", FORM))


@pytest.fixture
def rosters(tmp_path: Path) -> Iterator[tuple[Roster, Roster]]:
    """Two books, of the old machine and of the new one."""
    databases = [Database(f"sqlite:///{tmp_path / name}.db") for name in ("old", "new")]
    for database in databases:
        with database.write() as connection:
            schema.metadata.create_all(connection)
    yield Roster(databases[0], b"the old key" * 3), Roster(databases[1], b"the new key" * 3)
    for database in databases:
        database.close()


def as_csv(*members: Member) -> str:
    out = io.StringIO(newline="")
    assert write_csv(members, out) == len(members)
    return out.getvalue()


def test_a_csv_has_one_quoted_row_a_subscription_and_no_formula() -> None:
    assert as_csv(MEMBER) == (
        '"email","name","language","lists","status","consent_at","consent_source","consent_text","left_at"\r\n'
        '"ann@example.com","\'=cmd|\' /C calc\'!A0","en","weekly","confirmed","2026-03-24T11:00:00+00:00",'
        '"form","version 3",""\r\n'
    )


@pytest.mark.parametrize(
    ("suppressed", "status"),
    [("", "confirmed"), ("bounced", "bounced"), ("complained", "complained"), ("asked by phone", "blocked")],
)
def test_who_is_suppressed_is_exported_as_out(suppressed: str, status: str) -> None:
    row = next(csv.DictReader(io.StringIO(as_csv(Member(ANN, MEMBER.subscription, suppressed)), newline="")))

    assert row["status"] == status


def test_a_consent_whose_day_nobody_could_read_is_exported_as_it_was_written() -> None:
    said = replace(MEMBER.subscription, evidence=Evidence("import:csv", note="last summer"))

    row = next(csv.DictReader(io.StringIO(as_csv(Member(ANN, said)), newline="")))

    assert row["consent_at"] == "last summer"


def test_an_empty_book_gives_a_header_alone() -> None:
    assert as_csv().count("\r\n") == 1


def test_a_json_line_says_all_that_the_book_says() -> None:
    out = io.StringIO()

    count = write_jsonl([MEMBER, Member(ANN, MEMBER.subscription, "bounced")], out)

    first, second = (json.loads(line) for line in out.getvalue().splitlines())
    assert count == 2
    assert second == {**first, "suppressed": "bounced"}
    assert first == {
        "email": "ann@example.com", "name": "=cmd|' /C calc'!A0", "language": "en",
        "attributes": {"town": "Venice"}, "created_at": "2026-03-24T12:00:00+00:00", "list": "weekly",
        "status": "confirmed", "asked_at": "2026-03-24T12:00:00+00:00",
        "confirmed_at": "2026-03-25T12:00:00+00:00", "left_at": None, "reason": "",
        "evidence": {"source": "form", "text": "version 3", "network": "192.0.2.7",
                     "at": "2026-03-24T11:00:00+00:00"},
        "suppressed": None,
    }


def test_a_person_gets_all_that_is_held_about_them() -> None:
    barred = Suppression("00ff", "ann@example.com", "complained", "hook", LATER)

    former = Subscription("daily", 1, State.LEFT, None, NOON, LATER, "unsubscribed", Evidence("command"))

    assert own_data(ANN, [MEMBER.subscription], [former], barred) == {
        "email": "ann@example.com", "name": "=cmd|' /C calc'!A0", "language": "en",
        "attributes": {"town": "Venice"}, "created_at": "2026-03-24T12:00:00+00:00",
        "subscriptions": [{
            "list": "weekly", "status": "confirmed", "asked_at": "2026-03-24T12:00:00+00:00",
            "confirmed_at": "2026-03-25T12:00:00+00:00", "left_at": None, "reason": "",
            "evidence": {"source": "form", "text": "version 3", "network": "192.0.2.7",
                         "at": "2026-03-24T11:00:00+00:00"}}],
        "former_subscriptions": [{
            "list": "daily", "status": "left", "asked_at": None, "confirmed_at": "2026-03-24T12:00:00+00:00",
            "left_at": "2026-03-25T12:00:00+00:00", "reason": "unsubscribed", "evidence": {"source": "command"}}],
        "suppression": {"reason": "complained", "source": "hook", "at": "2026-03-25T12:00:00+00:00"},
    }  # fmt: skip


def test_a_book_that_moves_house_keeps_everybody_where_they_stood(rosters: tuple[Roster, Roster]) -> None:
    """Formula cells come back as they were; who is out stays out."""
    old, new = rosters
    names = {"ann": "=cmd|' /C calc'!A0", "bob": "+1 Bob; @x", "carl": "'-Carl", "dora": '章北海 "Dora", R.'}
    old.enter([Entry(parse(f"{who}@example.com"), ("weekly",), FORM, name) for who, name in names.items()]
              + [Entry(parse("=eve@example.com"), ("weekly",), FORM)], LATER)
    old.leave(2, "weekly", "unsubscribed", LATER)
    old.suppress(parse("carl@example.com"), "bounced", "hook", LATER)
    out = io.StringIO(newline="")

    write_csv(old.list_subscribers(), out)
    rows = read_rows(io.BytesIO(out.getvalue().encode("utf-8-sig")), "csv", name="export.csv")
    result = import_rows(rows, new, lists=["weekly"], now=LATER)

    kept = [(member.subscriber.address, member.subscriber.name, member.subscription.state.value,
             member.subscription.confirmed_at, member.subscription.left_at) for member in new.list_subscribers()]
    assert (result.added, result.kept_out, result.problems) == (3, 2, ())
    assert kept == [
        ("ann@example.com", "=cmd|' /C calc'!A0", "confirmed", FORM.at, None),
        ("bob@example.com", "+1 Bob; @x", "left", None, LATER),
        ("dora@example.com", '章北海 "Dora", R.', "confirmed", FORM.at, None),
        ("=eve@example.com", "", "confirmed", FORM.at, None),
    ]
    assert [one.reason for one in new.suppressions()] == [Standing.BOUNCED.value]
