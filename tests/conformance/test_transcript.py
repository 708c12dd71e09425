"""A ledger moved between the databases: everything arrives, and an export of the copy has the same bytes."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, func, insert, select, update

from pipeline.database import Database
from pipeline.errors import OutputError, Refusal, SchemaOutdated
from pipeline.mailings.ledger import Ledger
from pipeline.mailings.mailing import DeliveryState, Doubt, Outcome
from pipeline.schema import HEAD, event, issue, issue_sketch, ledger, mailing, metadata, note, subscriber, suppression
from pipeline.transcript import LEFT_BEHIND, NUMBERED, TABLES, read_transcript, write_transcript
from tests.books import LEASE, NOON, add_issue, add_readers, begin_mailing, open_database, silent

LATER = NOON + timedelta(days=1)


def fill(database: Database) -> Database:
    """Books with something of every kind of column, and a reader whose number is not given again."""
    books = Ledger(database)
    add_issue(database, "14")
    add_readers(database, "weekly", 1500)
    begin_mailing(books, "14", "weekly")
    with database.write() as connection:
        last = connection.execute(select(func.max(subscriber.c.id))).scalar_one()
        gone = insert(subscriber).values(
            id=last + 7, address="a@example.com", address_folded="a@example.com", address_hash="ah", name="",
            language="", attributes={}, created_at=NOON)
        connection.execute(gone)
        connection.execute(delete(subscriber).where(subscriber.c.id == last + 7))
        connection.execute(update(subscriber).where(subscriber.c.id == last).values(
            name="王 “小明”\n😀", attributes={"b": 1, "a": [None, "é", "\udcff"]}))
        connection.execute(insert(suppression), [
            {"address_hash": name, "reason": "asked", "source": "person", "at": NOON} for name in ("B", "a", "_", "é")])
        connection.execute(insert(event).values(
            key="e", kind="bounced", at=NOON + timedelta(microseconds=1), seen_at=NOON, provider="p", status="",
            reason="", raw="{}"))
        connection.execute(insert(note).values(name="n", value="v"))
        connection.execute(update(issue).values(cover={"url": "https://x", "alt": None}))
        connection.execute(update(issue_sketch).values(sketch=bytes(range(256))))
        connection.execute(update(ledger).values(baseline_at=NOON))
    claims = books.deliveries.claim("w", 1, limit=3, now=NOON, lease=LEASE)
    books.deliveries.record(1, [Outcome(claims[0], DeliveryState.DEFERRED, "later", due_at=LATER)], now=NOON)
    books.doubts.reclaim("w", Doubt.PROCESS)
    return database


@pytest.fixture
def filled(database: Database) -> Database:
    return fill(database)


@pytest.fixture(scope="module")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An export for all who do not ask from where: each database writes the same bytes."""
    folder = tmp_path_factory.mktemp("transcript")
    database = fill(open_database(f"sqlite:///{folder / 'avviso.db'}"))
    write_transcript(database, folder / "out", silent)
    database.close()
    return folder / "out"


@pytest.fixture
def exported(made_once: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made_once, tmp_path / "out"))


