"""A lock that lives exactly as long as its process."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from pipeline.errors import OutputError
from pipeline.lockfile import LockFile, is_free
from tests.limits import no_file_grows


def taken(path: Path) -> LockFile:
    lock = LockFile.take(path)
    assert lock is not None
    return lock


def test_lock_is_taken_once_until_it_is_released(tmp_path: Path) -> None:
    path = tmp_path / "avviso.lock"
    first = taken(path)
    assert LockFile.take(path) is None

    first.release()

    taken(path).release()
    assert path.exists()


def test_looking_whether_a_lock_is_free_takes_it_from_nobody(tmp_path: Path) -> None:
    path = tmp_path / "avviso.lock"
    never = is_free(path)
    first = taken(path)
    held = is_free(path)

    first.release()

    assert (never, held, is_free(path), path.exists()) == (False, False, True, True)
    taken(path).release()


def test_lock_of_a_process_that_was_killed_is_free_at_once(tmp_path: Path) -> None:
    path = tmp_path / "avviso.lock"
    ready, said = os.pipe()
    child = os.fork()
    if child == 0:
        LockFile.take(path)
        os.write(said, b".")
        os.read(os.pipe()[0], 1)  # for ever
    os.read(ready, 1)
    assert LockFile.take(path) is None

    os.kill(child, 9)
    os.waitpid(child, 0)

    taken(path).release()


def test_lock_makes_its_folder_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "var" / "workers" / "one.lock"

    taken(path).release()

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_word_in_the_file_replaces_the_one_before(tmp_path: Path) -> None:
    path = tmp_path / "avviso.lock"
    lock = taken(path)
    lock.write("a long word\n")

    lock.write("1234\n")

    assert path.read_text("utf-8") == "1234\n"
    lock.release()


def test_release_can_take_the_file_along(tmp_path: Path) -> None:
    path = tmp_path / "one.lock"

    taken(path).release(remove=True)

    assert not path.exists()


def test_lock_whose_file_is_gone_already_is_released_and_can_be_taken_again(tmp_path: Path) -> None:
    lock = taken(tmp_path / "one.lock")
    lock.path.unlink()

    lock.release(remove=True)

    taken(tmp_path / "one.lock").release(remove=True)
    assert not lock.path.exists()


def test_lock_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("a file in the way", "utf-8")

    with pytest.raises(OutputError) as refused:
        LockFile.take(tmp_path / "var" / "avviso.lock")

    assert str(refused.value) == (
        f"{tmp_path}/var/avviso.lock: cannot be written: File exists: make its folder writable and free some space")
    assert refused.value.exit_code == 74


def test_word_for_which_there_is_no_room_is_one_line(tmp_path: Path) -> None:
    lock = taken(tmp_path / "one.lock")

    with no_file_grows(), pytest.raises(OutputError, match=r"one\.lock: cannot be written: File too large"):
        lock.write("1234\n")

    lock.release()
