"""A new file is whole or not there, also where a command makes it."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.errors import OutputError
from pipeline.newfile import make_file, sync_filesystems, unwritten
from pipeline.publish.new_issue import write_blank
from tests.limits import no_file_grows
from tests.publications import Publication
from tests.street import Publication as Street


def test_new_file_is_whole_and_private_where_that_is_asked_for(tmp_path: Path) -> None:
    make_file(tmp_path / "a", b"whole", mode=0o600)

    assert (tmp_path / "a").read_bytes() == b"whole"
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o600


def test_file_that_is_there_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"theirs")

    with pytest.raises(FileExistsError):
        make_file(tmp_path / "a", b"ours")

    assert (tmp_path / "a").read_bytes() == b"theirs"


@pytest.mark.parametrize(("remedy", "expected"), [
    ((), "a.db: cannot be written: Read-only file system: make its folder writable and free some space"),
    (("name another file",), "a.db: cannot be written: Read-only file system: name another file"),
])
def test_what_the_disk_did_not_take_is_one_line_that_says_what_to_do(remedy: tuple[str, ...], expected: str) -> None:
    refused = unwritten(Path("a.db"), OSError(errno.EROFS, "Read-only file system"), *remedy)

    assert (str(refused), refused.exit_code) == (expected, 74)


def test_filesystem_without_links_takes_new_files_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """FAT, and folders that some virtual machines share: there is none here to be tried."""
    def refuse(*_: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    make_file(tmp_path / "a", b"whole")
    with pytest.raises(FileExistsError):
        make_file(tmp_path / "a", b"ours")

    assert [(one.name, one.read_bytes()) for one in tmp_path.iterdir()] == [("a", b"whole")]


def test_secret_that_leads_nowhere_is_named(tmp_path: Path) -> None:
    letters = Publication(tmp_path / "letters")
    letters.begin(write=False)
    secret = letters.folder / "var" / "secret"
    secret.unlink(missing_ok=True)
    secret.symlink_to("nowhere")

    with pytest.raises(OutputError, match="var/secret: cannot be written: No such file or directory"):
        _ = letters.app.ring


def test_full_disk_leaves_no_empty_file(tmp_path: Path) -> None:
    with no_file_grows(), pytest.raises(OSError, match="File too large"):
        make_file(tmp_path / "a", b"whole")

    assert list(tmp_path.iterdir()) == []


def make_issue(letters: Publication) -> object:
    return write_blank(letters.app.source, "Three", letters.clock.now())


@pytest.mark.parametrize(("name", "make"), [
    ("issues/01-Three.md", make_issue),
    ("var/secret", lambda letters: letters.app.ring),
])
def test_what_is_made_on_a_full_disk_is_made_when_there_is_space(
    tmp_path: Path, name: str, make: Callable[[Publication], object]
) -> None:
    """Both used to be there and empty: a number that was taken, and a secret that signs nothing."""
    letters = Publication(tmp_path / "letters")
    letters.begin(write=False)

    with no_file_grows(), pytest.raises(OutputError, match=rf"{name}: cannot be written: .*free some space"):
        make(letters)
    assert not (letters.folder / name).exists()
    make(letters)

    assert (letters.folder / name).stat().st_size > 0


def test_init_on_a_full_disk_leaves_no_settings_that_say_nothing(tmp_path: Path) -> None:
    street = Street(tmp_path / "letters")
    (street.folder / "config.yaml").unlink()

    with no_file_grows():
        refused = street.run("init")
    said = refused.err.splitlines()[0]  # where the suite is measured, what measures it cannot write either, and says so
    assert (refused.code, said) == (
        74, "config.yaml: cannot be written: File too large: make its folder writable and free some space")
    assert not (street.folder / "config.yaml").exists()

    assert street.run("init").code == 0


@pytest.mark.skipif(not hasattr(os, "O_PATH"), reason="Linux only")
def test_a_file_system_that_cannot_be_flushed_is_no_silence(tmp_path: Path) -> None:
    descriptor = os.open(tmp_path, os.O_PATH)  # which the system flushes nothing by
    try:
        with pytest.raises(OSError, match="Bad file descriptor"):
            sync_filesystems([descriptor])
    finally:
        os.close(descriptor)
