"""The book of issues on both databases: what goes in comes out, and what it forgets is gone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from pipeline.clock import EPOCH
from pipeline.database import Database
from pipeline.errors import Problem
from pipeline.issues.archive import Archive
from pipeline.issues.issue import Image, State
from pipeline.issues.likeness import sketch
from pipeline.issues.record import KnownFile, Record, Text
from tests.books import NOON, open_database

DAY = timedelta(days=1)

PLAIN = Record(
    key="14", path="14-苹果.md", number=14, title="苹果谷歌大声密谋", day=date(2026, 3, 24), due_at=NOON, cover=None,
    description="", language=None, tags=(), lists=("weekly",), draft=False, source_digest="s", text_digest="t",
    sketch=b"\x00\x01", changed_at=NOON, seen_at=NOON, due_seen_at=None, missing_at=None, state=State.SCHEDULED,
    reason="new", since=NOON)
FULL = replace(
    PLAIN, key="15", path="2026/15.md", number=None, cover=Image("a.png", "Bäume", 640, 480), description="In short",
    language="zh-Hans", tags=("a", "b"), lists=("weekly", "daily"), draft=True, due_seen_at=NOON + DAY,
    missing_at=NOON + 2 * DAY, state=State.MAILED, ordinal=3, published_at=NOON + timedelta(microseconds=1),
    updated_at=NOON + DAY, feed_id="tag:1", permalink="15/")
TEXT = Text("# 你好\n\nBody.", 5, ("first", "second"))
FILE = KnownFile("14-苹果.md", 1_774_353_600_123_456_789, 12, "d", (NOON - EPOCH) // EPOCH.resolution, "14", "14", None)


@pytest.fixture
def archive(database: Database) -> Archive:
    return Archive(database)


@pytest.mark.parametrize("record", [PLAIN, FULL], ids=["plain", "full"])
def test_issue_comes_out_as_it_went_in(archive: Archive, record: Record) -> None:
    archive.enter(record, TEXT)

    assert archive.issues() == {record.key: record}
    assert archive.texts.of(record.key) == TEXT


def test_entering_an_issue_again_replaces_it_and_its_text(archive: Archive) -> None:
    archive.enter(PLAIN, TEXT)

    archive.enter(replace(PLAIN, title="Other"), Text("x", 1, ()))

    assert [record.title for record in archive.issues().values()] == ["Other"]
    assert archive.texts.of("14") == Text("x", 1, ())


def test_where_an_issue_stands_leaves_the_text_alone_and_knows_no_new_issues(archive: Archive) -> None:
    archive.enter(PLAIN, TEXT)

    archive.stand([replace(PLAIN, state=State.HELD, reason="late"), replace(FULL, key="99")])

    assert list(archive.issues()) == ["14"]
    assert (archive.issues()["14"].state, archive.texts.of("14")) == (State.HELD, TEXT)


def test_issues_come_in_the_order_of_their_hours_then_numbers(archive: Archive) -> None:
    for key, number, due_at in (("b", 10, NOON), ("a", 9, NOON), ("c", 1, NOON + DAY), ("d", 2, NOON - DAY)):
        archive.enter(replace(PLAIN, key=key, number=number, due_at=due_at), TEXT)

    assert list(archive.issues()) == ["d", "a", "b", "c"]


def test_issues_of_one_hour_without_a_number_come_in_the_same_place_on_both_databases(archive: Archive) -> None:
    for key, number in (("x", None), ("a", 9)):
        archive.enter(replace(PLAIN, key=key, number=number), TEXT)

    assert list(archive.issues()) == ["a", "x"]


def test_issues_of_one_hour_stand_in_the_same_order_where_the_database_sorts_by_a_language(postgres_url: str) -> None:
    database = open_database(postgres_url)
    archive = Archive(database)
    with database.write() as connection:
        if not connection.exec_driver_sql("SELECT 1 FROM pg_collation WHERE collname = 'en-x-icu'").all():
            pytest.skip("this PostgreSQL has no ICU")  # it may be built without; Debian's is not, and CI skips nothing
        connection.exec_driver_sql('ALTER TABLE issue ALTER COLUMN key TYPE text COLLATE "en-x-icu"')
    for key in ("apple", "Zebra", "éclair"):
        archive.enter(replace(PLAIN, key=key, number=None), TEXT)

    found = list(archive.issues()), [record.key for record in archive.due(NOON)]
    database.close()

    assert found == (["Zebra", "apple", "éclair"],) * 2


@pytest.mark.parametrize(("changes", "published", "shown"), [
    ({}, True, False), ({"draft": False, "missing_at": None}, True, True), ({"draft": False}, True, False),
    ({"missing_at": None}, True, False),
    ({"draft": False, "missing_at": None, "published_at": None}, False, False)])
def test_issue_is_shown_when_it_was_published_is_there_and_is_no_draft(
    changes: dict[str, object], published: bool, shown: bool
) -> None:
    record = replace(FULL, **changes)  # type: ignore[arg-type]

    assert (record.is_published, record.is_shown) == (published, shown)


@pytest.mark.parametrize("file", [
    FILE,
    FILE._replace(claimed=None, key=None, problem=Problem("14.md", "is broken", "mend it", 3, 5, "rule", "error")),
    FILE._replace(problem=Problem("14.md", "is broken")),
], ids=["well", "unread", "broken"])
def test_file_comes_out_as_it_went_in(archive: Archive, file: KnownFile) -> None:
    archive.enter(PLAIN, TEXT)

    archive.files.remember([file])

    assert archive.files.all() == {file.path: file}


def test_files_are_replaced_and_forgotten_by_path(archive: Archive) -> None:
    archive.enter(PLAIN, TEXT)
    archive.files.remember([FILE, FILE._replace(path="b.md")])

    archive.files.remember([FILE._replace(size=99)])
    archive.files.forget(["b.md", "never there.md"])

    assert [(path, file.size) for path, file in archive.files.all().items()] == [(FILE.path, 99)]


def test_aliases_are_added_replaced_and_dropped(archive: Archive) -> None:
    archive.enter(PLAIN, TEXT)
    archive.enter(FULL, TEXT)
    archive.names.add_alias("apples", "14")
    archive.names.add_alias("bells", "15")

    archive.names.add_alias("apples", "15")
    archive.names.drop_alias("bells")
    archive.names.drop_alias("never there")

    assert archive.names.aliases() == {"apples": "15"}


def test_redirects_lead_to_the_last_issue_that_was_there(archive: Archive) -> None:
    archive.enter(PLAIN, TEXT)
    archive.enter(FULL, TEXT)

    archive.names.add_redirect("old/", "14")
    archive.names.add_redirect("old/", "15")

    assert archive.names.redirects() == {"old/": "15"}


def test_paragraphs_are_those_of_the_latest_issues(archive: Archive) -> None:
    for n in range(4):
        archive.enter(replace(PLAIN, key=str(n), due_at=NOON + n * DAY), Text("", 1, (f"hello {n}", "shared")))

    assert archive.texts.paragraphs(2) == [(NOON + n * DAY, str(n), (f"hello {n}", "shared")) for n in (3, 2)]
    assert [key for _, key, _ in archive.texts.paragraphs(9)] == ["3", "2", "1", "0"]


def test_ordinals_count_from_one_and_go_on_after_the_highest(archive: Archive) -> None:
    assert archive.next_ordinal() == 1

    archive.enter(FULL, TEXT)

    assert archive.next_ordinal() == 4


def test_fragments_are_found_by_their_digests(archive: Archive) -> None:
    archive.fragments.keep({f"d{n}": f"content {n}" for n in range(600)})
    archive.fragments.keep({})

    found = archive.fragments.find([*(f"d{n}" for n in range(600)), "unknown"])

    assert found == {f"d{n}": f"content {n}" for n in range(600)}


def test_restless_leaves_out_what_only_a_person_or_a_mailing_can_move(archive: Archive) -> None:
    where = {"new": {}, "adopted": {"state": State.ADOPTED}, "mailed": {"state": State.MAILED},
             "redated": {"state": State.ADOPTED, "due_at": NOON + DAY},
             "withdrawn": {"state": State.ADOPTED, "draft": True}, "published": {"state": State.PUBLISHED}}
    for number, (key, changes) in enumerate(where.items()):
        archive.enter(replace(PLAIN, key=key, number=number, **changes), TEXT)

    assert list(archive.restless(NOON)) == ["new", "withdrawn", "published", "redated"]
    assert list(archive.restless(NOON, ["mailed", "new", "unknown"])) == [
        "new", "mailed", "withdrawn", "published", "redated"]


def test_what_was_mailed_is_known_by_its_text_of_then(archive: Archive) -> None:
    then, since = (sketch(text) for text in ("what it said when it was mailed", "what its author made of it later on"))
    archive.enter(replace(PLAIN, sketch=then), TEXT)
    assert archive.settled_sketches([then]) == {}

    archive.stand([replace(PLAIN, state=State.MAILED, sketch=then)], before={PLAIN.key: PLAIN.state})
    archive.enter(replace(PLAIN, sketch=since), TEXT)
    archive.stand([replace(PLAIN, state=State.MAILED, sketch=since)], before={PLAIN.key: State.MAILED})

    assert archive.settled_sketches([then]) == archive.settled_sketches([since, then]) == {PLAIN.key: then}
    assert archive.settled_sketches([since]) == {}


def test_sketch_is_had_whole_though_its_beginning_tells_that_it_may_be_alike(archive: Archive) -> None:
    long = sketch(" ".join(map(str, range(1000))))
    archive.enter(replace(PLAIN, sketch=long), TEXT)
    archive.stand([replace(PLAIN, state=State.MAILED, sketch=long)], before={PLAIN.key: PLAIN.state})

    assert archive.settled_sketches([long]) == {PLAIN.key: long}



def test_what_was_decided_meanwhile_outlives_a_look_that_began_before(archive: Archive) -> None:
    archive.enter(PLAIN, TEXT)
    archive.publish([replace(PLAIN, published_at=NOON, updated_at=NOON, ordinal=1, permalink="14/", feed_id="tag:1")])
    archive.stand([replace(PLAIN, state=State.ADOPTED, reason="by a person")])

    archive.enter(replace(PLAIN, title="Other"), TEXT)
    archive.stand([replace(PLAIN, state=State.WAITING)], before={PLAIN.key: PLAIN.state})
    archive.publish([replace(PLAIN, published_at=NOON + DAY, updated_at=NOON, ordinal=2, permalink="x/", feed_id="x")])

    (found,) = archive.issues().values()
    assert (found.title, found.state, found.reason) == ("Other", State.ADOPTED, "by a person")
    assert (found.published_at, found.ordinal, found.permalink, found.feed_id) == (NOON, 1, "14/", "tag:1")


def test_permalinks_are_those_of_issues_that_are_shown(archive: Archive) -> None:
    archive.enter(replace(FULL, draft=False, missing_at=None), TEXT)
    archive.enter(replace(FULL, key="16", path="16.md", feed_id="tag:2", ordinal=4), TEXT)

    assert archive.shown.permalinks() == {"2026/15.md": "15/"}
