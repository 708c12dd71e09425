"""A ledger whose file is cut, overwritten or read-only: one clear line, and never a send by it.

Yesterday's backup stands in `tests/unit/mailings/test_highwater.py`.
"""

from __future__ import annotations

import contextlib
import os
import random
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.errors import PipelineError
from tests.publications import Publication, words
from tests.street import Publication as Street

READERS = 40

Trials = Callable[[int, int], int]


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Publication:
    """A publication whose first mailing is out and whose second has begun. Only to be copied."""
    letters = Publication(tmp_path_factory.mktemp("half") / "letters")
    letters.begin(write=False)
    letters.add_readers(*(f"reader{n}@example.com" for n in range(READERS)))
    letters.write("02-new.md", words(2))
    letters.deliver()
    letters.write("03-next.md", words(3))
    letters.publish(write=False)
    letters.app.high_water.note()
    letters.app.database.compact()
    letters.app.database.close()
    return letters


@contextlib.contextmanager
def copy(of: Publication, folder: Path) -> Iterator[tuple[Publication, Path]]:
    """The same publication once more, to be damaged, with nothing mailed of what lies in its outbox."""
    shutil.copytree(of.folder, folder)
    letters = Publication.__new__(Publication)
    letters.__dict__ |= {**of.__dict__, "folder": folder, "issues": folder / "issues"}
    try:
        yield letters, folder / "var" / "avviso.db"
    finally:
        letters.app.database.close() if "database" in letters.app.__dict__ else None
        shutil.rmtree(folder)


def deliver(letters: Publication) -> str:
    """One pass of a new process: "" or the one line it ends with."""
    letters.restart()
    try:
        letters.deliver()
    except PipelineError as error:
        return f"{error.exit_code} {error}"
    return ""


@pytest.mark.fault
def test_ledger_that_was_cut_anywhere_mails_nobody(begun: Publication, tmp_path: Path, trials: Trials) -> None:
    chance = random.Random(20260324)
    said: Counter[str] = Counter()
    for n in range(trials(12, 200)):
        with copy(begun, tmp_path / str(n)) as (letters, path):
            before = letters.mails
            os.truncate(path, chance.randrange(path.stat().st_size))

            line = deliver(letters)

            said[line[:2].strip()] += 1
            assert line.startswith(("74 ", "4 ")), line
            assert "\n" not in line
            assert "restore" in line
            assert letters.mails == before
    assert set(said) <= {"74", "4"}  # nothing left of it at all: 4, as for a ledger that is gone


@pytest.mark.fault
def test_ledger_with_bytes_overwritten_never_mails_anybody_twice(
    begun: Publication, tmp_path: Path, trials: Trials
) -> None:
    """Where SQLite can see the damage nothing is sent; where only a reader of the row can, nothing more is."""
    chance = random.Random(20260325)
    refused = 0
    for n in range(trials(12, 200)):
        with copy(begun, tmp_path / str(n)) as (letters, path):
            before = letters.mails
            with path.open("r+b") as file:
                file.seek(chance.randrange(path.stat().st_size))
                file.write(chance.randbytes(chance.choice([1, 16, 512, 4096])))

            line = deliver(letters)

            assert "\n" not in line
            refused += line.startswith("74 ") and letters.mails == before
            assert max(Counter(letters.mails).values()) <= 2  # one letter of each of the two issues
    assert refused


@pytest.mark.fault
def test_command_on_a_damaged_ledger_says_one_line_and_74(tmp_path: Path) -> None:
    made = Street(tmp_path / "pub")
    made.run("init")
    made.add_readers(400)
    path = made.folder / "var" / "avviso.db"
    for name in ("avviso.db-wal", "avviso.db-shm"):
        (path.parent / name).unlink(missing_ok=True)
    os.truncate(path, path.stat().st_size // 2)

    answer = made.run("publish")

    assert (answer.code, answer.out) == (74, "")
    assert len(answer.err.splitlines()) == 1
    assert "stop avviso and restore the last backup of it" in answer.err


@pytest.mark.fault
def test_ledger_that_cannot_be_written_sends_nothing(tmp_path: Path) -> None:
    made = Street(tmp_path / "pub", {"mailings": {"approve": "never"}})
    made.run("init")
    made.add_readers(2)
    made.write("01-One.md", "The first issue, which is like no other.", day=datetime.now(UTC))
    with (made.folder / "var" / "avviso.db").open("r+b") as file:
        file.seek(18)  # sqlite.org/fileformat2.html, section 1.3.2: a newer version's file is only to be read
        file.write(b"\x03")

    answer = made.run("publish")

    assert (answer.code, answer.out) == (74, "")
    assert answer.err == (
        f"{made.folder}/var/avviso.db: the ledger cannot be written: attempt to write a readonly database: "
        "free space, or make it, its -wal and -shm and their folder writable; nothing was lost\n")
    assert not (made.folder / "var" / "outbox").exists()
