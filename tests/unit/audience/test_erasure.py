"""Who is forgotten is off the disk, and the old file does not bring them back."""

import io
from datetime import UTC, datetime
from pathlib import Path

from pipeline import schema
from pipeline.address import parse
from pipeline.audience.importing import import_rows, read_rows
from pipeline.audience.roster import Roster
from pipeline.database import Database

NOON = datetime(2026, 3, 24, 12, 0, tzinfo=UTC)
OLD_FILE = b"email,name\nforgotten.reader@example.com,Zenobia\nann@example.com,Ann\n"


def traces(folder: Path, *needles: bytes) -> list[str]:
    return [f"{path.name}: {needle.decode()}" for path in sorted(folder.iterdir()) for needle in needles
            if needle in path.read_bytes().lower()]


def test_a_forgotten_person_is_in_no_file_also_after_the_old_list_is_imported_again(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'avviso.db'}")
    with database.write() as connection:
        schema.metadata.create_all(connection)
    roster = Roster(database, b"the key of a ledger in a test...")
    person = parse("Forgotten.Reader@example.com")

    def bring() -> tuple[int, int, int]:
        result = import_rows(read_rows(io.BytesIO(OLD_FILE), "csv"), roster, lists=["weekly"], now=NOON)
        return result.added, result.known, result.kept_out

    first = bring()
    before = traces(tmp_path, b"forgotten.reader", b"zenobia")
    roster.forget(person, NOON)
    database.compact()
    second = bring()
    roster.suppress(person, "bounced", "hook", NOON)
    database.close()

    assert (first, second) == ((2, 0, 0), (0, 1, 1))
    assert before != []
    assert traces(tmp_path, b"forgotten.reader", b"zenobia") == []