@pytest.fixture(params=["sqlite", "postgresql"])
def other(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database with nothing in it."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'elsewhere' / 'avviso.db'}"
    return str(request.getfixturevalue("postgres_url"))


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_copy_of_a_copy_has_the_same_bytes(filled: Database, other: str, tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    copy = Database(other)

    rows = write_transcript(filled, first, silent)
    read_transcript(copy, first, silent, now=LATER)
    Ledger(copy).notebook.note_home()
    write_transcript(copy, second, silent)
    back = Database(f"sqlite:///{tmp_path / 'back.db'}")
    read_transcript(back, second, silent, now=LATER)
    write_transcript(back, tmp_path / "third", silent)

    assert files(first) == files(second) == files(tmp_path / "third")
    assert rows["delivery"] == 1500
    assert set(rows) == {table.name for table in metadata.sorted_tables} - LEFT_BEHIND
    assert Ledger(copy).notebook.identity().key == Ledger(filled).notebook.identity().key
    for database in (copy, back):
        database.close()


def test_restored_books_go_on_where_the_old_ones_stopped(filled: Database, other: str, tmp_path: Path) -> None:
    write_transcript(filled, tmp_path / "out", silent)
    copy = Database(other)
    read_transcript(copy, tmp_path / "out", silent, now=LATER)
    books, old = Ledger(copy), Ledger(filled)
    mailing_id, = (one.id for one in books.mailings.all())

    with copy.write() as connection:
        added, = connection.execute(insert(subscriber).values(
            address="b@example.com", address_folded="b@example.com", address_hash="bh", name="", language="",
            attributes={}, created_at=NOON)).inserted_primary_key
        highest = connection.execute(
            select(func.max(subscriber.c.id)).where(subscriber.c.id != added)).scalar_one()
        connection.execute(insert(mailing).values(
            issue_key="14", list="other", round=1, state="held", reason="", since=NOON, send_at=NOON, approved=False,
            audience=0))

    assert added > highest
    assert books.mailings.get(mailing_id) == old.mailings.get(mailing_id)
    assert books.mailings.get(mailing_id).balances
    assert books.notebook.identity().epoch == int(LATER.timestamp())
    assert len(books.deliveries.claim("v", 1, limit=9, now=NOON, lease=LEASE)) == 9
    copy.close()


def test_restore_over_a_ledger_is_refused(filled: Database, tmp_path: Path) -> None:
    write_transcript(filled, tmp_path / "out", silent)

    with pytest.raises(Refusal, match="there is a ledger already.*move this one away first"):
        read_transcript(filled, tmp_path / "out", silent, now=LATER)


def test_restore_over_a_ledger_that_remembers_nothing_takes_its_place(
    filled: Database, other: str, tmp_path: Path
) -> None:
    write_transcript(filled, tmp_path / "out", silent)
    looked_at = Database(other)
    looked_at.create(now=NOON, orphan=True)
    notebook = Ledger(looked_at).notebook
    notebook.anchor("this run of the machine", NOON, now=NOON)
    notebook.note_steady(NOON)

    read_transcript(looked_at, tmp_path / "out", silent, now=LATER)
    write_transcript(looked_at, tmp_path / "again", silent)

    assert (tmp_path / "again" / "manifest.json").read_bytes() == (tmp_path / "out" / "manifest.json").read_bytes()
    assert Ledger(looked_at).notebook.identity().key == Ledger(filled).notebook.identity().key
    looked_at.close()


def cut(path: Path) -> None:
    lines = path.read_text("utf-8").splitlines(keepends=True)
    path.write_text("".join(lines[:-1]), "utf-8")


def spoil(path: Path) -> None:
    path.write_text(path.read_text("utf-8").replace('"address"', '"addresses"', 1), "utf-8")


def in_first_row(**values: Any) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        first, _, others = path.read_text("utf-8").partition("\n")
        path.write_text(json.dumps(json.loads(first) | values) + "\n" + others, "utf-8")

    return write


def first_for_last(path: Path) -> None:
    lines = path.read_text("utf-8").splitlines(keepends=True)
    path.write_text("".join([*lines[:-1], lines[0]]), "utf-8")


def put_in_front(content: bytes) -> Callable[[Path], None]:
    return lambda path: path.write_bytes(content + path.read_bytes()) and None


NO_ROW = r"delivery.jsonl:1: is not a row of this table: copy the export whole"
NO_ROWS_OF_OURS = r"delivery.jsonl: holds rows that the ledger cannot have"


@pytest.mark.parametrize(("damage", "said"), [
    (put_in_front(b"\xff\xfe"), NO_ROW),
    (put_in_front(b"[" * 100_000), NO_ROW),
    (in_first_row(address={"a": 1}), NO_ROW),
    (in_first_row(id="first"), NO_ROW),
    (in_first_row(due_at="2026-03-24T08:00:00"), NO_ROW),
    (in_first_row(id=2**70), NO_ROW),
    (in_first_row(name="\ud800"), NO_ROW),
    (in_first_row(key=None), NO_ROWS_OF_OURS),
    (in_first_row(state="flying"), NO_ROWS_OF_OURS),
    (in_first_row(subscriber_id=10**9, edition_digest="none"), NO_ROWS_OF_OURS),
    (first_for_last, NO_ROWS_OF_OURS),
    (cut, r"delivery.jsonl: holds 1499 rows, the manifest says 1500: copy the export whole"),
    (spoil, r"delivery.jsonl:1: is not a row of this table: copy the export whole"),
    (Path.unlink, r"delivery.jsonl: cannot be read: No such file or directory"),
])
def test_damaged_export_restores_nothing_and_can_be_tried_again(
    exported: Path, other: str, damage: Callable[[Path], None], said: str
) -> None:
    table = exported / "tables" / "delivery.jsonl"
    whole = table.read_bytes()
    copy = Database(other)

    damage(table)
    with pytest.raises(OutputError, match=said):
        read_transcript(copy, exported, silent, now=LATER)

    assert not copy.exists
    table.write_bytes(whole)
    assert read_transcript(copy, exported, silent, now=LATER)["delivery"] == 1500
    copy.close()


@pytest.mark.parametrize("key", ["no hexadecimal digits", "abc", "", None, 7])
def test_ledger_whose_key_is_none_is_not_restored(exported: Path, other: str, key: Any) -> None:
    in_first_row(key=key)(exported / "tables" / "ledger.jsonl")
    copy = Database(other)

    with pytest.raises(OutputError, match=r"ledger.jsonl:1: is not a row of this table"):
        read_transcript(copy, exported, silent, now=LATER)

    assert not copy.exists


ROWS, NUMBERS = {table.name: 0 for table in TABLES}, {table.name: 0 for table in NUMBERED}


def manifest(**other: Any) -> str:
    return json.dumps({"version": HEAD, "rows": ROWS, "numbers": NUMBERS} | other)


@pytest.mark.parametrize(("manifest", "error", "said"), [
    (None, OutputError, "is not an export of avviso"),
    ("[]", OutputError, "is not an export of avviso"),
    ("[" * 100_000, OutputError, "is not an export of avviso"),
    (manifest(numbers=None), OutputError, "is not an export of avviso"),
    (manifest(numbers=dict.fromkeys(NUMBERS, "7x")), OutputError, "is not an export of avviso"),
    (manifest(numbers=dict.fromkeys(NUMBERS, 2**70)), OutputError, "is not an export of avviso"),
    (manifest(rows=list(ROWS)), OutputError, "is not an export of avviso"),
    (manifest(rows=dict.fromkeys(ROWS, "1500")), OutputError, "is not an export of avviso"),
    (json.dumps({"version": HEAD, "rows": {}, "numbers": {}}), OutputError, "is not an export of avviso"),
    (json.dumps({"version": "0000"}), SchemaOutdated, f"the export has version 0000, this avviso needs {HEAD}"),
])
def test_what_is_no_export_is_one_line(
    tmp_path: Path, manifest: str | None, error: type[Exception], said: str
) -> None:
    (tmp_path / "out").mkdir()
    if manifest is not None:
        (tmp_path / "out" / "manifest.json").write_text(manifest, "utf-8")
    copy = Database(f"sqlite:///{tmp_path / 'avviso.db'}")

    with pytest.raises(error, match=said):
        read_transcript(copy, tmp_path / "out", silent, now=LATER)

    assert not copy.exists


def test_ledger_is_not_restored_without_what_is_done_at_the_end(exported: Path, other: str) -> None:
    copy = Database(other)

    def fail() -> None:
        Ledger(copy).notebook.write_note("written", "at the end")
        raise OutputError("the disk is full")

    with pytest.raises(OutputError, match="the disk is full"):
        read_transcript(copy, exported, silent, now=LATER, at_the_end=fail)

    assert not copy.exists
    assert read_transcript(copy, exported, silent, now=LATER)["delivery"] == 1500
    assert Ledger(copy).notebook.note("written") is None
    copy.close()


def test_export_never_writes_into_what_is_there(filled: Database, tmp_path: Path) -> None:
    write_transcript(filled, tmp_path / "out", silent)
    before = files(tmp_path / "out")

    with pytest.raises(OutputError, match="cannot be made: File exists: name a folder that does not exist yet"):
        write_transcript(filled, tmp_path / "out", silent)

    assert files(tmp_path / "out") == before


def test_progress_counts_every_row_to_the_last(filled: Database, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []

    rows = write_transcript(filled, tmp_path / "out", lambda done, total: told.append((done, total)))

    assert told[-1] == (sum(rows.values()), sum(rows.values()))
    assert [done for done, _ in told] == sorted(done for done, _ in told)


def test_ledger_whose_maker_died_half_way_is_made_by_the_next(other: str) -> None:
    database = Database(other)
    database.prepare()

    assert not database.exists
    open_database(other).close()

    assert database.exists
    database.close()
